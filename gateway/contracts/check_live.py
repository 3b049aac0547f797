"""Stage five: what the platform sends now still fits what was recorded. Holds no lock, and writes nothing.

Needs neither Hypothesis nor a validator, as the gateway runs it beside its answers.
"""

import asyncio
from collections import Counter
from typing import Any

import msgspec

from adapters.base import Adapter, AdapterError, Document, Fault, Question
from adapters.config import AdapterMisconfigured
from gateway.contracts.contract import Contract
from gateway.contracts.declared import declared_places
from gateway.contracts.drift import MANY, Comparison
from gateway.contracts.gathering import Gathering
from gateway.contracts.known_names import names_in
from gateway.contracts.reading import reading_of
from gateway.contracts.recordings import recordings_of
from gateway.contracts.replay import replayed
from gateway.contracts.report import Finding, Severity, Stage, StageReport
from gateway.contracts.shape import Shape, Shaping, closed
from gateway.contracts.unreadable import broken_document, unreadable_findings
from gateway.errors import ContractBroken
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected

PAGES = 3
"""So many pages are asked for at most."""
DEADLINE_S = 30.0
"""So long one dataset may take, all its pages together."""
_RETRY_AFTER_S = 0.5


async def check_live(
    contract: Contract, adapter: Adapter, *, mapping: CompiledMapping | None = None, deadline_s: float = DEADLINE_S
) -> StageReport:
    """What differs, each as breaking or as a note; `silent` where the platform did not answer."""
    gathering = Gathering(Stage.LIVE)
    bodies: list[bytes] = []
    try:
        async with asyncio.timeout(deadline_s):
            await _ask(adapter, bodies)
    except AdapterError as error:
        if not bodies:
            return _unanswered(gathering, error)
    except TimeoutError:
        if not bodies:
            return gathering.silent(f"no answer within {deadline_s:g} s")
    return await asyncio.to_thread(_compared, contract, bodies, gathering, mapping)


async def _ask(adapter: Adapter, bodies: list[bytes]) -> None:
    """Adds the first pages, each as it comes. Raises `AdapterError`."""
    position: str | None = None
    while len(bodies) < PAGES:
        document = await _page(adapter, Question(position=position))
        bodies.append(document.body)
        position = document.next_position
        if position is None:
            return


async def _page(adapter: Adapter, question: Question) -> Document:
    """One page, asked for once more where that may help."""
    try:
        return await adapter.fetch(question)
    except AdapterError as error:
        if not error.is_transient:
            raise
    await asyncio.sleep(_RETRY_AFTER_S)
    return await adapter.fetch(question)


def _unanswered(gathering: Gathering, error: AdapterError) -> StageReport:
    """A platform that answers what cannot be read breaks the contract; one that is away does not."""
    if error.fault is not Fault.UNREADABLE or error.is_transient:
        return gathering.silent(f"{error.fault.value}: {error.message}")
    finding = Finding(
        code="answer-unreadable",
        severity=Severity.BROKEN,
        message=error.message,
        advice="compare adapter, success, paging and options of the partner's settings with what the platform sends",
    )
    gathering.add(finding)
    return gathering.close()


def _compared(
    contract: Contract, bodies: list[bytes], gathering: Gathering, mapping: CompiledMapping | None
) -> StageReport:
    """The stage's report on some pages. Blocks."""
    try:
        schema = contract.source_json()
        reading = reading_of(parse_declaration(contract.mapping_file), contract.codes)
        mapping = mapping or contract.compiled()
    except (MappingRejected, OSError, ValueError) as error:
        return gathering.skip(f"the contract's own files do not check ({type(error).__name__})")
    known = names_in(schema)
    recorded = _recorded(contract)
    comparison = Comparison(
        recorded=_shape(recorded.bodies, known) if recorded.bodies else None,
        live=_shape(bodies, known),
        declared=declared_places(schema),
        reading=reading,
        known=known,
    )
    tally = _Tally.of(mapping, bodies, gathering=gathering)
    before = _Tally.of(mapping, recorded.bodies, gathering=None)
    for finding in (*comparison.differences(), *_lost(tally, before, may_be_empty=contract.is_own)):
        gathering.add(msgspec.structs.replace(finding, since=recorded.until))
    counts = {"pages": len(bodies), "records_in": tally.records_in, "records_out": tally.records_out}
    return gathering.close(counts={**counts, "refused": sum(tally.refused.values())})


class _Recorded(msgspec.Struct, frozen=True):
    """The documents that were recorded last, and until when what is found now was not so."""

    bodies: list[bytes] = []
    until: str | None = None


def _recorded(contract: Contract) -> _Recorded:
    """The newest recording, as its adapter reads it."""
    recordings = recordings_of(contract.samples)
    if not recordings:
        return _Recorded()
    until = f"after the recording {recordings[-1].name}"
    try:
        read = replayed(contract, recordings[-1].samples)
    except (AdapterMisconfigured, OSError):
        return _Recorded(until=until)
    return _Recorded([body for _, body in read if isinstance(body, bytes)], until)


def _shape(bodies: list[bytes], known: frozenset[str]) -> Shape:
    shaping = Shaping(known)
    for body in bodies:
        document = _decoded(body)
        if document is not msgspec.UNSET:
            shaping.take(document)
    return closed(shaping.shape)


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.UNSET  # the mapping says what is wrong with it


class _Tally(msgspec.Struct):
    """What became of the records of some pages."""

    records_in: int = 0
    records_out: int = 0
    refused: Counter[tuple[str | None, str, str]] = msgspec.field(default_factory=Counter)

    @classmethod
    def of(cls, mapping: CompiledMapping, bodies: list[bytes], *, gathering: Gathering | None) -> "_Tally":
        """What becomes of them; a document that is broken is told where somebody gathers."""
        tally = cls()
        for body in bodies:
            try:
                mapped = mapping.to_common(body)
            except ContractBroken as error:
                if gathering is not None:
                    gathering.add(broken_document(error))
                continue
            tally.records_in += mapped.records_in
            tally.records_out += len(mapped.records)
            tally.refused.update((one.field, one.reason, one.pointer) for one in mapped.refused)
        return tally

    @property
    def share(self) -> float:
        """How many of the records were refused."""
        return sum(self.refused.values()) / self.records_in if self.records_in else 0.0


def _lost(live: _Tally, before: _Tally, *, may_be_empty: bool) -> list[Finding]:
    """The records that are lost now; those lost for a reason that the recording knows are told only if more are.

    A young gateway has nothing to tell of its own cases yet: then a list `may_be_empty`, whatever was recorded.
    """
    found = unreadable_findings(live.refused, records_in=live.records_in, above=before.share + MANY)
    known = {(field, reason) for field, reason, _ in before.refused}
    if live.records_in == 0 and before.records_in and not may_be_empty:
        empty = Finding(
            code="list-empty",
            severity=Severity.NOTE,
            message="the platform sends no record",
            expected=f"records; {before.records_in} were recorded",
            found="none",
            advice="ask the partner whether the list moved",
        )
        return [empty]
    if live.share > before.share + MANY:
        return found
    return [finding for finding in found if (finding.field, finding.found) not in known]
