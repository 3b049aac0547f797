"""Writes answers to stdout: JSON, or aligned columns for people."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import rich_click as click

HIDDEN_MEMBERS = frozenset({"digest"})


def show_json(value: Any) -> None:
    """One JSON document on one line."""
    click.echo(msgspec.json.encode(_without_digests(_plain(value))).decode())


def show_table(rows: Sequence[Mapping[str, Any]], *, columns: Sequence[str]) -> None:
    """A header and aligned rows; nothing at all where there are none."""
    if not rows:
        click.echo("none", err=True)
        return
    cells = [[_text(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(line[index]) for line in [list(columns), *cells]) for index in range(len(columns))]
    for line in [[column.upper() for column in columns], *cells]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def show_members(value: Any) -> None:
    """Name and value, line by line."""
    members = _without_digests(_plain(value))
    width = max(map(len, members), default=0)
    for name, member in members.items():
        if isinstance(member, list) and member and isinstance(member[0], dict):
            for index, inner in enumerate(member):
                click.echo(f"{name if not index else '':<{width}}  {_text(inner)}")
        else:
            click.echo(f"{name:<{width}}  {_text(member)}")


def _plain(value: Any) -> Any:
    """As JSON says it: dates as text, and raw JSON read."""
    return msgspec.json.decode(msgspec.json.encode(value))


def _text(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(_text, value)) or "-"
    return str(value)


def _without_digests(value: Any) -> Any:
    """Plain values without what is kept of secrets: nobody needs to see it."""
    if isinstance(value, dict):
        return {name: _without_digests(inner) for name, inner in value.items() if name not in HIDDEN_MEMBERS}
    if isinstance(value, list | tuple):
        return [_without_digests(inner) for inner in value]
    return value
