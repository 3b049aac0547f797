"""Where each value of the settings came from, so that a fault can say so."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from gateway.settings_file.faults import Fault, stop

KeyPath = tuple[str, ...]
_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


class Source:
    """One TOML file. Its keys stand under `prefix` in the settings: `("partners", "jakarta")`."""

    def __init__(self, path: Path, *, prefix: KeyPath = ()) -> None:
        self.path = path
        self.prefix = prefix
        text, self.content = _read(path)
        self._lines = _lines(text)

    def place(self, key: KeyPath) -> str:
        """File and line of `key`, or of the nearest table around it."""
        inner = key[len(self.prefix) :]
        for length in range(len(inner), 0, -1):
            if inner[:length] in self._lines:
                return f"{_shown(self.path)}:{self._lines[inner[:length]]}"
        return _shown(self.path)


class EnvironmentText(str):
    """A value of the environment, still text, and the variable that it came from."""

    __slots__ = ("variable",)
    variable: str

    def __new__(cls, text: str, *, variable: str) -> Self:
        """The text, marked."""
        made = super().__new__(cls, text)
        made.variable = variable
        return made


def place_of(key: KeyPath, *, value: Any, sources: Sequence[Source]) -> str:
    """Where the value of `key` was written: the variable, or the file of the longest fitting prefix."""
    if isinstance(value, EnvironmentText):
        return value.variable
    fitting = [source for source in sources if key[: len(source.prefix)] == source.prefix]
    return max(fitting, key=lambda source: len(source.prefix)).place(key)


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    """The file's text and tables; raises `BadConfiguration`."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except FileNotFoundError:
        stop([Fault(place=_shown(path), key="", message="there is no such file")])
    except OSError as error:
        stop([Fault(place=_shown(path), key="", message=f"cannot be read: {error.strerror}")])
    except UnicodeDecodeError:
        stop([Fault(place=_shown(path), key="", message="is not UTF-8")])
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f"{_shown(path)}:{line.group(1)}" if line else _shown(path)
        stop([Fault(place=place, key="", message=f"is not TOML: {error}")])
    raise AssertionError


def _lines(text: str) -> dict[KeyPath, int]:
    """The line of every table and key."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header.group(1))
            for length in range(1, len(table) + 1):
                lines.setdefault(table[:length], number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key.group(1))), number)
    return lines


def _parts(dotted: str) -> KeyPath:
    """The parts of a dotted key, unquoted."""
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _shown(path: Path) -> str:
    """The path as people would write it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
