"""What is done to text: cases that Indonesian names bear, white space, folding, shortening."""

import re
from collections.abc import Callable

PATTERN_LIMIT = 20_000
"""No pattern looks at a longer text: what it costs may grow with the square of the length."""

_SMALL_WORDS = frozenset(
    {"atau", "bagi", "dalam", "dan", "dari", "dengan", "di", "ke", "oleh", "pada", "serta", "untuk", "yang"}
)
_ACRONYMS = frozenset(
    {
        "BKKBN", "BPBD", "BPJS", "BPKB", "BPN", "BPS", "BUMD", "CV", "DIY", "DKI", "DPRD", "IGD", "IKM", "IMB", "KB",
        "KIA", "KK", "KPU", "KTP", "KUA", "LRT", "MAN", "MCK", "MRT", "NIB", "NIK", "OPD", "PAUD", "PBB", "PDAM", "PKK",
        "PKL", "PLN", "PMI", "PT", "PTSP", "RI", "RPTRA", "RS", "RSAB", "RSAL", "RSAU", "RSB", "RSIA", "RSJ", "RSK",
        "RSKB", "RSKD", "RSKIA", "RSU", "RSUD", "RSUK", "RSUP", "RT", "RW", "SD", "SDN", "SKPD", "SLB", "SMA", "SMAN",
        "SMK", "SMKN", "SMP", "SMPN", "SIM", "STNK", "TK", "TKN", "TNI", "TPA", "TPS", "TPU", "UGD", "UKM", "UMKM",
        "UPT", "UPTD", "WC",
    }
)  # fmt: skip
_ROMAN = frozenset(
    ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XX")
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")  # noqa: RUF001  # names are written with either apostrophe


def squash(text: str) -> str:
    """The text with every run of white space folded to one space, and none at its ends."""
    return " ".join(text.split())


def fold(text: str) -> str:
    """The text as code lists with `fold` compare it: without case, white space squashed."""
    return " ".join(text.split()).casefold()


def title(text: str) -> str:
    """Squashed text in Indonesian title case: small words low, acronyms and Roman numerals high.

    In text of mixed case, words that hold a capital beyond the first letter keep their case.
    """
    squashed = " ".join(text.split())
    mixed = squashed != squashed.upper() and squashed != squashed.lower()
    return _WORD.sub(lambda found: _titled(found, mixed=mixed), squashed)


def _titled(found: re.Match[str], *, mixed: bool) -> str:
    word = found.group()
    upper = word.upper()
    if upper in _ACRONYMS or (upper in _ROMAN and found.start() > 0):
        return upper
    if mixed and word[1:] != word[1:].lower():
        return word
    if found.start() > 0 and word.lower() in _SMALL_WORDS:
        return word.lower()
    return word[0].upper() + word[1:].lower()


def sentence(text: str) -> str:
    """Squashed text as a sentence: a capital first; shouted text is lowered, but for acronyms."""
    squashed = " ".join(text.split())
    if squashed == squashed.upper():
        squashed = _WORD.sub(lambda found: _lowered(found.group()), squashed)
    return squashed[:1].upper() + squashed[1:]


def _lowered(word: str) -> str:
    return word if word in _ACRONYMS else word.lower()


def shorten(text: str, limit: int) -> str:
    """The text, at most `limit` characters: cut at a word where one ends in its last fifth, and marked `…`."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ", limit - limit // 5)
    return (cut[:space] if space > 0 else cut).rstrip() + "…"


def text_of(value: object) -> str | None:
    """A scalar as trimmed text: text itself, or a number as it is written; None for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return None


def texts_of(value: object) -> list[str] | None:
    """A scalar or a list of scalars as trimmed texts, null and empty ones left out; None if an item is no scalar."""
    items = value if isinstance(value, list) else [value]
    texts = [text_of(item) for item in items if item is not None]
    if None in texts:
        return None
    return [text for text in texts if text]


def identifier(text: str) -> str:
    """The text as the last part of a record id: all but `A-Z a-z 0-9 . _ -` as `~` and two hex digits per byte."""
    if text.isascii() and text.isalnum():
        return text
    return _UNSAFE.sub(_escaped, text)


_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"~{byte:02X}" for byte in found.group().encode())


def source_identifier(text: str) -> str:
    """What `identifier` was given, or raises `ValueError`."""
    raw = _ESCAPE.sub(lambda found: bytes([int(found.group(1), 16)]), text.encode("ascii"))
    return raw.decode()


_ESCAPE = re.compile(rb"~([0-9A-F]{2})")


def comparable(value: object) -> object:
    """A scalar as `null_if` and `keep_if` compare it: text trimmed, and true no 1."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true", value
    return value if isinstance(value, (int, float)) else None


def first_group(pattern: str) -> Callable[[str], str | None]:
    """A function that finds what the group `value` takes, trimmed; None where there is no match or nothing in it.

    A text beyond `PATTERN_LIMIT` matches nothing.
    """
    search = re.compile(pattern).search

    def find(text: str) -> str | None:
        found = search(text) if len(text) <= PATTERN_LIMIT else None
        taken = None if found is None else found.group("value")
        return (taken.strip() or None) if taken is not None else None

    return find
