"""A recording: fresh pages, rewritten, and proved to do what the real ones did before any of it is written."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from secrets import token_bytes

import jsonschema_rs
import msgspec

from adapters.base import AdapterError
from gateway.contracts.contract import Contract
from gateway.contracts.known_names import names_in
from gateway.contracts.record.rewriting import Replaced, Rewriting, Unrewritable
from gateway.contracts.record.taking import Taken
from gateway.contracts.record.treatments import Treatments
from gateway.contracts.recordings import Sample, page_name
from gateway.contracts.replay import Replay
from gateway.contracts.sample_evidence import evidence_findings
from gateway.contracts.schema_faults import schema_faults
from gateway.contracts.told import pointer
from gateway.errors import ContractBroken, GatewayError
from gateway.fictional.fiction import Fiction
from gateway.fictional.shapes import is_nik, spans
from gateway.mapping.language.findings import MappingRejected

_ENCODINGS = {"utf-8": "utf-8-sig", "utf-8-sig": "utf-8-sig", "windows-1252": "cp1252", "utf-16": "utf-16"}
_MOST_TOLD = 5
_TRIES = 4


class MadeUp(msgspec.Struct, frozen=True, kw_only=True):
    """How many values of one shape were made up at one place. Never a value."""

    pointer: str
    shape: str
    count: int


class NewRecording(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written, by name, and what in it is made up."""

    dataset: str
    files: dict[str, bytes]
    records: int
    made_up: tuple[MadeUp, ...]


class _StillThere(Exception):
    """What had to be made up was not, or by chance somebody else's was."""


class NotRecorded(GatewayError):
    """The pages could not be rewritten so that they do what the real ones do; nothing was kept."""


def recording(contract: Contract, pages: Sequence[Taken], *, day: date, key: bytes | None = None) -> NewRecording:
    """The rewritten pages. Blocks; raises `NotRecorded` or `MappingRejected`. `key` decides what is made up."""
    treatments = [Treatments(contract, flat=flat) for flat in (False, True)]
    for attempt in range(_TRIES):
        chosen = token_bytes(32) if key is None else key + bytes([attempt])
        try:
            made, replaced = _made(contract, pages, treatments, chosen)
            break
        except _StillThere as error:
            if attempt == _TRIES - 1:
                raise NotRecorded(f"{contract.id}: {error}") from error
        except Unrewritable as error:
            raise NotRecorded(f"{contract.id}: {error}") from error
    records = _prove(contract, pages, made)
    schema = contract.source_json()
    files = {
        page_name(day, number, pages=len(made), ending=page.ending): page.content
        for number, page in enumerate(made, start=1)
    }
    return NewRecording(dataset=contract.id, files=files, records=records, made_up=_told(replaced, names_in(schema)))


def _made(
    contract: Contract, pages: Sequence[Taken], treatments: Sequence[Treatments], key: bytes
) -> tuple[list[Taken], Replaced]:
    """The pages with made-up values, and how many. A first round meets all that there is, so that a name which comes
    late is known in a text that came early, and nobody's is made of another's.
    """
    places, labels = _places(contract), treatments[0].labels
    first = Fiction(key, places=places, labels=labels)
    _rewritten_all(contract, pages, [Rewriting(one, first) for one in treatments])
    fiction = Fiction(key, places=places, labels=labels, met=first.met)
    rewritings = [Rewriting(one, fiction) for one in treatments]
    made = _rewritten_all(contract, pages, rewritings)
    _check_gone(made, fiction)
    return made, rewritings[0].replaced + rewritings[1].replaced


def _rewritten_all(contract: Contract, pages: Sequence[Taken], rewritings: Sequence[Rewriting]) -> list[Taken]:
    return [Taken(_rewritten(contract, page, rewritings), page.ending) for page in pages]


def _places(contract: Contract) -> set[str]:
    """The names of regions, word by word: an address keeps them."""
    names = contract.codes.regions.names.values()
    return {word for name in names for word in name.replace("-", " ").split() if len(word) > 3}


def _rewritten(contract: Contract, page: Taken, rewritings: Sequence[Rewriting]) -> bytes:
    nested, flat = rewritings
    if page.ending == ".xml":
        return flat.xml(page.content)
    if page.ending != ".csv":
        return nested.json(page.content)
    options = contract.dataset.options
    delimiter, said = options.get("delimiter", ","), options.get("header", "1")
    first, _, last = said.partition("-")
    return nested.csv(
        page.content,
        delimiter="\t" if delimiter == "tab" else delimiter,
        encoding=_ENCODINGS[options.get("encoding", "utf-8").lower()],
        header=(int(first), int(last or first)),
    )


def _told(replaced: Replaced, known: frozenset[str]) -> tuple[MadeUp, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for (steps, shape), count in replaced.items():
        counts[pointer(steps, known, each=True), shape.value] += count
    return tuple(MadeUp(pointer=at, shape=shape, count=count) for (at, shape), count in sorted(counts.items()))


def _prove(contract: Contract, pages: Sequence[Taken], made: Sequence[Taken]) -> int:
    """How many records there are. Raises `NotRecorded` where made-up pages fare otherwise than the real ones."""
    try:
        judge = _Judge(contract)
    except MappingRejected as error:
        raise NotRecorded(f"{contract.id}: the mapping does not check; run `gateway contracts check`") from error
    real, rewritten = ([judge.body(page) for page in some] for some in (pages, made))
    records = 0
    for number, (old, new) in enumerate(zip(real, rewritten, strict=True), start=1):
        before, after = judge.fares(old), judge.fares(new)
        if before != after:
            differing = sorted({*(before - after), *(after - before)})[:_MOST_TOLD]
            message = f"{contract.id}: with made-up values, page {number} fares otherwise: {'; '.join(differing)}"
            raise NotRecorded(message, possible=differing)
        records += before["records in"]
    shown = sorted({*judge.evidence(real)} ^ {*judge.evidence(rewritten)})[:_MOST_TOLD]
    if shown:
        raise NotRecorded(f"{contract.id}: with made-up values, the mapping fits otherwise: {'; '.join(shown)}")
    return records


class _Judge:
    """Says how a page fares: through adapter, source schema and mapping."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._replay = Replay(contract)
        self._mapping = contract.compiled()
        schema = contract.source_json()
        self._known = names_in(schema)
        self._validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    def body(self, page: Taken) -> bytes | AdapterError:
        """The document that its adapter makes of it, or what the adapter says of it."""
        sample = Sample(name="", path=Path(f"page{page.ending}"))
        try:
            return asyncio.run(self._replay.read(page.content, content_type=sample.content_type))
        except AdapterError as error:
            return error

    def fares(self, body: bytes | AdapterError) -> Counter[str]:
        """What becomes of a document, without its values."""
        if isinstance(body, AdapterError):
            return Counter({f"the adapter says: {body.message}": 1})
        found: Counter[str] = Counter()
        for fault in schema_faults(self._validator, json.loads(body), known=self._known):
            found[f"{fault.place} against `{fault.keyword}`"] += 1
        try:
            mapped = self._mapping.to_common(body)
        except ContractBroken as error:
            found[f"the document is broken: {error.parameters.get('reason')}"] += 1
            return found
        found.update({"records in": mapped.records_in, "records out": len(mapped.records)})
        found.update(f"{one.field}: {one.reason}" for one in (*mapped.refused, *mapped.emptied))
        return found

    def evidence(self, bodies: Sequence[bytes | AdapterError]) -> list[str]:
        """What all of them together show of the mapping."""
        return [f"{it.code} of {it.field}" for it in evidence_findings(self._contract, bodies)]


def _check_gone(made: Sequence[Taken], fiction: Fiction) -> None:
    """Raises `_StillThere` where a value that was made up still stands somewhere, or somebody's NIK does."""
    originals = fiction.originals
    for number, page in enumerate(made, start=1):
        text = page.content.decode("utf-8", "replace")
        if page.ending == ".json" and "\\u" in text:
            text = json.dumps(json.loads(text), ensure_ascii=False)
        folded = text.casefold()
        left = sum(re.search(rf"\b{re.escape(it)}\b", folded) is not None for it in originals if it in folded)
        left += sum(is_nik(text[span.start : span.end]) for span in spans(text))
        if left:
            raise _StillThere(f"{left} values that had to be made up still stand in page {number}")
