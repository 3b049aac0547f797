"""What the name of a field says: the meanings of its words, in Indonesian, English and abbreviations of both."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_VOWELS = re.compile(r"[aeiou]")
_SHORT = frozenset({"id", "jk", "jl", "kd", "nm", "no", "rs", "hp", "wa", "tt", "th", "bt", "lt"})
_LONGEST_PHRASE = 4
_PLACE = "@place"
UNIT = "@unit"
Meanings = frozenset[str]


class Vocabulary:
    """The words of a language of government data, by the meanings that they may have.

    `places` are the kinds of place that a word names: `rsud` → hospital.
    """

    def __init__(self, content: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        words, places = content["words"], content["places"]
        self._known: dict[str, Meanings] = {}
        self.places: dict[str, Meanings] = {}
        self.states = self._table(content["states"])
        self.events = self._table(content["events"])
        for meaning, written in words.items():
            for word in written:
                self._add(self._known, word, meaning)
        for kind, written in places.items():
            for word in written:
                self._add(self._known, word, _PLACE)
                self._add(self.places, word, kind)
        self._skeletons: dict[str, Meanings] = {}
        for word, meanings in self._known.items():
            if len(word) > 3:
                self._skeletons[_skeleton(word)] = self._skeletons.get(_skeleton(word), frozenset()) | meanings

    def _table(self, written: Mapping[str, Sequence[str]]) -> dict[str, Meanings]:
        table: dict[str, Meanings] = {}
        for meaning, phrases in written.items():
            for phrase in phrases:
                self._add(table, phrase, meaning)
        return table

    @staticmethod
    def _add(into: dict[str, Meanings], word: str, meaning: str) -> None:
        joined = re.sub(r"[^a-z0-9]", "", word.casefold())
        into[joined] = into.get(joined, frozenset()) | {meaning}

    @lru_cache(maxsize=4096)  # noqa: B019, one vocabulary lives as long as the command
    def read(self, name: str) -> tuple[tuple[str, Meanings], ...]:
        """The words of a name, each with its meanings; none where the word is unknown. `kode_pos` is one word."""
        pieces = [piece.casefold() for piece in _PIECES.findall(name)]
        read: list[tuple[str, Meanings]] = []
        at = 0
        while at < len(pieces):
            for length in range(min(_LONGEST_PHRASE, len(pieces) - at), 0, -1):
                joined = "".join(pieces[at : at + length])
                if length == 1 or joined in self._known:
                    read += [(joined, self._known[joined])] if joined in self._known else self._unknown(joined)
                    at += length
                    break
        return tuple(read)

    def _unknown(self, word: str) -> list[tuple[str, Meanings]]:
        """A word that does not stand in the vocabulary, as near as it can be understood."""
        if word.isdigit():
            return []
        for shorter in (word.removesuffix("nya"), word.removesuffix("s"), word.removesuffix("an")):
            if shorter != word and shorter in self._known:
                return [(word, self._known[shorter])]
        parts = self._split(word)
        if parts:
            return [(part, self._known[part]) for part in parts]
        if len(word) > 2 and not _VOWELS.search(word[1:]) and word in self._skeletons:
            return [(word, self._skeletons[word])]
        near = get_close_matches(word, self._known, n=1, cutoff=0.87) if len(word) > 4 else []
        return [(word, self._known[near[0]] if near else frozenset())]

    def _split(self, word: str) -> list[str]:
        """`namalengkap` → nama, lengkap: the fewest known words that a word is made of, or none."""
        best: list[list[str] | None] = [[], *[None] * len(word)]
        for end in range(2, len(word) + 1):
            for start in range(end - 1):
                before, part = best[start], word[start:end]
                if before is None or part not in self._known or (len(part) < 3 and part not in _SHORT):
                    continue
                known = best[end]
                if known is None or len(before) + 1 < len(known):
                    best[end] = [*before, part]
        return best[-1] or []

    def kinds_of_place(self, text: str) -> Meanings:
        """The kinds of place that a text names first, by its longest words: `RSUD Cibinong` → hospital."""
        return next(iter(_found(self.places, text)), frozenset())

    def state_of(self, text: str) -> str | None:
        """`open` or `closed`, as a report's state is told in words; None where no word tells it."""
        found = frozenset().union(*_found(self.states, text))
        if "open" in found or (found and "closed" not in found):
            return "open"
        return "closed" if found else None

    def life_event_of(self, text: str) -> str | None:
        """The event in a citizen's life that a text names, if it is one."""
        found = frozenset().union(*_found(self.events, text))
        return next(iter(found)) if len(found) == 1 else None


def _found(table: Mapping[str, Meanings], text: str) -> Iterator[Meanings]:
    """What the words of a text mean in a table, the longest phrases first."""
    pieces = [piece.casefold() for piece in re.findall(r"[A-Za-z]+|\d+", text)]
    at = 0
    while at < len(pieces):
        for length in range(min(_LONGEST_PHRASE, len(pieces) - at), 0, -1):
            meanings = table.get("".join(pieces[at : at + length]))
            if meanings or length == 1:
                if meanings:
                    yield meanings
                at += length
                break


@lru_cache(maxsize=1)
def read_vocabulary() -> Vocabulary:
    """The shipped vocabulary, read once."""
    return Vocabulary(tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def read_concepts() -> dict[str, dict[str, Any]]:
    """The shipped concepts, by resource and common field, read once."""
    return tomllib.loads((FOLDER / "concepts.toml").read_text(encoding="utf-8"))


def _skeleton(word: str) -> str:
    """A word without the vowels behind its first letter: `alamat` → `almt`."""
    return word[0] + _VOWELS.sub("", word[1:])


def says_any(words: Iterable[tuple[str, Meanings]], meanings: Iterable[str]) -> bool:
    """Whether one of the words may have one of the meanings."""
    wanted = frozenset(meanings)
    return any(found & wanted for _, found in words)
