"""What an operator says about a platform, as the adapters read it.

The Structs are the TOML tables of `config/partners`; the protocols are what an adapter needs of the
rest. A value that
cannot work raises `AdapterMisconfigured` when the adapter is built, never later.
"""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol, TypeAlias

import msgspec

Secrets: TypeAlias = Callable[[str], str]
"""The value of the secret of that name; raises `LookupError` where there is none."""


class AdapterMisconfigured(ValueError):
    """The operator's words cannot work. `key` is the key within the platform's or dataset's table."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key
        self.message = message


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the settings; it knows its keys, all of them."""


class Auth(Part, frozen=True):
    """How we authenticate to a platform. Secrets are named, never written: `secret = "JAKARTA_KEY"` reads that
    variable of the environment, or the file that `JAKARTA_KEY_FILE` names.

    `client-credentials` sends client id and secret by HTTP Basic; in the form where `secret_in_form` or
    `grant_in_query` says so.
    """

    kind: Literal["none", "api-key", "bearer", "basic", "client-credentials"] = "none"
    header: str = "Authorization"
    query_parameter: str | None = None
    secret: str | None = None
    user: str | None = None
    client_id: str | None = None
    token_url: str | None = None
    grant_in_query: bool = False  # SATUSEHAT and other Apigee gateways want it there
    secret_in_form: bool = False
    scope: str | None = None


class Success(Part, frozen=True):
    """When HTTP 200 really is success: paths that must be absent, or have one of these values (as text).

    `content_type` lists media types, without parameters; empty means the usual ones of the adapter's protocol.
    """

    absent: tuple[str, ...] = ()
    equals: dict[str, tuple[str, ...]] = {}
    content_type: tuple[str, ...] = ()


class Paging(Part, frozen=True):
    """How a list goes on.

    `single`: one document. `page`: `parameter` counts pages from `first`. `offset`: it counts records.
    `cursor`: `next` is the path of the next value in the body. `link`: RFC 8288 `Link`, or `next` is
    the path of a URL in the body. The list ends where `total_pages`, `total` or `has_next` says, or,
    failing those, at a page shorter than its size (`records` is the path of the list to count; without
    it, the body itself where that is a list). An empty page always ends it.
    With `header`, `next` and the totals are names of response headers (`X-Pagination-Page-Count`).
    `window` is for Open311: spans of time, backwards from now (`adapters/open311.py`). For a table, `cursor`
    goes on behind the last id (`adapters/sql_table`).
    `size` is the platform's own, or the one we always ask for by `size_parameter`; without it,
    `size_parameter` carries what the question wishes, `max_size` at most.
    """

    kind: Literal["single", "page", "offset", "cursor", "link", "window"] = "single"
    parameter: str = "page"
    size_parameter: str | None = None
    size: int | None = None
    max_size: int = 1000
    first: int | None = None  # 1 for pages, 0 for offsets
    next: str | None = None
    total: str | None = None
    total_pages: str | None = None
    has_next: str | None = None
    records: str | None = None
    header: bool = False
    in_body: bool = False  # parameters go into the JSON body of a POST, as text


class PlatformSettings(Protocol):
    """One system of a partner."""

    @property
    def adapter(self) -> str:
        """The protocol's name in `adapters/registry.py`."""
        ...

    @property
    def base_url(self) -> str:
        """`http(s)://…`, `file:///folder` for files, `postgresql://host/name` or `mysql://host/name` for tables."""
        ...

    @property
    def auth(self) -> Auth:
        """How we say who we are."""
        ...

    @property
    def success(self) -> Success:
        """What success looks like."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of every request."""
        ...

    @property
    def timeout_s(self) -> float:
        """How long one request may take."""
        ...


class DatasetSettings(Protocol):
    """One list on that system."""

    @property
    def path(self) -> str:
        """Path of the list, below the platform's `base_url`."""
        ...

    @property
    def method(self) -> Literal["GET", "POST"]:
        """How the list is asked for."""
        ...

    @property
    def query(self) -> Mapping[str, str]:
        """Parameters of every request."""
        ...

    @property
    def body(self) -> Mapping[str, str]:
        """Members of every POST's JSON body."""
        ...

    @property
    def paging(self) -> Paging:
        """How the list goes on."""
        ...

    @property
    def filters(self) -> Mapping[str, str]:
        """The platform's own parameter for each filter of ours; for tables the column, and how it is compared."""
        ...

    @property
    def by_id(self) -> str | None:
        """Path of one record, with `{id}`; for CKAN, CSV and tables the column that holds the id."""
        ...

    @property
    def options(self) -> Mapping[str, str]:
        """What only this protocol needs."""
        ...


class IntakeSettings(Protocol):
    """Where that system takes records."""

    @property
    def path(self) -> str:
        """Path that records are posted to, below the platform's `base_url`."""
        ...

    @property
    def query(self) -> Mapping[str, str]:
        """Parameters of every request."""
        ...

    @property
    def key_header(self) -> str | None:
        """The header by which the platform knows what it is sent again; None where it has none."""
        ...

    @property
    def by_id(self) -> str | None:
        """Path of one record, with `{id}`, where the platform can be asked whether it has it."""
        ...

    @property
    def known_status(self) -> tuple[int, ...]:
        """What the platform answers, besides success, to a record that it has already."""
        ...


def require_options(options: Mapping[str, str], known: frozenset[str]) -> None:
    """Raises `AdapterMisconfigured` for an option that the protocol does not have."""
    for name in options:
        if name not in known:
            raise AdapterMisconfigured(f"options.{name}", f"unknown; this protocol has {', '.join(sorted(known))}")
