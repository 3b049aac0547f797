"""Changes a proposal until the checker has nothing to say of it: each finding has its remedy, or its field goes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from gateway.mapping.checking.checker import check
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.mapped import Finding
from gateway.mapping.source.source_schema_reader import read_source_schema
from gateway.mapping.targets import Target, targets
from gateway.onboarding.mapping_text import mapping_text
from gateway.onboarding.proposal import Open, Proposal, ProposedField
from gateway.onboarding.reference import Reference
from schemas.resources import RESOURCES

_ROUNDS = 12
_CONVERTING = frozenset({"date", "datetime", "number", "pattern", "period", "rupiah", "scheme"})
Remedy = Callable[[ProposedField, Target, Finding], ProposedField | None]


def settled(proposal: Proposal, schema: dict[str, Any], reference: Reference) -> Proposal:
    """The proposal, changed so that it checks; what cannot be made to stays in `findings` or goes to `open`.

    What is optional never costs a record: a value of it that cannot be read is null.
    """
    for field in proposal.fields:
        proposal = proposal.with_field(_forgiving(field, targets(RESOURCES[proposal.resource].type)[field.field]))
    with TemporaryDirectory(prefix="gateway-onboarding-") as folder:
        schema_file = Path(folder) / "sample.source.json"
        schema_file.write_bytes(msgspec.json.encode(schema))
        for last in (*[False] * _ROUNDS, True):
            findings = _check(proposal, schema_file, reference)
            if not findings:
                return proposal.become(findings=())
            changed = _remedied(proposal, findings, drop=last)
            if changed == proposal:
                break
            proposal = changed
        findings = _check(proposal, schema_file, reference)
    return proposal.become(findings=tuple(_told(finding) for finding in findings))


def _forgiving(field: ProposedField, target: Target) -> ProposedField:
    declared = field.declaration
    converts = bool(_CONVERTING & set(declared)) or target.kind != "text" or target.pattern is not None
    if target.required or target.many or not converts or not {"from", "template", "latitude"} & set(declared):
        return field
    return field if {"refuse", "otherwise", "default"} & set(declared) else _with(field, unreadable="null")


def _check(proposal: Proposal, schema_file: Path, reference: Reference) -> Sequence[Finding]:
    file = schema_file.with_name("sample.mapping.toml")
    file.write_text(mapping_text(proposal, title="sample"), encoding="utf-8")
    try:
        declaration = parse_declaration(file)
        source = read_source_schema(schema_file)
    except MappingRejected as error:
        return error.findings
    return check(declaration, source, RESOURCES[proposal.resource], reference.codes, home=reference.home)


def _told(finding: Finding) -> str:
    """The finding without the file, which is a passing one."""
    return f"{finding.field + ': ' if finding.field else ''}{finding.message} [{finding.code}]"


def _remedied(proposal: Proposal, findings: Sequence[Finding], *, drop: bool) -> Proposal:
    """The proposal after one remedy for each finding. What has none goes, unless it is required."""
    wanted = targets(RESOURCES[proposal.resource].type)
    seen: set[str] = set()
    for finding in findings:
        name = (finding.field or "").partition(".")[0]
        if name in seen:  # one remedy may settle the rest
            continue
        seen.add(name)
        field, target = proposal.field(name), wanted.get(name)
        if field is None or target is None:
            continue
        remedy = None if drop else _REMEDIES.get(finding.code, _settle_unreadable)
        changed = remedy(field, target, finding) if remedy else None
        if changed is not None and changed != field:
            proposal = proposal.with_field(changed)
        elif not target.required:
            message = f"{', '.join(field.paths) or 'nothing'} may hold it, and {finding.message}"
            proposal = proposal.without_field(name, because=Open(about=name, message=message))
    return proposal


def _with(field: ProposedField, **keys: Any) -> ProposedField:
    """The field with keys of its declaration set; None takes one away."""
    declaration = {key: value for key, value in {**field.declaration, **keys}.items() if value is not None}
    return field.become(declaration=declaration)


def _settle_absent(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    del finding
    return _with(field, refuse=True) if target.required else None


def _settle_unknown(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    del target, finding
    return _with(field, refuse=True) if "otherwise" not in field.declaration else None


def _settle_unreadable(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    """Null where that is right, else the record is refused. A fault that no key settles comes again, and then goes."""
    del finding
    if field.declaration.get("refuse") or field.declaration.get("unreadable"):
        return None
    if "const" in field.declaration:
        return None
    if target.required or target.many:
        return _with(field, refuse=True)
    return _with(field, unreadable="null")


def _settle_long(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    limit = target.max_length
    can = limit is not None and target.pattern is None and target.kind == "text" and "from" in field.declaration
    if can and "shorten" not in field.declaration:
        return _with(field, shorten=limit)
    return _settle_unreadable(field, target, finding)


def _promised_form(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    """The forms that the source promises, as the checker names them."""
    del target
    forms = [form.strip() for form in (finding.expected or "").split(", ") if form.strip()]
    key = next((key for key in ("date", "datetime", "period") if key in field.declaration), None)
    return _with(field, **{key: forms[0] if len(forms) == 1 else forms}) if key and forms else None


def _promised_number(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    del target
    if "latitude" in field.declaration:
        return _with(field, decimal=None if field.declaration.get("decimal") == "comma" else "comma")
    if finding.nearest == "rupiah = true":
        return _with(field, number=None, rupiah=True)
    form = (finding.nearest or finding.message).partition('"')[2].partition('"')[0]
    return _with(field, rupiah=None, number=form) if form else None


def _promised_scheme(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    del target
    return _with(field, scheme=finding.nearest) if finding.nearest else None


def _exchange_axes(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    del target, finding
    latitude, longitude = field.declaration["latitude"], field.declaration["longitude"]
    return _with(field, latitude=longitude, longitude=latitude)


def _without_null_if(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    """Own blanks without those that the schema does not admit."""
    del target
    blanks = [value for value in field.declaration.get("null_if", ()) if repr(value) not in _shown(finding)]
    return _with(field, null_if=blanks or None) if "null_if" in field.declaration else None


def _shown(finding: Finding) -> set[str]:
    found = (finding.found or "").strip("`\"'")
    return {repr(found), found}


def _split(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    del target, finding
    return _with(field, split=",") if "split" not in field.declaration else None


def _first_item(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    del target, finding
    path = field.declaration.get("from")
    if not isinstance(path, str) or path.endswith("[0]"):
        return None
    return _with(field, **{"from": path.replace("[]", "[0]", 1) if "[]" in path else f"{path}[0]"})


def _without_codes(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    """A code list that gives what the field does not take has nothing to give; `otherwise` went with it."""
    del target, finding
    return (
        _with(field, otherwise=None) if "otherwise" in field.declaration and "codes" not in field.declaration else None
    )


def _nearest_path(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    """The path that the checker names instead, where it names one."""
    del target
    if finding.nearest is None or "from" not in field.declaration or field.confidence == 1:  # a person's choice stays
        return None
    changed = _with(field, **{"from": finding.nearest})
    reason = f"the checker takes `{finding.nearest}` rather than {', '.join(field.paths)}"
    return changed.become(paths=(finding.nearest,), confidence=min(field.confidence, 0.85), reason=reason)


def _drop(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    del field, target, finding
    return None


def _without_operation(field: ProposedField, target: Target, finding: Finding) -> ProposedField | None:
    """An operation that works on another kind of value is left out."""
    del target
    key = next((key for key in ("number", "split", "text", "shorten", "period") if f"`{key}`" in finding.message), None)
    return _with(field, **{key: None}) if key and key in field.declaration else None


_REMEDIES: dict[str, Remedy] = {
    "axes-swapped": _exchange_axes,
    "code-missing": _settle_unknown,
    "codes-open": _settle_unknown,
    "date-form-mismatch": _promised_form,
    "form-too-fine": _drop,
    "id-constant": _drop,
    "key-idle": _without_codes,
    "list-into-one": _first_item,
    "may-be-absent": _settle_absent,
    "may-be-too-long": _settle_long,
    "number-form-mismatch": _promised_number,
    "one-into-list": _split,
    "path-of-another": _nearest_path,
    "path-unknown": _drop,
    "region-coarser": _nearest_path,
    "region-of-another": _drop,
    "scheme-mismatch": _promised_scheme,
    "text-into-number": _promised_number,
    "value-impossible": _without_null_if,
    "wrong-operand": _without_operation,
}
