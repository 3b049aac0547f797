"""What onboarding found, as one JSON document and as a table for people. `docs/onboarding.md` describes the JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from gateway.onboarding.mapping_text import toml_value
from gateway.onboarding.onboard import Onboarded
from gateway.onboarding.proposal import ProposedField

_PLACES = frozenset({"from", "join", "latitude", "longitude"})


def as_document(onboarded: Onboarded, *, files: Sequence[Path], check: Any) -> dict[str, Any]:
    """Everything, by common field. `files` are those that were written."""
    proposal = onboarded.proposal
    return {
        "partner": onboarded.partner,
        "dataset": onboarded.dataset,
        "kode_wilayah": onboarded.region.code,
        "adapter": onboarded.adapter,
        "resource": proposal.resource,
        "resource_confidence": proposal.resource_confidence,
        "records": onboarded.records,
        "fields": {field.field: _field(field) for field in proposal.fields},
        "unused": list(proposal.unused),
        "open": [msgspec.to_builtins(one) for one in onboarded.open],
        "notes": list(onboarded.notes),
        "replaced": list(onboarded.replaced),
        "files": [str(file) for file in files],
        "check": check,
    }


def check_of(onboarded: Onboarded, *, contract: Any = None) -> dict[str, Any]:
    """What the type checker says, what became of the sample's records, and the contract's own check once written."""
    proposal, trial = onboarded.proposal, onboarded.proposal.trial
    is_sound = contract is None or contract.outcome != "broken"
    return {
        "ok": is_sound and not proposal.findings and not any(one.required for one in onboarded.open),
        "findings": list(proposal.findings),
        "sample": None if trial is None else msgspec.to_builtins(trial),
        "contract": None if contract is None else msgspec.to_builtins(contract),
    }


def _field(field: ProposedField) -> dict[str, Any]:
    paths = list(field.paths)
    return {
        "path": None if not paths else paths[0] if len(paths) == 1 else paths,
        "operations": {key: value for key, value in field.declaration.items() if key not in _PLACES},
        "confidence": field.confidence,
        "doubtful": field.is_doubtful,
        "reason": field.reason,
        "alternatives": [
            {"path": one.paths[0] if len(one.paths) == 1 else list(one.paths), "confidence": one.confidence}
            for one in field.alternatives
        ],
    }


def as_rows(onboarded: Onboarded) -> list[dict[str, str]]:
    """One row for each common field."""
    return [
        {
            "field": field.field,
            "from": ", ".join(field.paths) or "-",
            "operations": _operations(field),
            "sure": f"{field.confidence:.2f}{' ?' if field.is_doubtful else ''}",
            "why": field.reason,
        }
        for field in onboarded.proposal.fields
    ]


def _operations(field: ProposedField) -> str:
    """The operations on one short line."""
    done = [f"{key} = {toml_value(value)}" for key, value in field.declaration.items() if key not in _PLACES]
    line = ", ".join(done) or "-"
    return line if len(line) <= 70 else line[:67] + "…"
