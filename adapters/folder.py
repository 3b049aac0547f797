"""Files in one folder, for platforms that are no server: `base_url = "file:///folder"`."""

from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from adapters.base import AdapterError, Fault
from adapters.config import AdapterMisconfigured

_MAX_FILE_BYTES = 33_554_432


class Folder:
    """Reads the files below a folder, and nothing else. `max_bytes` bounds one file; the operator writes it as text."""

    def __init__(self, base_url: str, *, max_bytes: str | None) -> None:
        if max_bytes is not None and not max_bytes.isdecimal():
            raise AdapterMisconfigured("options.max_bytes", "must be a whole number")
        self._path = Path(unquote(urlsplit(base_url).path))
        self._max_bytes = _MAX_FILE_BYTES if max_bytes is None else int(max_bytes)

    def read(self, path: str, *, etag: str | None) -> tuple[bytes | None, str | None]:
        """Content and mark of a file; no content where it is still what `etag` says. Raises `AdapterError`."""
        try:
            folder = self._path.resolve(strict=True)
            file = (folder / unquote(path).lstrip("/")).resolve(strict=True)
            if not file.is_relative_to(folder) or not file.is_file():
                raise AdapterError(Fault.UNREADABLE, "the path leads out of the folder, or to no file")
            with file.open("rb") as opened:
                content = opened.read(self._max_bytes + 1)
            state = file.stat()
        except OSError as error:
            raise AdapterError(Fault.UNREACHABLE, f"the file cannot be read: {type(error).__name__}") from error
        if len(content) > self._max_bytes:
            raise AdapterError(Fault.TOO_LARGE, f"the file is larger than {self._max_bytes} bytes")
        mark = quote(f"{state.st_mtime_ns:x}-{state.st_size:x}")
        return (None, None) if mark == etag else (content, mark)
