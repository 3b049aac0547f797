"""`ca_file` of a platform: where its path starts, and what is looked for in the file, when."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.errors import BadConfiguration
from gateway.settings_file import load_partners, load_settings
from tests.support.certificates import Certificates

ROOT = Path(__file__).parents[3]


@pytest.fixture
def declared(config):
    """Writes the key into the partner's file."""

    def declare(ca_file, base_url="https://portal.garut.example"):
        file = config / "partners/garut.toml"
        text = re.sub(r"base_url = .*", f'base_url = "{base_url}"\nca_file  = "{ca_file}"', file.read_text())
        file.write_text(text)

    return declare


def told(config, **named):
    """The faults, without the folder."""
    with pytest.raises(BadConfiguration) as raised:
        load_settings(config / "gateway.toml", {}, **named)
    return str(raised.value).replace(f"{config.parent}/", "")


def test_a_relative_path_starts_above_the_config_folder(config, declared, tmp_path, monkeypatch):
    """For the gateway and for a partner's own repository, wherever the command is run."""
    declared("config/ca/garut.pem")
    monkeypatch.chdir("/")
    for partners in (load_settings(config / "gateway.toml", {}).partners, load_partners(config)):
        assert f"{tmp_path}/config/ca/garut.pem" == partners["garut"].platforms["portal"].ca_file


def test_an_absolute_path_stays_and_the_environment_may_say_it(config):
    """As any other key."""
    environ = {"GATEWAY__PARTNERS__GARUT__PLATFORMS__PORTAL__CA_FILE": "/etc/ssl/garut.pem"}
    settings = load_settings(config / "gateway.toml", environ)
    assert "/etc/ssl/garut.pem" == settings.partners["garut"].platforms["portal"].ca_file


def test_the_files_are_looked_into_where_that_is_asked_for(config, declared):
    """With the line of the key, and what to do; else the settings load, so that an agreement can be suspended."""
    declared("ca/garut.pem")
    load_settings(config / "gateway.toml", {})
    fault = told(config, with_files=True)
    assert "config/partners/garut.toml:8: platforms.portal.ca_file: expected a file with the certificate" in fault
    assert "ca/garut.pem cannot be read: No such file or directory" in fault
    Certificates(config.parent / "ca").authority.rename(config.parent / "ca/garut.pem")
    load_settings(config / "gateway.toml", {}, with_files=True)


@pytest.mark.parametrize(
    ("adapter", "base_url", "hint"),
    [
        ("rest_json", "http://127.0.0.1:8490", ""),
        ("csv_file", "file:///srv/data", ""),
        (
            "sql_table",
            "postgresql://db.garut.example/garut",
            "; a database's stands in options.ca_file of its datasets",
        ),
    ],
)
def test_an_authority_is_expected_where_a_certificate_is_shown(config, declared, adapter, base_url, hint):
    """Else nothing would be verified by it, and who wrote it would believe so."""
    declared("ca.pem", base_url=base_url)
    file = config / "partners/garut.toml"
    file.write_text(file.read_text().replace('"rest_json"', f'"{adapter}"'))
    fault = told(config)
    assert f"platforms.portal.ca_file: expected an https base_url: nothing else shows a certificate{hint}" in fault


def test_the_commands_check_and_show_know_the_key(config, declared, tmp_path):
    """`check` stops at a file that is not there; `show` shows its path."""
    declared("ca.pem")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY")}

    def run(*arguments):
        command = [sys.executable, "-m", "gateway", "config", *arguments, "--config", str(config / "gateway.toml")]
        return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)

    checked = run("check", "--json")
    (fault,) = json.loads(checked.stdout)["faults"]
    assert (3, "platforms.portal.ca_file") == (checked.returncode, fault["key"])
    assert f"partners.garut.platforms.portal.ca_file = '{tmp_path}/ca.pem'" in run("show").stdout
