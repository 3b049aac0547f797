"""Gathers changes, each by its rule, with sides, sentence and places."""

from typing import Any

import msgspec

from gateway.contracts.diff.change import Change, Direction
from gateway.contracts.diff.rules import RULES
from gateway.mapping.json_pointer import pointer_of

_LONGEST = 80


class Gathered:
    """The changes of one document. The same change at the same place counts once."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str | None, str | None, str], Change] = {}

    @property
    def changes(self) -> list[Change]:
        """All of them, as they were found."""
        return list(self._changes.values())

    def add(
        self,
        rule_id: str,
        *,
        old_at: str | None,
        new_at: str | None,
        direction: Direction = Direction.PRODUCER_SENDS,
        **said: Any,
    ) -> None:
        """One change. `said` fills the rule's sentence; texts of it are shortened."""
        rule = RULES[rule_id]
        message = rule.text.format(**{key: told(value) for key, value in said.items()})
        first, second = rule.first, rule.second
        if direction is Direction.CONSUMER_SENDS and not rule.by_side:
            first, second = second, first
        change = Change(rule=rule.id, message=message, producer=first, consumers=second, old=old_at, new=new_at)
        self._changes.setdefault((rule.id, old_at, new_at, message), change)


def told(value: Any) -> str:
    """A value of a schema, as a sentence says it."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def below(pointer: str, *steps: str | int) -> str:
    """The JSON Pointer of what stands below."""
    return pointer + pointer_of(steps)
