"""Steps as the text of a path, as mappings write it."""

import re
from collections.abc import Iterable

from gateway.mapping.language.paths import Each, Index, Key, Step

_PLAIN = re.compile(r"\w[\w-]*")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+|\d+")


def path_text(steps: Iterable[Step]) -> str:
    """`location.latitude`, `"kota/kab".nama`, `telepon[0]`, `documents[].url`."""
    text = ""
    for step in steps:
        match step:
            case Key(name):
                key = name if _PLAIN.fullmatch(name) else f'"{name}"'
                text += f".{key}" if text else key
            case Index(index):
                text += f"[{index}]"
            case Each():
                text += "[]"
            case _:  # JSON inside a text is gone through without a word
                pass
    return text


def words_of(name: str) -> tuple[str, ...]:
    """The words of a key in lower case: `namaPuskesmas`, `NAMA_PUSKESMAS` and `nama puskesmas` are the same two."""
    return tuple(word.lower() for word in _WORD.findall(name))


def keys_of(steps: Iterable[Step]) -> list[str]:
    """The keys among the steps."""
    return [step.name for step in steps if isinstance(step, Key)]
