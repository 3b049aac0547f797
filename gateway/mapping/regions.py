"""Region codes: Kemendagri's, and the crosswalk from BPS. The two look alike and are not the same."""

import csv
import pathlib
from collections.abc import Iterator, Mapping

from gateway.mapping.language.declaration import Scheme
from gateway.mapping.language.findings import Findings
from gateway.mapping.language.toml_lines import KeyPath

_BPS_LENGTHS = (10, 7, 4)
_BPS_WHOLE = frozenset({2, 4, 7, 10, 13, 14, 16})
_KEMENDAGRI_WHOLE = frozenset({2, 4, 6, 10, 16})


class Regions:
    """The known regions, and which BPS code is which Kemendagri code."""

    def __init__(self, names: Mapping[str, str], crosswalk: Mapping[str, str]) -> None:
        self.names = dict(names)
        self.crosswalk = dict(crosswalk)
        self._detailed = frozenset(code[:5] for code in names if len(code) == 8)

    def is_known(self, code: str) -> bool:
        """Whether a code in dots is a region's, or lies in a known regency whose kecamatan are not all known here."""
        return self._kemendagri(code.replace(".", "")) == code

    def to_kemendagri(self, scheme: Scheme, code: str | int) -> str | None:
        """The Kemendagri code in dots, or None where the code is no region's.

        A finer code than those known gives the region that holds it, down to the regency: right, if
        coarser (10-digit BPS code of a village → its kecamatan, or its regency or city). It never falls back
        to a province, as the code of an unknown regency is more likely wrong than new. Longer codes, as the
        16 digits of a neighbourhood, begin with the code of their village.
        """
        digits = str(code).strip()
        if scheme == "kemendagri":
            digits = digits.replace(".", "") if _dots_right(digits) else ""
        if not (digits.isascii() and digits.isdigit()):
            return None
        return self._bps(digits) if scheme == "bps" else self._kemendagri(digits)

    def _bps(self, digits: str) -> str | None:
        if len(digits) not in _BPS_WHOLE:
            return None
        if len(digits) == 2:
            return self.crosswalk.get(digits)
        for length in _BPS_LENGTHS:
            if length <= len(digits) and digits[:length] in self.crosswalk:
                return self.crosswalk[digits[:length]]
        return None

    def _kemendagri(self, digits: str) -> str | None:
        if len(digits) not in _KEMENDAGRI_WHOLE:
            return None
        province, regency, kecamatan = digits[:2], f"{digits[:2]}.{digits[2:4]}", digits[4:6]
        if len(digits) == 2:
            return province if province in self.names else None
        if regency not in self.names:
            return None
        found = f"{regency}.{kecamatan}"
        if len(digits) == 4 or (found not in self.names and regency in self._detailed):
            return regency
        return f"{found}.{digits[6:10]}" if len(digits) >= 10 else found


def _dots_right(code: str) -> bool:
    """Dots, if there are any, stand where they belong: `32.11.15.2001`."""
    return "." not in code or [len(part) for part in code.split(".")] in ([2, 2], [2, 2, 2], [2, 2, 2, 4])


def read_regions(folder: pathlib.Path) -> tuple[Regions, list[Findings]]:
    """The regions of `regions.csv` and every `crosswalk*.csv` of a folder, and what is wrong with the files."""
    names, faults = _pairs(folder / "regions.csv", header=["kode", "name"])
    gathered = [faults]
    for code in names:
        if not _dots_right(code) or not code.replace(".", "").isdigit():
            faults.add(("kode", code), "bad-region", f"`{code}` is no Kemendagri code in dots")
        elif len(code) > 2 and code.rpartition(".")[0] not in names:
            faults.add(
                ("kode", code), "bad-region", f"`{code}` lies in `{code.rpartition('.')[0]}`, which is not listed"
            )
    crosswalk: dict[str, str] = {}
    for file in sorted(folder.glob("crosswalk*.csv")):
        pairs, faults = _pairs(file, header=["bps", "kemendagri"])
        gathered.append(faults)
        for bps, kemendagri in pairs.items():
            if kemendagri not in names:
                message = f"BPS `{bps}` leads to `{kemendagri}`, which regions.csv does not list"
                faults.add(("bps", bps), "bad-crosswalk", message)
            if crosswalk.setdefault(bps, kemendagri) != kemendagri:
                faults.add(("bps", bps), "bad-crosswalk", f"BPS `{bps}` leads to two regions; keep one")
    return Regions(names, crosswalk), gathered


def _pairs(file: pathlib.Path, *, header: list[str]) -> tuple[dict[str, str], Findings]:
    """The two columns of a CSV file as a dictionary; lines that begin with `#` carry source and licence."""
    lines: dict[KeyPath, int] = {}
    faults = Findings(str(file), lines)
    pairs: dict[str, str] = {}
    if not file.is_file():
        faults.add((), "file-missing", "there is no such file; regions cannot be told without it")
        return pairs, faults
    rows = _rows(file)
    _, first = next(rows, (1, []))
    if first != header:
        faults.add(
            (), "bad-header", f"the columns are {','.join(header)}", expected=",".join(header), found=",".join(first)
        )
        return pairs, faults
    for line, row in rows:
        if len(row) != 2 or not all(row):
            lines[("row", line)] = line
            faults.add(("row", line), "bad-row", "a row has two columns, both filled", found=",".join(row)[:60])
            continue
        lines[(header[0], row[0])] = line
        if row[0] in pairs:
            faults.add((header[0], row[0]), "code-twice", f"`{row[0]}` stands twice")
        pairs[row[0]] = row[1]
    return pairs, faults


def _rows(file: pathlib.Path) -> Iterator[tuple[int, list[str]]]:
    """Each row and its line, without comments and empty lines."""
    with file.open(encoding="utf-8", newline="") as text:
        for line, row in enumerate(csv.reader(text), start=1):
            if row and not row[0].startswith("#"):
                yield line, row
