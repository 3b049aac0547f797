"""A partner that runs `newborn-documents` with its own systems: each publishes in the shape that its platform has."""

from itertools import count
from typing import Any

from gateway.administration.adopt_recipe import adopt_recipe
from tests.support.event_world import BY, EventWorld, sample

RECIPE = "newborn-documents"
DOCUMENTS = ("birth-certificate", "family-card", "child-identity-card")
_SUMEDANG = {"birth-certificate": "AKL", "family-card": "KK", "child-identity-card": "KIA", "move-letter": "SKP"}
_JAKARTA = {
    "birth-certificate": "Akta Kelahiran",
    "family-card": "Kartu Keluarga",
    "child-identity-card": "Kartu Identitas Anak",
    "move-letter": "Surat Keterangan Pindah",
}


class Newborn:
    """The hospital, the civil registry and the notifier of one partner, bound to their roles."""

    def __init__(self, world: EventWorld, partner: str = "sumedang") -> None:
        self.world = world
        self.partner = partner
        self._numbers = count(1)
        self._clients = {role: world.client(partner, "events:publish") for role in ("hospital", "registry", "notifier")}
        self._clients["reader"] = world.client(partner, "cases:read")
        self.ids = {role: client_id for role, (client_id, _) in self._clients.items()}
        self.headers: dict[str, dict[str, str]] = {}
        self.renew()

    def renew(self) -> None:
        """Gets new tokens for all of them."""
        self.headers |= {role: self.world.bearer(*client) for role, client in self._clients.items()}
        self.reader = self.headers["reader"]

    def roles(self) -> dict[str, tuple[str, ...]]:
        """The recipe's roles with their clients."""
        ids = self.ids
        return {"hospital": (ids["hospital"],), "civil-registry": (ids["registry"],), "notifier": (ids["notifier"],)}

    def adopt(self) -> None:
        """The partner runs the recipe, and every process knows it."""
        gateway = self.world.gateway
        desk = gateway.running.gateway.desk
        gateway.do(adopt_recipe(desk, RECIPE, partner=self.partner, roles=self.roles(), by=BY, reason="Uji"))
        gateway.do(gateway.running.followed())

    def birth(self, *, role: str = "hospital", **changes: Any) -> Any:
        """The answer to a new birth."""
        number = f"N-{next(self._numbers):06}"
        data = sample(self.partner, "hospital-births")
        data["id" if self.partner == "jakarta" else "id_lahir"] = number
        return self._post("hospital-births", "birth", number, data | changes, role=role)

    def opened(self) -> str:
        """The id of the case that a new birth opened."""
        answer = self.birth()
        assert 202 == answer.status_code, answer.text
        return str(answer.json()["data"]["caseid"])

    def document(self, case: str | None, kind: str, *, role: str = "registry", caseid: str | None = None) -> Any:
        """The answer to a document that was issued; the case is named in the data."""
        number = f"DOC-{next(self._numbers):06}"
        data = sample(self.partner, "civil-registry-documents")
        if self.partner == "jakarta":
            data["permohonan"] |= {"id": number, "kasus": case}
            data["dokumen"]["jenis"] = _JAKARTA[kind]
        else:
            data |= {"no_registrasi": number, "id_kasus": case, "kode_dokumen": _SUMEDANG[kind]}
        return self._post(
            "civil-registry-documents",
            "document.issued",
            number,
            data,
            role=role,
            **({"caseid": caseid} if caseid else {}),
        )

    def notified(self, case: str | None, *, role: str = "notifier") -> Any:
        """The answer to a message that was sent."""
        number = f"msg-{next(self._numbers):06}"
        data = sample(self.partner, "notifier")
        names = ("notificationId", "caseId") if self.partner == "jakarta" else ("id_pesan", "id_kasus")
        return self._post(
            "notifier", "citizen.notified", number, data | dict(zip(names, (number, case), strict=True)), role=role
        )

    def case(self, case: str) -> Any:
        """The case as it can be read."""
        answer = self.world.gateway.get(f"/v1/cases/{case}", headers=self.reader)
        assert 200 == answer.status_code, answer.text
        return answer.json()

    def cases(self, **parameters: Any) -> Any:
        """A page of cases."""
        answer = self.world.gateway.get("/v1/cases", headers=self.reader, params=parameters)
        assert 200 == answer.status_code, answer.text
        return answer.json()

    def _post(self, source: str, type_: str, number: str, data: dict[str, Any], *, role: str, **more: str) -> Any:
        event = {
            "specversion": "1.0",
            "id": number,
            "source": f"/{self.partner}/{source}",
            "type": type_,
            "time": "2026-03-10T03:05:00+07:00",
            "datacontenttype": "application/json",
            "data": data,
        }
        return self.world.post(event | more, self.headers[role])
