"""The commands of administration, as scripts and people use them."""

import json
import os
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from gateway.storage.migrate import newest
from tests.support.acts import a_public_key
from tests.support.command import ran

ROOT = Path(__file__).parents[3]
MAIN = '[server]\npublic_url = "http://127.0.0.1:8400"\n'
PURPOSES = '[pelayanan-publik]\nname_id = "Pelayanan publik"\nname_en = "Public services"\n'
PARTNER = 'id = "{id}"\nname = "{id}"\nkode_wilayah = "{code}"\n'
DRAFT = """\
id          = "PKS-1"
provider    = "sumedang"
consumer    = "jakarta"
title       = "Pertukaran data"
purposes    = ["pelayanan-publik"]
valid_from  = 2026-01-01
valid_until = 2027-12-31
[[resources]]
resource = "facility"
fields   = [{ name = "@public", legal_basis = "UU 14/2008" }]
"""
REGISTER = (
    *("clients", "register", "--partner", "jakarta", "--name", "JAKI", "--id", "jaki", "--profile", "basic"),
    *("--scope", "facilities:read", "--purpose", "pelayanan-publik", "--reason", "uji"),
)


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A project of its own; the person is named by the environment."""
    folder = tmp_path / "config"
    (folder / "partners").mkdir(parents=True)
    (folder / "gateway.toml").write_text(MAIN)
    (folder / "purposes.toml").write_text(PURPOSES)
    for partner, code in (("jakarta", "31"), ("sumedang", "32.11")):
        (folder / f"partners/{partner}.toml").write_text(PARTNER.format(id=partner, code=code))
    monkeypatch.setenv("GATEWAY_CONFIG", str(folder / "gateway.toml"))
    monkeypatch.setenv("GATEWAY_BY", "Rina Wulandari")
    return folder


@pytest.fixture
def gateway(config, capsys):
    """Runs a command: its exit code, what it wrote to stdout, and to stderr."""
    return partial(ran, capsys)


@pytest.fixture
def answer(gateway):
    """Runs a command with `--json` that must succeed: its answer."""

    def command(*arguments):
        code, out, err = gateway(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return command


def test_a_registered_client_is_listed_and_shown_without_its_secret(answer):
    """The secret is in the first answer, and in no other."""
    registered = answer(*REGISTER)
    assert registered["secret"].startswith("pgs_")
    assert ["jaki"] == [client["id"] for client in answer("clients", "list")]
    shown = answer("clients", "show", "jaki")
    assert shown == registered["client"]
    assert "digest" not in json.dumps(shown)


def test_for_people_the_secret_is_data_and_the_warning_is_talk(gateway):
    """So a pipe gets no warning."""
    code, out, err = gateway(*REGISTER)
    assert code == 0
    assert "pgs_" in out
    assert ("cannot be shown again" in err, "pgs_" in err) == (True, False)


def test_a_secret_can_go_to_a_file_that_only_we_can_read(gateway, tmp_path):
    """And then not to the screen. A file that is there already is never written over, and nothing is registered."""
    path = tmp_path / "secret"
    code, out, _ = gateway(*REGISTER, "--secret-file", path)
    assert (code, "pgs_" in out) == (0, False)
    assert path.read_text().startswith("pgs_")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert gateway("clients", "rotate-secret", "jaki", "--reason", "x", "--secret-file", path)[0] == 2
    assert len(json.loads(gateway("clients", "show", "jaki", "--json")[1])["secrets"]) == 1


def test_a_registration_that_fails_leaves_no_secret_file(gateway, tmp_path):
    """There is no secret to keep."""
    gateway(*REGISTER)
    assert gateway(*REGISTER, "--secret-file", tmp_path / "secret")[0] == 1
    assert not (tmp_path / "secret").exists()


def test_keys_come_from_a_file(answer, tmp_path):
    """Never from the command line; they can be replaced."""
    for name in ("one", "two"):
        (tmp_path / name).write_text(a_public_key())
    fapi = [word for word in REGISTER if word not in {"--profile", "basic"}]
    registered = answer(*fapi, "--keys", tmp_path / "one")
    replaced = answer("clients", "replace-keys", "jaki", tmp_path / "two", "--reason", "berkala")
    assert registered["secret"] is None
    assert registered["client"]["jwks"] != replaced["jwks"]


def test_a_clients_life_is_recorded_with_the_person_behind_it(answer):
    """`--by` goes before the environment."""
    secret = answer(*REGISTER)["client"]["secrets"][0]["id"]
    answer("clients", "rotate-secret", "jaki", "--grace-hours", "1", "--reason", "berkala")
    answer("clients", "revoke-secret", "jaki", secret, "--reason", "bocor")
    answer("clients", "disable", "jaki", "--reason", "insiden", "--by", "Dedi")
    assert answer("clients", "enable", "jaki", "--reason", "selesai")["status"] == "active"
    records = [entry["record"] for entry in answer("audit", "list", "--kind", "admin.")]
    assert [
        ("admin.enable-client", "Rina Wulandari"),
        ("admin.disable-client", "Dedi"),
        ("admin.revoke-secret", "Rina Wulandari"),
        ("admin.rotate-secret", "Rina Wulandari"),
        ("admin.register-client", "Rina Wulandari"),
    ] == [(record["kind"], record["by"]) for record in records]


def test_an_agreement_goes_from_draft_to_its_end(answer, tmp_path):
    """Step by step; lists filter by where it stands."""
    (tmp_path / "draft.toml").write_text(DRAFT)
    assert answer("agreements", "draft", tmp_path / "draft.toml", "--reason", "usulan")["status"] == "draft"
    for step, status in (
        ("submit", "submitted"),
        ("approve", "active"),
        ("suspend", "suspended"),
        ("resume", "active"),
    ):
        assert status == answer("agreements", step, "PKS-1", "--reason", "uji")["status"]
    assert ["PKS-1"] == [it["id"] for it in answer("agreements", "list", "--status", "active", "--consumer", "jakarta")]
    assert answer("agreements", "end", "PKS-1", "--reason", "habis")["status"] == "ended"
    assert [] == answer("agreements", "list", "--status", "active")
    assert answer("agreements", "show", "PKS-1")["status_reason"] == "habis"


def test_a_draft_may_be_json(answer, tmp_path):
    """As `show --json` writes it, but for its status."""
    (tmp_path / "draft.toml").write_text(DRAFT)
    first = answer("agreements", "draft", tmp_path / "draft.toml", "--reason", "usulan")
    again = {name: value for name, value in first.items() if not name.startswith("status")} | {"id": "PKS-2"}
    (tmp_path / "draft.json").write_text(json.dumps(again))
    assert again.items() <= answer("agreements", "draft", tmp_path / "draft.json", "--reason", "usulan").items()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("clients", "show", "nobody"), 1, "there is no nobody"),
        (("agreements", "show", "PKS-9"), 1, "there is no PKS-9"),
        (("agreements", "end", "PKS-9", "--reason", "x"), 1, "there is no PKS-9"),
        (("audit", "show", "7"), 1, "there is no 7"),
        (("clients", "register"), 2, "Missing option"),
        (("clients", "disable", "jaki"), 2, "Missing option '--reason'"),
        (("clients", "disable", "jaki", "--reason", " "), 2, "reason must be"),
        (("audit", "list", "--since", "kemarin"), 2, "is not an instant"),
        (("nothing",), 2, "No such command"),
        (("clients", "list", "--config", "/nonexistent.toml"), 3, "there is no such file"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_what_goes_wrong_has_its_exit_code_and_a_sentence_on_stderr(gateway, arguments, code, said):
    """1 failed, 2 wrong usage, 3 not ready; stdout stays empty."""
    exit_code, out, err = gateway(*arguments)
    assert (code, "") == (exit_code, out)
    assert said in err


def test_with_json_an_error_is_json_too(gateway):
    """On stderr, with its code and parameters."""
    words = ["jakrta" if word == "jakarta" else word for word in REGISTER]
    code, out, err = gateway(*words, "--json")
    error = json.loads(err)
    assert (2, "") == (code, out)
    assert ("parameter-invalid", "partner", "jakarta") == tuple(
        error[name] for name in ("code", "parameter", "nearest")
    )


def test_a_store_that_is_down_is_not_ready(gateway, monkeypatch):
    """Exit code 3, and no password on the screen."""
    monkeypatch.setenv("GATEWAY__DATABASE__URL", "postgresql://gateway:hunter2@127.0.0.1:1/none")
    code, _, err = gateway("clients", "list")
    assert (3, True, False) == (code, "database" in err, "hunter2" in err)


def test_settings_are_checked_and_every_fault_is_data(gateway, config):
    """Exit code 3, a fault a line; JSON with `--json`."""
    assert gateway("config", "check")[0] == 0
    (config / "gateway.toml").write_text("[server]\nprot = 1\nwrkers = 2\n")
    code, out, _ = gateway("config", "check")
    assert (3, 2) == (code, len(out.splitlines()))
    code, out, _ = gateway("config", "check", "--json")
    assert (3, False, 2) == (code, json.loads(out)["ok"], len(json.loads(out)["faults"]))


def test_settings_are_shown_without_secrets(gateway, monkeypatch):
    """As dotted keys, or as JSON."""
    monkeypatch.setenv("GATEWAY__ACCESS__PEPPER", "merica-hitam-0123456789")
    _, out, _ = gateway("config", "show")
    assert "server.port = 8400" in out
    assert "merica" not in out
    assert json.loads(gateway("config", "show", "--json")[1])["access"]["pepper"] == "***"


def test_signing_keys_are_listed_and_rotated(answer):
    """The new one is announced beside the old."""
    (old,) = answer("keys", "list")["keys"]
    new = answer("keys", "rotate", "--reason", "berkala")["kid"]
    assert {old["kid"], new} == {key["kid"] for key in answer("keys", "list")["keys"]}
    only = answer("keys", "rotate", "--compromised", "--reason", "bocor")["kid"]
    assert [only] == [key["kid"] for key in answer("keys", "list")["keys"]]


def test_migrating_twice_changes_nothing_more(gateway):
    """The second time there is nothing to do."""
    assert (0, f"empty -> {newest()}\n", "") == gateway("migrate")
    assert (0, f"{newest()}: nothing to do\n", "") == gateway("migrate")


def test_an_audit_record_is_printed_byte_for_byte(gateway, answer):
    """As it is kept, so that it can be hashed."""
    answer(*REGISTER)
    _, out, _ = gateway("audit", "show", "1")
    assert answer("audit", "list")[0] == {"number": 1, "record": json.loads(out)}


def test_audit_lists_by_time_and_goes_on_before_a_number(answer):
    """Newest first."""
    answer(*REGISTER)
    for _ in range(3):
        answer("clients", "rotate-secret", "jaki", "--reason", "berkala")
    assert [4, 3] == [entry["number"] for entry in answer("audit", "list", "--limit", "2")]
    assert [2, 1] == [entry["number"] for entry in answer("audit", "list", "--before", "3")]
    assert [] == answer("audit", "list", "--until", "2020-01-01")
    assert 4 == len(answer("audit", "list", "--since", "2020-01-01T00:00:00+07:00"))


def test_help_imports_no_room():
    """Every command's help is told without reading the rooms, so that it comes at once."""
    heavy = ("sqlalchemy", "litestar", "authlib", "joserfc", "redis", "aiohttp", "granian")
    program = (
        "import sys; from gateway.cli.main import root\n"
        "try: root.main(['--help'], standalone_mode=False)\n"
        f"finally: print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_module_is_the_command(config):
    """`python -m gateway` exits with the code of the command."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "clients", "show", "nobody"],
        cwd=ROOT,
        env=os.environ | {"GATEWAY_CONFIG": str(config / "gateway.toml")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (1, "", "error: there is no nobody\n") == (done.returncode, done.stdout, done.stderr)
