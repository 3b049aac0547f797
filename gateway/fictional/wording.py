"""Made-up names, addresses and other words, each as long and in the same case as the one that it stands for."""

import re
from collections.abc import Collection, Mapping, Sequence

from gateway.fictional.dice import Dice
from gateway.fictional.numbers import MadeNumbers
from gateway.fictional.shapes import Shape
from gateway.fictional.words import NAMES, WORDS, of_length

WORD = re.compile(r"[^\W\d_]+|\d+")
_SUFFIX = re.compile(r"\.[A-Za-z]{2,4}$")
_KEPT = frozenset(
    {"alm", "bapak", "bin", "binti", "bpk", "dra", "drg", "drs", "dusun", "gang", "haji", "ibu", "jalan", "jln", "kab",
     "kec", "kel", "kota", "prof", "sdr", "sdri"}
)  # fmt: skip
"""Titles and the marks of addresses, which tell nothing of anybody. What is shorter is kept anyway."""
_SHORT = 3
_FROM_POOL = 12
"""So often a word of the pool is tried."""
_CONSONANTS, _VOWELS = "bcdgjklmnprstwy", "aiueo"


class MadeWords:
    """Makes them. `places` are words that stay in addresses, as names of regions; `labels` stay in texts too."""

    def __init__(self, dice: Dice, numbers: MadeNumbers, *, places: Collection[str], labels: Collection[str]) -> None:
        self._dice = dice
        self._numbers = numbers
        said = frozenset(labels)
        self._kept_in = {Shape.NAME: _KEPT, Shape.TEXT: said, Shape.ADDRESS: said.union(_KEPT, places)}

    def name(self, text: str) -> str:
        """A person's name; titles stay."""
        return self._said(text, Shape.NAME, NAMES)

    def address(self, text: str) -> str:
        """An address; `Jl.`, `No.` and regions stay."""
        return self._said(text, Shape.ADDRESS, WORDS)

    def text(self, text: str) -> str:
        """Neutral words."""
        return self._said(text, Shape.TEXT, WORDS)

    def email(self, text: str) -> str:
        """A mailbox at a domain that is nobody's."""
        key = text.casefold()
        return self._dice.once(
            Shape.EMAIL, key, lambda n: f"warga{self._dice.number('mail', key, n) % 900_000 + 1000}@contoh.example"
        )

    def url(self, text: str) -> str:
        """An address at a host that is nobody's; the ending of a file's name stays."""
        suffix = "".join(_SUFFIX.findall(text.partition("?")[0].rpartition("/")[2]))
        number = self._dice.number
        return self._dice.once(Shape.URL, text, lambda n: f"https://contoh.example/{number('url', text, n):x}{suffix}")

    def _said(self, text: str, shape: Shape, pool: Mapping[int, Sequence[str]]) -> str:
        own = self.own_words(text, shape)
        key = " ".join(own)

        def make(attempt: int) -> str:
            chosen = pool if attempt < _FROM_POOL else None
            made = (self._other(word, chosen, f"{shape} {key} {place} {attempt}") for place, word in enumerate(own))
            return " ".join(made)

        return _with_words(text, own, self._dice.once(shape, key, make).split(" "))

    def own_words(self, text: str, shape: Shape) -> list[str]:
        """The words that tell of somebody, in small letters: no titles, marks and short ones, if others are left."""
        words = [word.casefold() for word in WORD.findall(text)]
        kept = self._kept_in[shape]
        return [word for word in words if word.isdigit() or (len(word) >= _SHORT and word not in kept)] or words

    def _other(self, word: str, pool: Mapping[int, Sequence[str]] | None, wanted_for: str) -> str:
        """Another word as long, from the pool, or of syllables where that is used up; other digits for digits."""
        if word.isdigit():
            return self._numbers.digits(word) if word.isascii() else word
        made = word
        for turn in range(8):
            if pool is None or len(word) < _SHORT:
                made = self._syllables(len(word), f"{wanted_for} {turn}")
            else:
                made = of_length(pool, len(word), number=self._dice.number(wanted_for, turn)).casefold()
            if made != word:
                break
        return made

    def _syllables(self, length: int, wanted_for: str) -> str:
        signs = (_CONSONANTS, _VOWELS)
        numbers = (self._dice.number(wanted_for, place) for place in range(length))
        return "".join(signs[place % 2][number % len(signs[place % 2])] for place, number in enumerate(numbers))


def _with_words(text: str, own: list[str], made: list[str]) -> str:
    """The text with made-up words in the places of its own ones, in their case."""
    left = iter(zip(own, made, strict=True))
    following = next(left, None)

    def cased(found: re.Match[str]) -> str:
        nonlocal following
        word = found.group()
        if following is None or word.casefold() != following[0]:
            return word
        new, following = following[1], next(left, None)
        if word.isupper() and len(word) > 1:
            return new.upper()
        return new[:1].upper() + new[1:] if word[:1].isupper() else new

    return WORD.sub(cased, text)
