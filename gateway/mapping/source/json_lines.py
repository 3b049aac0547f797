"""Where each member of a JSON text stands. `json` reads values but gives no positions."""

import json
import re

from gateway.mapping.language.toml_lines import KeyPath

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n|[^\s{}\[\],:"]+')


def json_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of each member and item of a text that `json` has already accepted."""
    lines: dict[KeyPath, int] = {(): 1}
    path: list[str | int] = []
    line = 1
    pending: str | None = None
    for token in _TOKEN.findall(text):
        if token == "\n":
            line += 1
        elif token == "{":
            path.append("")
        elif token == "[":
            path.append(0)
            lines[tuple(path)] = line
        elif token in "}]":
            path.pop()
        elif token == ",":
            last = path[-1]
            if isinstance(last, int):
                path[-1] = last + 1
                lines[tuple(path)] = line
        elif token == ":" and pending is not None:
            path[-1] = json.loads(pending)
            lines[tuple(path)] = line
        pending = token
    return lines
