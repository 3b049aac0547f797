"""The bytes of one sample file, bounded, and as text whatever its encoding."""

from pathlib import Path

import msgspec

from gateway.onboarding.rejected import SampleRejected

MOST_BYTES = 33_554_432
"""As much as the gateway takes in one answer (`upstream.max_bytes`); a sample needs no more."""
FIRST_PART = 4_194_304
"""Of a file beyond the bound, this much is read where it has an object or a row a line: thousands of them."""
_MB = 1_048_576
_PACKED = (
    (b"\x1f\x8b", "compressed with gzip; unpack it (`gunzip FILE`)"),
    (b"BZh", "compressed with bzip2; unpack it (`bunzip2 FILE`)"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it (`unzstd FILE`)"),
    (b"\xfd7zXZ\x00", "compressed with xz; unpack it (`unxz FILE`)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook; unpack it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file; save the sheet as CSV"),
    (b"%PDF-", "a PDF document; ask the platform for CSV or JSON"),
    (b"PAR1", "a Parquet file; save it as CSV or JSON"),
    (b"SQLite format 3\x00", "an SQLite database; export the table as CSV"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_TRIED = 4096


class FileText(msgspec.Struct, frozen=True):
    """One file. `encoding` is `utf-8`, `utf-16`, `utf-32` or `windows-1252`; `is_cut`: it went on beyond the bound."""

    name: str
    content: bytes
    text: str
    encoding: str
    is_cut: bool = False

    @property
    def in_mb(self) -> int:
        """How many megabytes were taken, the last one begun."""
        return -(-len(self.content) // _MB)

    @property
    def notes(self) -> list[str]:
        """What is to be said where only its first part is read."""
        return [f"only the first {FIRST_PART // _MB} MB of the file were read"] if self.is_cut else []


def read_file(path: Path, *, most: int = MOST_BYTES) -> FileText:
    """The file as text, no more than `most` bytes of it. Raises `SampleRejected`."""
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise SampleRejected(_why_unopened(error, path), file=path.name) from None
    for mark, words in _PACKED:
        if content.startswith(mark):
            raise SampleRejected(f"the file is {words}", file=path.name)
    is_cut = len(content) > most
    content = content[:most]
    if is_cut and b"\n" in content:
        content = content[: content.rfind(b"\n") + 1]
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        message = "the file is empty; save one answer of the platform that has records"
        raise SampleRejected(message, file=path.name)
    text, encoding = _decoded(content, name=path.name)
    return FileText(path.name, content, text, encoding, is_cut)


def _why_unopened(error: OSError, path: Path) -> str:
    if path.is_dir():
        return "this is a folder; name the files in it"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return f"the file cannot be opened: {error.strerror or type(error).__name__}"


def _decoded(content: bytes, *, name: str) -> tuple[str, str]:
    for mark, codec in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(codec), codec.removesuffix("-sig")
            except UnicodeDecodeError as error:
                raise SampleRejected(
                    f"the file says that it is {codec}, and byte {error.start} is not", file=name
                ) from None
    head = content[:_TRIED]
    if head[1::2].count(0) > len(head) // 4 or head[::2].count(0) > len(head) // 4:
        codec = "utf-16-le" if head[1::2].count(0) > len(head) // 4 else "utf-16-be"
        try:
            return content.decode(codec), "utf-16"
        except UnicodeDecodeError:
            pass
    if b"\0" in content:
        raise SampleRejected("the file is no text: it holds NUL bytes", file=name)
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is neither UTF-8 nor Windows-1252; save the file as UTF-8"
        raise SampleRejected(message, file=name) from None
