"""How dates, instants and periods are written, told from all values of a field together.

Only forms that the mapping language reads are ever found: each is tried with the language's own readers.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from gateway.mapping.language.date_forms import form_fault
from gateway.mapping.operations.date_names import HALVES, MONTHS, OFFSETS, WEEKDAYS
from gateway.mapping.operations.dates import date_reader, instant_reader
from gateway.mapping.operations.periods import period_reader, quarter
from gateway.onboarding.profile import Form, FormKind

_TOKEN = re.compile(r"[A-Za-z][A-Za-z'.]*|\d+|\s+|.", re.DOTALL)
_OFFSET = re.compile(r"(?<=:\d{2})(\.\d{1,9})?( ?)[+-]\d{2}(?::?\d{2})?$")
_LONGEST = 60
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})? ?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?")
_RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})")
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?:[:.]([0-5]\d))?(?:\s*(?:WIB|WITA|WIT))?", re.IGNORECASE)
_ORDERS = ("dmY", "mdY", "Ymd", "dmy", "mdy")
_RARE_ORDERS = ("Ydm", "ymd")
"""Looked at only where no usual order fits."""
_NAMES = {"date": FormKind.DATE, "datetime": FormKind.DATETIME, "period": FormKind.PERIOD}
_EPOCHS = {"epoch-s": (1_000_000_000, 2_100_000_000), "epoch-ms": (1_000_000_000_000, 2_100_000_000_000)}
"""2001 to 2036: what a platform of today stores."""
_FILLERS = frozenset({"t", "pukul", "jam"})
"""Words between a day and its time that say nothing."""
_YEARS = range(1945, 2101)
Counts = Mapping[str, int]


class Skeleton(msgspec.Struct, frozen=True):
    """The shape that some texts share: `pieces` are fixed text, or parts of a date still without a meaning."""

    pieces: tuple[str, ...]
    sort: str


def date_like_forms(texts: Counts) -> list[Form]:
    """The forms of texts, by how many fit; those of one shape are decided by all texts of that shape together."""
    total = sum(texts.values())
    shapes: dict[Skeleton, dict[str, int]] = defaultdict(dict)
    for text, count in texts.items():
        shape = skeleton(text)
        if shape is not None:
            shapes[shape][text] = count
    found: dict[tuple[FormKind, str], Form] = {}
    for shape, members in shapes.items():
        form = _decided(shape, members, total)
        if form is None:
            continue
        known = found.get((form.kind, form.detail))
        share = form.share + (known.share if known else 0.0)
        ambiguous = form.ambiguous and (known is None or known.ambiguous)
        found[(form.kind, form.detail)] = msgspec.structs.replace(
            form, share=share, ambiguous=ambiguous, others=form.others if ambiguous else ()
        )
    return _without_ambiguity(sorted(found.values(), key=lambda form: -form.share))


def has_offset_always(texts: Iterable[str]) -> bool:
    """Whether every text is an instant by RFC 3339, which JSON Schema calls `date-time`."""
    return all(_RFC_3339.fullmatch(text) for text in texts)


def epoch_forms(numbers: Mapping[float, int]) -> list[Form]:
    """Seconds or milliseconds since 1970, where every number may be one; a name has to say so as well."""
    for word, (low, high) in _EPOCHS.items():
        if numbers and all(low <= number <= high for number in numbers):
            return [Form(kind=FormKind.DATETIME, share=1.0, detail=word, ambiguous=True)]
    return []


def whole_number_periods(numbers: Mapping[int, int]) -> list[Form]:
    """Years, months as `202107` and days as `20210731`, written as numbers."""
    texts = {str(number): count for number, count in numbers.items()}
    return [form for form in date_like_forms(texts) if form.kind in {FormKind.PERIOD, FormKind.DATE}]


def skeleton(text: str) -> Skeleton | None:
    """The shape of a text that may be a date, a time or a period; None where it is none."""
    text = text.strip()
    if not text or len(text) > _LONGEST or not any(sign.isdigit() for sign in text):
        return None
    if _ISO_DAY.fullmatch(text):
        return Skeleton(("iso",), "date")
    if _ISO_INSTANT.fullmatch(text):
        return Skeleton(("iso",), "datetime")
    if _TIME.fullmatch(text):
        return Skeleton((), "time")
    if quarter(text) is not None:
        return Skeleton(("quarter",), "period")
    return _Pieces(text).skeleton()


class _Pieces:
    """Reads a text piece by piece."""

    def __init__(self, text: str) -> None:
        offset = _OFFSET.search(text)
        self.end = [*([" "] if offset.group(2) else []), "%z"] if offset else []
        self.tokens = _TOKEN.findall(text[: offset.start(2)] if offset else text)
        self.has_name = False

    def skeleton(self) -> Skeleton | None:
        """The shape, or None where a piece is no part of a date."""
        out: list[str] = []
        for place, token in enumerate(self.tokens):
            piece = self._number(token) if token.isdigit() else self._sign(token, place)
            if piece is None:
                return None
            out.append(piece)
        pieces = [*_with_clock(out), *self.end]
        if not self.has_name and not any(piece.startswith("#") for piece in pieces):
            return None
        return Skeleton(tuple(pieces), "datetime" if "%M" in pieces else "date")

    def _number(self, token: str) -> str | None:
        return f"#{max(2, len(token))}" if len(token) in {1, 2, 4, 6, 8, 14} else None

    def _sign(self, token: str, place: int) -> str | None:
        folded = token.rstrip(".").casefold()
        if token.isspace():
            return " "
        if folded in MONTHS:
            self.has_name = True
            return "%B"
        if folded in WEEKDAYS:
            return "%A"
        if token.casefold() in HALVES:
            return "%p"
        if folded in OFFSETS and place:
            return "%z"
        if folded in _FILLERS and place:
            return token
        return None if token[0].isalpha() else token.replace("%", "%%")


def _with_clock(pieces: list[str]) -> list[str]:
    """Hours, minutes and seconds: two or three pairs of digits joined by colons, or by dots behind a date."""
    out = list(pieces)
    for mark in (":", "."):
        starts = [
            place
            for place in range(len(out) - 2)
            if out[place] == "#2" and out[place + 1] == mark and out[place + 2] == "#2"
            and (mark == ":" or (place and out[place - 1] in {" ", "T", "t"} and _dated(out[:place])))
        ]  # fmt: skip
        if not starts:
            continue
        place = starts[0]
        out[place] = "%I" if "%p" in out else "%H"
        out[place + 2] = "%M"
        if out[place + 3 : place + 5] == [mark, "#2"]:
            out[place + 4] = "%S"
            if place + 6 < len(out) and out[place + 5] in {".", ","} and out[place + 6].startswith("#"):
                out[place + 6] = "%f"
        break
    return out


def _dated(pieces: list[str]) -> bool:
    """Whether a day and a year stand before."""
    return sum(piece.startswith(("#", "%B")) for piece in pieces) >= 3


def _decided(shape: Skeleton, texts: Counts, total: int) -> Form | None:
    """The one form that all texts of a shape fit; ambiguous where several do."""
    share = sum(texts.values()) / total
    if shape.sort == "time":
        return Form(kind=FormKind.TIME, share=share)
    if shape.pieces == ("quarter",):
        return Form(kind=FormKind.PERIOD, share=share, detail="quarter")
    if shape.pieces == ("iso",):
        kind, read = (FormKind.DATE, date_reader) if shape.sort == "date" else (FormKind.DATETIME, None)
        reader: Any = read(("iso",)) if read else instant_reader(("iso",), zone="UTC")
        fits = sum(count for text, count in texts.items() if reader(text.strip()) is not None) / total
        return Form(kind=kind, share=fits, detail="iso") if fits else None
    best: list[tuple[FormKind, str, float]] = []
    for sort, form in _candidates(shape):
        reader = _reader(sort, form)
        fits = sum(count for text, count in texts.items() if reader(text.strip()) is not None) / total
        best.append((_NAMES[sort], form, fits))
    best = [one for one in best if one[2] > 0]
    if not best:
        return None
    most = max(fits for _, _, fits in best)
    right = [one for one in best if one[2] == most]
    right = [one for one in right if _order(one[1]) not in _RARE_ORDERS] or right
    kind, form, fits = right[0]
    others = tuple(other for _, other, _ in right[1:])
    return Form(kind=kind, share=fits, detail=form, ambiguous=bool(others), others=others)


def _reader(sort: str, form: str) -> Callable[[str], object]:
    if sort == "date":
        return date_reader((form,))
    if sort == "period":
        period = period_reader((form,))

        def read(text: str) -> str | None:
            found = period(text)
            return found if found is not None and plausible_year(int(found[:4])) else None

        return read
    return instant_reader((form,), zone="UTC")


def _candidates(shape: Skeleton) -> list[tuple[str, str]]:
    """The forms that a shape may have, the usual ones in Indonesia first."""
    pieces = list(shape.pieces)
    loose = [place for place, piece in enumerate(pieces) if piece.startswith("#")]
    sizes = [pieces[place] for place in loose]
    found: list[tuple[str, str]] = []
    for parts in _meanings(sizes, named="%B" in pieces):
        filled = list(pieces)
        for place, part in zip(loose, parts, strict=True):
            filled[place] = part
        form = "".join(filled)
        days = {"%d", "%m%d", "%Y%m%d", "%Y%m%d%H%M%S"}
        sort = "datetime" if shape.sort == "datetime" or "%H%M%S" in form else "date"
        if not days & set(parts) and "%d" not in form:
            sort = "period"
        if form_fault(form, words=frozenset(), needs=frozenset({"year"})) is None:
            found.append((sort, form))
    return found


def _meanings(sizes: list[str], *, named: bool) -> list[list[str]]:
    """What loose groups of digits may be: `#2 #2 #4` is day, month, year, or month, day, year."""
    if named:
        wholes = {("#2", "#4"): [["%d", "%Y"]], ("#4", "#2"): [["%Y", "%d"]], ("#4",): [["%Y"]],
                  ("#2", "#2"): [["%d", "%y"]]}  # fmt: skip
        return wholes.get(tuple(sizes), [])
    if len(sizes) == 1:
        return {"#4": [["%Y"]], "#6": [["%Y%m"]], "#8": [["%Y%m%d"], ["%d%m%Y"]], "#14": [["%Y%m%d%H%M%S"]]}.get(
            sizes[0], []
        )
    if len(sizes) == 2:
        return {("#2", "#4"): [["%m", "%Y"]], ("#4", "#2"): [["%Y", "%m"]]}.get((sizes[0], sizes[1]), [])
    if len(sizes) != 3:
        return []
    wanted = {"Y": "#4", "y": "#2", "d": "#2", "m": "#2"}
    usual, rare = (
        [order for order in orders if [wanted[part] for part in order] == sizes] for orders in (_ORDERS, _RARE_ORDERS)
    )
    return [[f"%{part}" for part in order] for order in (*usual, *rare)]


def _without_ambiguity(forms: list[Form]) -> list[Form]:
    """A shape of few texts is decided by what another shape with the same mark and order shows."""
    sure = {form.detail for form in forms if not form.ambiguous}
    first = [_order(detail) for detail in sure]
    settled = []
    for form in forms:
        mine = [one for one in (form.detail, *form.others) if _order(one) in first]
        if form.ambiguous and len(mine) == 1:
            form = msgspec.structs.replace(form, detail=mine[0], ambiguous=False, others=())  # noqa: PLW2901
        settled.append(form)
    return settled


def _order(form: str) -> str:
    """The order of day, month and year: `dmY`."""
    return "".join(letter for letter in re.findall(r"%([dmYyB])", form))


def settled_by(forms: list[Form], *, order: str) -> list[Form]:
    """The forms with those that are ambiguous decided in favour of an order that the rest of the sample shows."""
    settled = []
    for form in forms:
        mine = [one for one in (form.detail, *form.others) if _order(one) == order]
        if form.ambiguous and mine:
            form = msgspec.structs.replace(form, detail=mine[0], ambiguous=False, others=())  # noqa: PLW2901
        settled.append(form)
    return settled


def order_of(form: Form) -> str:
    """The order of day, month and year in a form that is sure, or an empty text."""
    return "" if form.ambiguous else _order(form.detail)


def plausible_year(number: int) -> bool:
    """Whether a number is a year that data of today speaks of, and no code of four digits."""
    return number in _YEARS
