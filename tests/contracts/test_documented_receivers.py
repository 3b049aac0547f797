"""The receivers in the webhook guide, run as they stand there, against what the gateway really sends."""

import json
import os
import re
import shutil
import subprocess
import time
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from gateway.errors import BadRequest
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.signature import Scheme, SigningSecret, new_key, public_key, shown_secret, signed_headers
from gateway.life_events.subscription import SubscriptionStatus, Webhook
from gateway.life_events.subscription_desk import Actor, SubscriptionDesk
from gateway.life_events.target_guard import TargetGuard
from gateway.life_events.verify_webhook import verify_webhook
from gateway.life_events.webhook_sender import WebhookSender
from gateway.settings import Database
from gateway.storage.engine import open_engine
from gateway.storage.migrate import migrate
from tests.support.deliveries import a_subscription
from tests.support.dispatching import World
from tests.support.engines import missing
from tests.support.served import free_port

GUIDE = Path(__file__).parents[2] / "docs/webhooks.md"
BODY = b'{"type":"birth","data":{}}'


def documented(name: str) -> str:
    """The code that the guide shows under that name."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```php\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"the guide shows no {name}"
    return found[1]


@pytest.fixture
def php():
    """The interpreter."""
    found = shutil.which("php")
    if not found:
        missing("PHP is missing: apt-get install php-cli")
    return found


class PhpReceiver:
    """The guide's receiver, behind PHP's own server."""

    def __init__(self, php, folder) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self._php, self._folder = php, folder
        (folder / "receiver.php").write_text(documented("receiver.php"), encoding="utf-8")
        self.url = f"http://127.0.0.1:{free_port()}/receiver.php"
        self._process = None

    def start(self, secret: str) -> None:
        """Listens, with that secret."""
        environ = {"PATH": os.environ["PATH"], "WEBHOOK_SECRET": secret, "WEBHOOK_INBOX": str(self.inbox)}
        address = self.url.removeprefix("http://").partition("/")[0]
        self._process = subprocess.Popen(
            [self._php, "-S", address, "-t", str(self._folder)], env=environ, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                httpx.get(self.url, trust_env=False)
            except httpx.HTTPError:
                time.sleep(0.02)
            else:
                return
        pytest.fail("PHP does not listen")

    def stop(self) -> None:
        """Ends it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)


@pytest.fixture
def receiver(php, tmp_path):
    """One that is not started yet."""
    made = PhpReceiver(php, tmp_path)
    yield made
    made.stop()


@pytest.fixture
async def world(tmp_path):
    """An outbox, an agreement and a client."""
    engine = open_engine(Database(url=f"sqlite:///{tmp_path}/gateway.db"))
    await migrate(engine)
    made = World(engine, tmp_path)
    yield made
    await made.line.transactor.close()
    await engine.dispose()


async def test_the_php_receiver_agrees_and_takes_events(world, receiver):
    """Verified by its own echo; then each event lies in its inbox, once, under its delivery's id."""
    pending = a_subscription(target=Webhook(receiver.url), status=SubscriptionStatus.PENDING)
    secrets = await world.line.subscribe(pending)
    receiver.start(shown_secret(secrets[pending.id]))
    guard = TargetGuard(ports=(443,), private=("127.0.0.0/8",))
    sender = WebhookSender(guard=guard, clock=world.clock, timeout_s=5.0)
    await sender.open()
    desk = SubscriptionDesk(
        office=world.line.office, sealer=world.line.sealer, clock=world.clock, guard=guard, sender=sender
    )
    assert SubscriptionStatus.ACTIVE is (await verify_webhook(desk, pending.id, actor=Actor())).status
    events = await world.births(5)
    async with world.dispatching() as dispatcher:
        while any(it.status is DeliveryStatus.WAITING for it in await world.line.entries()):
            dispatcher.wake()
    await sender.close()
    kept = [json.loads(it.read_text(encoding="utf-8")) for it in receiver.inbox.glob("*.json")]
    assert {it.id for it in events} == {it["id"] for it in kept}
    assert {it.id for it in await world.line.entries()} == {it.stem for it in receiver.inbox.glob("*.json")}


async def test_the_php_receiver_does_not_agree_with_another_secret(world, receiver):
    """It answers 401, and the gateway says so."""
    pending = a_subscription(target=Webhook(receiver.url), status=SubscriptionStatus.PENDING)
    await world.line.subscribe(pending)
    receiver.start("whsec_" + "A" * 43 + "=")
    guard = TargetGuard(ports=(443,), private=("127.0.0.0/8",))
    sender = WebhookSender(guard=guard, clock=world.clock, timeout_s=5.0)
    await sender.open()
    desk = SubscriptionDesk(
        office=world.line.office, sealer=world.line.sealer, clock=world.clock, guard=guard, sender=sender
    )
    with pytest.raises(BadRequest) as refused:
        await verify_webhook(desk, pending.id, actor=Actor())
    await sender.close()
    assert "http-401" == refused.value.parameters["reason"]


def test_the_php_receiver_takes_nothing_that_is_not_genuine(receiver):
    """Changed, unsigned, old, or under a name that would leave the inbox."""
    secret = SigningSecret("whs_1", Scheme.HMAC, new_key())
    receiver.start(shown_secret(secret))
    now = int(datetime.now(UTC).timestamp())

    def status(*, id="dlv_1", timestamp=now, body=BODY, **changes):
        headers = signed_headers(id, BODY, timestamp=timestamp, secrets=[secret]) | changes
        return httpx.post(receiver.url, content=body, headers=headers, trust_env=False).status_code

    assert 204 == status()
    assert 401 == status(body=BODY.replace(b"birth", b"death"))
    assert 401 == status(**{"webhook-signature": ""})
    assert 401 == status(**{"webhook-signature": "v1,AAAA v1a,AAAA"})
    assert 400 == status(timestamp=now - 301)
    assert 400 == status(id="../dlv_2")
    assert 400 == httpx.post(receiver.url, content=BODY, trust_env=False).status_code
    new = SigningSecret("whs_2", Scheme.HMAC, new_key())
    both = signed_headers("dlv_3", BODY, timestamp=now, secrets=[new, secret])
    assert 204 == httpx.post(receiver.url, content=BODY, headers=both, trust_env=False).status_code
    assert {"dlv_1.json", "dlv_3.json"} == {it.name for it in receiver.inbox.iterdir()}


def test_the_php_check_of_v1a_takes_what_is_genuine_and_nothing_else(php, tmp_path):
    """With the public key that the subscription shows."""
    secret = SigningSecret("whs_1", Scheme.ED25519, new_key())
    other = SigningSecret("whs_2", Scheme.ED25519, new_key())
    headers = signed_headers("dlv_1", BODY, timestamp=1_700_000_000, secrets=[secret])
    assert 64 == len(b64decode(headers["webhook-signature"].partition(",")[2]))
    code = documented("verify_v1a.php") + (
        "[$id, $time, $body, $signatures, $keys] = json_decode(getenv('CASE'), true);\n"
        "echo is_genuine($id, $time, $body, $signatures, $keys) ? 'yes' : 'no';\n"
    )
    (tmp_path / "check.php").write_text(code, encoding="utf-8")

    def said(keys, *, id="dlv_1"):
        case = [id, headers["webhook-timestamp"], BODY.decode(), headers["webhook-signature"], keys]
        environ = {"PATH": os.environ["PATH"], "CASE": json.dumps(case)}
        shown = subprocess.run(
            [php, str(tmp_path / "check.php")], env=environ, capture_output=True, text=True, check=True
        )
        return shown.stdout

    assert ("yes", "no", "no") == (
        said([public_key(other), public_key(secret)]),
        said([public_key(other)]),
        said([public_key(secret)], id="dlv_2"),
    )
