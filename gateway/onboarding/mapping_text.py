"""A proposal as the text of a `.mapping.toml`, its doubts beside the lines that they are about."""

import json
import re
from collections.abc import Mapping
from typing import Any

from gateway.onboarding.proposal import Proposal, ProposedField
from gateway.onboarding.source import RecordsPlace

_ORDER = (
    "from", "const", "template", "join", "with", "latitude", "longitude", "decimal", "object", "null_if", "pattern",
    "split", "text", "number", "rupiah", "unit", "date", "datetime", "zone", "period", "scheme", "codes", "fold",
    "shorten", "default", "otherwise", "unreadable", "refuse",
)  # fmt: skip
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_MONTH = re.compile(r"\d{4}-\d{2}")


def mapping_text(proposal: Proposal, *, title: str) -> str:
    """The whole file."""
    lines = [
        f"# {title}",
        "# Proposed from a sample; a line that is marked doubtful or open is for a person to settle.",
    ]
    lines += ["", f"resource = {toml_value(proposal.resource)}"]
    lines += _records(proposal.records)
    lines += ["", "[defaults]", f"null_if = {toml_value(list(proposal.null_if))}"]
    lines += [f"zone    = {toml_value(proposal.zone)}", "", "[fields]"]
    width = max((len(field.field) for field in proposal.fields), default=0)
    for field in proposal.fields:
        lines += _field(field, width=width)
    lines += [f"# open: {_one_line(one.about)}: {_one_line(one.message)}" for one in proposal.open]
    if proposal.unused:
        lines += ["", f"# not used: {', '.join(_one_line(path) for path in proposal.unused)}"]
    return "\n".join(lines) + "\n"


def _field(field: ProposedField, *, width: int) -> list[str]:
    lines = []
    if field.is_doubtful:
        lines.append(f"# doubtful ({field.confidence:.2f}): {_one_line(field.reason)}")
    if field.unknown:
        lines.append(f"# open: nothing is known of {', '.join(map(toml_value, field.unknown[:12]))}")
    ordered = {key: field.declaration[key] for key in _ORDER if key in field.declaration}
    lines.append(f"{field.field:<{width}} = {toml_value(ordered)}")
    return lines


def _one_line(text: str) -> str:
    """Text that cannot leave its comment."""
    return " ".join(text.split()).encode("ascii", "backslashreplace").decode() if not text.isprintable() else text


def _records(place: RecordsPlace) -> list[str]:
    """`records`, as text where that says everything."""
    table: dict[str, Any] = {"at": place.at}
    if place.form != "list":
        table["as"] = place.form
    if place.header_row:
        table |= {"header_row": True, "headers": place.headers}
    table |= {key: getattr(place, key) for key in ("skip_first", "skip_last") if getattr(place, key)}
    if place.distinct:
        table["distinct"] = True
    if list(table) == ["at"] and not place.columns:
        return [f"records  = {toml_value(place.at)}"]
    width = max(map(len, table))
    lines = ["", "[records]", *(f"{key:<{width}} = {toml_value(value)}" for key, value in table.items())]
    if place.columns:
        lines += ["", "[records.unpivot]", "columns = ["]
        lines += [f"  {toml_value(column_constants(place, number))}," for number in range(len(place.columns))]
        lines += ["]"]
    return lines


def column_constants(place: RecordsPlace, number: int) -> dict[str, str]:
    """One entry of `columns`: its path, a name that no other has, its label and its year."""
    column = place.columns[number]
    names = [slug(one.label) or f"c{at}" for at, one in enumerate(place.columns)]
    name = names[number] if names.count(names[number]) == 1 else f"{names[number]}-{number + 1}"
    entry = {"from": column.path, "column": name, "label": " ".join(column.label.split()) or name}
    entry |= {"year": str(column.year)} if column.year is not None else {}
    return entry | ({"period": column.label} if _MONTH.fullmatch(column.label) else {})


def slug(text: str) -> str:
    """Lower-case words joined by hyphens."""
    kept = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in text.casefold())
    return "-".join(kept.split())[:100].strip("-")


def toml_value(value: Any) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(inner)}" for key, inner in value.items()) + " }"
    return "[" + ", ".join(map(toml_value, value)) + "]"


def toml_key(key: str) -> str:
    """A key, quoted where it must be."""
    return key if key and set(key) <= _BARE else _text(key)


def _text(text: str) -> str:
    """Basic string; TOML knows JSON's escapes except the one for DEL, which it forbids bare."""
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
