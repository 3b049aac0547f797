"""A folder of settings that are right, to be spoiled."""

import pytest

MAIN = """\
[server]
public_url = "https://gerbang.example"
port = 8400

[database]
url = "sqlite:///var/gateway.db"
"""
PURPOSES = """\
[pelayanan-publik]
name_id = "Pelayanan publik"
name_en = "Public services"
"""
PARTNER = """\
id           = "garut"
name         = "Pemerintah Kabupaten Garut"
kode_wilayah = "32.05"

[platforms.portal]
adapter  = "rest_json"
base_url = "https://portal.garut.example"
auth     = { kind = "bearer", secret = "GARUT_KEY" }

[datasets.facilities]
platform    = "portal"
path        = "/fasilitas"
fresh_for_s = 60
"""


@pytest.fixture
def config(tmp_path):
    """`config/` of a project."""
    folder = tmp_path / "config"
    (folder / "partners").mkdir(parents=True)
    (folder / "gateway.toml").write_text(MAIN)
    (folder / "purposes.toml").write_text(PURPOSES)
    (folder / "partners/garut.toml").write_text(PARTNER)
    return folder
