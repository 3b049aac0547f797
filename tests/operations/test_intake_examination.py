"""What `gateway doctor` says of platforms that take records, over real HTTP."""

import pytest

from gateway.settings import Intake, Partner, Platform, Settings
from gateway.wiring.intake_examination import examine_intakes
from tests.support.platform_server import PlatformServer, answering, resetting

BY_ID = Intake(platform="registry", path="/permohonan", by_id="/permohonan/{id}")


async def examined(url, intake=BY_ID, *, adapter="rest_json"):
    """Its one finding."""
    registry = Platform(adapter=adapter, base_url=url, timeout_s=1.0)
    partner = Partner(
        id="garut", name="Garut", kode_wilayah="32.05", platforms={"registry": registry}, intakes={"akta": intake}
    )
    settings = Settings(partners={"garut": partner})
    (found,) = [it async for it in examine_intakes(settings, secrets={}.__getitem__)]
    return found


@pytest.mark.parametrize(
    ("answer", "verdict", "detail", "advice"),
    [
        (answering(b"{}", status=404), "ok", "none was written", ""),
        (answering(b"{}", status=200), "failed", "has a record which nobody has sent", "404"),
        (answering(b"{}", status=400), "note", "answers 400 to a made-up id", "first delivery"),
        (answering(b"{}", status=403), "failed", "answered 403", "secret"),
        (answering(b"{}", status=503), "failed", "answered 503", "base_url"),
        (resetting, "failed", "connection failed", "base_url"),
    ],
)
async def test_a_platform_that_can_be_asked_is_asked(answer, verdict, detail, advice):
    """Only by GET, once, for a record that nobody has sent."""
    async with PlatformServer(answer) as server:
        found = await examined(server.url)
    assert ("garut/akta", verdict, True, True) == (
        found.subject,
        found.verdict,
        detail in found.detail,
        advice in found.advice,
    ), found
    assert {("GET", "/permohonan/pemeriksaan-gerbang")} == {(it.method, it.path) for it in server.requests}


async def test_a_platform_that_can_only_be_written_to_is_left_alone():
    """Not even a connection is made; it is said why."""
    intake = Intake(platform="registry", path="/permohonan", key_header="Idempotency-Key")
    async with PlatformServer(answering(b"{}", status=201)) as server:
        found = await examined(server.url, intake)
    assert ("note", True, []) == (found.verdict, "not tried" in found.detail, server.requests)


async def test_an_intake_that_cannot_be_is_told_of():
    """By file and key, as at the start."""
    found = await examined("http://127.0.0.1:1", adapter="ckan")
    assert ("intakes", "failed", True) == (found.subject, found.verdict, "ckan takes no records" in found.detail)
