"""Made-up values: the same for the same within one sample, and others in another."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from secrets import token_bytes
from typing import Any, NamedTuple

from gateway.fictional.dice import Dice
from gateway.fictional.numbers import MadeNumbers
from gateway.fictional.shapes import DAY, EMAIL, FRACTION, MOBILE, STREET, URL, UUID, Shape, is_nik, is_phone, spans
from gateway.fictional.wording import WORD, MadeWords

_FEW_WORDS = 5
_MOST_KNOWN_WORDS = 6
_LEAST_KNOWN = 4
_LONG = 200
_SAID = frozenset({Shape.ADDRESS, Shape.NAME, Shape.PLATE, Shape.TEXT})
"""Shapes that a value does not show by itself."""


class Met(NamedTuple):
    """What a sample holds: every value that something was made of, and the names and addresses among them."""

    originals: Collection[tuple[Shape, str]]
    names: Mapping[str, Shape]


NOTHING_MET = Met((), {})


class Fiction:
    """Makes values up for one sample. `key` decides which; without one, nobody can make the same again.

    `places` are words that stay in addresses, as names of regions; `labels` stay in texts too, as they tell their
    parts. What `met` holds is known from the beginning, and never made of another. `counts` says how many values of
    each shape were made up.
    """

    def __init__(
        self,
        key: bytes | None = None,
        *,
        places: Collection[str] = (),
        labels: Collection[str] = (),
        met: Met = NOTHING_MET,
    ) -> None:
        key = key if key is not None else token_bytes(32)
        self._places = frozenset(place.casefold() for place in places)
        self._dice = Dice(key, avoiding=met.originals)
        self._numbers = MadeNumbers(self._dice)
        said = {label.casefold() for label in labels}
        self._words = words = MadeWords(self._dice, self._numbers, places=self._places, labels=said)
        self._makers: dict[Shape, Callable[[str], str]] = {
            Shape.ADDRESS: words.address,
            Shape.COORDINATE: self._numbers.coordinate,
            Shape.DATE: self._numbers.date,
            Shape.EMAIL: words.email,
            Shape.NAME: words.name,
            Shape.NIK: self._numbers.nik,
            Shape.NUMBER: self._numbers.number,
            Shape.PHONE: self._numbers.phone,
            Shape.PLATE: self._numbers.plate,
            Shape.TEXT: words.text,
            Shape.URL: words.url,
        }
        self._known: dict[str, Shape] = dict(met.names)
        self._longest = max((min(_MOST_KNOWN_WORDS, len(name.split())) for name in met.names), default=1)
        self.counts: Counter[Shape] = Counter()

    def value(self, value: Any, shape: Shape | None = None) -> Any:
        """A made-up value for a real one, of its type. Lists and objects by their values; truth and null as they are.

        `shape` says what stands here where that is known; else the value itself tells.
        """
        if isinstance(value, str):
            return self._text(value, shape)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            return self._whole(value, shape)
        if isinstance(value, float):
            self.counts[Shape.COORDINATE] += 1
            return self._numbers.fraction(value)
        if isinstance(value, list):
            return [self.value(item, shape) for item in value]
        if isinstance(value, dict):
            return {key: self.value(item, shape) for key, item in value.items()}
        return value

    def scrubbed(self, text: str, *, only: Collection[Shape] | None = None) -> str:
        """A text with the parts made up that look Personal: those of the shapes in `only`, or any.

        Without `only`, names and addresses too that were made up elsewhere in the sample.
        """
        pieces, end = [], 0
        for span in spans(text):
            if only is None or span.shape in only:
                pieces += [text[end : span.start], self._text(text[span.start : span.end], span.shape)]
                end = span.end
        text = "".join([*pieces, text[end:]])
        return text if only is not None else self._without_known(text)

    @property
    def met(self) -> Met:
        """What was met so far."""
        return Met(frozenset(self._dice.originals), dict(self._known))

    @property
    def originals(self) -> list[str]:
        """What tells of somebody, in small letters, was made up, and must be found nowhere any more."""
        telling = {Shape.EMAIL, Shape.NIK, Shape.PHONE}
        names = [text for text, shape in self._known.items() if shape is Shape.NAME and " " in text]
        return [*names, *(text for shape, text in self._dice.originals if shape in telling)]

    def _text(self, text: str, shape: Shape | None) -> str:
        bare = text.strip()
        if not any(sign.isalnum() for sign in bare):
            return text
        if (inner := json_in(bare)) is not None:
            return json_text(self.value(inner, shape), like=bare)
        seen = _seen(bare, shape)
        self.counts[seen] += 1
        made = self._makers[seen](bare)
        if seen in {Shape.ADDRESS, Shape.NAME}:
            self._remember(bare, seen)
        before, _, after = text.partition(bare)
        return f"{before}{made}{after}"

    def _whole(self, number: int, shape: Shape | None) -> int:
        text = str(abs(number))
        if shape is Shape.DATE and len(text) > 8:
            self.counts[Shape.DATE] += 1
            return self._numbers.instant(number)
        seen = shape if shape in {Shape.NIK, Shape.PHONE} else Shape.NUMBER
        seen = Shape.NIK if is_nik(text) else Shape.PHONE if MOBILE.fullmatch(text) else seen
        self.counts[seen] += 1
        made = int(self._makers[seen](text))
        return -made if number < 0 else made

    def _remember(self, text: str, shape: Shape) -> None:
        own = self._words.own_words(text, shape)
        key = " ".join(own)
        if len(key) >= _LEAST_KNOWN and not key.isdigit() and not self._places.issuperset(own):
            self._known[key] = shape
            self._longest = max(self._longest, min(_MOST_KNOWN_WORDS, len(key.split())))

    def _without_known(self, text: str) -> str:
        words = list(WORD.finditer(text)) if self._known else []
        folded = [word.group().casefold() for word in words]
        pieces, end, place = [], 0, 0
        while place < len(words):
            for count in range(min(self._longest, len(words) - place), 0, -1):
                shape = self._known.get(" ".join(folded[place : place + count]))
                if shape is not None:
                    start, stop = words[place].start(), words[place + count - 1].end()
                    self.counts[shape] += 1
                    pieces += [text[end:start], self._makers[shape](text[start:stop])]
                    end = stop
                    place += count - 1
                    break
            place += 1
        return "".join([*pieces, text[end:]])


def _seen(text: str, shape: Shape | None) -> Shape:
    """What is made up: what the value shows, else what is said to stand here, else names of few words, else words."""
    shown = _shown(text)
    if shown is Shape.NUMBER and shape in {Shape.NIK, Shape.PHONE}:
        return shape
    if shown is not None:
        return shown
    if shape in _SAID:
        return shape
    is_short = len(WORD.findall(text)) <= _FEW_WORDS and not any(sign.isdigit() for sign in text)
    return Shape.NAME if shape is None and is_short else Shape.TEXT


def _shown(text: str) -> Shape | None:
    """What a whole text is by its shape; None for words."""
    has_letters = any(sign.isalpha() for sign in text)
    tests = (
        (Shape.NUMBER, UUID.fullmatch(text)),
        (Shape.NIK, not has_letters and is_nik(text)),
        (Shape.EMAIL, EMAIL.fullmatch(text)),
        (Shape.URL, URL.fullmatch(text)),
        (Shape.COORDINATE, FRACTION.fullmatch(text)),
        (Shape.DATE, DAY.fullmatch(text)),
        (Shape.PHONE, not has_letters and is_phone(text)),
        (Shape.NUMBER, not has_letters),
        (Shape.ADDRESS, STREET.search(text) and len(text) < _LONG),
    )
    return next((shape for shape, fits in tests if fits), None)


def json_in(text: str) -> Any:
    """The object or list that a text holds as JSON; None where it holds none."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return inner if isinstance(inner, dict | list) else None


def json_text(value: Any, *, like: str) -> str:
    """A value as JSON, written as densely as another text, and with as few signs."""
    separators = (", ", ": ") if '": ' in like else (",", ":")
    return json.dumps(value, ensure_ascii=like.isascii() and "\\u" in like, separators=separators)
