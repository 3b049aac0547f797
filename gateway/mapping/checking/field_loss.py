"""What would be lost or let out on the way: list separators, leading zeros, JSON as text, personal data."""

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.field_names import is_private, meaning_of, name_of
from gateway.mapping.language.declaration import NOTHING
from gateway.mapping.language.paths import Path
from gateway.mapping.language.tables import shown
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_type import SCALARS

_SECRECY = {"public": 0, "restricted": 1, "personal": 2}


def check_loss(check: FieldCheck) -> None:
    """Faults what the path's own description forbids."""
    if check.field.default is not NOTHING and check.field.name == "value" and check.target.kind == "number":
        check.fault(
            "default",
            "default-measured",
            f"{shown(check.field.default)} would look like a measured value where there is none; write `refuse = true`",
            expected="refuse = true",
            found=shown(check.field.default),
        )
        return
    for path in check.field.paths:
        found = check.source.at(path)
        if isinstance(found, Found) and not check.failed and path.root != "column":
            _check_sensitivity(check, path, found)
            _check_text_of_json(check, path, found)
            _check_leading_zero(check, path, found)
            _check_separator(check, path, found)


def _check_sensitivity(check: FieldCheck, path: Path, found: Found) -> None:
    """Personal data never becomes a field that more may see."""
    declared = found.type.promises.sensitivity
    level = declared or ("personal" if is_private(name_of(path.steps, found.type)) else "public")
    target = check.target.sensitivity
    if target is None or _SECRECY[level] <= _SECRECY[target]:
        return
    said = "declares" if declared else "names"
    check.fault(
        "from",
        "personal-into-less",
        f"the source {said} `{path.text}` as {level}, and the field is {target}: whoever may see the field would see "
        f'it; take another path, or say `"x-sensitivity": "{target}"` in the source schema if it is no more than that',
        expected=f"at most {target}",
        found=level,
    )


def _check_text_of_json(check: FieldCheck, path: Path, found: Found) -> None:
    if found.type.content is not None and not check.failed:
        known = sorted(found.type.content.properties)
        check.fault(
            "from",
            "json-as-text",
            f"`{path.text}` is JSON inside a text, and the whole of it would be the value; go on to one of its members",
            expected=", ".join(f"{path.text}.{name}" for name in known[:8]),
            found=path.text,
        )


def _check_leading_zero(check: FieldCheck, path: Path, found: Found) -> None:
    item = found.type.items if found.type.items is not None else found.type
    if (
        meaning_of(check.field.name.replace("_", " ")) == "telephone"
        and item.kinds & SCALARS == {"integer"}
        and not check.failed
    ):
        check.fault(
            "from",
            "leading-zero-lost",
            f"`{path.text}` is a whole number, and a telephone number begins with a zero that a number has not; the "
            "platform must send it as text",
            expected="string in the source schema",
            found="integer",
        )


def _check_separator(check: FieldCheck, path: Path, found: Found) -> None:
    promised = found.type.promises.list
    if promised is None or check.failed or not check.target.many or check.field.split == promised:
        return
    check.fault(
        "split" if check.field.split else "from",
        "separator-differs",
        f"the source separates the items of `{path.text}` by {shown(promised)}, and the mapping "
        + (f"splits at {shown(check.field.split)}" if check.field.split else "does not split it")
        + f"; write `split = {shown(promised)}`",
        expected=shown(promised),
        found=shown(check.field.split) if check.field.split else "no `split`",
        nearest=shown(promised),
    )
