"""What a mapping itself declares as values, against the common model: constants, defaults, settlements."""

import re

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.language.declaration import NOTHING, Const
from gateway.mapping.language.findings import nearest_name
from gateway.mapping.language.tables import shown


def check_const(check: FieldCheck, source: Const) -> None:
    """A constant is right for the field as it is."""
    target = check.target
    if target.format == "record-id":
        check.fault(
            "const", "id-constant", "an id that is the same for all records is none; write `from = …`", found="const"
        )
        return
    check_declared(check, "const", source.value)


def check_declared(check: FieldCheck, key: str, value: object) -> None:
    """A value of the mapping itself: each item of a list by itself."""
    target = check.target
    if target.many != isinstance(value, list):
        wanted = f"a list of {target.words}" if target.many else f"one {target.words}"
        check.fault(
            key, "declared-not-in-target", f"`{key}` is {shown(value)}, and the field takes {wanted}", expected=wanted
        )
        return
    for one in value if isinstance(value, list) else [value]:
        fault = target.fault_of(one)
        if fault is None and target.format == "kode-wilayah" and not check.codes.regions.is_known(str(one)):
            fault = f"{shown(one)} is no known region"
        if fault is not None:
            members = [str(member) for member in target.members]
            check.fault(
                key,
                "declared-not-in-target",
                f"`{key}` is {shown(one)}, which the field does not take: {fault}",
                expected=", ".join(members) or target.words,
                found=shown(one),
                nearest=nearest_name(str(one), members),
            )


def check_settlement(check: FieldCheck) -> None:
    """What is declared for when there is nothing fits the target."""
    field, target = check.field, check.target
    if field.unreadable is not None and not target.optional:
        check.fault(
            "unreadable",
            "unreadable-required",
            '`unreadable = "null"` leaves the field null, and it is required; write `refuse = true`',
            expected="refuse = true",
        )
    if field.default is not NOTHING:
        if target.format == "record-id":
            check.fault("default", "id-constant", "an id has no default: two records would have the same")
        elif target.kind in {"date", "instant", "point", "map"}:
            check.fault("default", "declared-not-in-target", f"`default` cannot be a {target.words}; leave it out")
        else:
            check_declared(check, "default", field.default)
    if field.pattern is not None and re.compile(field.pattern).match("") and field.split is None:
        check.fault(
            "pattern", "pattern-idle", "the pattern also fits an empty text; it must need at least one character"
        )
