"""Stage four: whatever the source schema admits becomes valid records, or is refused as the mapping says."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from gateway.contracts.awkward_values import Vocabulary
from gateway.contracts.contract import Contract
from gateway.contracts.edge_documents import EdgeDocuments, Edit, edited
from gateway.contracts.gathering import Gathering
from gateway.contracts.proved_records import ProvedRecords
from gateway.contracts.report import Finding, Severity, Stage, StageReport
from gateway.contracts.told import Steps, described
from gateway.contracts.unreadable import broken_document
from gateway.errors import ContractBroken
from gateway.mapping.code_lists import CodeLists
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.json_pointer import unescaped
from gateway.mapping.language.declaration import Declaration, Field, ObjectFrom, Records
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.language.paths import Key
from gateway.mapping.mapped import Refused

EXAMPLES = 1_000
SEED = 1
_MOST_EDITS = 4_000
_TRIES = 300
_ALWAYS_POSSIBLE = frozenset({"duplicate-id"})
"""What a mapping need not declare: two generated records may have one id."""


def check_documents(contract: Contract, *, examples: int = EXAMPLES, seed: int = SEED) -> StageReport:
    """What goes wrong with generated documents: every edge of the schema, and `examples` at random but repeatable."""
    gathering = Gathering(Stage.DOCUMENTS)
    try:
        declaration = parse_declaration(contract.mapping_file)
        mapping = contract.compiled()
    except MappingRejected:
        return gathering.skip("the mapping does not check, so nothing can be generated for it")
    schema = contract.source_json()
    trial = _Trial(declaration, mapping, gathering)
    words = vocabulary(contract.codes)
    edges, edits = _edges(schema, words, trial)
    for edit in edits:
        trial.try_out(edited(edges.base, edit))
    _try_at_random(schema, words, edges, edits, trial, examples=examples, seed=seed)
    return gathering.close(counts=trial.counts)


def vocabulary(codes: CodeLists) -> Vocabulary:
    """A few source values of each code list, and region codes in both schemes."""
    listed = {text for found in codes.lists.values() for text in list(found.written)[:3]}
    regions = codes.regions
    bps = [code for code in regions.crosswalk if len(code) in {4, 7}]
    kemendagri = [code for code in regions.names if len(code) in {5, 8}]
    return Vocabulary(
        texts=tuple(sorted(map(str, listed))),
        bps=tuple(bps[:: max(1, len(bps) // 6)]) or ("3173",),
        kemendagri=tuple(kemendagri[:: max(1, len(kemendagri) // 6)]) or ("31.71",),
    )


def _edges(schema: dict[str, Any], words: Vocabulary, trial: "_Trial") -> tuple[EdgeDocuments, list[Edit]]:
    """An ordinary document that comes through, if one can be found, and its edits."""
    from gateway.contracts.source_documents import texts_of  # noqa: PLC0415  (Hypothesis, only where documents are made)

    edges = EdgeDocuments(schema, words, of_pattern=texts_of)
    edits = list(edges.edits())
    edges.base = trial.settled(edges.base, edits)
    step = max(1, len(edits) // _MOST_EDITS)
    return edges, edits[::step]


def _try_at_random(
    schema: dict[str, Any],
    words: Vocabulary,
    edges: EdgeDocuments,
    edits: Sequence[Edit],
    trial: "_Trial",
    *,
    examples: int,
    seed: int,
) -> None:
    """Documents made of the schema alone, and ordinary ones with a few edits."""
    import hypothesis  # noqa: PLC0415
    from hypothesis import strategies as st  # noqa: PLC0415

    from gateway.contracts.source_documents import documents, near  # noqa: PLC0415

    strategy = documents(schema, words, drawn_before=seed)
    if edits:
        # A document drawn whole costs some ten of those that are nearly ordinary, and is mostly refused.
        ways = (near(edges.base, edits), strategy)
        strategy = st.sampled_from((0, 0, 0, 1)).flatmap(ways.__getitem__)

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=max(1, examples),
        deadline=None,
        database=None,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def try_one(document: Any) -> None:
        trial.try_out(document)

    try_one()


class _Trial:
    """One mapping, tried with documents that its source schema admits."""

    def __init__(self, declaration: Declaration, mapping: CompiledMapping, gathering: Gathering) -> None:
        self._records = declaration.records
        self._file = declaration.file
        self._mapping = mapping
        self._gathering = gathering
        self._proof = ProvedRecords(mapping.resource)
        self._refusing = frozenset(_refusing(declaration.fields))
        self._lines = {field.name: declaration.line(field.key_path) for field in declaration.fields}
        self.counts = {"documents": 0, "records_in": 0, "records_out": 0, "refused": 0}

    def try_out(self, document: Any) -> None:
        """Maps a document and keeps what is wrong."""
        self.counts["documents"] += 1
        document = framed(document, self._records)
        try:
            mapped = self._mapping.to_common(msgspec.json.encode(document))
        except ContractBroken as error:
            finding = broken_document(error)
            self._gathering.add(finding, key=(finding.code, error.parameters["reason"]))
            return
        self.counts["records_in"] += mapped.records_in
        self.counts["records_out"] += len(mapped.records)
        self.counts["refused"] += len(mapped.refused)
        for finding in self._proof.faults(mapped):
            self._gathering.add(finding, key=(finding.code, finding.field, finding.expected))
        for refused in mapped.refused:
            if refused.field not in self._refusing and refused.reason not in _ALWAYS_POSSIBLE:
                self._add_lost(refused, document)

    def _add_lost(self, refused: Refused, document: Any) -> None:
        field = refused.field or ""
        finding = Finding(
            code="record-lost",
            severity=Severity.BROKEN,
            message="a record of a document that the source schema admits is lost, and the mapping does not say so",
            pointer=refused.pointer,
            field=refused.field,
            expected="a record, or a field that says `refuse = true`",
            found=f"{refused.reason}, for {described(_value_at(document, refused.pointer))}",
            advice="let the mapping settle this value, or let the source schema rule it out",
            file=self._file,
            line=self._lines.get(field.partition(".")[0], 1),
        )
        self._gathering.add(finding, key=("record-lost", refused.field, refused.reason))

    def settled(self, document: Any, edits: Sequence[Edit]) -> Any:
        """The document, or the same with other values where the mapping refuses its record; as good as is found."""
        tried = 0
        refused = self._first_refused(document)
        while refused is not None and tried < _TRIES:
            place = self._steps_of(refused, document)
            for edit in edits:
                if edit.steps != place:
                    continue
                tried += 1
                other = edited(document, edit)
                found = self._first_refused(other)
                if found is None or (found.pointer, found.reason) != (refused.pointer, refused.reason):
                    document = other
                    break
            else:
                return document
            refused = found
        return document

    def _first_refused(self, document: Any) -> Refused | None:
        try:
            mapped = self._mapping.to_common(msgspec.json.encode(framed(document, self._records)))
        except ContractBroken as error:
            return Refused(error.parameters["pointer"], error.parameters["reason"])
        return mapped.refused[0] if mapped.refused and not mapped.records else None

    def _steps_of(self, refused: Refused, document: Any) -> Steps:
        """Where a refused value stands in the document before it was framed."""
        steps: list[str | int] = []
        framing = self._records.skip_first + self._records.header_row
        holder = framed(document, self._records)
        lists = {keys for keys, _ in _record_lists(document, self._records)}
        for part in refused.pointer.split("/")[1:]:
            key: str | int = unescaped(part)
            if isinstance(holder, list):
                place = int(part) if part.isdigit() else 0
                holder = holder[place] if place < len(holder) else None
                key = place - framing if tuple(steps) in lists else place
            else:
                holder = holder.get(key) if isinstance(holder, dict) else None
            steps.append(key)
        return tuple(steps)


def framed(document: Any, records: Records) -> Any:
    """The document with the rows that are no records: the header that the mapping names, what it skips."""
    if not (records.header_row or records.skip_first or records.skip_last):
        return document
    copied = copy.deepcopy(document)
    for _, rows in _record_lists(copied, records):
        row = rows[0] if rows else {}
        header = {**row, **records.headers} if isinstance(row, dict) else dict(records.headers)
        before = [header] if records.header_row else []
        rows[:0] = [*before, *[copy.deepcopy(row) for _ in range(records.skip_first)]]
        rows.extend(copy.deepcopy(row) for _ in range(records.skip_last))
    return copied


def _record_lists(document: Any, records: Records) -> Iterator[tuple[Steps, list[Any]]]:
    """The lists that hold the records, with where they stand."""
    for path in records.at:
        keys = [step.name for step in path.steps if isinstance(step, Key)]
        holder = document
        for key in keys:
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, list):
            yield tuple(keys), holder
            return


def _refusing(fields: Sequence[Field]) -> Iterator[str]:
    """The fields that may lose a record, for they say so."""
    for field in fields:
        if field.refuse:
            yield field.name
        if isinstance(field.source, ObjectFrom):
            for member in field.source.members:
                if member.refuse or field.refuse:
                    yield f"{field.name}.{member.name}"
                    yield field.name


def _value_at(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        key = unescaped(part)
        try:
            document = document[int(key)] if isinstance(document, list) else document[key]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return document
