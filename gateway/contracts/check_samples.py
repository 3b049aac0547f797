"""Stage three: what the platform has answered comes through protocol, source schema and mapping."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import msgspec

from adapters.base import AdapterError
from adapters.config import AdapterMisconfigured
from gateway.contracts.contract import Contract
from gateway.contracts.gathering import Gathering
from gateway.contracts.known_names import names_in
from gateway.contracts.proved_records import ProvedRecords
from gateway.contracts.recordings import Sample, recordings_of
from gateway.contracts.replay import replayed
from gateway.contracts.report import Finding, Severity, Stage, StageReport
from gateway.contracts.sample_evidence import evidence_findings
from gateway.contracts.schema_faults import SchemaFault, schema_faults
from gateway.contracts.unreadable import TOO_MANY_REFUSED, broken_document, unreadable_findings
from gateway.errors import ContractBroken
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.mapped import Mapped

Found = tuple[object, Finding]


def check_samples(contract: Contract) -> StageReport:
    """What is wrong with the recorded samples, and since which of them. Blocks; not for an event loop's thread."""
    gathering = Gathering(Stage.SAMPLES)
    if not contract.samples:
        return gathering.skip("no sample was recorded; `gateway contracts record` takes one")
    try:
        documents = replayed(contract, contract.samples)
    except AdapterMisconfigured as error:
        gathering.add(_misconfigured(contract, error))
        return gathering.close()
    except OSError as error:
        gathering.add(_unreadable_file(error))
        return gathering.close()
    trial = _Trial(contract)
    since = _Since(contract, gathering)
    for sample, document in documents:
        for key, finding in trial.findings(sample, document):
            since.add(sample, finding, key=key)
    for finding in unreadable_findings(trial.refused, records_in=trial.counts["records_in"], above=TOO_MANY_REFUSED):
        gathering.add(finding)
    if trial.unmapped is None:
        last = {sample.name for sample in recordings_of(contract.samples)[-1].samples}
        newest = [document for sample, document in documents if sample.name in last]
        for finding in evidence_findings(contract, [document for _, document in documents], newest=newest):
            gathering.add(finding)
    counts = {"samples": len(contract.samples), **trial.counts}
    return gathering.close(counts=counts, reason=trial.unmapped)


class _Since:
    """Says of each finding since which recording it holds, where older ones do not have it."""

    def __init__(self, contract: Contract, gathering: Gathering) -> None:
        self._gathering = gathering
        recordings = recordings_of(contract.samples)
        self._order = {sample.name: place for place, one in enumerate(recordings) for sample in one.samples}
        self._names = [recording.name for recording in recordings]

    def add(self, sample: Sample, finding: Finding, *, key: object) -> None:
        """Keeps the finding of a sample."""
        place = self._order[sample.name]
        since = f"{self._names[place]}; before it, until {self._names[place - 1]}, it was not so" if place else None
        self._gathering.add(msgspec.structs.replace(finding, since=since), key=key)


class _Trial:
    """One contract's samples, tried one after the other."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schema = _schema_of(contract)
        self._known = names_in(self._schema)
        self._validator = _validator(self._schema)
        self.unmapped: str | None = None
        self._mapping = self._compiled()
        self._proof = ProvedRecords(self._mapping.resource) if self._mapping else None
        self.refused: Counter[tuple[str | None, str, str]] = Counter()
        self.counts = {"records_in": 0, "records_out": 0, "refused": 0}

    def _compiled(self) -> CompiledMapping | None:
        try:
            return self._contract.compiled()
        except MappingRejected:
            self.unmapped = "the mapping does not check, so nothing was mapped"
            return None

    def findings(self, sample: Sample, document: bytes | AdapterError) -> Iterator[Found]:
        """What is wrong with one sample, each with what makes it the same as another's."""
        if isinstance(document, AdapterError):
            yield ("adapter", document.message), _refused_by_adapter(self._contract, sample, document)
            return
        yield from self._against_schema(document)
        yield from self._against_mapping(sample, document)

    def _against_schema(self, document: bytes) -> Iterator[Found]:
        if self._validator is None:
            return
        try:
            value = json.loads(document)
        except (ValueError, RecursionError):
            return  # the mapping says so
        for fault in schema_faults(self._validator, value, known=self._known):
            yield ("schema", fault.place, fault.keyword), _differs(self._contract, fault)

    def _against_mapping(self, sample: Sample, document: bytes) -> Iterator[Found]:
        if self._mapping is None or self._proof is None:
            return
        try:
            mapped = self._mapping.to_common(document)
        except ContractBroken as error:
            yield ("broken", error.parameters["reason"]), broken_document(error)
            return
        self._count(mapped)
        for finding in self._proof.faults(mapped):
            yield finding, finding
        if mapped.records_in == 0:
            message = f"{sample.name} holds no record, so it proves nothing"
            finding = Finding(code="sample-empty", severity=Severity.NOTE, message=message)
            yield finding, finding

    def _count(self, mapped: Mapped) -> None:
        self.counts["records_in"] += mapped.records_in
        self.counts["records_out"] += len(mapped.records)
        self.counts["refused"] += len(mapped.refused)
        self.refused.update((one.field, one.reason, one.pointer) for one in mapped.refused)


def _schema_of(contract: Contract) -> Any:
    try:
        return contract.source_json()
    except (OSError, ValueError, RecursionError):
        return None


def _validator(schema: Any) -> "jsonschema_rs.Draft202012Validator | None":
    """None where the schema is none; the first stage says so."""
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    except (jsonschema_rs.ValidationError, ValueError, TypeError):
        return None


def _differs(contract: Contract, fault: SchemaFault) -> Finding:
    return Finding(
        code="sample-differs",
        severity=Severity.BROKEN,
        message=f"the sample is not as the source schema says (`{fault.keyword}`)",
        pointer=fault.pointer,
        expected=fault.expected,
        found=fault.found,
        advice="if the platform is right, say so in the source schema, and let the mapping handle it",
        file=str(contract.source_file),
        line=1,
    )


def _refused_by_adapter(contract: Contract, sample: Sample, error: AdapterError) -> Finding:
    return Finding(
        code=f"answer-{error.fault.value}",
        severity=Severity.BROKEN,
        message=f"{sample.name}: {error.message}",
        expected=f"an answer of a platform that speaks {contract.platform.adapter}",
        advice="compare adapter, success, paging and options of the partner's settings with the sample",
    )


def _misconfigured(contract: Contract, error: AdapterMisconfigured) -> Finding:
    return Finding(
        code="settings-wrong",
        severity=Severity.BROKEN,
        message=f"datasets.{contract.name}.{error.key}: {error.message}",
        file=f"partners/{contract.partner.id}.toml",
        line=1,
    )


def _unreadable_file(error: OSError) -> Finding:
    message = f"the sample cannot be opened: {error.strerror}"
    return Finding(
        code="sample-unreadable", severity=Severity.BROKEN, message=message, file=str(error.filename), line=1
    )
