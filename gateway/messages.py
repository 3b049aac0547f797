"""Sentences for people, in Indonesian and English, read from `words/*.toml`.

A message is a list of sentences. A sentence names its parameters in braces, and is left out when one
of them is not known, so that the same message serves with more or less knowledge.
"""

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("words")
_FORMATTER = string.Formatter()


class Language(StrEnum):
    """The languages that the gateway speaks; the first is spoken to who names none."""

    INDONESIAN = "id"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the parameters that it cannot do without."""

    text: str
    names: frozenset[str]

    def filled(self, parameters: Mapping[str, str]) -> str | None:
        """The sentence with its parameters, or None where one is missing."""
        return self.text.format_map(parameters) if self.names <= parameters.keys() else None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said of one problem: `title`, `detail` in an answer, `page` and `remedy` on its page."""

    title: str
    detail: tuple[Sentence, ...]
    page: tuple[str, ...]
    remedy: tuple[str, ...]

    def detailed(self, parameters: Mapping[str, Any]) -> str:
        """The sentences that can be said with these parameters, as one text."""
        known = {name: _spoken(value) for name, value in parameters.items() if value not in (None, "", (), [])}
        return " ".join(filled for sentence in self.detail if (filled := sentence.filled(known)))


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that is said in one language."""

    language: Language
    problems: Mapping[str, Problem]
    phrases: Mapping[str, str]


def read_words() -> dict[Language, Words]:
    """The words of every language; read once, at start."""
    return {language: _read(language) for language in Language}


def _read(language: Language) -> Words:
    document = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Words(
        language=language,
        problems={code: _problem(entry) for code, entry in document["problems"].items()},
        phrases=document["phrases"],
    )


def _problem(entry: Mapping[str, Any]) -> Problem:
    return Problem(
        title=entry["title"],
        detail=tuple(Sentence(text, frozenset(_names(text))) for text in entry["detail"]),
        page=tuple(entry.get("page", ())),
        remedy=tuple(entry.get("remedy", ())),
    )


def _names(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in _FORMATTER.parse(text) if name)


def _spoken(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        ordered = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return ", ".join(_spoken(item) for item in ordered)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
