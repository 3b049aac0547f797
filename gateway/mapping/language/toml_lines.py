"""Where each key of a TOML text stands. `tomllib` reads values but gives no positions."""

from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]

_QUOTES = ('"""', "'''", '"', "'")
_BARE_END = " \t.=]\n\r#,}"


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of each key and array item of a text that `tomllib` has already accepted."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    """Walks valid TOML once, noting lines; it trusts that `tomllib` has found no fault."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.lines: dict[KeyPath, int] = {}
        self._counted, self._line = 0, 1
        self._tables: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        while self._skip(newlines=True):
            if self.text[self.position] == "[":
                table = self._header()
            else:
                self._pair(table)

    def line(self) -> int:
        """The line of the present position."""
        self._line += self.text.count("\n", self._counted, self.position)
        self._counted = self.position
        return self._line

    def _header(self) -> KeyPath:
        doubled = self.text.startswith("[[", self.position)
        self.position += 2 if doubled else 1
        line = self.line()
        path = self._within(self._key())
        self.position = self.text.index("]", self.position) + (2 if doubled else 1)
        if doubled:
            count = self._tables.get(path, 0)
            self._tables[path] = count + 1
            self.lines.setdefault(path, line)
            path = (*path, count)
        self._note(path, line)
        return path

    def _within(self, path: KeyPath) -> KeyPath:
        """The path with the index of the last item of each array of tables that it goes through."""
        found: KeyPath = ()
        for part in path:
            found = (*found, part)
            if found in self._tables and len(found) < len(path):
                found = (*found, self._tables[found] - 1)
        return found

    def _note(self, path: KeyPath, line: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _pair(self, table: KeyPath) -> None:
        line = self.line()
        path = (*table, *self._key())
        self._note(path, line)
        self.position = self.text.index("=", self.position) + 1
        self._skip(newlines=False)
        self._value(path)

    def _key(self) -> KeyPath:
        parts: list[str] = []
        while True:
            self._skip(newlines=False)
            if self.text[self.position] in "\"'":
                parts.append(self._string())
            else:
                start = self.position
                while self.text[self.position] not in _BARE_END:
                    self.position += 1
                parts.append(self.text[start : self.position])
            self._skip(newlines=False)
            if self.text[self.position] != ".":
                return tuple(parts)
            self.position += 1

    def _string(self) -> str:
        quote = next(quote for quote in _QUOTES if self.text.startswith(quote, self.position))
        start = self.position = self.position + len(quote)
        while not self.text.startswith(quote, self.position):
            self.position += 2 if self.text[self.position] == "\\" and quote[0] == '"' else 1
        content = self.text[start : self.position]
        self.position += len(quote)
        while len(quote) == 3 and self.text.startswith(quote[0], self.position):
            self.position += 1
        return content.replace('\\"', '"').replace("\\\\", "\\") if quote == '"' else content

    def _value(self, path: KeyPath) -> None:
        first = self.text[self.position]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._items(path)
        elif first == "{":
            self._members(path)
        else:
            while self.position < len(self.text) and self.text[self.position] not in ",]}#\n\r":
                self.position += 1

    def _items(self, path: KeyPath) -> None:
        self.position += 1
        count = 0
        while self._skip(newlines=True) and self.text[self.position] != "]":
            self.lines[(*path, count)] = self.line()
            self._value((*path, count))
            count += 1
            self._skip(newlines=True)
            if self.text[self.position] == ",":
                self.position += 1
        self.position += 1

    def _members(self, path: KeyPath) -> None:
        self.position += 1
        while self._skip(newlines=True) and self.text[self.position] != "}":
            self._pair(path)
            self._skip(newlines=True)
            if self.text[self.position] == ",":
                self.position += 1
        self.position += 1

    def _skip(self, *, newlines: bool) -> bool:
        """Passes white space and comments; whether anything is left."""
        while self.position < len(self.text):
            character = self.text[self.position]
            if character == "#":
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            elif character in " \t" or (newlines and character in "\r\n"):
                self.position += 1
            else:
                return True
        return False
