"""Looking codes up: most values as they are written, in a dictionary; the others by what the list says of spelling."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from gateway.mapping.code_lists import CodeList, code_key
from gateway.mapping.language.declaration import Scheme
from gateway.mapping.operations import fitting
from gateway.mapping.operations.text import text_of
from gateway.mapping.regions import Regions


class Lookup(NamedTuple):
    """`known` holds codes that are true in Python's eyes; `search` finds every code, and None for no code."""

    known: Mapping[Any, Any]
    search: Callable[[Any], Any]


def of_regions(regions: Regions, scheme: Scheme) -> Lookup:
    """Kemendagri codes by the code of a scheme, as text and as number."""
    written: Iterable[str] = regions.crosswalk if scheme == "bps" else regions.names
    found = {code: regions.to_kemendagri(scheme, code) for code in written}
    known: dict[str | int, str] = {code: region for code, region in found.items() if region is not None}
    known.update({int(code): region for code, region in found.items() if region is not None and code.isdigit()})

    def search(code: object) -> str | None:
        text = text_of(code)
        return None if text is None else regions.to_kemendagri(scheme, text)

    return Lookup(known, search)


def of_codes(listed: CodeList, *, type_: Any) -> Lookup:
    """The common codes of a list, as values of the common field's type."""
    codes = {key: fitting.declared(code, type_=type_) for key, code in listed.codes.items()}
    written = {value.strip(): codes[code_key(value, fold=listed.fold)] for value in listed.written}

    def search(value: Any) -> Any:
        if listed.fold and type(value) is str:
            return codes.get(" ".join(value.split()).casefold())
        return codes.get(code_key(value, fold=listed.fold))

    return Lookup({value: code for value, code in written.items() if code}, search)


def of_members(members: Iterable[str | int], *, type_: Any) -> Lookup:
    """The codes of the common field's own enumeration."""
    codes = {str(member): fitting.declared(member, type_=type_) for member in members}
    return Lookup({value: code for value, code in codes.items() if code}, codes.get)


def of_items(lookup: Lookup, *, otherwise: Any) -> Callable[[list[str]], list[Any] | None]:
    """A function from texts to their codes; one that is not known becomes `otherwise`, or the whole None."""

    def codes(items: list[str]) -> list[Any] | None:
        found = [lookup.search(item) for item in items]
        if otherwise is None:
            return None if None in found else found
        return [otherwise if code is None else code for code in found]

    return codes
