"""Schemathesis over the API description, with real tokens against a real server: it finds nothing."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.support.event_world import EventWorld
from tests.support.newborn import Newborn
from tests.support.served import served

ROOT = Path(__file__).parents[2]
CHANGES_ITS_OWN_CLIENT = ("disableClient", "revokeSecret", "replaceKeys")
"""Operations that would take the token away that the run is made with."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """The whole gateway, with caches warm and limits wide."""

    def change(settings):
        def cached(partner):
            datasets = {
                name: msgspec.structs.replace(dataset, fresh_for_s=600.0) for name, dataset in partner.datasets.items()
            }
            return msgspec.structs.replace(partner, datasets=datasets)

        return msgspec.structs.replace(
            settings,
            partners={name: cached(partner) for name, partner in settings.partners.items()},
            access=msgspec.structs.replace(settings.access, rate_limit=1_000_000, rate_burst=1_000_000),
        )

    with served(tmp_path_factory.mktemp("described"), change=change) as running:
        yield running


def found(gateway, url, *options):
    """What Schemathesis found, and an empty text where it found nothing."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(ROOT / "schemathesis.toml")]
    command += ["run", f"{url}/openapi.json", "--url", url]
    command += ["--checks", "all", "--seed", "1", "--no-color", "--workers", "1", *options]
    run = subprocess.run(command, capture_output=True, text=True, cwd=gateway.folder, check=False)
    unexpected = [line for line in gateway.logs.getvalue().splitlines() if '"unexpected error"' in line]
    assert [] == unexpected
    assert "Test cases:" in run.stdout, run.stdout + run.stderr
    return "" if run.returncode == 0 else run.stdout


def test_nothing_is_found_in_the_public_api(gateway):
    """Every check, on every operation, with a partner's token."""
    header = f"Authorization: {gateway.bearer()['Authorization']}"
    assert "" == found(gateway, gateway.url, "--max-examples", "12", "-H", header)


def test_nothing_is_found_in_the_doors_of_life_events(gateway):
    """With a client that publishes and reads under an agreement; what it makes up fits no contract, and is told so."""
    world = EventWorld(gateway)
    world.agree("sumedang", "sumedang", "birth", "document-issued")
    bearer = world.bearer(*world.client("sumedang", "events:publish", "events:read"))
    world.publish(3, bearer)
    options = ("--include-path-regex", "^/v1/events", "--max-examples", "40")
    header = f"Authorization: {bearer['Authorization']}"
    assert "" == found(gateway, gateway.url, "-H", header, *options)


def test_nothing_is_found_at_the_doors_of_cases(gateway):
    """With a partner's client that reads cases, of which there are some."""
    newborn = Newborn(EventWorld(gateway))
    newborn.adopt()
    newborn.document(newborn.opened(), "family-card")
    token = f"Authorization: {newborn.reader['Authorization']}"
    options = ("--include-path-regex", "^/v1/(cases|recipes)", "--max-examples", "20")
    assert "" == found(gateway, gateway.url, "-H", token, *options)


def test_nothing_is_found_at_the_oauth_endpoints(gateway):
    """With a client's own credentials; a second proof beside them is refused, so acceptance is not asked for."""
    client = gateway.client("jakarta")
    options = ("--include-path-regex", "^/oauth", "--exclude-checks", "positive_data_acceptance")
    credentials = f"{client.client_id}:{client.secret}"
    assert "" == found(gateway, gateway.url, "--max-examples", "12", "--auth", credentials, *options)


def test_nothing_is_found_in_the_administrators_api(gateway):
    """With an administrator's token; what an act refuses depends on partners and states, which no schema tells."""
    options = ["--exclude-checks", "positive_data_acceptance", "--max-examples", "15"]
    for name, value in gateway.admin().items():
        options += ["-H", f"{name}: {value}"]
    for operation in CHANGES_ITS_OWN_CLIENT:
        options += ["--exclude-operation-id", operation]
    assert "" == found(gateway, gateway.admin_url, *options)


def test_nothing_is_found_at_the_doors_of_subscriptions(gateway):
    """With a client that manages some; what an act refuses depends on agreements and states, which no schema tells."""
    world = EventWorld(gateway)
    world.agree("sumedang", "jakarta", "birth")
    header = world.bearer(*world.client("jakarta", "subscriptions:manage"))
    body = {"types": ["birth"], "target": {"url": "https://192.0.2.1/hook"}}
    assert 422 == gateway.http.post(f"{gateway.url}/v1/subscriptions", headers=header, json=body).status_code
    options = ("--include-path-regex", "^/v1/subscriptions", "--exclude-checks", "positive_data_acceptance")
    token = f"Authorization: {header['Authorization']}"
    assert "" == found(gateway, gateway.url, "--max-examples", "8", "-H", token, *options)
