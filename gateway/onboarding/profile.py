"""What a sample shows of one field: how often it is there, what it looks like, and what that may mean."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

Scalar: TypeAlias = str | int | float | bool


class FormKind(StrEnum):
    """What a value may be. `detail` of a `Form` says more."""

    BOOLEAN = "boolean"  # detail: the value that means yes, as it is written
    DATE = "date"  # detail: a strptime form, or `iso`
    DATETIME = "datetime"  # detail: a strptime form, `iso`, `epoch-s` or `epoch-ms`
    DIGITS = "digits"
    EMAIL = "email"
    FREE_TEXT = "free-text"
    JSON = "json"  # JSON of an object or a list, inside a text
    LATITUDE = "latitude"  # detail: `dot` or `comma`; empty where it is a number
    LATITUDE_LONGITUDE = "latitude-longitude"  # both in one text; detail: what stands between them
    LONGITUDE = "longitude"
    LONGITUDE_LATITUDE = "longitude-latitude"
    NIK = "nik"
    NUMBER = "number"  # a number in text; detail: `id`, `en` or `plain`
    PERCENT = "percent"  # likewise, with `%`
    PERIOD = "period"  # detail: a form of the mapping language, as `%Y`
    PERSON = "person"  # a person's name
    PHONE = "phone"
    POSTAL_CODE = "postal-code"
    REGION_CODE = "region-code"  # detail: `bps` or `kemendagri`; `ambiguous` is set where nothing decides
    REGION_NAME = "region-name"  # detail: the level: `province`, `regency` or `kecamatan`
    RUPIAH = "rupiah"
    SLUG = "slug"
    STREET = "street"  # an address
    TIME = "time"
    URL = "url"
    UUID = "uuid"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a field's values, and the share of them, 0 to 1, that it fits; blanks are not counted.

    `ambiguous`: the values fit `others` as well, and nothing in the sample decides between them.
    """

    kind: FormKind
    share: float
    detail: str = ""
    ambiguous: bool = False
    others: tuple[str, ...] = ()


class Occurrence(msgspec.Struct, frozen=True):
    """One value, and how often it was seen."""

    value: Scalar
    count: int


class FieldProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the records. Values stay in memory: no profile is written, logged or shown whole.

    `path` is relative to a record, as mappings write it; `many` where it yields a list. `words` are those of its
    last key, in lower case; `parents` those of the keys above it. `label` is the column's name under a header row.
    `present` is the share of records in which it is there, null or not; `null` the share in which it is null.
    `kinds` counts the JSON types. `blanks` are values that stand for nothing, as `""`, `-` and 0.
    `seen` counts what is left: values that are there and not blank; `distinct` and everything below speaks of these.
    `codes` lists them where they are few and come again and again; `closed` where no more is to be expected, too.
    `frequent` are up to 50, the most frequent first. `minimum` and `maximum` are of numbers, also of those in text.
    `unit` is told by the name or by the values. `case` is `upper`, `lower`, `title` or None. `personal`: it looks
    like Personal data, so that nothing of it may be written anywhere.
    """

    path: str
    words: tuple[str, ...]
    parents: tuple[str, ...] = ()
    label: str | None = None
    many: bool = False
    records: int = 0
    present: float = 1.0
    null: float = 0.0
    kinds: dict[str, int] = {}
    blanks: tuple[Scalar, ...] = ()
    blank: float = 0.0
    seen: int = 0
    distinct: int = 0
    is_unique: bool = False
    codes: tuple[Occurrence, ...] = ()
    closed: bool = False
    frequent: tuple[Occurrence, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    shortest: int | None = None
    longest: int | None = None
    forms: tuple[Form, ...] = ()
    separator: str | None = None
    unit: str | None = None
    case: str | None = None
    personal: bool = False

    def form(self, kind: FormKind) -> Form | None:
        """The form of a kind that fits best, or None."""
        return next((form for form in self.forms if form.kind is kind), None)

    def share(self, kind: FormKind) -> float:
        """The share of values that some form of a kind fits; 0 where none does."""
        form = self.form(kind)
        return 0.0 if form is None else form.share
