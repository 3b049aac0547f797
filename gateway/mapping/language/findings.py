"""Gathering the checker's findings: all of them at once, each with its line and the nearest known name."""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from gateway.errors import BadConfiguration
from gateway.mapping.language.toml_lines import KeyPath
from gateway.mapping.mapped import Finding


class MappingRejected(BadConfiguration):
    """A mapping or a source schema has faults; `findings` are all of them, and the message lists them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class Findings:
    """The findings of one file, with the line of the key that each is about."""

    def __init__(self, file: str, lines: Mapping[KeyPath, int]) -> None:
        self.file = file
        self.lines = lines
        self.found: list[Finding] = []

    def add(
        self,
        path: KeyPath,
        code: str,
        message: str,
        *,
        expected: str | None = None,
        found: str | None = None,
        nearest: str | None = None,
    ) -> None:
        """Notes a fault at `path`; its field is the one that the path lies in. The same fault is noted once."""
        finding = Finding(
            file=self.file,
            line=line_of(self.lines, path),
            field=_field_of(path),
            code=code,
            message=message,
            expected=expected,
            found=found,
            nearest=nearest,
        )
        if finding not in self.found:
            self.found.append(finding)


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of `path`, or of the nearest key above it; 1 where nothing is known."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _field_of(path: KeyPath) -> str | None:
    """`fields.dimensions.object.sex` is about `dimensions.sex`."""
    if len(path) < 2 or path[0] != "fields":
        return None
    if len(path) >= 4 and path[2] == "object":
        return f"{path[1]}.{path[3]}"
    return str(path[1])


def nearest_name(name: str, names: Collection[str]) -> str | None:
    """The one of `names` that `name` was most likely meant to be, or None if none is near."""
    folded = {_fold(known): known for known in sorted(names)}
    close = get_close_matches(_fold(name), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _fold(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "").replace(" ", "")
