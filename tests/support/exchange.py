"""An exchange path over made-up partners: real but for its edges, which are held still here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from adapters.base import Question
from adapters.config import Paging
from gateway.access.caller import Caller
from gateway.access.client import Profile
from gateway.access.rate_limit import RateLimits
from gateway.access.shared import RateRule, Spent
from gateway.agreements.agreement import (
    Agreement,
    AgreementStatus,
    GrantedField,
    GrantedResource,
)
from gateway.audit.ending import Origin
from gateway.audit.record import AuditRecord
from gateway.decision import Allowed, Decision, Refused
from gateway.errors import (
    AuditUnavailable,
    BadRequest,
    ContractBroken,
    PartnerUnavailable,
    Refusal,
    RefusalCode,
    UnavailableCode,
)
from gateway.exchange.answer import Answer
from gateway.exchange.assembly import exchange_path
from gateway.exchange.path import ExchangePath
from gateway.exchange.query import Query
from gateway.ids import AgreementId, ClientId, DatasetId, PartnerId
from gateway.mapping.mapped import Mapped
from gateway.mapping.mapped import Refused as RefusedRecord
from gateway.settings import Access, Dataset, Partner, Platform, Purpose, Settings
from gateway.upstream.reply import Outcome, Reply
from schemas.resources import RESOURCES, Resource

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)  # noon in Jakarta
PURPOSE = "pelayanan-publik"
ORIGIN = Origin("req_1", "127.0.0.1")


class StoppedClock:
    """A clock that tells what it was set to."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()


class HeldBook:
    """An agreement book in a list. As from the stored one, a consumer's are the same object until they change."""

    def __init__(self, agreements: Iterable[Agreement] = ()) -> None:
        self.agreements = tuple(agreements)
        self._told: dict[PartnerId, tuple[Agreement, ...]] = {}

    async def of_consumer(self, consumer: PartnerId) -> tuple[Agreement, ...]:
        found = tuple(it for it in self.agreements if it.consumer == consumer)
        if self._told.get(consumer) != found:
            self._told[consumer] = found
        return self._told[consumer]


class HeldTrail:
    """An audit trail in a list, which can be told to fail."""

    def __init__(self) -> None:
        self.records: list[AuditRecord] = []
        self.is_broken = False

    async def append(self, record: AuditRecord) -> int:
        if self.is_broken:
            message = "the disk is full"
            raise AuditUnavailable(message)
        record.leaf()
        self.records.append(record)
        return len(self.records)


class CountingLimiter:
    """A limiter without time: each key may be spent `burst` times."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = defaultdict(int)

    async def spend(self, key: str, rule: RateRule) -> Spent:
        self.spent[key] += 1
        left = rule.burst - self.spent[key]
        return Spent(left >= 0, max(left, 0), 60.0, 0.0 if left >= 0 else 1.0)


class HeldTokens:
    """Tokens by their text; what is not there is refused."""

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        self.callers = dict(callers)

    async def check(self, token: str | None, *, scope: str) -> Decision[Caller]:
        if token is None:
            return Refused(RefusalCode.TOKEN_MISSING, "no token")
        caller = self.callers.get(token)
        if caller is None:
            return Refused(RefusalCode.TOKEN_INVALID, "no such token")
        if scope not in caller.scopes:
            return Refused(RefusalCode.SCOPE_MISSING, "scope", {"scope": scope, "client_id": caller.client_id})
        return Allowed(caller)


class PlainMapping:
    """A mapping of documents that are lists of common records already; an item `{"refuse": reason}` is refused."""

    def __init__(self, resource: Resource, *, version: str = "1") -> None:
        self.resource = resource
        self.version = version
        self.documents = 0

    def to_common(self, body: bytes) -> Mapped:
        self.documents += 1
        try:
            items = msgspec.json.decode(body, type=list[dict[str, Any]])
        except msgspec.MsgspecError as error:
            message = "no list"
            raise ContractBroken(message, pointer="") from error
        records, refused, emptied = [], [], []
        for index, item in enumerate(items):
            if "crash" in item:
                raise RuntimeError(item["crash"])
            if "refuse" in item:
                refused.append(RefusedRecord(f"/{index}", item["refuse"], item.get("field")))
                continue
            emptied += [RefusedRecord(f"/{index}", "out-of-range", name) for name in item.pop("emptied", ())]
            records.append(msgspec.convert(item, self.resource.type))
        return Mapped(records, refused, len(items), emptied)


class HeldPlatforms:
    """Platforms in memory: each dataset is a list of records, cut into the platform's own pages.

    `down` fail with that code; `documents` are sent as they are, whatever was asked; `missing` answer 404.
    """

    def __init__(self, lists: Mapping[str, Sequence[Any]], *, page_size: Mapping[str, int] | None = None) -> None:
        self.lists = dict(lists)
        self.page_size = dict(page_size or {})
        self.down: dict[str, UnavailableCode] = {}
        self.documents: dict[str, bytes] = {}
        self.missing: set[str] = set()
        self.asked: list[tuple[DatasetId, Question]] = []

    async def ask_all(self, questions: Sequence[tuple[DatasetId, Question]]) -> Sequence[Outcome]:
        self.asked += questions
        return [self._ask(dataset, question) for dataset, question in questions]

    def _ask(self, dataset: DatasetId, question: Question) -> Outcome:
        if dataset in self.down:
            return PartnerUnavailable(self.down[dataset], "down", dataset=dataset)
        items = list(self.lists[dataset])
        if question.source_id is not None:
            items = [it for it in items if it["id"].endswith(f".{question.source_id}")]
        if dataset in self.missing or (question.source_id is not None and not items):
            return Reply(dataset=dataset, body=b"", digest="", fetched_at=NOON.timestamp(), found=False)
        for name, value in question.filters.items():
            items = [it for it in items if str(it.get(name, "")).startswith(value)]
        size = self.page_size.get(dataset) or max(len(items), 1)
        page = int(question.position or 0)
        body = self.documents.get(dataset)
        if body is None:
            body = msgspec.json.encode(items[page * size : (page + 1) * size])
        more = str(page + 1) if (page + 1) * size < len(items) else None
        digest = sha256(body).hexdigest()
        return Reply(dataset=dataset, body=body, digest=digest, fetched_at=NOON.timestamp() - 7, next_position=more)


def facilities(partner: str, dataset: str, count: int, **more: Any) -> list[dict[str, Any]]:
    """So many facilities of one dataset, in order."""
    return [
        {
            "id": f"{partner}:facility:{dataset}.{number}",
            "partner": partner,
            "name": f"Puskesmas {number}",
            "kind": "health-centre",
            "region": "31.71" if partner == "jakarta" else "32.11.18",
            "head_name": f"dr. Kepala {number}",
            **more,
        }
        for number in range(count)
    ]


def agreement(provider: str, consumer: str, *, fields: Sequence[str] = ("@public",), **changes: Any) -> Agreement:
    """An active agreement about facilities for the usual purpose."""
    resource = changes.pop("resource", "facility")
    described: dict[str, Any] = {
        "id": AgreementId(f"agr_{provider}_{consumer}"),
        "provider": PartnerId(provider),
        "consumer": PartnerId(consumer),
        "title": "Pertukaran data",
        "resources": (GrantedResource(resource, tuple(GrantedField(it, "UU 25/2009") for it in fields)),),
        "purposes": frozenset({PURPOSE}),
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
        "status": AgreementStatus.ACTIVE,
    }
    return Agreement(**{**described, **changes})


def caller(partner: str = "jakarta", **changes: Any) -> Caller:
    """A client that proves its key and may read everything."""
    described: dict[str, Any] = {
        "client_id": ClientId(f"cl_{partner}"),
        "partner": PartnerId(partner),
        "profile": Profile.FAPI,
        "purpose": PURPOSE,
        "scopes": frozenset(f"{it.plural}:read" for it in RESOURCES.values()),
        "token_id": "tok_1",
    }
    return Caller(**{**described, **changes})


def query(resource: str = "facility", **changes: Any) -> Query:
    """A question for facilities of everybody."""
    return Query(resource=resource, **changes)


def dataset(**changes: Any) -> Dataset:
    """A dataset whose whole list is one document."""
    return Dataset(platform="p", **changes)


def paged(**changes: Any) -> Dataset:
    """A dataset whose platform cuts it into pages."""
    return Dataset(platform="p", paging=Paging(kind="page"), **changes)


def partner(id: str, *, zone: str = "Asia/Jakarta", **datasets: Dataset) -> Partner:
    """A partner with these datasets; `_` in their names stands for `-`."""
    return Partner(
        id=id,
        name=id.title(),
        kode_wilayah={"jakarta": "31", "sumedang": "32.11"}.get(id, "73"),
        zone=zone,
        contact=f"data@{id}.example",
        platforms={"p": Platform(adapter="rest_json", base_url="http://127.0.0.1:9")},
        datasets={name.replace("_", "-"): it for name, it in datasets.items()},
    )


class Exchange:
    """A path and all its edges."""

    def __init__(
        self,
        *partners: Partner,
        lists: Mapping[str, Sequence[Any]],
        agreements: Iterable[Agreement] = (),
        page_size: Mapping[str, int] | None = None,
        resources: Mapping[str, str] | None = None,
        access: Access | None = None,
    ) -> None:
        self.clock = StoppedClock()
        self.trail = HeldTrail()
        self.book = HeldBook(agreements)
        self.platforms = HeldPlatforms(lists, page_size=page_size)
        self.limiter = CountingLimiter()
        self.tokens = HeldTokens({"jakarta": caller("jakarta"), "sumedang": caller("sumedang")})
        self.settings = Settings(
            partners={it.id: it for it in partners}, purposes={PURPOSE: Purpose("Pelayanan publik", "Public service")}
        )
        self.mappings = {
            DatasetId(f"{it.id}/{name}"): PlainMapping(RESOURCES[(resources or {}).get(f"{it.id}/{name}", "facility")])
            for it in partners
            for name in it.datasets
        }
        self.rates = RateLimits(self.limiter, access or Access(), clock=self.clock)
        self.path = self.make_path()

    def make_path(self, **changes: Any) -> ExchangePath:
        """A new path over the same edges, or others."""
        edges: dict[str, Any] = {
            "mappings": self.mappings,
            "regions": None,
            "tokens": self.tokens,
            "book": self.book,
            "rates": self.rates,
            "upstream": self.platforms,
            "trail": self.trail,
            "clock": self.clock,
            "cursor_secret": b"a secret of the tests",
        }
        return exchange_path(self.settings, **{**edges, **changes})

    @property
    def record(self) -> AuditRecord:
        """The one audit record there must be."""
        (record,) = self.trail.records
        return record


def two_regions(
    *agreements: Agreement,
    lists: Mapping[str, Sequence[Any]] | None = None,
    access: Access | None = None,
    **datasets: Dataset,
) -> Exchange:
    """Jakarta and Sumedang, each with a list of facilities under agreement, and one of Jakarta's that is open."""
    held = {
        "jakarta/puskesmas": facilities("jakarta", "puskesmas", 3),
        "jakarta/hospitals": facilities("jakarta", "hospitals", 2),
        "sumedang/clinics": facilities("sumedang", "clinics", 4),
    }
    return Exchange(
        partner("jakarta", puskesmas=datasets.get("puskesmas", dataset()), hospitals=dataset(access="open")),
        partner("sumedang", clinics=datasets.get("clinics", dataset())),
        lists={**held, **(lists or {})},
        agreements=agreements,
        page_size={"sumedang/clinics": 2} if "clinics" in datasets else None,
        access=access,
    )


async def refused(it: Exchange, asked: Query, token: str | None = "jakarta") -> Refusal | BadRequest:
    """The error that stopped the question, after which one audit record says so and nothing was released."""
    with pytest.raises((Refusal, BadRequest)) as caught:
        await it.path.answer(asked, token, origin=ORIGIN)
    assert (it.record.outcome, it.record.reason) == ("refused", str(caught.value.code))
    assert it.record.released == {}
    return caught.value


def records(answer: Answer) -> Any:
    """The answer's records."""
    return msgspec.json.decode(answer.content.data)
