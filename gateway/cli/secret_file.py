"""Where a secret goes that should not be on the screen."""

import os
from pathlib import Path
from typing import Self

import rich_click as click


class SecretFile:
    """A new file that only we may read, opened before anything is changed, so that no secret is lost to a bad path."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except OSError as error:
                raise click.BadParameter(f"{self._path}: {error.strerror}", param_hint="--secret-file") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._descriptor is not None and self._path is not None:
            os.close(self._descriptor)
            if kind is not None:
                self._path.unlink()

    def takes(self, secret: str | None) -> bool:
        """Whether the secret was written here."""
        if self._descriptor is None or secret is None:
            return False
        os.write(self._descriptor, secret.encode() + b"\n")
        return True
