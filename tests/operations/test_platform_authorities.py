"""Every command that asks a platform trusts the authority that the platform's settings name, and no other."""

import json

import httpx
import pytest

from tests.support.certificates import Certificates
from tests.support.in_thread import in_thread
from tests.support.process import installation, stand_ins_in_thread
from tests.support.tls_front import tls_front

DATASET = "sumedang/services"
PLATFORM = "GATEWAY__PARTNERS__SUMEDANG__PLATFORMS__SERVICE_FILES__"


@pytest.fixture(scope="module")
def stand_ins():
    """The platforms, in the clear."""
    with stand_ins_in_thread() as platforms:
        yield platforms


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Of Sumedang's own authority."""
    return Certificates(tmp_path_factory.mktemp("tls") / "sumedang")


@pytest.fixture(scope="module")
def front(stand_ins, certificates):
    """The same platforms behind TLS."""
    with in_thread(tls_front(stand_ins.port, certificates)) as address:
        yield address


@pytest.fixture
def installed(tmp_path, stand_ins, front):
    """An installation whose platform of services stands behind that authority, which nothing names yet."""
    overlay = {f"{PLATFORM}BASE_URL": f"{front}/sumedang/berkas"}
    with installation(tmp_path, stand_ins, **overlay) as process:
        yield process


def examined(installed):
    """What the doctor says of the dataset."""
    checks = json.loads(installed.run("doctor", "--json").stdout)["checks"]
    return next(it for it in checks if it["subject"] == DATASET)


def test_without_the_authority_the_doctor_and_the_checks_say_what_to_name(installed):
    """Nothing of the platform is believed."""
    check = examined(installed)
    assert "failed" == check["verdict"]
    assert "name it in the platform's ca_file" in check["detail"]
    assert "ca_file" in check["advice"]
    recorded = installed.run("contracts", "record", DATASET, "--dry-run")
    assert recorded.returncode != 0
    assert "ca_file" in recorded.stderr


def test_with_it_every_command_reads_the_platform(installed, certificates):
    """The doctor, the live check, the recording, and what is served."""
    installed.environ[f"{PLATFORM}CA_FILE"] = str(certificates.authority)
    assert "ok" == examined(installed)["verdict"]
    checked = installed.run("contracts", "check", DATASET, "--live", "--examples", "1")
    assert 0 == checked.returncode, checked.stdout
    recorded = installed.run("contracts", "record", DATASET, "--dry-run")
    assert 0 == recorded.returncode, recorded.stderr
    installed.start()
    headers = {"Authorization": f"Bearer {installed.token(installed.seed())}"}
    answer = httpx.get(f"{installed.url}/v1/services?partner=sumedang", headers=headers, trust_env=False).json()
    assert (True, []) == (len(answer["data"]) > 0, answer["gaps"])


def test_a_file_that_is_not_there_stops_the_start(installed):
    """Exit code 3, with file and key; the check of the settings says so before."""
    installed.environ[f"{PLATFORM}CA_FILE"] = str(installed.folder / "ca.pem")
    assert 3 == installed.run("config", "check").returncode
    assert 3 == installed.spawn().wait(30)
    log = (installed.folder / "log").read_text(encoding="utf-8")
    assert "partners/sumedang.toml: platforms.service-files.ca_file: expected a file with the certificate" in log
