"""Region codes and names, told by the tables of both code systems and by what stands beside them in a record."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from gateway.mapping.language.declaration import Scheme
from gateway.mapping.regions import Regions
from gateway.onboarding.column import Column, value_of
from gateway.onboarding.hint_words import BPS, KEMENDAGRI, REGION, TIME
from gateway.onboarding.profile import Form, FormKind
from gateway.onboarding.region_names import RegionNames

_DOTTED = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?")
_LEVELS = {2: "province", 5: "regency", 8: "kecamatan"}
_SCHEMES: tuple[Scheme, ...] = ("bps", "kemendagri")
_MOST = 0.9
_BEST_LENGTH = 4
_CODE = frozenset({"code", "kd", "kode"})
_LOOKED_AT = 500
_ENOUGH = 3
"""Fewer different values may be anything."""


class RegionForms:
    """Finds the region codes and names among the columns of some records."""

    def __init__(self, regions: Regions, *, records: Sequence[Any]) -> None:
        self._regions = regions
        self._names = RegionNames(regions.names)
        self._records = records

    def of(self, columns: Sequence[Column]) -> dict[str, Form]:
        """The form of each path that holds region names or codes."""
        found: dict[str, Form] = {}
        named = []
        for column in columns:
            form = self._name_form(column)
            if form is not None:
                found[column.path] = form
                named.append(column)
        codes = [column for column in columns if column.path not in found and self._may_be_codes(column, named)]
        for column in codes:
            form = self._code_form(column, named)
            if form is not None:
                found[column.path] = form
        self._settle_by_siblings(codes, found)
        return found

    def _name_form(self, column: Column) -> Form | None:
        if not column.texts or column.whole or column.real:
            return None
        total = sum(column.texts.values())
        levels: Counter[str] = Counter()
        for text, count in column.texts.items():
            lengths = {len(code) for code in self._names.find(text)}
            levels.update({_LEVELS[length]: count for length in lengths if length in _LEVELS})
        if not levels:
            return None
        level, count = max(levels.items(), key=lambda pair: (pair[1], pair[0] == "regency"))
        hinted = bool(REGION & set(column.words))
        if count < total * (0.4 if hinted else 0.8) or (not hinted and len(column.texts) < _ENOUGH):
            return None
        return Form(kind=FormKind.REGION_NAME, share=count / total, detail=level)

    def _may_be_codes(self, column: Column, named: Sequence[Column]) -> bool:
        """Whether nearly all values are codes of known regions in one of the two systems."""
        digits = column.digits()
        if not digits or not all(re.fullmatch(r"[\d.]+", text) for text in digits):
            return False
        lengths = Counter({len(text.replace(".", "")): 0 for text in digits})
        short = max(lengths) < _BEST_LENGTH
        hinted = bool((REGION | BPS | KEMENDAGRI) & {*column.words, *column.parents[-1:]})
        dotted = all("." in text and _DOTTED.fullmatch(text) for text in digits) and not TIME & set(column.words)
        few = short or len(digits) < _ENOUGH or not self._listed(digits)
        if not hinted and not dotted and few and not self._named_beside(column, named):
            return False
        return max(self._known(column, "bps"), self._known(column, "kemendagri")) >= (0.8 if hinted else _MOST)

    def _named_beside(self, column: Column, named: Sequence[Column]) -> bool:
        """Whether a field that is called a code holds, in nearly every record, the code of a place named beside it."""
        if not _CODE & set(column.words):
            return False
        right = total = 0
        for record in self._records[:_LOOKED_AT]:
            code = value_of(record, column)
            if code is None or isinstance(code, (bool, float)):
                continue
            total += 1
            names = [name for other in named if isinstance(name := value_of(record, other), str)]
            places = [place for name in names for place in self._names.find(name) if len(place) > 2]
            codes = [self._regions.to_kemendagri(scheme, str(code)) for scheme in _SCHEMES]
            right += any(_is_of(one, place) for one in codes for place in places)
        return total >= _ENOUGH and right >= total * _MOST

    def _listed(self, digits: Counter[str]) -> bool:
        """Whether most codes stand in a table themselves, not only the regency that they would lie in."""
        exact = sum(
            count
            for text, count in digits.items()
            if text in self._regions.crosswalk or text in self._regions.names or _dotted(text) in self._regions.names
        )
        return exact * 2 > digits.total()

    def _known(self, column: Column, scheme: Scheme) -> float:
        digits = column.digits()
        known = sum(count for text, count in digits.items() if self._regions.to_kemendagri(scheme, text) is not None)
        return known / sum(digits.values())

    def _code_form(self, column: Column, named: Sequence[Column]) -> Form | None:
        digits = column.digits()
        bps, kemendagri = self._known(column, "bps"), self._known(column, "kemendagri")
        share = {"bps": bps, "kemendagri": kemendagri}
        scheme = self._told_by_shape(column, digits) or self._told_by_names(column, named)
        if scheme is None and abs(bps - kemendagri) > 0.2:  # the other system knows far fewer
            scheme = "bps" if bps > kemendagri else "kemendagri"
        if scheme is not None:
            return Form(kind=FormKind.REGION_CODE, share=share[scheme], detail=scheme)
        likely = "bps" if column.whole else "kemendagri"
        other = "kemendagri" if likely == "bps" else "bps"
        return Form(kind=FormKind.REGION_CODE, share=share[likely], detail=likely, ambiguous=True, others=(other,))

    def _told_by_shape(self, column: Column, digits: Counter[str]) -> str | None:
        """What only one system writes: dots, seven digits, six digits, a village number that begins with 1 or 2."""
        words = set(column.words) | set(column.parents)
        if words & BPS and not words & KEMENDAGRI:
            return "bps"
        if words & KEMENDAGRI and not words & BPS:
            return "kemendagri"
        if sum(count for text, count in digits.items() if "." in text and _DOTTED.fullmatch(text)) * 2 > digits.total():
            return "kemendagri"
        lengths = Counter[int]()
        for text, count in digits.items():
            lengths[len(text)] += count
        length = lengths.most_common(1)[0][0]
        if length == 7:  # province, regency, three digits for the kecamatan
            return "bps"
        if length == 6:
            return "kemendagri"
        if length == 10:
            villages = sum(count for text, count in digits.items() if text[6:7] in {"1", "2"})
            kecamatan = sum(count for text, count in digits.items() if text[6:7] == "0")
            if max(villages, kecamatan) >= digits.total() * 0.8:
                return "kemendagri" if villages > kecamatan else "bps"
        return None

    def _told_by_names(self, column: Column, named: Sequence[Column]) -> str | None:
        """The system in which the codes are the places that the records name."""
        votes: Counter[str] = Counter()
        for record in self._records:
            code = value_of(record, column)
            if code is None or isinstance(code, (bool, float)):
                continue
            both = {scheme: self._regions.to_kemendagri(scheme, str(code)) for scheme in _SCHEMES}
            if both["bps"] == both["kemendagri"]:
                continue
            for other in named:
                name = value_of(record, other)
                places = self._names.find(name) if isinstance(name, str) else []
                right = [scheme for scheme, place in both.items() if any(_is_of(place, known) for known in places)]
                if len(right) == 1:  # a province says nothing, as both codes lie in it
                    votes[right[0]] += 1
        best, least = [*votes.most_common(), ("", 0), ("", 0)][:2]
        return best[0] if best[1] > 0 and best[1] >= least[1] * 4 else None

    def _settle_by_siblings(self, codes: Sequence[Column], found: dict[str, Form]) -> None:
        """A code that begins, or is begun by, the code of another field is of its system."""
        for _ in range(2):
            for column in codes:
                form = found.get(column.path)
                if form is None or not form.ambiguous:
                    continue
                for other in codes:
                    sure = found.get(other.path)
                    if sure is None or sure.ambiguous or other is column or not self._nested(column, other):
                        continue
                    share = self._known(column, "bps" if sure.detail == "bps" else "kemendagri")
                    if share >= _MOST * form.share:
                        found[column.path] = Form(kind=FormKind.REGION_CODE, share=share, detail=sure.detail)
                        break

    def _nested(self, one: Column, other: Column) -> bool:
        """Whether one field's code is the beginning of the other's, in nearly every record."""
        same = total = 0
        for record in self._records[:_LOOKED_AT]:
            left, right = value_of(record, one), value_of(record, other)
            if left in {None, 0, ""} or right in {None, 0, ""}:
                continue
            total += 1
            first, second = str(left).replace(".", ""), str(right).replace(".", "")
            same += first.startswith(second) or second.startswith(first)
        return total > 0 and same >= total * _MOST


def _dotted(digits: str) -> str:
    """`3211` → `32.11`, `321115` → `32.11.15`."""
    return ".".join(digits[place : place + 2] for place in range(0, min(len(digits), 6), 2))


def _is_of(place: str | None, known: str) -> bool:
    """Whether one region is, or lies in, the other."""
    if place is None:
        return False
    return place == known or place.startswith(f"{known}.") or known.startswith(f"{place}.")
