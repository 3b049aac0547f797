"""Code lists that say what their own words deny: `Ditolak` is not open, `Siaga 2` is not `siaga-3`."""

import re

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.field_names import spelled
from gateway.mapping.code_lists import CodeList
from gateway.mapping.language.findings import nearest_name
from gateway.mapping.language.tables import shown

_WORDS: dict[str, str] = {
    "birth": "kelahiran|lahir|birth",
    "business": "berusaha|usaha|business",
    "clinic": "klinik|clinic|balai pengobatan",
    "closed": "selesai|tutup|ditutup|ditolak|closed|finished|done|resolved|rejected|failed|gagal|dibatalkan|cancelled",
    "death": "kematian|meninggal|death",
    "female": "perempuan|wanita|female",
    "fire-station": "pemadam|damkar|fire station",
    "health": "kesehatan|health",
    "health-centre": "puskesmas|health centre",
    "hospital": "rumah sakit|rsud|rsu|hospital",
    "library": "perpustakaan|library",
    "male": "laki laki|pria|male",
    "market": "pasar|market",
    "marriage": "perkawinan|pernikahan|nikah|marriage",
    "move": "pindah|perpindahan|move",
    "museum": "museum",
    "office": "kantor|office",
    "open": "menunggu|proses|diproses|open|pending|waiting|baru|koordinasi|disposisi|verified|unverified|review"
    "|followup|tindak lanjut|postponed",
    "pharmacy": "apotek|apotik|pharmacy",
    "school": "sekolah|pendidikan|school",
    "specialist-hospital": "rumah sakit khusus|rsk|specialist hospital",
    "waste-site": "tps|tpa|waste site",
}
"""What each code of the common model is called, by whole words."""
_SAYS = {code: re.compile(rf"(?:^| )(?:{words})(?: |$)") for code, words in _WORDS.items()}
_DENIES = re.compile(r"(?:^| )(?:belum|tidak|bukan|batal|not|non|un|re)(?: |$)")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}


def check_code_meanings(check: FieldCheck) -> None:
    """Faults the first entry of the field's code list whose value says another code than it is given."""
    listed = check.codes.of(check.field) if check.field.codes is not None else None
    if listed is None:
        return
    places = _places(check, listed) if check.target.format == "kode-wilayah" else {}
    for written, code in listed.written.items():
        rather = places.get(spelled(written)) if places else _rather(written, str(code), check.target.members)
        if rather is not None and rather != code:
            name = f"code list `{listed.name}`" if listed.name else "table of codes"
            check.fault(
                "codes",
                "code-contradicts",
                f"the {name} gives {shown(code)} to {shown(written)}, which says {shown(rather)}; correct the entry",
                expected=rather,
                found=str(code),
                nearest=rather,
            )
            return


def _places(check: FieldCheck, listed: CodeList) -> dict[str, str]:
    """The code of each region that lies beside those of the list, by its name; names that two have are left out."""
    parents = {str(code).rpartition(".")[0] for code in listed.codes.values()}
    found: dict[str, str] = {}
    twice: set[str] = set()
    for code, name in check.codes.regions.names.items():
        if code.rpartition(".")[0] in parents:
            key = spelled(name)
            twice |= {key} & set(found)
            found[key] = code
    return {name: code for name, code in found.items() if name not in twice}


def _rather(written: str, code: str, members: tuple[str | int, ...]) -> str | None:
    """The code that a value's own words say, if they deny the one that it is given."""
    words = spelled(written)
    numbers, given = _numbers(words), _numbers(spelled(code))
    if len(numbers) == len(given) == 1 and numbers != given:
        return re.sub(r"\d+|\b[ivx]+\b", str(numbers[0]), code, count=1)
    own = _SAYS.get(code)
    if (own is not None and own.search(words)) or _DENIES.search(words):
        return None
    said = [str(member) for member in members if str(member) in _SAYS and _SAYS[str(member)].search(words)]
    if code in {str(member) for member in members} and len(said) == 1:
        return said[0]
    return nearest_name(written, [str(member) for member in members]) if _is_other(words, code, members) else None


def _is_other(words: str, code: str, members: tuple[str | int, ...]) -> bool:
    """Whether a value is, word for word, another of the field's codes."""
    return any(spelled(str(member)) == words and str(member) != code for member in members)


def _numbers(words: str) -> list[int]:
    return [int(word) if word.isdigit() else _ROMAN[word] for word in words.split() if word.isdigit() or word in _ROMAN]
