"""Secrets by name: a variable of the environment, or the file that `NAME_FILE` names."""

from collections.abc import Mapping
from pathlib import Path


class MissingSecret(LookupError):
    """There is no secret of that name; the message says where it was looked for."""


class Secrets:
    """Finds secrets. Blocks on the disk: look them up at start, not per question."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def get(self, name: str) -> str:
        """The secret without the line's end; raises `MissingSecret`."""
        if name in self._environ:
            return self._environ[name]
        path = self._environ.get(f"{name}_FILE")
        if path is None:
            raise MissingSecret(f"neither {name} nor {name}_FILE is set")
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise MissingSecret(f"{name}_FILE names {path}, which cannot be read") from error

    __call__ = get
