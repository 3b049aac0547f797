"""What a sample shows of its source: where the records are, the schema, every field, and how the list goes on."""

from typing import Any, Literal, TypeAlias

import msgspec

from adapters.config import Paging, Success
from gateway.onboarding.profile import FieldProfile

RecordForm: TypeAlias = Literal["list", "keyed", "features", "single"]


class WideColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One of several columns that hold the same measure, each for another year, sex, disease …: matter of `unpivot`.

    `path` as in a mapping; `label` is what tells it from the others; `year` where that is a year.
    """

    path: str
    label: str
    year: int | None = None


class RecordsPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where the records are, in the words of a mapping's `[records]`. `count` is how many the sample holds."""

    at: str = ""
    form: RecordForm = "list"
    header_row: bool = False
    headers: dict[str, str] = {}
    skip_first: int = 0
    skip_last: int = 0
    distinct: bool = False
    columns: tuple[WideColumn, ...] = ()
    count: int = 0


class InferredSource(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was inferred from one sample.

    `schema` is JSON Schema 2020-12 of a whole document, in the words of `docs/mapping.md`. `paging` and `success`
    are guesses from the envelope, None where it says nothing. `issues` are for a person to look at, without values.
    """

    records: RecordsPlace
    schema: dict[str, Any]
    fields: list[FieldProfile]
    paging: Paging | None = None
    success: Success | None = None
    issues: list[str] = []
