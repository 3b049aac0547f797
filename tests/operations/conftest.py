import json

import pytest

from gateway.cli.main import root
from gateway.cli.run import run
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

        def command(*arguments):
            capsys.readouterr()
            code = run(root, [str(argument) for argument in arguments])
            written = capsys.readouterr()
            return code, written.out, written.err

        return command

    return over


@pytest.fixture
def onboard(tmp_path, capsys):
    """Runs the command over a sample, into an empty folder: its exit code, stdout and stderr."""

    def command(content, *arguments, partner="bandung", file="puskesmas.json"):
        sample = tmp_path / file
        sample.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        capsys.readouterr()
        called = ("partners", "onboard", partner, "--sample", str(sample), "--into", str(tmp_path / "project"))
        code = run(root, [*called, *map(str, arguments)])
        written = capsys.readouterr()
        return code, written.out, written.err

    return command


@pytest.fixture
def project(tmp_path):
    """The folder that is written into."""
    return tmp_path / "project"
