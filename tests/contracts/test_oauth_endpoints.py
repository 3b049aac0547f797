"""The OAuth endpoints answer as the API description says, whatever is sent."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.served import served

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# With good credentials, free text for scope and purpose is in order as text, and still refused.
PROVED = ("--exclude-checks", "positive_data_acceptance")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """The whole gateway over HTTP."""
    with served(tmp_path_factory.mktemp("oauth")) as running:
        yield running


@pytest.mark.parametrize("how", ["nobody", "client", "bearer"])
def test_schemathesis_finds_nothing(gateway, tmp_path, how):
    """Every check, without credentials, with a client's, and with a token where credentials belong."""
    client = gateway.client("jakarta")
    options = {
        "nobody": (),
        "client": ("--auth", f"{client.client_id}:{client.secret}", *PROVED),
        "bearer": ("-H", f"Authorization: Bearer {gateway.token()}"),
    }[how]
    command = (
        SCHEMATHESIS, "run", f"{gateway.url}/openapi.json", "--include-path-regex", "^/(oauth|.well-known)/",
        "--checks", "all", "--max-examples", "25", "--seed", "7", "--generation-database", "none", "--no-color",
        *options,
    )  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert 0 == done.returncode, done.stdout[-5000:]
    assert "5 selected" in done.stdout.lower() or "Tested: 5" in done.stdout


def test_a_wrong_method_is_told_before_an_unexpected_body(gateway):
    """A form sent by GET learns that POST is meant; a GET that is right but has a body is refused for that."""
    wrong = gateway.http.request("GET", f"{gateway.url}/oauth/token", data={"grant_type": "client_credentials"})
    assert (405, "POST") == (
        wrong.status_code,
        wrong.headers["allow"].replace("OPTIONS, ", "").replace(", OPTIONS", ""),
    )
    right = gateway.http.request("GET", f"{gateway.url}/oauth/jwks", content=b"x")
    assert (400, "body-unexpected") == (right.status_code, right.json()["code"])
