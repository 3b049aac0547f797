"""Clients and agreements of life events in a served gateway: those who publish, those who may read."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from joserfc.jwk import ECKey

from gateway.access.client import Profile
from gateway.administration.decide_agreement import decide_agreement
from gateway.administration.draft_agreement import NewAgreement, draft_agreement
from gateway.administration.register_client import NewClient, register_client
from gateway.agreements.agreement import GrantedField, GrantedResource
from gateway.agreements.states import Step
from gateway.demo.samples import read_json_sample
from gateway.ids import AgreementId, new_id
from tests.support.access import signed
from tests.support.served import Served

BY = "Petugas Uji"
PURPOSE = "administrasi-kependudukan"
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
PUBLIC = (GrantedField("@public", "UU 24/2013"), GrantedField("@restricted", "UU 24/2013"))
NAMED = (*PUBLIC, GrantedField("mother_name", "UU 24/2013 pasal 27"), GrantedField("mother_nik", "UU 24/2013 pasal 27"))


class EventWorld:
    """Makes clients with the scopes of life events, and agreements about them."""

    def __init__(self, gateway: Served) -> None:
        self.gateway = gateway
        self._key = ECKey.generate_key("P-256", auto_kid=True)
        self._made = 0
        self._numbers = count(100_000)

    def client(
        self, partner: str, *scopes: str, profile: Profile = Profile.BASIC, purposes: tuple[str, ...] = (PURPOSE,)
    ) -> tuple[str, str | None]:
        """The id of a new client, and its secret where it has one."""
        self._made += 1
        jwks = {"keys": [self._key.as_dict(private=False)]} if profile is Profile.FAPI else None
        new = NewClient(
            id=new_id(partner),
            partner=partner,
            name=f"Sistem {self._made}",
            profile=profile,
            scopes=frozenset(scopes),
            purposes=frozenset(purposes),
            keys=jwks,
        )
        registered = self.gateway.do(register_client(self.gateway.running.gateway.desk, new, by=BY, reason="Uji"))
        self.gateway.do(self.gateway.running.followed())
        return registered.client.id, registered.secret

    def bearer(self, client_id: str, secret: str | None, *, purpose: str = PURPOSE) -> dict[str, str]:
        """The header of a new token."""
        form = {"grant_type": "client_credentials", "purpose": purpose}
        url = f"{self.gateway.url}/oauth/token"
        if secret is not None:
            answer = self.gateway.http.post(url, data=form, auth=(client_id, secret))
        else:
            now = int(time.time())
            claims = {"iss": client_id, "sub": client_id, "aud": self.gateway.url, "iat": now, "exp": now + 60}
            claims["jti"] = f"{client_id}-{time.time_ns()}"
            assertion = signed(claims, self._key, alg="ES256", kid=self._key.kid)
            answer = self.gateway.http.post(
                url, data=form | {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
            )
        assert 200 == answer.status_code, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def publisher(self, partner: str = "sumedang") -> dict[str, str]:
        """The header of a client that publishes for that partner."""
        return self.bearer(*self.client(partner, "events:publish"))

    def reader(self, partner: str = "jakarta", *, profile: Profile = Profile.BASIC) -> dict[str, str]:
        """The header of a client that reads for that partner."""
        return self.bearer(*self.client(partner, "events:read", profile=profile))

    def agree(
        self, provider: str, consumer: str, *names: str, fields: tuple[GrantedField, ...] = PUBLIC
    ) -> AgreementId:
        """The id of an agreement in force about those kinds of event."""
        return self.gateway.do(self._agree(provider, consumer, names, fields))

    async def _agree(
        self, provider: str, consumer: str, names: tuple[str, ...], fields: tuple[GrantedField, ...]
    ) -> AgreementId:
        desk = self.gateway.running.gateway.desk
        today = desk.clock.now().date()
        new = NewAgreement(
            provider=provider,
            consumer=consumer,
            title="Peristiwa kehidupan",
            resources=tuple(GrantedResource(name, fields) for name in names),
            purposes=frozenset({PURPOSE}),
            valid_from=today - timedelta(days=1),
            valid_until=today + timedelta(days=365),
        )
        drafted = await draft_agreement(desk, new, by=BY, reason="Uji")
        for step in (Step.SUBMIT, Step.APPROVE):
            await decide_agreement(desk, drafted.id, step=step, by=BY, reason="Uji")
        await self.gateway.running.followed()
        return drafted.id

    def suspend(self, agreement: AgreementId) -> None:
        """Stops the agreement."""
        desk = self.gateway.running.gateway.desk
        self.gateway.do(decide_agreement(desk, agreement, step=Step.SUSPEND, by=BY, reason="Uji"))
        self.gateway.do(self.gateway.running.followed())

    def post(self, event: Any, headers: dict[str, str], **more: str) -> Any:
        """The answer to an event, or a list of them."""
        kind = BATCH if isinstance(event, list) else STRUCTURED
        body = json.dumps(event).encode()
        return self.gateway.http.post(
            f"{self.gateway.url}/v1/events", content=body, headers={**headers, **kind, **more}
        )

    def publish(self, how_many: int, headers: dict[str, str]) -> list[str]:
        """The ids of so many new births."""
        answer = self.post([a_birth(next(self._numbers)) for _ in range(how_many)], headers)
        assert 202 == answer.status_code, answer.text
        return [it["id"] for it in answer.json()["data"]]

    @contextmanager
    def stream(self, headers: dict[str, str], **parameters: Any) -> Iterator[tuple[httpx.Response, Iterator[str]]]:
        """A stream: its answer, and its lines as they come."""
        accept = {"Accept": "text/event-stream"}
        url = self.gateway.url + "/v1/events"
        with (
            httpx.Client(timeout=10, trust_env=False) as http,
            http.stream("GET", url, headers=headers | accept, params=parameters) as answer,
        ):
            yield answer, answer.iter_lines()

    def read(self, headers: dict[str, str], **parameters: Any) -> Any:
        """The answer of the feed."""
        return self.gateway.get("/v1/events", headers=headers, params=parameters)


def sample(partner: str, source: str) -> dict[str, Any]:
    """The data of an event as that source sends it."""
    return read_json_sample(partner, source, name="event.json")


def a_birth(number: int = 1, *, data: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A CloudEvent of Sumedang's hospital, as its system sends it."""
    event = {
        "specversion": "1.0",
        "id": f"KLH-{number}",
        "source": "/sumedang/hospital-births",
        "type": "birth",
        "time": "2026-03-10T03:05:00+07:00",
        "datacontenttype": "application/json",
        "data": sample("sumedang", "hospital-births") | {"id_lahir": f"KLH-{number:06}"} | (data or {}),
    }
    return {name: value for name, value in (event | changes).items() if value is not None}


def next_event(lines: Iterator[str]) -> dict[str, str] | None:
    """The next event of a stream: its fields."""
    found: dict[str, str] = {}
    for line in lines:
        if line == "" and "data" in found:
            return found
        name, _, value = line.partition(": ")
        if name and line:
            found[name] = value
    return None
