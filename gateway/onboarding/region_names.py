"""Which region a name means: `bandung`, `KAB. BANDUNG`, `Kec. Sumedang Utara`."""

import re
from collections.abc import Mapping

_ADMINISTRATIVE = re.compile(r"\b(adm|administrasi|admin)\b\.?")
_NUMBERED = re.compile(r"^\s*\[?\d+\]?[.)\s]+")
_LEVELS = (
    ("kota", re.compile(r"^(kota|kodya|kotamadya|city)\b\.?\s*")),
    ("kabupaten", re.compile(r"^(kabupaten|kab|regency)\b\.?\s*")),
    ("provinsi", re.compile(r"^(provinsi|propinsi|prov|province|dki|daerah (khusus|istimewa)( ibukota)?|di)\b\.?\s*")),
    ("kecamatan", re.compile(r"^(kecamatan|kec|distrik)\b\.?\s*")),
)
_LENGTHS = {"provinsi": (2,), "kota": (5,), "kabupaten": (5,), "kecamatan": (8,)}


class RegionNames:
    """The names of regions, by what they are called without their rank. `names` are those of `regions.csv`."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._codes: dict[str, list[str]] = {}
        for code, name in names.items():
            _, bare = _bare(name)
            self._codes.setdefault(bare, []).append(code)

    def find(self, name: str, *, within: str | None = None) -> list[str]:
        """The codes of every region of that name, those inside `within` alone if there are any."""
        rank, bare = _bare(name)
        found = self._codes.get(bare, [])
        if rank is not None:
            found = [code for code in found if len(code) in _LENGTHS[rank] and self._has_rank(code, rank)]
        inside = [code for code in found if within and (code == within or code.startswith(f"{within}."))]
        return inside or found

    def _has_rank(self, code: str, rank: str) -> bool:
        if rank in {"kota", "kabupaten"}:
            own, _ = _bare(self._names[code])
            return own == rank
        return True


def _bare(name: str) -> tuple[str | None, str]:
    """The rank that a name begins with, and the rest of it in one form."""
    folded = " ".join(re.sub(r"[-_/,]", " ", _NUMBERED.sub("", name.casefold())).split())
    folded = " ".join(_ADMINISTRATIVE.sub(" ", folded).split())
    for rank, beginning in _LEVELS:
        rest = beginning.sub("", folded)
        if rest != folded and rest:
            return rank, re.sub(r"[^a-z]", "", rest)
    return None, re.sub(r"[^a-z]", "", folded)
