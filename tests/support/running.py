"""The whole gateway without its doors: real stores, real mappings, the stand-in platforms on loopback."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from gateway.access.oauth_form import OAuthForm
from gateway.access.oauth_outcome import Issued
from gateway.demo.seed import PURPOSE, Credentials, Seeded, seed
from gateway.demo.stand_ins import StandIns
from gateway.settings import Access, Database, Dataset, LifeEvents, Partner, Settings, Shared, Upstream
from gateway.settings_file.load import load_settings
from gateway.wiring.build import opened
from gateway.wiring.gateway import Gateway

ROOT = Path(__file__).parents[2]


class Running(msgspec.Struct, frozen=True):
    """What a test talks to."""

    gateway: Gateway
    stand_ins: StandIns
    seeded: Seeded

    async def followed(self) -> None:
        """Returns when this process has heard of every change, as it does by itself within half a second."""
        await self.gateway.readiness._watch.poll()

    async def token(self, partner: str, **form: str) -> str:
        """A new access token of that partner's client, for the usual purpose if `form` names none."""
        return await issued(self.gateway, self.seeded.clients[partner], **{"purpose": PURPOSE, **form})


async def issued(gateway: Gateway, client: Credentials, **form: str) -> str:
    """An access token, by the issuer itself."""
    authorization = "Basic " + b64encode(f"{client.client_id}:{client.secret}".encode()).decode()
    fields = {"grant_type": "client_credentials", **form}
    outcome = await gateway.issuer.issue(OAuthForm(fields=fields, authorization=authorization))
    assert isinstance(outcome, Issued), outcome
    return outcome.answer.access_token


def settings_in(folder: Path, stand_ins: StandIns) -> Settings:
    """The shipped settings, with stores in `folder`, nothing cached, and partners that are given up on soon."""
    shipped = load_settings(ROOT / "config" / "gateway.toml", {})
    partners = {name: _uncached(stand_ins.relocate(it)) for name, it in shipped.partners.items()}
    return msgspec.structs.replace(
        shipped,
        database=Database(url=f"sqlite:///{folder}/gateway.db"),
        shared=Shared(url=f"embedded:{folder}/valkey"),
        access=Access(pepper="lada-hitam-dari-lampung-32-huruf", signing_keys=f"{folder}/keys", rate_burst=10_000),
        life_events=LifeEvents(keys=f"{folder}/event-keys"),
        upstream=Upstream(deadline_s=1.2, retries=0, breaker_threshold=1000),
        partners=partners,
    )


def _uncached(partner: Partner) -> Partner:
    def uncached(dataset: Dataset) -> Dataset:
        return msgspec.structs.replace(dataset, fresh_for_s=0.0, stale_if_error_s=0.0)

    return msgspec.structs.replace(
        partner, datasets={name: uncached(dataset) for name, dataset in partner.datasets.items()}
    )


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Running]:
    """The gateway over the stand-ins, with the demonstration's clients and agreements."""
    async with StandIns() as stand_ins:
        settings = settings_in(folder, stand_ins)
        async with opened(settings, secrets=stand_ins.secrets.__getitem__) as gateway:
            yield Running(gateway, stand_ins, await seed(gateway.desk))
