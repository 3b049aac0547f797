"""What texts are besides dates and numbers: telephone numbers, addresses, ids, names of persons, free text."""

import re
from collections.abc import Callable, Mapping

from gateway.fictional.fiction import json_in
from gateway.onboarding.profile import Form, FormKind

Counts = Mapping[str, int]
_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[A-Za-z]{2,}")
_PARTS = re.compile(r"\s*[,;|/]\s*|\s+")
_URL = re.compile(
    r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:go\.id|co\.id|or\.id|sch\.id|ac\.id|com|org|net|id)(?:/\S*)?",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_SLUG = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_DIGITS = re.compile(r"\d+")
_PHONE = re.compile(r"(?:\(?\+?62\)?|\(?0)[\d\s().\-]{5,18}(?:\s*(?:ext|x|pes)\.?\s*\d+)?", re.IGNORECASE)
_POSTAL = re.compile(r"[1-9]\d{4}")
_PAIR = re.compile(r"\(?\s*(-?\d{1,3}(?:\.\d+)?)\s*(?P<mark>[,; ])\s*(-?\d{1,3}(?:\.\d+)?)\s*\)?")
_POINT = re.compile(r"POINT\s*Z?\s*\(\s*(-?\d{1,3}(?:\.\d+)?)\s+(-?\d{1,3}(?:\.\d+)?)(?:\s+\S+)?\s*\)", re.IGNORECASE)
_STREET = re.compile(
    r"^\W*(?:jl|jln|gg)\b\.?\s*\S|^\W*(?:jalan|gang|komp(?:lek|leks|l)?|perum(?:ahan)?|blok)\b.*\d"
    r"|\brt\b\.?\s*\d+.{0,6}\brw\b|^(?!.*\btahun\b).*\S\s+(?:no|blok)\b\.?\s*\d"
    r"|^\d+\s.{2,40}\b(?:street|st|avenue|ave|road|rd|blvd|drive|dr|lane|ln|way|court|ct)\b",
    re.IGNORECASE,
)
_TITLES = re.compile(
    r"(?:^|\s|,)(?:dr|drg|drs|dra|ir|prof|h|hj|k\.?h|ust|bapak|ibu|bpk|sdr|tn|ny|nn)\.\s?\S|,\s?(?:s|m|a\.?md|sp|ph)\.\s?[a-z]{1,5}\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Za-z'’.]+")  # noqa: RUF001  # names are written with either apostrophe
_LONG = 60
_MANY_WORDS = 8
_YES_NO = (
    ("ya", "tidak"), ("y", "t"), ("y", "n"), ("yes", "no"), ("true", "false"), ("aktif", "tidak aktif"), ("on", "off"),
    ("aktif", "nonaktif"), ("aktif", "non aktif"), ("active", "inactive"), ("ada", "tidak ada"), ("ada", "tidak"),
    ("benar", "salah"), ("sudah", "belum"), ("1", "0"), ("buka", "tutup"), ("tersedia", "tidak tersedia"), ("t", "f"),
)  # fmt: skip


def text_forms(texts: Counts) -> list[Form]:
    """Every form that at least some of the texts fit, the best first."""
    total = sum(texts.values())
    found: list[Form] = []
    for kind, fits in _TESTS.items():
        share = sum(count for text, count in texts.items() if fits(text.strip())) / total
        if share >= _LEAST[kind]:
            found.append(Form(kind=kind, share=share))
    found += _pairs(texts, total)
    yes = yes_of(texts)
    if yes is not None:
        found.append(Form(kind=FormKind.BOOLEAN, share=1.0, detail=yes))
    return sorted(found, key=lambda form: -form.share)


def yes_of(texts: Counts) -> str | None:
    """How yes is written, where the texts are two that say yes and no, or one of them."""
    folded = {" ".join(text.casefold().replace("-", " ").split()): text.strip() for text in texts}
    for yes, no in _YES_NO:
        if set(folded) == {yes, no}:
            return folded[yes]
    return None


def nik_like(text: str) -> bool:
    """Whether a text is built as a NIK: region, day of birth (plus 40 for women), month, year, serial."""
    if not re.fullmatch(r"[1-9]\d{15}", text):
        return False
    day, month = int(text[6:8]), int(text[8:10])
    return (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12 and text[12:] != "0000"


def phone_like(text: str) -> bool:
    """Whether a text is a telephone number that says its area, or more than one."""
    if not _PHONE.fullmatch(text):
        return False
    return 7 <= sum(sign.isdigit() for sign in text) <= 15


def local_phone_like(text: str) -> bool:
    """Whether a text can be a telephone number if its name says that it is one."""
    digits = sum(sign.isdigit() for sign in text)
    return re.fullmatch(r"[\d\s().\-+/;]+", text.strip()) is not None and 5 <= digits <= 30


def case_of(texts: Counts) -> str | None:
    """`upper`, `lower` or `title` where nearly all texts of more than a few letters are so."""
    letters = {text: count for text, count in texts.items() if sum(sign.isalpha() for sign in text) > 3}
    total = sum(letters.values())
    if not total:
        return None
    tests: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("upper", str.isupper),
        ("lower", str.islower),
        ("title", lambda text: text[:1].isupper() and not text.isupper()),
    )
    for name, fits in tests:
        if sum(count for text, count in letters.items() if fits(text)) >= total * 0.9:
            return name
    return None


def separator_of(texts: Counts) -> str | None:
    """What stands between the parts of texts that are lists: `;`, `|`, a line break, or a comma between short parts."""
    total = sum(texts.values())
    for mark in ("|", ";", "\n", ",", "/"):
        parted = {text: count for text, count in texts.items() if mark in text.strip().strip(mark)}
        if sum(parted.values()) < total * 0.1:
            continue
        parts = [part.strip() for text in parted for part in text.split(mark)]
        if mark in {"|", ";"} and all(parts):
            return mark
        if mark == "\n" and sum(len(part) < 300 for part in parts) >= len(parts) * 0.9:
            return mark
        same = [
            _PHONE.fullmatch(part) or re.fullmatch(r"[\d\s().\-]{5,16}", part) or _EMAIL.fullmatch(part)
            for part in parts
        ]
        if mark in {",", "/"} and sum(map(bool, same)) >= len(parts) * 0.9 and len(parts) > len(parted):
            return mark
    return None


def _is_street(text: str) -> bool:
    return _STREET.search(text) is not None and len(text) < 200


def _is_titled(text: str) -> bool:
    """Whether a text is a name of a person with a title, as `drg. Ani, Sp.KG`."""
    return _TITLES.search(text) is not None and len(_WORDS.findall(text)) <= 9 and not _is_street(text)


def _is_free(text: str) -> bool:
    if len(text) <= _LONG and len(text.split()) <= _MANY_WORDS:
        return False
    return _URL.fullmatch(text) is None and json_in(text) is None


def _pairs(texts: Counts, total: int) -> list[Form]:
    """Both coordinates in one text, by which of them lies where."""
    found: dict[tuple[FormKind, str], int] = {}
    for text, count in texts.items():
        point, pair = _POINT.fullmatch(text.strip()), _PAIR.fullmatch(text.strip())
        if point:
            key = (FormKind.LONGITUDE_LATITUDE, "POINT")
        elif pair:
            first, second = float(pair.group(1)), float(pair.group(3))
            if "." not in pair.group(1) or "." not in pair.group(3) or abs(first) > 180 or abs(second) > 180:
                continue
            kind = FormKind.LONGITUDE_LATITUDE if abs(first) > 90 else FormKind.LATITUDE_LONGITUDE
            key = (kind, pair.group("mark"))
        else:
            continue
        found[key] = found.get(key, 0) + count
    return [Form(kind=kind, share=n / total, detail=mark) for (kind, mark), n in found.items() if n >= total / 2]


_TESTS: dict[FormKind, Callable[[str], bool]] = {
    FormKind.EMAIL: lambda text: all(_EMAIL.fullmatch(part) for part in _PARTS.split(text)),
    FormKind.URL: lambda text: _URL.fullmatch(text) is not None,
    FormKind.UUID: lambda text: _UUID.fullmatch(text) is not None,
    FormKind.SLUG: lambda text: len(text) <= _LONG and _SLUG.fullmatch(text) is not None,
    FormKind.DIGITS: lambda text: _DIGITS.fullmatch(text) is not None,
    FormKind.PHONE: lambda text: all(phone_like(part.strip()) for part in re.split(r"[,;|/]", text)),
    FormKind.POSTAL_CODE: lambda text: _POSTAL.fullmatch(text) is not None,
    FormKind.NIK: nik_like,
    FormKind.STREET: _is_street,
    FormKind.PERSON: _is_titled,
    FormKind.FREE_TEXT: _is_free,
    FormKind.JSON: lambda text: json_in(text) is not None,
}
_LEAST = {kind: 0.2 if kind in {FormKind.STREET, FormKind.PERSON, FormKind.FREE_TEXT} else 0.5 for kind in _TESTS}
