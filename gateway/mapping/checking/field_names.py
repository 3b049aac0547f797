"""What a source's names say: a path whose name is plainly another field's, while the right one is there."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.language.declaration import From
from gateway.mapping.language.paths import Json, Key, Path, Step
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_type import SourceType

_MEANINGS = tuple(
    (meaning, re.compile(rf"(?:^| )(?:{words})(?: |$)"))
    for meaning, words in (
        ("latitude", "lat|latitude|lintang"),
        ("longitude", "lon|lng|longitude|bujur"),
        ("postal code", "kode pos|kodepos|postal code|postcode|zip code|zip"),
        ("fax", "fax|faks|faksimile|faximile|facsimile"),
        ("e-mail", "e ?mails?|surel"),
        ("telephone", "telepon|telpon|telp|tlp|phones?|hp|handphone|whatsapp|ponsel"),
        ("link", "website|url|tautan|link|laman|situs"),
        ("address", "alamat|address|almt"),
        ("deadline", "deadline|tenggat|batas waktu|due"),
        ("change", "updated|update|diperbarui|diubah|modified|pembaruan"),
        ("creation", "created|create|dibuat|diterima|tanggal lapor|tgl lapor"),
        ("kind", "jenis|tipe|kind|type"),
        ("description", "deskripsi|uraian|description"),
        ("title", "judul|title"),
        ("name", "nama|name|nm"),
    )
)
_ROW_NUMBER = re.compile(r"(?:no|nomor|no urut|nomor urut|nomer)")
_OF_FIELDS = {
    "address": "address",
    "description": "description",
    "emails": "e-mail",
    "expected_datetime": "deadline",
    "name": "name",
    "phones": "telephone",
    "postal_code": "postal code",
    "reporter_email": "e-mail",
    "reporter_phone": "telephone",
    "requested_datetime": "creation",
    "source_updated_at": "change",
    "updated_datetime": "change",
    "website": "link",
}
"""What fields of the common model hold that sources call by words of their own."""
_PRIVATE = re.compile(
    r"(?:^| )(?:nik|(?:no |nomor )?ktp|(?:no|nomor) kk|pelapor|reporter|nama ibu|ibu kandung"
    r"|(?:tgl|tanggal) lahir)(?: |$)"
)
"""Names of what is personal data whoever sends it."""
_LEVELS = tuple(
    (level, re.compile(rf"(?:^| )(?:{words})(?: |$)"))
    for level, words in (
        (4, "kelurahan|kel|desa|village"),
        (3, "kecamatan|kec|district"),
        (2, "kota|kabupaten|kab|regency|city"),
        (1, "provinsi|prov|province"),
    )
)
_DEEPEST = 5


class Place(NamedTuple):
    """One scalar member of a record: the steps to it, its type, and whether it may be absent or null."""

    steps: tuple[Step, ...]
    type: SourceType
    nothing: bool

    @property
    def text(self) -> str:
        """The path, as it would be written."""
        names = [step.name for step in self.steps if isinstance(step, Key)]
        return ".".join(name if re.fullmatch(r"\w[\w-]*", name) else f'"{name}"' for name in names)


def places(type_: SourceType, *, at: tuple[Step, ...] = (), nothing: bool = False) -> Iterator[Place]:
    """Every scalar that a record holds, also within objects and the JSON of texts."""
    inner = type_.content if type_.content is not None else type_
    for name, member in inner.properties.items():
        absent = nothing or not member.required or member.type.nullable or type_.content is not None
        steps = (*at, Key(name))
        if member.type.properties or member.type.content is not None:
            if len(steps) < _DEEPEST:
                yield from places(member.type, at=steps, nothing=absent)
        else:
            yield Place(steps, member.type, absent)


@lru_cache(maxsize=2048)
def spelled(name: str) -> str:
    """A name as words: `createdAt`, `created_at` and `Created At` are all `created at`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", parted)).casefold()


def name_of(steps: tuple[Step, ...], type_: SourceType) -> str:
    """What a value is called, as words: its title, or its last key."""
    keys = [step.name for step in steps if isinstance(step, Key)]
    return spelled(type_.title or (keys[-1] if keys else ""))


def meaning_of(name: str) -> str | None:
    """What a name, as words, plainly says that the value is."""
    return next((meaning for meaning, words in _MEANINGS if words.search(name)), None)


def level_of(name: str) -> int:
    """How fine a region is after its name: 1 province to 4 village; 0 if it does not say."""
    return next((level for level, words in _LEVELS if words.search(name)), 0)


def is_row_number(name: str) -> bool:
    """Whether a name is that of a column that counts the rows."""
    return _ROW_NUMBER.fullmatch(name) is not None


def is_private(name: str) -> bool:
    """Whether a name is that of personal data."""
    return _PRIVATE.search(name) is not None


def check_meaning(check: FieldCheck, record: tuple[Place, ...], *, read: frozenset[tuple[Step, ...]]) -> None:
    """Faults a path that is called what another field holds, where the record has what this one asks for."""
    wanted = _OF_FIELDS.get(check.field.name)
    if not isinstance(check.field.source, From):
        return
    own = [bare(path.steps) for path in check.field.source.paths]
    for path in check.field.source.paths:
        found = check.source.at(path)
        if not isinstance(found, Found) or path.root == "column":
            continue
        name = name_of(path.steps, found.type)
        if check.field.name == "value" and is_row_number(name):
            _fault(check, path, said="the number of a row", nearest=None)
            return
        meaning = meaning_of(name)
        if wanted is None or meaning in {None, wanted, "name", "description"}:
            continue
        better = _better(record, wanted, own=own, free=None if meaning != "kind" else read)
        if better is not None and (meaning != "title" or wanted == "description"):
            _fault(check, path, said=f"called a {meaning}", nearest=better)
            return


def _better(
    record: tuple[Place, ...],
    wanted: str,
    *,
    own: list[tuple[Step, ...]],
    free: frozenset[tuple[Step, ...]] | None,
) -> Place | None:
    """A place that is called what the field holds, and that the field does not read (nor any, where `free`)."""
    for place in record:
        taken = place.steps in own or (free is not None and place.steps in free)
        if not taken and meaning_of(name_of(place.steps, place.type)) == wanted:
            return place
    return None


def _fault(check: FieldCheck, path: Path, *, said: str, nearest: Place | None) -> None:
    rather = f", while `{nearest.text}` is there" if nearest else ""
    check.fault(
        "from",
        "path-of-another",
        f"`{path.text}` is {said}, and the field holds something else{rather}; take the other path",
        expected=nearest.text if nearest else check.target.words,
        found=path.text,
        nearest=nearest.text if nearest else None,
    )


def bare(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps without those that only open the JSON of a text."""
    return tuple(step for step in steps if not isinstance(step, Json))
