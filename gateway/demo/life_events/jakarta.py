"""Jakarta's systems around a birth: a hospital that speaks as SATUSEHAT does, the online registry, JAKI's messages."""

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
_DOCUMENTS = (("Akta Kelahiran", "LU"), ("Kartu Keluarga", "KK"), ("Kartu Identitas Anak", "KIA"))


def birth(number: str, *, at: datetime) -> OwnEvent:
    """A birth as the hospital tells of it: a FHIR Patient with the hour in an extension."""
    local = at.astimezone(_WIB).replace(microsecond=0)
    data = read_json_sample("jakarta", "hospital-births", name="event.json")
    data["id"] = f"p-{number}"
    data["birthDate"] = f"{local:%Y-%m-%d}"
    data["_birthDate"]["extension"][0]["valueDateTime"] = local.isoformat()
    type_ = "id.go.jakarta.simrs.patient.created"
    return OwnEvent(id=f"p-{number}", source="/jakarta/hospital-births", type=type_, data=data)


class JakartaRegistry(Registry):
    """Takes applications by key of its own, tells by their reference whether it has them, refuses them twice (409).

    It publishes in CloudEvents' binary mode.
    """

    binary = True

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def routes(self, base: str) -> list[web.RouteDef]:
        """Its door."""
        path = f"{base}/v3/permohonan"
        return [web.post(path, self.apply), web.get(f"{path}/{{reference}}", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """Whether there is such an application, and no more."""
        reference = request.match_info["reference"]
        if request.headers.get("X-Api-Key") != self._key:
            return web.json_response({"error": {"code": "FORBIDDEN"}}, status=403)
        if reference not in self.applications:
            return web.json_response({"error": {"code": "NOT_FOUND"}}, status=404)
        return web.json_response({"rujukan": reference, "tahap": "diproses"})

    async def apply(self, request: web.Request) -> web.Response:
        """The number of a new application."""
        if request.headers.get("X-Api-Key") != self._key:
            return web.json_response({"error": {"code": "FORBIDDEN"}}, status=403)
        application = msgspec.json.decode(await request.read())
        reference = application.get("permohonan", {}).get("rujukan")
        if not reference or "ibu" not in application.get("orangTua", {}):
            return web.json_response({"error": {"code": "INVALID"}}, status=400)
        if reference in self.applications:
            return web.json_response({"error": {"code": "DUPLICATE"}}, status=409)
        return web.json_response({"nomor": f"ALP-{self.take(reference, application):07}"}, status=201)

    def documents(self, application: Mapping[str, Any], number: int) -> list[OwnEvent]:
        """By their full names, dated in milliseconds."""
        child, parents = application["bayi"], application["orangTua"]
        born = datetime.fromtimestamp(child["lahirPada"] / 1000, UTC).astimezone(_WIB)
        is_female = child["jenisKelamin"] == "PEREMPUAN"
        region = parents.get("kodeWilayah") or "31.71"
        now = datetime.now(UTC)
        holder = {
            "nik": child_nik(region, f"{born:%d%m%y}", is_female=is_female, number=number),
            "nama_lengkap": child.get("namaLengkap"),
        }
        return [
            self._document(
                f"ALP-{now:%Y}-{number:06}{index}",
                case_id=application["permohonan"]["kasus"],
                document={
                    "jenis": name,
                    "nomor": f"3171-{prefix}-{now.astimezone(_WIB):%d%m%Y}-{number:04}",
                    "diterbitkan": round(now.timestamp() * 1000),
                    "penerbit": "Suku Dinas Kependudukan Jakarta Pusat",
                },
                holder=holder,
            )
            for index, (name, prefix) in enumerate(_DOCUMENTS)
        ]

    def _document(self, id: str, *, case_id: str, document: dict[str, Any], holder: dict[str, Any]) -> OwnEvent:
        data = {"permohonan": {"id": id, "kasus": case_id}, "dokumen": document, "pemilik": holder}
        type_ = "id.go.jakarta.alpukat.dokumen.diterbitkan"
        return OwnEvent(id=id, source="/jakarta/civil-registry-documents", type=type_, data=data)


class JakartaNotifier(Notifier):
    """Writes to JAKI; checks Ed25519 signatures, so that it keeps no secret."""

    signature = "v1a"
    binary = True

    def message(self, case_id: str, birth: Mapping[str, Any]) -> OwnEvent:
        """As JAKI reports it."""
        id_ = f"jaki-{case_id[-12:]}"
        data = {
            "notificationId": id_,
            "caseId": case_id,
            "channel": "push",
            "sentAt": round(datetime.now(UTC).timestamp()),
            "recipient": {"fullName": birth.get("mother_name"), "msisdn": birth.get("contact_phone")},
        }
        return OwnEvent(id=id_, source="/jakarta/notifier", type="citizen.notified", data=data)
