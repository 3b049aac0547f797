"""Typed reading of one TOML table: what is wrong becomes a finding, and reading goes on."""

import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from gateway.mapping.language.declaration import Scalar
from gateway.mapping.language.findings import Findings, nearest_name
from gateway.mapping.language.paths import Path, PathUnreadable, parse_path
from gateway.mapping.language.toml_lines import KeyPath

T = TypeVar("T")


class Table:
    """One table, and where it stands. Each method reads one key and returns its empty value where it cannot."""

    def __init__(self, values: Mapping[str, Any], *, at: KeyPath, findings: Findings) -> None:
        self.values = values
        self.at = at
        self.findings = findings

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def fault(self, key: str | None, code: str, message: str, **more: str | None) -> None:
        """Notes a fault at a key of this table, or at the table itself."""
        self.findings.add(self.at if key is None else (*self.at, key), code, message, **more)

    def only(self, known: Collection[str]) -> None:
        """Faults every key that is not one of `known`, with the nearest."""
        for key in self.values:
            if key not in known:
                nearest = nearest_name(key, known)
                rather = f"write `{nearest}`, or leave it out" if nearest else "leave it out"
                self.fault(
                    key,
                    "unknown-key",
                    f"`{key}` is no key of the language here; {rather}",
                    expected=", ".join(known),
                    nearest=nearest,
                )

    def typed(self, key: str, wanted: type[T], *, words: str) -> T | None:
        """The value, if it is of the type; `bool` is no `int`."""
        value = self.values.get(key)
        if value is None or (isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))):
            return value
        self.fault(key, "wrong-type", f"`{key}` takes {words}", expected=words, found=kind_of(value))
        return None

    def text(self, key: str) -> str | None:
        """The text at a key."""
        return self.typed(key, str, words="text")

    def flag(self, key: str) -> bool:
        """Whether a key is true; absent is false."""
        return bool(self.typed(key, bool, words="true or false"))

    def only_true(self, key: str) -> bool:
        """Whether a key stands there as `true`; `false` is a fault, as leaving the key out says the same."""
        if key in self.values and self.values[key] is False:
            self.fault(key, "says-nothing", f"`{key} = false` says nothing; leave it out")
        return self.flag(key)

    def count(self, key: str, *, least: int = 0) -> int | None:
        """The whole number at a key."""
        words = f"a whole number from {least}"
        value = self.typed(key, int, words=words)
        if value is not None and value < least:
            self.fault(key, "out-of-range", f"`{key}` takes {words}", expected=words, found=str(value))
            return None
        return value

    def choice(self, key: str, allowed: Collection[T]) -> T | None:
        """The value, if it is one of those allowed."""
        value = self.values.get(key)
        if value is None or value in allowed:
            return value
        words = [str(word) for word in allowed]
        self.fault(
            key,
            "unknown-word",
            f"`{key}` takes one of {', '.join(words)}",
            expected=", ".join(words),
            found=shown(value),
            nearest=nearest_name(value, words) if isinstance(value, str) else None,
        )
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """One text or a list of texts."""
        value = self.values.get(key)
        found = [value] if isinstance(value, str) else value
        if found is None:
            return ()
        if isinstance(found, list) and found and all(isinstance(item, str) for item in found):
            return tuple(found)
        words = "text, or a list of texts with at least one"
        self.fault(key, "wrong-type", f"`{key}` takes {words}", expected=words, found=kind_of(value))
        return ()

    def scalars(self, key: str) -> tuple[Scalar, ...]:
        """A list of texts, numbers and booleans; one alone stands for a list of one."""
        value = self.values.get(key, [])
        found = value if isinstance(value, list) else [value]
        if all(isinstance(item, (str, int, float, bool)) for item in found):
            return tuple(found)
        words = "a list of texts, numbers or booleans"
        self.fault(key, "wrong-type", f"`{key}` takes {words}", expected=words, found=kind_of(value))
        return ()

    def table(self, key: str) -> "Table | None":
        """The table at a key."""
        value = self.typed(key, dict, words="a table")
        return None if value is None else Table(value, at=(*self.at, key), findings=self.findings)

    def tables(self, key: str) -> "list[Table]":
        """The list of tables at a key."""
        value = self.values.get(key, [])
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return [Table(item, at=(*self.at, key, index), findings=self.findings) for index, item in enumerate(value)]
        self.fault(
            key, "wrong-type", f"`{key}` takes a list of tables", expected="list of tables", found=kind_of(value)
        )
        return []

    def path(self, key: str) -> Path | None:
        """The path that the text at a key writes."""
        text = self.text(key)
        return None if text is None else self.readable(key, text)

    def paths(self, key: str) -> tuple[Path, ...]:
        """The paths that the text or texts at a key write; a path twice is a fault."""
        texts = self.texts(key)
        for text in sorted({text for text in texts if texts.count(text) > 1}):
            self.fault(key, "path-twice", f"`{text}` stands twice in `{key}`; the second is never read")
        return tuple(path for text in texts if (path := self.readable(key, text)) is not None)

    def readable(self, key: str, text: str) -> Path | None:
        """The path that `text` writes."""
        try:
            return parse_path(text)
        except PathUnreadable as error:
            self.fault(key, "bad-path", str(error), found=text)
            return None

    def pattern(self, key: str, *, group: bool) -> str | None:
        """The regular expression at a key; with `group`, it must have a group named `value`."""
        text = self.text(key)
        if text is None:
            return None
        try:
            compiled = re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            self.fault(key, "bad-pattern", f"`{key}` is no regular expression: {error}", found=text)
            return None
        if group and "value" not in compiled.groupindex:
            found = ", ".join(compiled.groupindex) or "no named group"
            self.fault(
                key,
                "pattern-without-group",
                f"`{key}` must name the part to take: write `(?P<value>…)` around it",
                expected="a group named value",
                found=found,
            )
            return None
        return text


def kind_of(value: object) -> str:
    """The TOML name of a value's type, and the value where it is short."""
    names = {str: "text", bool: "boolean", int: "whole number", float: "number", list: "list", dict: "table"}
    name = names.get(type(value), "date or time")
    return name if isinstance(value, (list, dict)) else f"{name} {shown(value)}"


def shown(value: object) -> str:
    """A declared value as a finding shows it, cut at 60 characters."""
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
