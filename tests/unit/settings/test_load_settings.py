"""Reading settings: files, environment, secrets, and every fault with its place."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from adapters.registry import GIVEN, PROTOCOLS
from gateway.errors import BadConfiguration
from gateway.settings import Settings
from gateway.settings_file import default_path, load_settings

ROOT = Path(__file__).parents[3]


def faults_of(config, environ=None) -> list[str]:
    """The faults as `file:line: key: message`, without the folder."""
    with pytest.raises(BadConfiguration) as raised:
        load_settings(config / "gateway.toml", environ or {})
    return [line.replace(f"{config}/", "") for line in str(raised.value).splitlines()]


def spoil(path, old, new):
    """Puts `new` in the place of `old`."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_shipped_settings_are_right_and_complete():
    """`config/` loads, and every key of the main file stands there with its default."""
    settings = load_settings(ROOT / "config/gateway.toml", {})
    assert {"jakarta", "sumedang"} <= settings.partners.keys()
    assert "pelayanan-publik" in settings.purposes
    written = tomllib.loads((ROOT / "config/gateway.toml").read_text())
    defaults = msgspec.json.decode(msgspec.json.encode(Settings()))
    assert {name: {key: defaults[name][key] for key in table} for name, table in written.items()} == written


def test_every_purpose_has_its_legal_basis_and_both_names():
    """What data is asked for rests on a law, and can be read in both languages."""
    for purpose in load_settings(ROOT / "config/gateway.toml", {}).purposes.values():
        assert all((purpose.name_id, purpose.name_en, purpose.legal_basis))


def test_right_settings_load(config):
    """Main file, purposes and partner come together."""
    settings = load_settings(config / "gateway.toml", {})
    assert settings.server.public_url == "https://gerbang.example"
    assert settings.purposes["pelayanan-publik"].name_en == "Public services"
    assert settings.partners["garut"].datasets["facilities"].path == "/fasilitas"


def test_relative_paths_start_above_the_config_folder(config, tmp_path, monkeypatch):
    """Wherever the command is run."""
    monkeypatch.chdir("/")
    settings = load_settings(config / "gateway.toml", {})
    assert f"sqlite:///{tmp_path}/var/gateway.db" == settings.database.url
    assert f"embedded:{tmp_path}/var/valkey" == settings.shared.url
    assert f"{tmp_path}/var/keys" == settings.access.signing_keys


def test_absolute_paths_and_servers_stay(config):
    """Only what is relative is moved."""
    environ = {
        "GATEWAY__DATABASE__URL": "postgresql://u:p@db/gateway",
        "GATEWAY__SHARED__URL": "redis://cache:6379/0",
        "GATEWAY__ACCESS__SIGNING_KEYS": "/srv/keys",
    }
    settings = load_settings(config / "gateway.toml", environ)
    assert (environ["GATEWAY__DATABASE__URL"], "redis://cache:6379/0", "/srv/keys") == (
        settings.database.url,
        settings.shared.url,
        settings.access.signing_keys,
    )


def test_the_environment_goes_over_the_files(config):
    """Numbers, flags, lists, names with hyphens and new members of a table."""
    spoil(config / "partners/garut.toml", "[platforms.portal]", "[platforms.open-data]")
    spoil(config / "partners/garut.toml", 'platform    = "portal"', 'platform    = "open-data"')
    platform = "GATEWAY__PARTNERS__GARUT__PLATFORMS__OPEN_DATA__"
    settings = load_settings(
        config / "gateway.toml",
        {
            "GATEWAY__SERVER__WORKERS": "4",
            "GATEWAY__UPSTREAM__DEADLINE_S": "2.5",
            f"{platform}AUTH__GRANT_IN_QUERY": "true",
            f"{platform}SUCCESS__ABSENT": "errors, error",
            f"{platform}HEADERS__accept": "application/json",
        },
    )
    found = settings.partners["garut"].platforms["open-data"]
    assert (4, 2.5) == (settings.server.workers, settings.upstream.deadline_s)
    assert (True, ("errors", "error")) == (found.auth.grant_in_query, found.success.absent)
    assert found.headers == {"accept": "application/json"}


def test_a_secret_may_stand_in_a_file(config, tmp_path):
    """`…_FILE` names it; the end of its line is no part of it."""
    (tmp_path / "pepper").write_text("merica-hitam-0123456789\n")
    settings = load_settings(config / "gateway.toml", {"GATEWAY__ACCESS__PEPPER_FILE": str(tmp_path / "pepper")})
    assert settings.access.pepper == "merica-hitam-0123456789"


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("gateway.toml", "port = 8400", "prot = 8400", "gateway.toml:3: server.prot: unknown key; did you mean port?"),
        (
            "gateway.toml",
            "[database]",
            "[databse]",
            "gateway.toml:5: databse: unknown key; did you mean database?",
        ),
        (
            "gateway.toml",
            "8400",
            '"8400"',
            "gateway.toml:3: server.port: expected a whole number, found text",
        ),
        (
            "gateway.toml",
            "https://gerbang.example",
            "http://gerbang.example",
            "gateway.toml:2: server.public_url: expected https: tokens and data would travel in the clear",
        ),
        ("gateway.toml", "8400", "8401", "gateway.toml:1: server.admin_port: expected another port"),
        ("gateway.toml", "8400", "70000", "gateway.toml:3: server.port: expected 0 to 65535"),
        ("gateway.toml", "sqlite:///var", "mysql:///var", "gateway.toml:6: database.url: expected `sqlite:///PATH`"),
        ("gateway.toml", "[database]", "[database", "gateway.toml:5: is not TOML"),
        ("gateway.toml", "[database]", "[partners.x]", "gateway.toml:5: partners: stands in its own file"),
        ("purposes.toml", "name_en", "nama_en", "purposes.toml:3: pelayanan-publik.nama_en: unknown key; did you"),
        ("purposes.toml", 'name_en = "Public services"', "", "purposes.toml:1: pelayanan-publik.name_en: is missing"),
        ("partners/garut.toml", '"garut"', '"bandung"', "partners/garut.toml:1: id: expected garut, as the file is"),
        ("partners/garut.toml", "32.05", "3205", "partners/garut.toml:3: kode_wilayah: expected a Kemendagri code"),
        (
            "partners/garut.toml",
            '"rest_json"',
            '"rest-json"',
            "partners/garut.toml:6: platforms.portal.adapter: expected one of "
            + ", ".join([*PROTOCOLS, *GIVEN])
            + "; did you mean rest_json?",
        ),
        (
            "partners/garut.toml",
            "https://",
            "http://",
            "partners/garut.toml:7: platforms.portal.base_url: expected https: the credentials",
        ),
        (
            "partners/garut.toml",
            "secret =",
            "secrt =",
            "partners/garut.toml:8: platforms.portal.auth.secrt: unknown key; did you mean secret?",
        ),
        (
            "partners/garut.toml",
            "bearer",
            "beerer",
            "partners/garut.toml:8: platforms.portal.auth.kind: expected one of none, api-key, bearer, basic",
        ),
        (
            "partners/garut.toml",
            'platform    = "portal"',
            'platform    = "portl"',
            "partners/garut.toml:11: datasets.facilities.platform: expected one of portal; did you mean portal?",
        ),
        (
            "partners/garut.toml",
            "fresh_for_s = 60",
            'fresh_for_s = "lama"',
            "partners/garut.toml:13: datasets.facilities.fresh_for_s: expected a number, found text",
        ),
        (
            "partners/garut.toml",
            'name         = "Pemerintah Kabupaten Garut"',
            'zone = "Asia/Bandung"\nname = "x"',
            "partners/garut.toml:2: zone: expected a time zone",
        ),
    ],
    ids=lambda value: re.sub(r"[^a-z0-9.]+", "-", value.lower())[:30],
)
def test_a_fault_names_file_line_key_and_what_is_expected(config, file, old, new, fault):
    """One fault, one line, and the nearest name where one is near."""
    spoil(config / file, old, new)
    found = faults_of(config)
    assert any(line.startswith(fault) for line in found), found


def test_all_faults_are_told_at_once(config):
    """Nobody repairs one to learn of the next."""
    spoil(config / "gateway.toml", "port", "prot")
    spoil(config / "purposes.toml", "name_id", "nama")
    spoil(config / "partners/garut.toml", "32.05", "x")
    spoil(config / "partners/garut.toml", "adapter ", "adaptor ")
    files = {fault.split(":")[0] for fault in faults_of(config, {"GATEWAY__NOTHING": "1"})}
    assert {"gateway.toml", "purposes.toml", "partners/garut.toml", "GATEWAY__NOTHING"} == files


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        ("GATEWAY__SERVER__PROT", "1", "GATEWAY__SERVER__PROT: names no setting"),
        ("GATEWAY__SERVER", "1", "GATEWAY__SERVER: server: expected a table"),
        ("GATEWAY__SERVER__PORT__X", "1", "GATEWAY__SERVER__PORT__X: names no setting"),
        ("GATEWAY__PARTNERS__BOGOR__NAME", "x", "GATEWAY__PARTNERS__BOGOR__NAME: names no setting"),
        ("GATEWAY__SERVER__WORKERS", "dua", "GATEWAY__SERVER__WORKERS: server.workers: expected a whole number"),
        ("GATEWAY__SERVER__WORKERS", "0", "GATEWAY__SERVER__WORKERS: server.workers: expected more than 0"),
        ("GATEWAY__ACCESS__PEPPER_FILE", "/nonexistent", "GATEWAY__ACCESS__PEPPER_FILE: its file /nonexistent cannot"),
        ("GATEWAY__LOGS__LEVEL", "loud", "GATEWAY__LOGS__LEVEL: logs.level: expected one of debug, info"),
    ],
)
def test_a_fault_of_the_environment_names_its_variable(config, variable, value, fault):
    """And not a file, in which it cannot be repaired."""
    assert [True] == [line.startswith(fault) for line in faults_of(config, {variable: value})]


def test_a_faulty_value_is_not_told(config):
    """It may be a secret."""
    faults = faults_of(config, {"GATEWAY__ACCESS__TOKEN_TTL_S": "rahasia"})
    assert "rahasia" not in "".join(faults)


def test_two_partners_of_one_region_are_a_fault(config):
    """A region has one gateway partner."""
    twin = (config / "partners/garut.toml").read_text().replace('"garut"', '"garut-dua"')
    (config / "partners/garut-dua.toml").write_text(twin)
    assert any("kode_wilayah: partner garut" in fault for fault in faults_of(config))


def test_a_missing_file_stops_the_start(tmp_path):
    """And is named."""
    with pytest.raises(BadConfiguration, match="there is no such file"):
        load_settings(tmp_path / "gateway.toml", {})


def test_the_file_is_looked_for_where_the_environment_says_then_here_then_in_the_project(config, monkeypatch):
    """In this order."""
    assert Path("/etc/x.toml") == default_path({"GATEWAY_CONFIG": "/etc/x.toml"})
    monkeypatch.chdir(config.parent)
    assert Path("config/gateway.toml") == default_path({})
    monkeypatch.chdir("/")
    assert ROOT / "config/gateway.toml" == default_path({})
