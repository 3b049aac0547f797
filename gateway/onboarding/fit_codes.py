"""Code lists: which of a field's values is which code of the common model."""

from collections.abc import Callable

from gateway.mapping.code_lists import CodeList, code_key
from gateway.mapping.targets import Target
from gateway.onboarding.fit import NO_FIT, Fit, Operations
from gateway.onboarding.profile import FieldProfile, FormKind, Occurrence, Scalar
from gateway.onboarding.reference import Reference

_MOST_CODES = 50
_SPECIAL = "specialist-hospital"


def fit_codes(field: FieldProfile, target: Target, reference: Reference) -> Fit:
    """Values that mean the target's codes. A value that nothing is known of is told, never guessed."""
    values = field.codes or field.frequent
    if not values or field.kinds.get("number") or any(len(str(one.value)) > 100 for one in values):
        return NO_FIT
    tell = _teller(target, reference)
    told = {one.value: code for one in values if (code := tell(str(one.value))) is not None}
    total = sum(one.count for one in values)
    share = sum(one.count for one in values if one.value in told) / total
    if not told:
        return _unknown(field, target, values)
    unknown = tuple(str(one.value) for one in values if one.value not in told)
    few = bool(field.codes) or field.distinct <= _MOST_CODES
    return Fit(
        share=share * (1.0 if few else 0.6),
        telling=share if few else share / 2,
        operations=_operations(values, told, target, reference),
        reason=f"{share:.0%} of its values are known as {', '.join(dict.fromkeys(told.values()))}",
        unknown=unknown if not field.personal else (),
    )


def _unknown(field: FieldProfile, target: Target, values: tuple[Occurrence, ...]) -> Fit:
    """Codes that tell nothing by themselves, as numbers are: a table for a person to fill in."""
    if not target.required or field.personal or field.distinct > _MOST_CODES or len(values) > _MOST_CODES // 2:
        return NO_FIT
    first = "other" if "other" in target.members else "open" if "open" in target.members else str(target.members[0])
    return Fit(
        share=0.1,
        operations={"codes": {_written(one.value): first for one in values}} | _rest(target),
        reason=f"nothing says what its values mean, so that all stand as {first}",
        unknown=tuple(str(one.value) for one in values),
    )


def fit_flag(field: FieldProfile) -> Fit:
    """Yes and no, where the name says that yes means closed."""
    flag = field.form(FormKind.BOOLEAN)
    if flag is None or flag.share < 0.95:
        return NO_FIT
    if "boolean" in field.kinds:
        operations: Operations = {"codes": {"true": "closed", "false": "open"}}
    else:
        values = [one.value for one in field.frequent]
        operations = {"codes": {str(one): "closed" if str(one) == flag.detail else "open" for one in values}}
    return Fit(share=0.85, operations=operations, reason="yes and no")


def _operations(
    values: tuple[Occurrence, ...], told: dict[Scalar, str], target: Target, reference: Reference
) -> Operations:
    """A shared list where one knows every value, else a table of its own."""
    for listed in _lists(target, reference):
        if all(listed.get(one.value) == told.get(one.value) for one in values):
            return {"codes": listed.name, **_rest(target)}
    folded = {code_key(value, fold=True) for value in told}
    operations: Operations = {"codes": {_written(value): code for value, code in told.items()}}
    if len(folded) == len(told) and any(isinstance(value, str) for value in told):
        operations["fold"] = True
    return operations | _rest(target)


def _written(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _rest(target: Target) -> Operations:
    """What becomes of a value that the list does not know."""
    return {"otherwise": "other"} if "other" in target.members else {}


def _lists(target: Target, reference: Reference) -> list[CodeList]:
    """The shared lists that give nothing but the target's codes."""
    members = set(target.members)
    return [listed for listed in reference.codes.lists.values() if set(listed.codes.values()) <= members]


def _teller(target: Target, reference: Reference) -> Callable[[str], str | None]:
    """Says which code a value is: as it stands, by a shared list, or by its words."""
    members = {str(member) for member in target.members}
    lists = _lists(target, reference)
    by_words = _by_words(members, reference)

    def tell(value: str) -> str | None:
        plain = "-".join(value.casefold().split())
        if plain in members:
            return plain
        for listed in lists:
            code = listed.get(value)
            if code is not None:
                return str(code)
        return by_words(value)

    return tell


def _by_words(members: set[str], reference: Reference) -> Callable[[str], str | None]:
    vocabulary = reference.vocabulary
    if {"open", "closed"} == members:
        return vocabulary.state_of
    if "birth" in members:
        return vocabulary.life_event_of

    def kind(value: str) -> str | None:
        kinds = vocabulary.kinds_of_place(value)
        if _SPECIAL in kinds:
            return _SPECIAL
        known = sorted(kinds & members)
        return known[0] if known else None

    return kind
