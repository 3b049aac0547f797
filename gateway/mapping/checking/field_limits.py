"""The limits of the common model, against what a field's value can be: lengths, patterns, ranges, ids."""

from gateway.mapping.checking.field_check import FieldCheck, Value
from gateway.mapping.language.tables import shown

ID_LENGTH = 200
_ESCAPED = 12
"""One character outside an id's own becomes at most four bytes of three characters."""


def check_nothing(check: FieldCheck, value: Value) -> None:
    """No value at all is to be settled, unless the field is optional."""
    if value.nothing:
        check.hazard(
            "absent",
            "from",
            "may-be-absent",
            f"the field is required, and there may be no value ({'; '.join(value.why) or 'absent'})",
            expected=check.target.words,
            found="nothing",
        )


def check_limits(check: FieldCheck, value: Value) -> None:
    """What breaks a limit of the field is to be settled."""
    target = check.target
    if value.type.values is not None and value.sense != "date":
        _check_listed(check, value)
    elif target.kind == "text":
        _check_text(check, value)
    elif target.kind in {"integer", "number"}:
        _check_number(check, value)
    if target.many and target.min_items > 0:
        message = f"the list may hold fewer than {target.min_items} items"
        check.hazard("unreadable", "from", "too-few", message)
    if target.many and target.max_items is not None:
        message = f"the list may hold more than {target.max_items} items"
        check.hazard("unreadable", "from", "too-many", message)


def _check_listed(check: FieldCheck, value: Value) -> None:
    """Each listed value by itself. Those of code lists have been looked at."""
    if check.field.codes is not None:
        return
    for one in value.type.values or ():
        shape = one.strip() if isinstance(one, str) else str(one) if check.target.kind == "text" else one
        fault = check.target.fault_of(shape)
        if fault is None and check.target.format == "kode-wilayah" and not check.codes.regions.is_known(str(shape)):
            fault = f"{shown(shape)} is no known region"
        if fault is not None:
            check.hazard(
                "unreadable",
                "from",
                "value-not-in-target",
                f"the source admits {shown(one)}, which the field does not take: {fault}",
                expected=check.target.words,
                found=shown(one),
            )


def _check_text(check: FieldCheck, value: Value) -> None:
    target, facts = check.target, value.facts
    if facts.solid < target.min_length:
        check.hazard(
            "unreadable",
            "from",
            "may-be-empty",
            f'the text may be {_short(target.min_length)} after trimming (`null_if = [""]` makes it null)',
            expected=f"at least {target.min_length} characters",
            found="no `pattern` that needs one",
        )
    if target.max_length is not None and (facts.most is None or facts.most > target.max_length):
        check.hazard(
            "unreadable",
            "from",
            "may-be-too-long",
            f"the text may be longer than the {target.max_length} characters that the field takes "
            f"(`shorten = {target.max_length}` cuts it)",
            expected=f"at most {target.max_length}",
            found="no `maxLength` in the source schema" if facts.most is None else f"up to {facts.most}",
        )
    if target.pattern is not None and not _pattern_is_kept(check, value):
        check.hazard(
            "unreadable",
            "from",
            "may-not-match",
            f"nothing says that the value is a {target.words}",
            expected=target.pattern,
            found=value.type.pattern or value.words,
        )


def _short(least: int) -> str:
    return "empty" if least == 1 else f"shorter than {least}"


def _pattern_is_kept(check: FieldCheck, value: Value) -> bool:
    """Whether every value matches the target's pattern: made so, promised by format, or the same pattern."""
    if value.region and check.target.format == "kode-wilayah":
        return True
    if check.field.period and check.target.format == "period":
        return True
    same = value.type.pattern == check.target.pattern or (value.type.format or "-") == check.target.format
    return same and value.type.kinds == {"string"}


def _check_number(check: FieldCheck, value: Value) -> None:
    target, type_ = check.target, value.type
    if target.kind == "integer" and "number" in type_.kinds:
        check.hazard(
            "unreadable",
            "from",
            "number-lossy",
            "the number may have a fraction, and the field takes whole numbers",
            expected="integer in the source schema",
            found="number",
        )
    if target.minimum is not None and (type_.minimum is None or type_.minimum < target.minimum):
        check.hazard(
            "unreadable",
            "from",
            "out-of-range",
            f"the number may be below {target.minimum:g} "
            f'(`"minimum": {target.minimum:g}` in the source schema would promise it is not)',
            expected=f"at least {target.minimum:g}",
            found="no minimum" if type_.minimum is None else f"minimum {type_.minimum:g}",
        )
    if target.maximum is not None and (type_.maximum is None or type_.maximum > target.maximum):
        check.hazard(
            "unreadable",
            "from",
            "out-of-range",
            f"the number may be above {target.maximum:g} "
            f'(`"maximum": {target.maximum:g}` in the source schema would promise it is not)',
            expected=f"at most {target.maximum:g}",
            found="no maximum" if type_.maximum is None else f"maximum {type_.maximum:g}",
        )


def check_id(check: FieldCheck, value: Value) -> None:
    """A record's id: never empty, not too long, never the same for all, and exact."""
    facts = value.facts
    if value.declared:
        check.fault(
            "from",
            "id-constant",
            "the id is the same for every row: nothing of it comes from the row; add a path of the row",
            expected="a path of the record",
            found="only declared values",
        )
    limits = [value.type.minimum, value.type.maximum]
    if any(limit is not None and abs(limit) > 2**53 for limit in limits):
        check.fault(
            "from",
            "integer-unsafe",
            "a whole number beyond 2^53 is rounded by most JSON readers, the platform's own among them; "
            "an identifier of that size must be sent as text",
            expected="string in the source schema",
            found="integer",
        )
    if facts.solid == 0:
        check.hazard(
            "unreadable", "from", "may-be-empty", "the id may be empty after trimming", expected="at least 1 character"
        )
    longest = None if facts.most is None else facts.most * (1 if facts.safe else _ESCAPED)
    if longest is None or longest > ID_LENGTH:
        check.hazard(
            "unreadable",
            "from",
            "may-be-too-long",
            f"the id may be longer than {ID_LENGTH} characters (a character other than A-Z a-z 0-9 . _ - takes up to "
            f"{_ESCAPED}; a `pattern` in the source schema can say that there is none)",
            expected=f"at most {ID_LENGTH}",
            found="no `maxLength`" if longest is None else f"up to {longest}",
        )
