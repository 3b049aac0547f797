"""Sumedang's systems around a birth: a hospital's SIMRS, the civil registry, and the sender of WhatsApp messages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
from aiohttp import web

from gateway.demo.life_events.notifier import Notifier
from gateway.demo.life_events.publishing import OwnEvent
from gateway.demo.life_events.registry import Registry, child_nik
from gateway.demo.samples import read_json_sample

_WIB = timezone(timedelta(hours=7))
_DOCUMENTS = (("AKL", "3211-LU"), ("KK", "3211-KK"), ("KIA", "3211-KIA"))


def birth(number: str, *, at: datetime) -> OwnEvent:
    """A birth as the hospital tells of it: day and hour apart, in local time, sex by a letter."""
    local = at.astimezone(_WIB)
    data = read_json_sample("sumedang", "hospital-births", name="event.json") | {
        "id_lahir": f"KLH-{number}",
        "tgl_lahir": f"{local:%Y-%m-%d}",
        "jam_lahir": f"{local:%H:%M}",
        "nama_bayi": "SEKAR CONTOH",
    }
    type_ = "id.go.sumedangkab.simrs.kelahiran"
    return OwnEvent(id=f"KLH-{number}", source="/sumedang/hospital-births", type=type_, data=data)


class SumedangRegistry(Registry):
    """Takes applications at its REST door, knows what it is sent again by a key, and answers `{"status": …}`."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token
        self._numbers: dict[str, int] = {}

    def routes(self, base: str) -> list[web.RouteDef]:
        """Its door."""
        return [web.post(f"{base}/permohonan/akta-kelahiran", self.apply)]

    async def apply(self, request: web.Request) -> web.Response:
        """The number of an application; the same for one that is sent again."""
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return web.json_response({"status": "gagal", "pesan": "token salah"}, status=401)
        key, application = request.headers.get("Idempotency-Key", ""), msgspec.json.decode(await request.read())
        if not key or application.get("jenis_permohonan") != "AKTA_KELAHIRAN" or "ibu" not in application:
            return web.json_response({"status": "gagal", "pesan": "permohonan tidak lengkap"}, status=422)
        if key not in self._numbers:
            self._numbers[key] = self.take(application["no_rujukan"], application)
        return web.json_response({"status": "sukses", "nomor_permohonan": f"PMH-{self._numbers[key]:06}"}, status=201)

    def documents(self, application: Mapping[str, Any], number: int) -> list[OwnEvent]:
        """Birth certificate (AKL), family card (KK), child's identity card (KIA)."""
        born = datetime.strptime(application["waktu_lahir"], "%d-%m-%Y %H:%M:%S").replace(tzinfo=_WIB)
        region = application.get("kode_wilayah") or "32.11"
        is_female = application["jenis_kelamin"] == "2"
        now = datetime.now(UTC).astimezone(_WIB)
        return [
            self._document(
                f"REG-{now:%Y}-{number:05}{index}",
                {
                    "id_kasus": application["id_kasus"],
                    "kode_dokumen": code,
                    "no_dokumen": f"{prefix}-{now:%d%m%Y}-{number:04}",
                    "tgl_terbit": f"{now:%d-%m-%Y %H:%M}",
                    "instansi": "Dinas Kependudukan dan Pencatatan Sipil",
                    "kode_wilayah": region,
                    "nik": child_nik(region, f"{born:%d%m%y}", is_female=is_female, number=number),
                    "nama": application.get("nama_lengkap_anak"),
                },
            )
            for index, (code, prefix) in enumerate(_DOCUMENTS)
        ]

    def _document(self, id: str, data: dict[str, Any]) -> OwnEvent:
        source, type_ = "/sumedang/civil-registry-documents", "id.go.sumedangkab.disdukcapil.dokumen-terbit"
        return OwnEvent(id=id, source=source, type=type_, data={"no_registrasi": id, **data})


class SumedangNotifier(Notifier):
    """Writes by WhatsApp; checks HMAC signatures."""

    def message(self, case_id: str, birth: Mapping[str, Any]) -> OwnEvent:
        """As the message gateway reports it."""
        id_ = f"wamid-{case_id[-12:]}"
        data = {
            "id_pesan": id_,
            "id_kasus": case_id,
            "kanal": "WA",
            "waktu_kirim": f"{datetime.now(UTC).astimezone(_WIB):%Y-%m-%d %H:%M:%S}",
            "nama_penerima": birth.get("mother_name"),
            "no_hp": birth.get("contact_phone"),
        }
        return OwnEvent(id=id_, source="/sumedang/notifier", type="citizen.notified", data=data)
