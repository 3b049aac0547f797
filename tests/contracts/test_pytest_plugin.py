"""`pytest --gateway-contracts` in a partner's own repository, where nothing but contracts and a plain test stand."""

import subprocess
import sys
import tomllib

import pytest

from tests.support.contract_files import ContractFiles
from tests.support.partner_documents import ROOT

STAGES = ["schemas", "mapping", "samples", "documents"]
QUICK = "--gateway-contracts-examples=20"
PLUGIN = ("-p", "gateway.contracts.pytest_plugin")


@pytest.fixture
def repository(tmp_path):
    """A partner's repository."""
    files = ContractFiles(tmp_path, "jakarta/hospitals")
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return files


def run(repository, *options, plugin=PLUGIN, path=(), autoload=False):
    """What pytest says there."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugin, *options]
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": ":".join(map(str, (ROOT, *path))),
        **({} if autoload else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
    }
    return subprocess.run(
        command, cwd=repository.root, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_each_stage_of_each_contract_is_a_test(repository):
    """Named by the mapping's file and the stage, beside the repository's own tests."""
    done = run(repository, "--gateway-contracts", QUICK, "--collect-only", "-q")
    expected = [f"schemas/partners/jakarta/hospitals.mapping.toml::{stage}" for stage in STAGES]
    assert {*expected, "test_own.py::test_own"} == {line for line in done.stdout.splitlines() if "::" in line}


def test_right_contracts_pass_and_a_broken_one_shows_its_findings(repository):
    """No traceback: file, line, field and what to do."""
    right = run(repository, "--gateway-contracts", QUICK)
    assert 0 == right.returncode, right.stdout
    assert "5 passed" in right.stdout
    repository.spoil(repository.mapping, 'from = "nama_rsu"', 'from = "nama_rsuu"')
    broken = run(repository, "--gateway-contracts", QUICK)
    assert 1 == broken.returncode
    assert "1 failed, 3 passed, 1 skipped" in broken.stdout
    assert "did you mean nama_rsu?" in broken.stdout
    assert "Traceback" not in broken.stdout


def test_the_flag_finds_contracts_where_test_paths_say_nothing_of_them(repository):
    """`testpaths` names the repository's own tests; the contracts join them, and once only."""
    (repository.root / "pytest.ini").write_text("[pytest]\ntestpaths = test_own.py\n", encoding="utf-8")
    assert "5 passed" in run(repository, "--gateway-contracts", QUICK).stdout
    assert "1 passed" in run(repository, "--gateway-contracts", QUICK, "test_own.py").stdout


def test_a_mapping_that_the_settings_do_not_name_is_told(repository):
    """A contract that nobody asks for is a mistake."""
    repository.spoil(repository.root / "config/partners/jakarta.toml", "[datasets.hospitals]", "[datasets.rsu]")
    done = run(repository, "--gateway-contracts", QUICK)
    assert 2 == done.returncode
    assert "does not name it" in done.stdout


def test_without_the_flag_nothing_is_found_and_nothing_heavy_is_loaded(repository):
    """Everybody who has the plugin pays nothing for it."""
    (repository.root / "test_own.py").write_text(
        "import sys\n\n\ndef test_own():\n    loaded = {name.split('.')[0] for name in sys.modules}\n"
        "    heavy = {'hypothesis', 'jsonschema_rs', 'msgspec', 'litestar', 'sqlalchemy', 'aiohttp', 'adapters'}\n"
        "    assert not loaded & heavy, loaded & heavy\n",
        encoding="utf-8",
    )

    done = run(repository)
    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.parametrize("plugin", [(), PLUGIN], ids=["installed", "installed and named"])
def test_an_installed_gateway_brings_the_plugin(repository, tmp_path_factory, plugin):
    """By its entry point; naming it too does no harm."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]["pytest11"]
    site = tmp_path_factory.mktemp("site")
    (site / "pertukaran-0.dist-info").mkdir()
    (site / "pertukaran-0.dist-info" / "METADATA").write_text("Name: pertukaran\nVersion: 0\n", encoding="utf-8")
    lines = "".join(f"{name} = {module}\n" for name, module in said.items())
    (site / "pertukaran-0.dist-info" / "entry_points.txt").write_text(f"[pytest11]\n{lines}", encoding="utf-8")
    done = run(repository, "--gateway-contracts", QUICK, plugin=plugin, path=[site], autoload=True)
    assert "5 passed" in done.stdout, done.stdout + done.stderr
