import json
from functools import partial

import pytest

from tests.support.command import ran
from tests.support.running import ROOT
from tests.support.served import served


@pytest.fixture(scope="package")
def gateway(tmp_path_factory):
    """The whole gateway over HTTP, shared by the tests of this folder."""
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
def commands(monkeypatch, capsys):
    """Runs commands over the database and keys of a served gateway's folder."""

    def over(folder):
        monkeypatch.setenv("GATEWAY_CONFIG", str(ROOT / "config/gateway.toml"))
        monkeypatch.setenv("GATEWAY_BY", "Rina Wulandari")
        monkeypatch.setenv("GATEWAY__DATABASE__URL", f"sqlite:///{folder}/gateway.db")
        monkeypatch.setenv("GATEWAY__ACCESS__SIGNING_KEYS", f"{folder}/keys")
        monkeypatch.setenv("GATEWAY__LIFE_EVENTS__KEYS", f"{folder}/event-keys")

        return partial(ran, capsys)

    return over


@pytest.fixture
def onboard(tmp_path, capsys):
    """Runs the command over a sample, into an empty folder: its exit code, stdout and stderr."""

    def command(content, *arguments, partner="bandung", file="puskesmas.json"):
        sample = tmp_path / file
        sample.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        called = ("partners", "onboard", partner, "--sample", sample, "--into", tmp_path / "project")
        return ran(capsys, *called, *arguments)

    return command


@pytest.fixture
def project(tmp_path):
    """The folder that is written into."""
    return tmp_path / "project"
