"""Made-up values of the same shape, for what looks like Personal data in a recorded sample."""

import hashlib
import re
from typing import Any

_NAMES = (
    "Sari", "Budi", "Dewi", "Agus", "Rina", "Joko", "Wulan", "Hendra", "Ayu", "Dimas", "Lestari", "Bayu", "Citra",
    "Eko", "Fitri", "Galih", "Indah", "Krisna", "Maya", "Nanda", "Putra", "Ratna", "Surya", "Tika", "Utami", "Yoga",
)  # fmt: skip
_WORDS = (
    "contoh", "laporan", "warga", "tentang", "jalan", "lampu", "taman", "sungai", "pasar", "rumah", "air", "lapangan",
    "jembatan", "pohon", "kantor", "sekolah", "pagi", "siang", "sore", "dekat", "depan", "samping", "lama", "baru",
)  # fmt: skip
_EMAIL = re.compile(r"[^\s@<>;,]+@[^\s@<>;,]+")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[A-Za-z]{2,4}$")
_YEAR_FIRST = re.compile(r"(?P<before>\d{4}[-/.]\d{1,2}[-/.])\d{1,2}(?P<after>(?:[ T].*)?)")
_DAY_FIRST = re.compile(r"(?P<before>)\d{1,2}(?P<after>[-/.]\d{1,2}[-/.]\d{4}(?:[ T].*)?)")
_FRACTION = re.compile(r"(-?\d{1,3}[.,])(\d+)")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_KEPT_DIGITS = 2


def fictional(value: Any) -> Any:
    """A made-up value for a real one: the same one always gives the same, and every sign that is no letter or digit
    stays. Numbers keep their first digits, so that a telephone number still is one. Lists and objects by their values.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(_digits(str(value))) if value >= 0 else -int(_digits(str(-value)))
    if isinstance(value, float):
        return round(value + (_number(str(value)) % 2001 - 1000) / 1e5, 6)
    if isinstance(value, list):
        return [fictional(item) for item in value]
    if isinstance(value, dict):
        return {key: fictional(item) for key, item in value.items()}
    return value


def _text(text: str) -> str:
    bare = text.strip()
    before, _, after = text.partition(bare) if bare else (text, "", "")
    return f"{before}{_bare_text(bare)}{after}"


def _bare_text(text: str) -> str:
    if _URL.fullmatch(text):
        return f"https://contoh.example/{_number(text):x}{''.join(_SUFFIX.findall(text))}"
    if _FRACTION.fullmatch(text):
        return _FRACTION.sub(lambda found: f"{found[1]}{_digits(found[2], kept=_KEPT_DIGITS)}", text)
    day = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if day:
        return f"{day['before']}{_number(text) % 28 + 1:02d}{day['after']}"
    if _EMAIL.fullmatch(text):
        return f"warga{_number(text) % 900 + 100}@contoh.example"
    words = _WORD.findall(text)
    pool = _NAMES if len(words) <= 5 and not any(word.isdigit() for word in words) else _WORDS
    return _WORD.sub(lambda found: _word(found.group(), pool, at=found.start(), of=text), text)


def _word(word: str, pool: tuple[str, ...], *, at: int, of: str) -> str:
    if word.isdigit():
        return _digits(word)
    if len(word) < 3:  # an initial, a title, RT
        return word
    chosen = pool[_number(f"{at} {word} {of}") % len(pool)]
    made = (chosen * (len(word) // len(chosen) + 1))[: len(word)]  # of the same length, so that limits hold
    return made.upper() if word.isupper() else made.lower() if word.islower() else made.title()


def _digits(digits: str, *, kept: int | None = None) -> str:
    """Other digits, as many; the first few stay, where there are enough."""
    few = _KEPT_DIGITS if len(digits) > 4 or (digits[0] == "0" and len(digits) > _KEPT_DIGITS) else 0
    return _other_digits(digits, digits[: few if kept is None else kept])


def _other_digits(digits: str, kept: str) -> str:
    if len(kept) == len(digits):
        return digits
    made = str(int(hashlib.sha256(digits.encode()).hexdigest(), 16))
    rest = (made * (len(digits) // len(made) + 1))[-(len(digits) - len(kept)) :]
    return kept + rest if kept or rest[0] != "0" or len(digits) == 1 or digits[0] == "0" else "1" + rest[1:]


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)
