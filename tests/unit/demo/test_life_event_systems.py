"""The stand-ins around a birth: they believe nothing unsigned, and take nothing twice."""

from datetime import UTC, datetime

import aiohttp
import pytest
from standardwebhooks.webhooks import Webhook

from gateway.demo.life_events.registry import child_nik
from gateway.demo.life_events.webhook_signature import SignatureCheck
from gateway.demo.stand_ins import StandIns
from gateway.life_events.signature import Scheme, SigningSecret, new_key, public_key, shown_secret, signed_headers

BODY = b'{"type":"birth"}'
SUMEDANG = {
    "jenis_permohonan": "AKTA_KELAHIRAN",
    "no_rujukan": "KLH-1",
    "id_kasus": "case_1",
    "waktu_lahir": "10-03-2026 02:15:00",
    "jenis_kelamin": "2",
    "ibu": {"nik": "3211154503960000", "nama_lengkap": "Eneng Contoh"},
}
JAKARTA = {
    "permohonan": {"jenis": "akta-kelahiran", "rujukan": "p-1", "kasus": "case_1"},
    "bayi": {"jenisKelamin": "LAKI-LAKI", "lahirPada": 1773093120000},
    "orangTua": {"ibu": {"nik": "3171064904940000", "namaLengkap": "Ratna Contoh"}},
}


def signed(secret, *, at=None):
    """The headers of a delivery."""
    timestamp = int((at or datetime.now(UTC)).timestamp())
    return signed_headers("dlv_1", BODY, timestamp=timestamp, secrets=[secret])


@pytest.mark.parametrize("scheme", Scheme)
def test_a_signature_of_the_gateway_fits(scheme):
    """Also where an older secret signed beside it; of either scheme."""
    secret, other = SigningSecret("a", scheme, new_key()), SigningSecret("b", scheme, new_key())
    check = SignatureCheck(shown_secret(secret) or public_key(secret))
    assert check.fits(signed(secret), BODY)
    both = signed_headers("dlv_1", BODY, timestamp=int(datetime.now(UTC).timestamp()), secrets=[other, secret])
    assert check.fits(both, BODY)


@pytest.mark.parametrize("scheme", Scheme)
def test_another_body_secret_id_or_time_does_not(scheme):
    """Nor a signature that is no base64, nor none."""
    secret = SigningSecret("a", scheme, new_key())
    check = SignatureCheck(shown_secret(secret) or public_key(secret))
    headers = signed(secret)
    assert not check.fits(headers, BODY + b" ")
    assert not check.fits(signed(SigningSecret("b", scheme, new_key())), BODY)
    assert not check.fits(headers | {"webhook-id": "dlv_2"}, BODY)
    assert not check.fits(signed(secret, at=datetime(2026, 3, 10, tzinfo=UTC)), BODY)
    assert not check.fits(headers | {"webhook-signature": f"{scheme.value},***"}, BODY)
    assert not check.fits({}, BODY)


def test_it_agrees_with_another_implementation():
    """What `standardwebhooks` signs, fits."""
    secret = shown_secret(SigningSecret("a", Scheme.HMAC, new_key()))
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "dlv_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("dlv_1", now, BODY.decode()),
    }
    assert SignatureCheck(secret).fits(headers, BODY)


@pytest.fixture
async def stand_ins():
    """All platforms, connected to no gateway."""
    async with StandIns() as running:
        yield running


@pytest.fixture
async def http():
    """A client."""
    async with aiohttp.ClientSession() as session:
        yield session


async def posted(http, url, body, **headers):
    """Status and answer."""
    async with http.post(url, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_sumedangs_registry_gives_one_number_for_one_key(stand_ins, http):
    """The same answer again; another key is another application. It wants its token, and a whole application."""
    url = f"{stand_ins.base_url}/dukcapil-sumedang/api/permohonan/akta-kelahiran"
    ours = {"Authorization": f"Bearer {stand_ins.secrets['SUMEDANG_CIVIL_REGISTRY_TOKEN']}"}
    first = await posted(http, url, SUMEDANG, **ours, **{"Idempotency-Key": "evt_1"})
    again = await posted(http, url, SUMEDANG, **ours, **{"Idempotency-Key": "evt_1"})
    other = await posted(http, url, SUMEDANG | {"no_rujukan": "KLH-2"}, **ours, **{"Idempotency-Key": "evt_2"})
    assert (201, {"status": "sukses", "nomor_permohonan": "PMH-000001"}) == first == again
    assert "PMH-000002" == other[1]["nomor_permohonan"]
    assert [401, 422, 422] == [
        (await posted(http, url, SUMEDANG, **{"Idempotency-Key": "evt_3"}))[0],
        (await posted(http, url, SUMEDANG, **ours))[0],
        (await posted(http, url, {"no_rujukan": "KLH-3"}, **ours, **{"Idempotency-Key": "evt_3"}))[0],
    ]
    assert 2 == stand_ins.regions[0].registry.taken


async def test_jakartas_registry_tells_whether_it_has_an_application(stand_ins, http):
    """And refuses it a second time."""
    url = f"{stand_ins.base_url}/alpukat-jakarta/api/v3/permohonan"
    ours = {"X-Api-Key": stand_ins.secrets["JAKARTA_CIVIL_REGISTRY_KEY"]}

    async def shown():
        async with http.get(f"{url}/p-1", headers=ours) as answer:
            return answer.status

    assert 404 == await shown()
    assert 201 == (await posted(http, url, JAKARTA, **ours))[0]
    assert (200, 409) == (await shown(), (await posted(http, url, JAKARTA, **ours))[0])
    assert [403, 400] == [(await posted(http, url, JAKARTA))[0], (await posted(http, url, {}, **ours))[0]]


async def test_a_notifier_turns_away_what_is_not_signed(stand_ins, http):
    """Before it has subscribed it can believe nobody."""
    status, _ = await posted(http, f"{stand_ins.base_url}/pesan-sumedang/webhook", {"type": "birth"})
    assert (401, 1) == (status, stand_ins.regions[0].notifier.turned_away)


def test_documents_are_in_the_registrys_own_words(stand_ins):
    """Three, each by its own code or name, of the case; the child's NIK as the register makes one."""
    sumedang, jakarta = (it.registry for it in stand_ins.regions)
    told = sumedang.documents(SUMEDANG, 7)
    assert ["AKL", "KK", "KIA"] == [it.data["kode_dokumen"] for it in told]
    assert {"case_1"} == {it.data["id_kasus"] for it in told}
    assert "3211005003260007" == told[0].data["nik"]
    told = jakarta.documents(JAKARTA, 7)
    names = ["Akta Kelahiran", "Kartu Keluarga", "Kartu Identitas Anak"]
    assert names == [it.data["dokumen"]["jenis"] for it in told]
    assert 3 == len({it.id for it in told})


def test_a_girls_day_of_birth_is_forty_more():
    """As the population register has it."""
    assert ("3211155003260007", "3211151003260007") == (
        child_nik("32.11.15", "100326", is_female=True, number=7),
        child_nik("32.11.15", "100326", is_female=False, number=7),
    )
