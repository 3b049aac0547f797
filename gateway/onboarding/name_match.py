"""How surely the name of a field says that it is a certain common field."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from gateway.onboarding.names import UNIT, Meanings, Vocabulary
from gateway.onboarding.profile import FieldProfile

Words = Sequence[tuple[str, Meanings]]

_GENERIC = frozenset(
    {"code", "content", "date", "description", "id", "label", "link", "name", "number", "title", "type", "value"}
)
"""Meanings that say little by themselves: a `name` below `status` is the status's."""
_WORDED = frozenset({"content", "description", "label", "name", "title", "value"})
_CONTAINERS = frozenset({"attributes", "data", "detail", "fields", "geometry", "item", "properties", "record", "row"})
_PLACES = frozenset({"@place", "facility"})
_FILLING = frozenset({"bps", "detail", "kemendagri"})
_UNCOUNTED = frozenset({"year", "month", "code", "id", "unit", "name", "date", "number"})
_OF_ANOTHER = 0.15
_LEFT_KNOWN = 0.6
_LEFT_UNKNOWN = 0.86
_LEFT_PLACE = 0.97


class NameMatch(msgspec.Struct, frozen=True):
    """How surely, 0 to 1, and by which words of the name."""

    strength: float
    words: tuple[str, ...] = ()


NO_MATCH = NameMatch(0.0)


class NamedField(msgspec.Struct, frozen=True):
    """The words of a field's own name, and of what lies around it."""

    own: tuple[tuple[str, Meanings], ...]
    parents: tuple[tuple[str, Meanings], ...]

    @property
    def generic(self) -> bool:
        """Whether every word of its own says little."""
        return bool(self.own) and all(meanings & _GENERIC for _, meanings in self.own)


def named(field: FieldProfile, vocabulary: Vocabulary) -> NamedField:
    """The field's name, understood. Under a header row it is the column's label."""
    own = field.label if field.label is not None else " ".join(field.words)
    parents = " ".join(word for word in field.parents if word not in _CONTAINERS)
    return NamedField(vocabulary.read(own), vocabulary.read(parents))


def match_name(concept: Mapping[str, Any], field: NamedField) -> NameMatch:
    """The best of the concept's phrases."""
    without = frozenset(concept.get("without", ()))
    best = NO_MATCH
    for phrase, strength in concept["is"].items():
        found = _match_phrase(phrase.split(), field, without=without, strength=strength)
        if found.strength > best.strength:
            best = found
    return best


def _match_phrase(phrase: Sequence[str], field: NamedField, *, without: Meanings, strength: float) -> NameMatch:
    own, parents = list(field.own), list(field.parents)
    matched: list[str] = []
    is_own = False
    for meaning in phrase:
        word = _take(meaning, own)
        is_own = is_own or word is not None
        word = word or _take(meaning, parents)
        if word is None:
            return NO_MATCH
        matched.append(word)
    if not is_own:  # `status.label`: the word below says only that it is told in words
        if not own or not all(meanings & _WORDED for _, meanings in own):
            return NO_MATCH
        own.clear()
        strength *= 0.9
    for _, meanings in own:
        strength *= _left(meanings, without, phrase=phrase)
    strength *= _below(field, parents, without, taken=len(parents) < len(field.parents))
    return NameMatch(strength, tuple(matched))


def _take(meaning: str, words: list[tuple[str, Meanings]]) -> str | None:
    """Takes the word with that meaning out of the list."""
    for position, (word, meanings) in enumerate(words):
        right = meaning in meanings or (meaning == UNIT and bool(word) and not meanings & _UNCOUNTED)
        if right:
            del words[position]
            return word
    return None


def _left(meanings: Meanings, without: Meanings, *, phrase: Sequence[str]) -> float:
    """What a word of its own that the phrase does not speak of leaves of the strength."""
    if not meanings:
        return _LEFT_UNKNOWN
    if meanings & set(phrase):
        return 0.95
    if meanings & without:
        return _OF_ANOTHER
    return _LEFT_PLACE if meanings & _PLACES else 0.95 if meanings & _FILLING else _LEFT_KNOWN


def _below(field: NamedField, parents: Words, without: Meanings, *, taken: bool) -> float:
    """What the keys above, of which the phrase does not speak, leave of it."""
    known = [meanings for _, meanings in parents if meanings]
    if not known:
        return 1.0 if not parents else 0.93
    if any(meanings & without for meanings in known):
        return 0.25
    if all(meanings & _PLACES for meanings in known):
        return 0.97
    if taken:
        return 0.93
    return 0.45 if field.generic else 0.88


def with_their_thing(fields: Sequence[NamedField]) -> list[NamedField]:
    """The names, in which an unknown word that several share is taken for the thing that the records are."""
    counted = Counter(word for field in fields for word, meanings in field.own if not meanings)
    thing = frozenset(word for word, count in counted.items() if count > 1)
    return [NamedField(tuple(_as_thing(field.own, thing)), field.parents) for field in fields]


def _as_thing(words: Words, thing: frozenset[str]) -> Iterator[tuple[str, Meanings]]:
    for word, meanings in words:
        yield word, frozenset({"@place"}) if word in thing else meanings
