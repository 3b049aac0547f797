"""XML as data, and nothing more of XML: an element is a member, repeated ones a list, an attribute begins with `@`."""

from collections.abc import Callable
from typing import Any
from xml.parsers import expat

import msgspec
import xmltodict

from adapters.base import AdapterError, Fault

_MAX_DEPTH = 32


class XmlReader:
    """Turns the bytes of one document into JSON. Pure.

    `row` names the element that is always a list, also where there is only one, or none. Without it, these are
    the elements right below the root that have members of their own.
    """

    def __init__(self, *, row: str | None) -> None:
        self._row = row
        self._is_list: Callable[[Any, str, Any], bool] = (
            (lambda _path, key, _value: key == row)
            if row
            else (lambda path, _key, value: len(path) == 1 and isinstance(value, dict))
        )

    def as_json(self, content: bytes) -> bytes:
        """The document as JSON. Raises `AdapterError` for what is no XML, or uses more of XML than data needs."""
        return msgspec.json.encode(self.tree(content))

    def tree(self, content: bytes) -> dict[str, Any]:
        """The document as its root's name and members. Raises `AdapterError`, as `as_json`."""
        if not content.strip():
            raise AdapterError(Fault.UNREADABLE, "the body is empty", is_transient=True)
        try:
            _guard(content)
            tree: dict[str, Any] = xmltodict.parse(content, disable_entities=True, force_list=self._is_list)
        except expat.ExpatError as error:
            where = f"{expat.ErrorString(error.code)}, line {error.lineno}"
            raise AdapterError(Fault.UNREADABLE, f"the body is not XML: {where}") from None
        except (LookupError, ValueError):  # an encoding that Python does not know, or that does not fit
            raise AdapterError(Fault.UNREADABLE, "the body is not XML: its encoding is unknown") from None
        root = next(iter(tree))
        if self._row and not isinstance(tree[root], dict):
            tree[root] = {}
        if self._row and not _holds(tree, self._row):
            tree[root][self._row] = []
        return tree


def _guard(content: bytes) -> None:
    """Raises `AdapterError` for a document type (and so for any entity), and for elements nested too deeply."""
    parser = expat.ParserCreate()
    depth = 0

    def start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise AdapterError(Fault.UNREADABLE, f"the XML is nested more than {_MAX_DEPTH} deep")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: Any) -> None:
        raise AdapterError(Fault.UNREADABLE, "the XML declares a document type; a data feed has none")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)  # noqa: FBT003  (its second argument has no name)


def _holds(tree: Any, key: str) -> bool:
    """Whether an element of that name is anywhere in the tree; its depth is bounded."""
    if isinstance(tree, dict):
        return key in tree or any(_holds(value, key) for value in tree.values())
    return isinstance(tree, list) and any(_holds(value, key) for value in tree)
