"""Paths of the mapping language: `location.latitude`, `telepon[0]`, `documents[].url`, `$root.updated`."""

import re
from typing import Literal, TypeAlias

import msgspec

Root: TypeAlias = Literal["record", "document", "key", "column", "value"]

_ROOTS: dict[str, Root] = {"$root": "document", "$key": "key", "$column": "column", "$value": "value"}
_PLAIN = re.compile(r"\w[\w-]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)+)"')
_BRACKETS = re.compile(r"\[(\d{0,6})\]")


class Key(msgspec.Struct, frozen=True, tag="key"):
    """Takes one member of an object."""

    name: str


class Index(msgspec.Struct, frozen=True, tag="index"):
    """Takes one item of a list, counted from 0; absent where the list is shorter."""

    index: int


class Each(msgspec.Struct, frozen=True, tag="each"):
    """Takes every item of a list: what follows yields one value of each, absent and null ones left out."""


class Json(msgspec.Struct, frozen=True, tag="json"):
    """Reads the JSON that a string holds. Never written in a path: `SourceSchema.at` puts it in."""


Step: TypeAlias = Key | Index | Each | Json


class Path(msgspec.Struct, frozen=True):
    """One path as written, where it starts, and its steps."""

    text: str
    root: Root
    steps: tuple[Step, ...]

    @property
    def many(self) -> bool:
        """Whether it yields a list: one value of each item."""
        return any(isinstance(step, Each) for step in self.steps)


class PathUnreadable(ValueError):
    """The text is no path; the message says why and what to write."""


def parse_path(text: str) -> Path:
    """The path that `text` writes, or raises `PathUnreadable`. The empty text is the starting point itself."""
    root: Root = "record"
    rest = text
    if text.startswith("$"):
        word = re.match(r"\$\w*", text)
        assert word is not None
        root, rest = _root(word.group()), text[word.end() :]
        rest = rest.removeprefix(".") if rest.startswith(".") and len(rest) > 1 else rest
    steps = _steps(rest, text)
    if sum(isinstance(step, Each) for step in steps) > 1:
        raise PathUnreadable(f"`{text}` takes every item twice; one `[]` a path is the most")
    if root == "column" and not (len(steps) == 1 and isinstance(steps[0], Key)):
        raise PathUnreadable("`$column` is followed by one name, as `$column.sex`")
    if root in {"key", "value"} and steps:
        raise PathUnreadable(f"`{text.partition('.')[0]}` has nothing below it; write it alone")
    return Path(text=text, root=root, steps=steps)


def _root(word: str) -> Root:
    if word not in _ROOTS:
        raise PathUnreadable(f"`{word}` is not a starting point; they are {', '.join(_ROOTS)}")
    return _ROOTS[word]


def _steps(rest: str, text: str) -> tuple[Step, ...]:
    """The steps of what follows the starting point."""
    steps: list[Step] = []
    position = 0
    while position < len(rest):
        if bracket := _BRACKETS.match(rest, position):
            steps.append(Index(int(bracket.group(1))) if bracket.group(1) else Each())
            position = bracket.end()
            continue
        if steps:
            if rest[position] != ".":
                raise PathUnreadable(f"`{text}` is not readable from `{rest[position:]}` on: keys are joined by dots")
            position += 1
        found = _QUOTED.match(rest, position) or _PLAIN.match(rest, position)
        if found is None:
            raise PathUnreadable(
                f"`{text}` is not readable from `{rest[position:]}` on: quote a key that holds anything but letters, "
                'digits, _ and -, as "nama lengkap"'
            )
        name = re.sub(r"\\(.)", r"\1", found.group(1)) if found.re is _QUOTED else found.group()
        steps.append(Key(name))
        position = found.end()
    return tuple(steps)
