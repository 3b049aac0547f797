"""Made-up numbers: NIK, telephone numbers, days, coordinates, plates; nobody's, where a form has such values."""

import math
import re

from gateway.fictional.dice import Dice
from gateway.fictional.shapes import DAY, FRACTION, UUID, Shape, digits_of

_MONTHS = {
    name: place
    for place, name in enumerate(
        ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des"), start=1
    )
}
_WOMEN = 40
_FINE = 3
"""So many decimals of a degree are a hundred metres."""
_DAY_S = 86_400
_SECONDS_BELOW = 10**11


class MadeNumbers:
    """Makes them."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    def nik(self, text: str) -> str:
        """A NIK or family card number: regency, month, year and sex stay, and the serial is 0000, which is nobody's."""
        digits = digits_of(text)
        if len(digits) != 16:
            return self.number(text)

        def make(attempt: int) -> str:
            day, month, year = int(digits[6:8]), digits[8:10], digits[10:12]
            if not (1 <= day % _WOMEN <= 31 and "01" <= month <= "12"):
                return f"{digits[:4]}{self._dice.digits(8, 'nik', digits, attempt)}0000"
            new_day = self._day(year, month, day % _WOMEN) + day // _WOMEN * _WOMEN
            district = self._dice.number("nik", digits, attempt) % 99 + 1
            new_year = (int(year) + attempt // 20) % 100  # only where a month is used up
            return f"{digits[:4]}{district:02d}{new_day:02d}{month}{new_year:02d}0000"

        return with_digits(text, self._dice.once(Shape.NIK, digits, make))

    def phone(self, text: str) -> str:
        """A number of the same network or area; behind that, zeros where there is room for them."""
        digits = digits_of(text)
        country = next((it for it in ("62", "0") if digits.startswith(it)), "")
        national = digits[len(country) :]
        kept = national[: 3 if len(national) > 6 else 2 if len(national) > 4 else 0]
        free = len(national) - len(kept)
        zeros = min(3, max(0, free - 4))

        def make(attempt: int) -> str:
            quiet = zeros if attempt < 100 else 0
            return kept + "0" * quiet + self._dice.digits(free - quiet, "phone", national, attempt)

        return with_digits(text, country + self._dice.once(Shape.PHONE, national, make))

    def number(self, text: str) -> str:
        """Other digits, as many; the first two stay where there are enough, so that it stays as large."""
        if UUID.fullmatch(text):
            return self._dice.once(Shape.NUMBER, text, lambda attempt: self._uuid(text, attempt))
        return self._dice.once(
            Shape.NUMBER, text, lambda attempt: with_digits(text, self.digits(digits_of(text), attempt))
        )

    def digits(self, digits: str, attempt: int = 0) -> str:
        """As `number`, for digits alone."""
        kept = digits[:2] if len(digits) > 4 else ""
        rest = self._dice.digits(len(digits) - len(kept), "digits", digits, attempt)
        if not kept and rest[:1] == "0" and digits[:1] != "0":
            rest = "1" + rest[1:]
        return kept + rest

    def date(self, text: str) -> str:
        """Another day of the same month, written alike; the same day always becomes the same."""
        found = DAY.fullmatch(text)
        if found is None:
            return self.number(text)
        if found["day"]:
            year, month = re.findall(r"\d+", found["year_first"])
            return f"{found['year_first']}{self._dayed(found['day'], year, month)}{found['rest']}"
        month = digits_of(found["month"]) or str(_MONTHS.get(found["month"].strip(" -/.").casefold()[:3], 1))
        new = self._dayed(found["other_day"], found["year"], month)
        return f"{found['weekday']}{new}{found['month']}{found['year']}{found['end']}"

    def coordinate(self, text: str) -> str:
        """A place some hundred metres away; of a coarse one, other decimals."""
        found = FRACTION.fullmatch(text)
        if found is None:
            return self.number(text)
        if len(found["part"]) < _FINE:
            return f"{found['whole']}{found['mark']}{self.digits(found['part'])}"
        moved = self._moved(float(f"{found['whole']}.{found['part']}"), places=len(found["part"]))
        return f"{moved:.{len(found['part'])}f}".replace(".", found["mark"])

    def plate(self, text: str) -> str:
        """A number of the same area."""
        return self._dice.once(Shape.PLATE, text, lambda attempt: self._plate(text, attempt))

    def fraction(self, number: float) -> float:
        """A number nearby, with as many decimals."""
        if not math.isfinite(number):
            return number
        places = len(repr(number).partition(".")[2]) if "e" not in repr(number) else 6
        return round(self._moved(number, places=max(places, 1)), max(places, 1))

    def instant(self, number: int) -> int:
        """An instant of Unix time, in seconds or thousandths, some days before."""
        day = _DAY_S if abs(number) < _SECONDS_BELOW else _DAY_S * 1000
        return number - day * (self._dice.number("days", number // day) % 13 + 1)

    def _moved(self, number: float, *, places: int) -> float:
        by = self._dice.number("by", number)
        away = max(0.002 + by % 8_000 / 1e6, 10.0**-places * (by % 8 + 1))
        return number + (away if by & 1 << 40 else -away)

    def _day(self, year: str, month: str, day: int) -> int:
        """Another day of the month; the same for a NIK and for the day of birth beside it."""
        other = self._dice.number("day", year[-2:], int(month), day) % 27 + 1
        return other if other != day else 28

    def _dayed(self, day: str, year: str, month: str) -> str:
        new = self._day(year, month, int(day))
        if len(day) == 2:
            return f"{new:02d}"
        return str(new % 9 + 1 if new % 9 + 1 != int(day) else new % 8 + 1 if new % 8 + 1 != int(day) else 9)

    def _uuid(self, text: str, attempt: int) -> str:
        signs = iter("".join(f"{self._dice.number('uuid', text, attempt, place):016x}" for place in range(2)))
        return "".join(sign if sign == "-" else next(signs) for sign in text)

    def _plate(self, text: str, attempt: int) -> str:
        area = re.match(r"[^\W\d_]*", text)
        start = area.end() if area else 0
        made = [text[:start]]
        for place, sign in enumerate(text[start:]):
            number = self._dice.number("plate", text, place, attempt)
            made.append(str(number % 9 + 1) if sign.isdigit() else chr(65 + number % 26) if sign.isalpha() else sign)
        return "".join(made)


def with_digits(text: str, digits: str) -> str:
    """The text with other digits in the places of its own."""
    left = iter(digits)
    return "".join(next(left, sign) if sign.isascii() and sign.isdigit() else sign for sign in text)
