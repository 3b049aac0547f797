"""Settings: one TOML file, an overlay from the environment, secrets from files; frozen, read once.

`GATEWAY__DATABASE__URL=…` overrides `[database] url`; `GATEWAY__DATABASE__URL_FILE=…` reads it from
a file. Partners stand in `partners/<id>.toml` beside the main file. An unknown key or a wrong type
stops the start with `BadConfiguration`, naming file and key.
"""

from typing import Literal

import msgspec


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the settings; it knows its keys, all of them."""


class Server(Part, frozen=True):
    """`public_url` is the issuer and audience of tokens: what clients see, not what we listen on."""

    public_url: str = "http://127.0.0.1:8400"
    host: str = "127.0.0.1"
    port: int = 8400
    admin_host: str = "127.0.0.1"
    admin_port: int = 8401
    workers: int = 1
    max_body_bytes: int = 1_048_576
    body_timeout_s: float = 5.0


class Database(Part, frozen=True):
    """The truth: `sqlite:///var/gateway.db` or `postgresql://user:password@host/name`."""

    url: str = "sqlite:///var/gateway.db"
    pool_size: int = 5


class Shared(Part, frozen=True):
    """The short-lived shared store: `embedded:var/valkey`, `redis://host:6379/0` or `unix:///path`."""

    url: str = "embedded:var/valkey"
    timeout_s: float = 1.0


class Access(Part, frozen=True):
    """Tokens. `pepper` keys the digests of client secrets; `signing_keys` is a folder of ES256 keys (PEM)."""

    token_ttl_s: int = 300
    pepper: str = ""
    signing_keys: str = "var/keys"
    rate_limit: int = 600
    rate_window_s: int = 60
    rate_burst: int = 100
    token_rate_limit: int = 60


class Upstream(Part, frozen=True):
    """Asking partners. One `deadline_s` holds for all of them together."""

    deadline_s: float = 5.0
    connect_timeout_s: float = 2.0
    max_bytes: int = 33_554_432
    retries: int = 2
    retry_budget: float = 0.2
    breaker_threshold: int = 5
    breaker_open_s: float = 15.0
    pool_size: int = 100


class Logs(Part, frozen=True):
    """Structured logs to stderr."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    form: Literal["json", "text"] = "json"


class Purpose(Part, frozen=True):
    """One purpose that data may be asked for; `purposes.toml`."""

    name_id: str
    name_en: str
    legal_basis: str = ""


class Auth(Part, frozen=True):
    """How we authenticate to a platform. Secrets are named, never written: `secret = "JAKARTA_KEY"` reads that
    variable of the environment, or the file that `JAKARTA_KEY_FILE` names.
    """

    kind: Literal["none", "api-key", "bearer", "basic", "client-credentials"] = "none"
    header: str = "Authorization"
    query_parameter: str | None = None
    secret: str | None = None
    user: str | None = None
    client_id: str | None = None
    token_url: str | None = None
    grant_in_query: bool = False  # SATUSEHAT and other Apigee gateways want it there
    scope: str | None = None


class Success(Part, frozen=True):
    """When HTTP 200 really is success: paths that must be absent, or have one of these values (as text)."""

    absent: tuple[str, ...] = ()
    equals: dict[str, tuple[str, ...]] = {}
    content_type: tuple[str, ...] = ("application/json",)


class Paging(Part, frozen=True):
    """How a list goes on.

    `single`: one document. `page`: `parameter` counts pages from `first`. `offset`: it counts records.
    `cursor`: `next` is the path of the next value in the body. `link`: RFC 8288 `Link`, or `next` is
    the path of a URL in the body. The list ends where `total_pages`, `total` or `has_next` says, or,
    failing those, at a page shorter than its size (`records` is the path of the list to count).
    With `header`, totals are read from response headers (`X-Pagination-Page-Count`).
    """

    kind: Literal["single", "page", "offset", "cursor", "link"] = "single"
    parameter: str = "page"
    size_parameter: str | None = None
    size: int | None = None
    max_size: int = 1000
    first: int = 1
    next: str | None = None
    total: str | None = None
    total_pages: str | None = None
    has_next: str | None = None
    records: str | None = None
    header: bool = False
    in_body: bool = False  # parameters go into the JSON body of a POST, as text


class Platform(Part, frozen=True):
    """One system of a partner, reached through one adapter."""

    adapter: str
    base_url: str
    auth: Auth = Auth()
    success: Success = Success()
    headers: dict[str, str] = {}
    timeout_s: float = 4.0


class Dataset(Part, frozen=True):
    """One list that the partner offers. Its mapping and source schema stand in `schemas/partners`.

    `filters` names, per filter of ours (`region`, `status`, `updated_since` …), the platform's own
    parameter; the rest is filtered by the gateway where the whole list is one document, and refused
    where it is not. `filter_values` translates our value into theirs. `options` go to the adapter.
    """

    platform: str
    path: str = ""
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = {}
    body: dict[str, str] = {}
    paging: Paging = Paging()
    filters: dict[str, str] = {}
    filter_values: dict[str, dict[str, str]] = {}
    by_id: str | None = None  # path with `{id}`
    access: Literal["agreement", "open"] = "agreement"
    fresh_for_s: float = 60.0
    stale_if_error_s: float = 86_400.0
    options: dict[str, str] = {}
    title_id: str = ""
    title_en: str = ""


class Partner(Part, frozen=True):
    """One government that takes part: `partners/<id>.toml`."""

    id: str
    name: str
    kode_wilayah: str
    zone: str = "Asia/Jakarta"
    contact: str = ""
    platforms: dict[str, Platform] = {}
    datasets: dict[str, Dataset] = {}


class Settings(Part, frozen=True):
    """All of it. `partners` and `purposes` are filled from their own files."""

    server: Server = Server()
    database: Database = Database()
    shared: Shared = Shared()
    access: Access = Access()
    upstream: Upstream = Upstream()
    logs: Logs = Logs()
    partners: dict[str, Partner] = {}
    purposes: dict[str, Purpose] = {}
