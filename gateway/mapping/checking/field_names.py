"""What a source's names say: a path whose name is plainly another field's, while the right one is there."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.language.declaration import From, Join
from gateway.mapping.language.paths import Json, Key, Path, Step
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_type import SCALARS, SourceType
from gateway.mapping.targets import Target

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
    r"(?:^| )(?:nik|(?:no |nomor )?ktp|(?:no|nomor) kk|pelapor|reporter|user (?:name|e ?mail|phone)|nama ibu"
    r"|ibu kandung|(?:tgl|tanggal) lahir)(?: |$)"
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
_SMALL = frozenset(
    {
        "at", "by", "dan", "data", "date", "datetime", "di", "hari", "id", "in", "jumlah", "kode", "layanan", "menurut",
        "name", "nama", "nomor", "number", "of", "pelayanan", "s", "tanggal", "the", "time", "waktu",
    }
)  # fmt: skip
"""Words that many names have."""
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

    @property
    def called(self) -> str:
        """Its title in brackets, where it has one, for a sentence."""
        return f" ({self.type.title})" if self.type.title else ""


def places(type_: SourceType, *, at: tuple[Step, ...] = (), nothing: bool = False) -> Iterator[Place]:
    """Every scalar that a record holds, also within objects and the JSON of texts."""
    inner = type_.content if type_.content is not None else type_
    for name, member in inner.properties.items():
        absent = nothing or not member.required or member.type.nullable or type_.content is not None
        steps = (*at, Key(name))
        if member.type.properties or member.type.content is not None:
            if len(steps) < _DEEPEST:
                yield from places(member.type, at=steps, nothing=absent)
        elif _may_be_value(member.type):
            yield Place(steps, member.type, absent)


def _may_be_value(type_: SourceType) -> bool:
    """Whether a scalar, or a list of them, may stand here."""
    items = type_.items.kinds & SCALARS if type_.items is not None else type_.kinds & {"array"}
    return bool(type_.kinds & SCALARS) or ("array" in type_.kinds and bool(items))


@lru_cache(maxsize=2048)
def spelled(name: str) -> str:
    """A name as words: `createdAt`, `created_at` and `Created At` are all `created at`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", parted)).casefold()


def name_of(steps: tuple[Step, ...], type_: SourceType) -> str:
    """What a value is called, as words: its title, or its last key."""
    keys = [step.name for step in steps if isinstance(step, Key)]
    return spelled(type_.title or (keys[-1] if keys else ""))


@lru_cache(maxsize=2048)
def meaning_of(name: str) -> str | None:
    """What a name, as words, plainly says that the value is."""
    return next((meaning for meaning, words in _MEANINGS if words.search(name)), None)


@lru_cache(maxsize=2048)
def level_of(name: str) -> int:
    """How fine a region is after its name: 1 province to 4 village; 0 if it does not say."""
    return next((level for level, words in _LEVELS if words.search(name)), 0)


@lru_cache(maxsize=2048)
def is_private(name: str) -> bool:
    """Whether a name is that of personal data."""
    return _PRIVATE.search(name) is not None


def check_meaning(check: FieldCheck, record: tuple[Place, ...], *, read: frozenset[tuple[Step, ...]]) -> None:
    """Faults a path that is called otherwise, where the record has a place that is called what the field holds."""
    if not isinstance(check.field.source, From) or check.field.name == "id":
        return
    own = [bare(path.steps) for path in check.field.source.paths]
    for path in check.field.source.paths:
        found = check.source.at(path)
        if not isinstance(found, Found) or path.root not in {"record", "document"}:
            continue
        name = name_of(path.steps, found.type)
        if _holds(check.target, name):
            continue
        strong = meaning_of(name)
        better = _better(record, check.target, own=own, read=read, strong=strong, may_lack=found.nothing)
        if better is not None:
            _fault(check, path, said=f"called `{name}`", nearest=better)
            return


def check_join_order(check: FieldCheck) -> None:
    """Faults a heading that is joined behind the text that it stands over."""
    source = check.field.source
    if not isinstance(source, Join):
        return
    named = [(path, check.source.at(path)) for path in source.paths]
    meant = [(path, meaning_of(name_of(path.steps, it.type))) for path, it in named if isinstance(it, Found)]
    texts = [position for position, (_, meaning) in enumerate(meant) if meaning == "description"]
    behind = [
        path
        for position, (path, meaning) in enumerate(meant)
        if meaning == "title" and position > min(texts, default=99)
    ]
    if behind:
        check.fault(
            "join",
            "heading-behind",
            f"`{behind[0].text}` is the heading of `{meant[texts[0]][0].text}`, and is joined behind it; put it first",
            expected=f"{behind[0].text}, {meant[texts[0]][0].text}",
            found=", ".join(path.text for path in source.paths),
        )


def _phrases(target: Target) -> frozenset[str]:
    """What the field is called: its name, and its labels without what stands in brackets."""
    bare_labels = [re.sub(r"\(.*?\)", "", label) for label in target.labels]
    return frozenset(spelled(name) for name in (target.name, *bare_labels))


def _holds(target: Target, name: str) -> bool:
    """Whether a name says that the value is what the field holds."""
    if meaning_of(name) == _OF_FIELDS.get(target.name, "nothing"):
        return True
    return any(_within(phrase, name) or set(phrase.split()) & set(name.split()) - _SMALL for phrase in _phrases(target))


def _is_head(name: str, label: str) -> bool:
    """Whether a name is an Indonesian label's first words, which say what the rest describes: `produk` pelayanan."""
    return f"{label} ".startswith(f"{name} ") and name not in _SMALL


def _within(phrase: str, name: str) -> bool:
    return f" {phrase} " in f" {name} "


def _better(
    record: tuple[Place, ...],
    target: Target,
    *,
    own: list[tuple[Step, ...]],
    read: frozenset[tuple[Step, ...]],
    strong: str | None,
    may_lack: bool,
) -> Place | None:
    """A place that is called what the field holds, and that the field does not read.

    Where one name is only part of the other (`nama_layanan` and `name`), no field may read it, and it must be there as
    surely as what is read.
    """
    wanted, phrases = _OF_FIELDS.get(target.name), _phrases(target)
    label = spelled(target.labels[0]) if target.labels else ""
    contradicts = strong not in {None, "name", "description", "title", "kind"}
    for place in record:
        if place.steps in own:
            continue
        name = name_of(place.steps, place.type)
        if name in phrases or (contradicts and wanted is not None and meaning_of(name) == wanted):
            return place
        free = place.steps not in read and (may_lack or not place.nothing)
        if free and strong != "title" and (_is_head(name, label) or any(_within(phrase, name) for phrase in phrases)):
            return place
    return None


def _fault(check: FieldCheck, path: Path, *, said: str, nearest: Place) -> None:
    check.fault(
        "from",
        "path-of-another",
        f"`{path.text}` is {said}, and `{nearest.text}`{nearest.called} is there, which is called what the field "
        f"holds; read `{nearest.text}`, or give `{path.text}` a `title` in the source schema that says what it is",
        expected=nearest.text,
        found=path.text,
        nearest=nearest.text,
    )


def bare(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps without those that only open the JSON of a text."""
    return tuple(step for step in steps if not isinstance(step, Json))
