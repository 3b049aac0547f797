"""Publishes events over HTTP, as a partner's system does: gets a token, posts, tells what became of each."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec

from gateway.errors import BadConfiguration, BadRequest, BadRequestCode, PartnerUnavailable, UnavailableCode

BATCH_EVENTS = 100
_STRUCTURED, _BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


class ClientIdentity(NamedTuple):
    """Who publishes: a client with its secret, or with its private key (PEM)."""

    client_id: str
    secret: str | None
    key: bytes | None


def client_of_environment() -> ClientIdentity:
    """The client that the environment names. Raises `BadConfiguration`."""
    client_id = os.environ.get("GATEWAY_CLIENT_ID")
    if not client_id:
        raise BadConfiguration("set GATEWAY_CLIENT_ID, and GATEWAY_CLIENT_SECRET or GATEWAY_CLIENT_KEY_FILE")
    if key_file := os.environ.get("GATEWAY_CLIENT_KEY_FILE"):
        return ClientIdentity(client_id, None, _read(key_file))
    secret = os.environ.get("GATEWAY_CLIENT_SECRET")
    if secret is None and (secret_file := os.environ.get("GATEWAY_CLIENT_SECRET_FILE")):
        secret = _read(secret_file).decode().strip()
    if not secret:
        raise BadConfiguration("set GATEWAY_CLIENT_SECRET, GATEWAY_CLIENT_SECRET_FILE or GATEWAY_CLIENT_KEY_FILE")
    return ClientIdentity(client_id, secret, None)


def events_in(text: bytes) -> list[Any]:
    """The events of a file: one, those of an array, or one a line. Raises `BadRequest`."""
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return [_line(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return found if isinstance(found, list) else [found]


def wrapped(data: Any, envelope: Mapping[str, str | None]) -> dict[str, Any]:
    """The data in a CloudEvent with these attributes; an id is made where there is none."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return event | {name: value for name, value in envelope.items() if value is not None}


class Publisher:
    """Posts events to a gateway."""

    def __init__(self, url: str, *, client: ClientIdentity, purpose: str) -> None:
        self._url = url
        self._client = client
        self._purpose = purpose

    async def publish(self, events: list[Any]) -> list[dict[str, Any]]:
        """What became of each event. Raises `BadRequest` or `PartnerUnavailable` where none of it was taken."""
        import aiohttp

        results: list[dict[str, Any]] = []
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
                bearer = {"Authorization": f"Bearer {await self._token(session)}"}
                for start in range(0, len(events), BATCH_EVENTS):
                    results += await self._post(session, events[start : start + BATCH_EVENTS], bearer)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            message = f"the gateway at {self._url} does not answer"
            raise PartnerUnavailable(UnavailableCode.UNREACHABLE, message, cause=type(error).__name__) from error
        return results

    async def _token(self, session: Any) -> str:
        from gateway.access.token_request import token_request

        who = self._client
        form, headers = token_request(
            who.client_id,
            issuer=self._url,
            scope="events:publish",
            purpose=self._purpose,
            secret=who.secret,
            key=who.key,
        )
        async with session.post(f"{self._url}/oauth/token", data=form, headers=headers) as answer:
            told = await answer.json(content_type=None)
        if answer.status != 200:
            raise _refused(told.get("error_description") or told.get("error") or f"status {answer.status}")
        return str(told["access_token"])

    async def _post(self, session: Any, events: list[Any], bearer: dict[str, str]) -> list[dict[str, Any]]:
        is_single = len(events) == 1
        body = msgspec.json.encode(events[0] if is_single else events)
        headers = {**bearer, "Content-Type": _STRUCTURED if is_single else _BATCH}
        async with session.post(f"{self._url}/v1/events", data=body, headers=headers) as answer:
            told = await answer.json(content_type=None)
        if answer.status in {202, 207}:
            data = told["data"]
            return [data] if isinstance(data, dict) else list(data)
        if answer.status == 422 and is_single:
            return [{"status": "refused", "code": told["code"], "errors": told.get("errors", [])}]
        raise _refused(f"{told.get('code', answer.status)}: {faults_of(told) or told.get('detail', '')}")


def faults_of(answer: Mapping[str, Any]) -> str:
    """The faults that an answer tells of, in one line: where, and what."""
    return "; ".join(f"{it.get('pointer', '')}: {it['detail']}" for it in answer.get("errors", ()))


def _line(line: bytes, number: int) -> Any:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError:
        message = f"line {number}: expected a CloudEvent in JSON"
        raise BadRequest(BadRequestCode.BODY_INVALID, message, pointer="", expected="JSON") from None


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise BadConfiguration(f"{path}: {error.strerror}") from error


def _refused(message: str) -> BadRequest:
    return BadRequest(BadRequestCode.EVENT_REFUSED, message)
