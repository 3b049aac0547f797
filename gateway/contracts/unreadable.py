"""Documents and records that did not come through, told by place, field and reason."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from gateway.contracts.report import Finding, Severity
from gateway.errors import ContractBroken

TOO_MANY_REFUSED = 0.2
"""A contract is broken where more than this share of the records is refused: single bad records are gaps."""
_INDEX = re.compile(r"/\d+(?=/|\Z)")
Refusals = Mapping[tuple[str | None, str, str], int]
"""How many records were refused, by field, reason and pointer."""


def unreadable_findings(refused: Refusals, *, records_in: int, above: float) -> list[Finding]:
    """One finding for each field and reason; they break the contract where all refusals together pass `above`."""
    total = sum(refused.values())
    share = total / records_in if records_in else 0.0
    severity = Severity.BROKEN if share > above else Severity.NOTE
    counted: Counter[tuple[str | None, str]] = Counter()
    places: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for (field, reason, pointer), count in refused.items():
        counted[field, reason] += count
        places[field, reason].append(pointer)
    return [
        Finding(
            code=f"refused-{reason}",
            severity=severity,
            message=f"{count} of {records_in} records cannot be read",
            pointer=min(places[field, reason], key=_order),
            field=field,
            found=reason,
            advice="tell the partner, or settle the case in the mapping (`default`, `otherwise`, `unreadable`, a code)",
            count=count,
        )
        for (field, reason), count in counted.most_common()
    ]


def broken_document(error: ContractBroken) -> Finding:
    """A document that is another one than the source schema says."""
    return Finding(
        code="document-broken",
        severity=Severity.BROKEN,
        message="the document is not what the source schema says, so none of its records can be read",
        pointer=error.parameters["pointer"],
        found=error.parameters["reason"],
        advice="compare the document with the source schema at this place",
    )


def _order(pointer: str) -> tuple[int, str]:
    """The first record first."""
    found = _INDEX.search(pointer)
    return (int(found.group()[1:]) if found else 0, pointer)
