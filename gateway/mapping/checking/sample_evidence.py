"""Recorded samples as evidence: what most of a path's values show to be wrong, and rows that are no data.

One bad record proves nothing, as platforms send some; what half of the values say is the mapping's fault. Findings
hold counts and places, never a value.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.field_examples import Shown, TriedField
from gateway.mapping.checking.field_regions import Home
from gateway.mapping.checking.sample_rows import check_sample_ids, check_sample_rows, rows_in
from gateway.mapping.code_lists import CodeLists
from gateway.mapping.language.declaration import Declaration
from gateway.mapping.language.findings import Findings
from gateway.mapping.language.paths import Path
from gateway.mapping.language.tables import shown
from gateway.mapping.mapped import Finding
from gateway.mapping.source.record_source import record_source
from gateway.mapping.source.source_schema import Found, SourceSchema
from gateway.mapping.source.source_type import Property, SourceType
from gateway.mapping.targets import targets
from schemas.resources import Resource

_MOST_VALUES = 500
_SURE = frozenset({"fraction-of-count", "part-of-number", "placeholder-as-data"})
"""What one value proves: nobody's address is `-`, and nobody counts half a person."""
_MARKS = (",", ";", "|", "\n")


def check_samples(
    declaration: Declaration,
    schema: SourceSchema,
    resource: Resource,
    codes: CodeLists,
    *,
    documents: Sequence[Any],
    at_once: Sequence[Any] | None = None,
    home: Home | None = None,
) -> list[Finding]:
    """What the documents of recorded samples say against a mapping that checks.

    `at_once` are those of them that were answered together, all unless said: only in these is an id a row's own.
    """
    findings = Findings(declaration.file, declaration.lines)
    source = record_source(declaration.records, schema=schema, findings=findings)
    if source is None:
        return findings.found
    rows = [row for document in documents for row in rows_in(document, declaration.records)]
    own = rows if at_once is None else [row for one in at_once for row in rows_in(one, declaration.records)]
    check_sample_rows(declaration, documents, findings=findings)
    seen = msgspec.structs.replace(source, record=with_values(source.record, rows))
    wanted = targets(resource.type)
    for field in declaration.fields:
        if field.name in wanted:
            check = FieldCheck(field, target=wanted[field.name], source=seen, codes=codes, findings=findings)
            _check_field(check, declaration, home=home)
            if field.name == "id" and not check.failed and not declaration.records.unpivot:
                check_sample_ids(check, own)
    return findings.found


def with_values(type_: SourceType, values: Iterable[Any]) -> SourceType:
    """The type with the distinct values that were seen as its examples, at every place below it."""
    seen = list(values)
    scalars = dict.fromkeys((type(value), value) for value in seen if isinstance(value, (str, int, float)))
    changes: dict[str, Any] = {"examples": tuple(value for _, value in list(scalars)[:_MOST_VALUES])}
    objects = [value for value in seen if isinstance(value, dict)]
    if type_.properties:
        changes["properties"] = {
            name: Property(with_values(member.type, [one[name] for one in objects if name in one]), member.required)
            for name, member in type_.properties.items()
        }
    if type_.items is not None:
        changes["items"] = with_values(type_.items, [item for one in seen if isinstance(one, list) for item in one])
    if type_.content is not None:
        changes["content"] = with_values(type_.content, _decoded(seen))
    return msgspec.structs.replace(type_, **changes)


def _decoded(values: list[Any]) -> Iterator[Any]:
    for value in values:
        try:
            yield json.loads(value) if isinstance(value, str) else value
        except ValueError:
            continue


def _check_field(check: FieldCheck, declaration: Declaration, *, home: Home | None) -> None:
    tried = TriedField(check, home=home, declaration=declaration)
    for path, seen in tried.faults():
        found = [one for one in seen if not one.example.made]
        sure = [one for one in found if one.code in _SURE]
        many = len(found) * 2 > tried.tried[path.text]
        if not check.failed and (sure or (found and many)):
            _fault(check, path, sure or found, tried=tried.tried[path.text])
    if not check.failed and check.target.many and check.field.split:
        _check_separator(check)


def _fault(check: FieldCheck, path: Path, found: list[Shown], *, tried: int) -> None:
    """Notes what the values show, told by the most frequent; a sentence that may quote a value is left out."""
    code = Counter(one.code for one in found).most_common(1)[0][0]
    key = next(one.key for one in found if one.code == code)
    words = {
        "axes-swapped": "lie in Indonesia only with the axes exchanged",
        "example-misread": "would come out as something else than the source says, or than the field holds",
        "example-unmatched": "hold nothing that the pattern finds",
        "example-unreadable": f"cannot be read by `{key}`",
        "fraction-of-count": "would come out as a fraction of what is counted in whole numbers",
        "part-of-number": "are numbers, of which the pattern leaves another one",
        "placeholder-as-data": "stand for nothing (`-`, `0` …) and would be served as if they were data; add them to "
        "`null_if`",
    }
    check.fault(
        key,
        code.replace("example", "sample"),
        f"{len(found)} of the {tried} different values of `{path.text}` in the recorded samples {words[code]}; take "
        "another path or operation",
        expected=check.target.words,
        found=f"{len(found)} of {tried}",
    )


def _check_separator(check: FieldCheck) -> None:
    """Texts in which the separator never stands, and another one does, were separated by that one."""
    for path in check.field.paths:
        found = check.source.at(path)
        texts = [str(value) for value in found.type.examples] if isinstance(found, Found) else []
        counts = {mark: sum(mark in text for text in texts) for mark in (*_MARKS, check.field.split or "")}
        other = max(_MARKS, key=lambda mark: counts[mark])
        words = check.field.name in {"phones", "emails"}
        often = counts[other] > 0 if words else other != "," and counts[other] * 3 > len(texts)
        if often and counts[check.field.split or ""] == 0:
            check.fault(
                "split",
                "separator-differs",
                f"{counts[other]} of the {len(texts)} different values of `{path.text}` in the recorded samples hold "
                f"{shown(other)}, and none holds {shown(check.field.split)}; write `split = {shown(other)}`",
                expected=shown(other),
                found=shown(check.field.split),
                nearest=shown(other),
            )
            return
