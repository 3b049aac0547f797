"""The shared code lists of `schemas/codes`: which source value is which common code."""

import pathlib
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.mapping.language.declaration import Field, Scalar
from gateway.mapping.language.findings import Findings, MappingRejected
from gateway.mapping.language.tables import Table, kind_of
from gateway.mapping.language.toml_lines import key_lines
from gateway.mapping.regions import Regions, read_regions


class CodeList(msgspec.Struct, frozen=True):
    """One list. `codes` are keyed by `code_key` of the source value with this `fold`, `written` as they are written."""

    name: str
    codes: dict[str, Scalar]
    fold: bool
    written: dict[str, Scalar]

    def get(self, value: Scalar) -> Scalar | None:
        """The common code of a source value, or None where the list does not know it."""
        return self.codes.get(code_key(value, fold=self.fold))


class CodeLists:
    """Every shared list by name, and the regions."""

    def __init__(self, lists: Mapping[str, CodeList], regions: Regions) -> None:
        self.lists = dict(lists)
        self.regions = regions

    def of(self, field: Field) -> CodeList | None:
        """The list that a field uses, its own or a shared one, with its `fold`; None if there is none of that name."""
        if isinstance(field.codes, dict):
            return code_list("", field.codes, fold=field.fold)
        found = self.lists.get(field.codes or "")
        if found is None or found.fold or not field.fold:
            return found
        return code_list(found.name, found.written, fold=True)


def code_key(value: Scalar, *, fold: bool) -> str:
    """How a value is looked up: text trimmed (folded: lower case, white space as one blank), `12`, `true`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    return " ".join(value.split()).casefold() if fold else value.strip()


def code_list(name: str, written: Mapping[str, Scalar], *, fold: bool) -> CodeList:
    """A list made of what was written."""
    codes = {code_key(value, fold=fold): code for value, code in written.items()}
    return CodeList(name=name, codes=codes, fold=fold, written=dict(written))


def load_code_lists(folder: pathlib.Path) -> CodeLists:
    """The lists and regions of a folder, or raises `MappingRejected` with everything that is wrong with its files."""
    regions, gathered = read_regions(folder)
    lists = {}
    for file in sorted(folder.glob("*.toml")):
        found, findings = _read_list(file)
        lists[file.stem] = found
        gathered.append(findings)
    faults = [finding for findings in gathered for finding in findings.found]
    if faults:
        raise MappingRejected(faults)
    return CodeLists(lists, regions)


def _read_list(file: pathlib.Path) -> tuple[CodeList, Findings]:
    empty = code_list(file.stem, {}, fold=False)
    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        findings = Findings(str(file), {})
        findings.add((), "not-toml", f"not TOML in UTF-8: {error}")
        return empty, findings
    findings = Findings(str(file), key_lines(text))
    top = Table(values, at=(), findings=findings)
    top.only(("fold", "codes"))
    fold = top.flag("fold")
    table = top.table("codes")
    if table is None or not table.values:
        top.fault("codes", "codes-missing", "write `[codes]`: one line for each source value")
        return empty, findings
    return code_list(file.stem, _codes(table, fold=fold), fold=fold), findings


def _codes(table: Table, *, fold: bool) -> dict[str, Any]:
    """The codes of a list; one source value twice is a fault, also if it is only folding that makes it one."""
    seen: dict[str, str] = {}
    for value, code in table.values.items():
        if not isinstance(code, (str, int, float, bool)):
            table.fault(value, "wrong-type", f"the code of `{value}` is text or a number", found=kind_of(code))
        key = code_key(value, fold=fold)
        if key in seen:
            table.fault(value, "code-twice", f"`{value}` and `{seen[key]}` are the same value here; keep one")
        seen[key] = value
    return dict(table.values)
