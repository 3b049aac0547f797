"""The same job by hand in FastAPI, httpx and pydantic: fetch, validate, map, answer. Served by uvicorn.

As a careful developer would write it: one client with a pool, typed models on both sides, the BPS
table as a dict. With `PEER_CACHE=1` it keeps the platform's body and maps it for each answer.
It checks no token, no agreement, no limit, and keeps no record: it does less than the gateway.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import BaseModel

BPS = {3171: "31.74", 3172: "31.75", 3173: "31.71", 3174: "31.73", 3175: "31.72", 3101: "31.01"}
KINDS = {"Rumah Sakit Umum": "hospital", "Rumah Sakit Umum Daerah": "hospital"}
PLATFORM = os.environ.get("PEER_PLATFORM", "")
CACHED = os.environ.get("PEER_CACHE") == "1"


class SourceLocation(BaseModel):
    alamat: str | int | None
    latitude: float
    longitude: float


class SourceHospital(BaseModel):
    id: int
    nama_rsu: str
    jenis_rsu: str
    location: SourceLocation
    kode_pos: int
    telepon: list[str]
    website: str | None
    email: str | None
    kode_kota: int


class SourceDocument(BaseModel):
    status: str
    data: list[SourceHospital]


class Point(BaseModel):
    type: str = "Point"
    coordinates: tuple[float, float]


class Facility(BaseModel):
    id: str
    partner: str
    name: str
    kind: str
    region: str | None
    address: str | None
    postal_code: str | None
    location: Point
    phones: list[str]
    emails: list[str]
    website: str | None


class Answer(BaseModel):
    data: list[Facility]
    complete: bool
    gaps: list[dict[str, Any]]
    next_cursor: str | None


class Platform:
    """The connection to the platform, opened with the app."""

    client: httpx.AsyncClient
    body: bytes | None = None

    async def fetch(self) -> bytes:
        if CACHED and self.body is not None:
            return self.body
        response = await self.client.get(PLATFORM)
        response.raise_for_status()
        self.body = response.content
        return self.body


platform = Platform()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The client lives as long as the app."""
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=100)) as client:
        platform.client = client
        yield


app = FastAPI(lifespan=lifespan)


def to_common(source: SourceHospital) -> Facility:
    """One record, field by field."""
    return Facility(
        id=f"jakarta:facility:hospitals.{source.id}",
        partner="jakarta",
        name=source.nama_rsu.strip(),
        kind=KINDS.get(source.jenis_rsu, "other"),
        region=BPS.get(source.kode_kota),
        address=source.location.alamat.strip() if isinstance(source.location.alamat, str) else None,
        postal_code=str(source.kode_pos),
        location=Point(coordinates=(source.location.longitude, source.location.latitude)),
        phones=[phone.strip() for phone in source.telepon],
        emails=[email.strip() for email in (source.email or "").split(",") if email.strip()],
        website=source.website,
    )


@app.get("/v1/facilities")
async def facilities() -> Answer:
    """The whole list."""
    document = SourceDocument.model_validate_json(await platform.fetch())
    return Answer(data=[to_common(row) for row in document.data], complete=True, gaps=[], next_cursor=None)
