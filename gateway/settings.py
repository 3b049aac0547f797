"""Settings: one TOML file, an overlay from the environment, secrets from files; frozen, read once.

`GATEWAY__DATABASE__URL=…` overrides `[database] url`; `GATEWAY__DATABASE__URL_FILE=…` reads it from
a file. Partners stand in `partners/<id>.toml` beside the main file. An unknown key or a wrong type
stops the start with `BadConfiguration`, naming file and key. What an adapter reads stands in
`adapters/config.py`.
"""

from typing import Literal

from adapters.config import Auth, Paging, Part, Success


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
    """Asking partners. One `deadline_s` holds for all of them together.

    `max_bytes` bounds one answer, `memory_cache_bytes` the documents that each process keeps beside the shared
    cache. `retry_budget` is the share of questions that may be retried. `pool_size` bounds the connections of a
    process, `pool_per_host` those to one host, so that a platform that hangs cannot take them all.
    """

    deadline_s: float = 5.0
    connect_timeout_s: float = 2.0
    max_bytes: int = 33_554_432
    retries: int = 2
    retry_budget: float = 0.2
    breaker_threshold: int = 5
    breaker_open_s: float = 15.0
    pool_size: int = 320
    pool_per_host: int = 32
    memory_cache_bytes: int = 4_194_304


class LifeEvents(Part, frozen=True):
    """Taking and delivering life events.

    `keys` is the folder of the keys that seal Personal data at rest. `deliver` lets `serve` deliver too; without it
    only `gateway worker` does. `target_ports` and `private_targets` (networks, as `127.0.0.0/8`) bound where
    webhooks may go. A delivery that fails is tried again after each of `retry_pauses_s`, spread by a fifth; then it
    is a dead letter. Events older than `keep_days` that have been settled lose their data. No indicator of cases rests
    on fewer than `fewest_cases`.
    """

    keys: str = "var/event-keys"
    deliver: bool = True
    target_ports: tuple[int, ...] = (443,)
    private_targets: tuple[str, ...] = ()
    attempt_timeout_s: float = 15.0
    retry_pauses_s: tuple[float, ...] = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)
    disable_after_s: float = 432_000.0
    keep_days: int = 400
    fewest_cases: int = 5


class ContractChecks(Part, frozen=True):
    """Asking each platform whether its answer is still what was recorded.

    Every dataset has its turn once in `check_every_s`, in one process of all; 0 leaves it to
    `gateway contracts check --live`. One check takes `deadline_s` at most, and the history goes back `keep_days`.
    """

    check_every_s: float = 21_600.0
    deadline_s: float = 30.0
    keep_days: int = 90


class Logs(Part, frozen=True):
    """Structured logs to stderr."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    form: Literal["json", "text"] = "json"


class Purpose(Part, frozen=True):
    """One purpose that data may be asked for; `purposes.toml`."""

    name_id: str
    name_en: str
    legal_basis: str = ""


class Platform(Part, frozen=True):
    """One system of a partner, reached through one adapter."""

    adapter: str
    base_url: str
    auth: Auth = Auth()
    success: Success = Success()
    headers: dict[str, str] = {}
    timeout_s: float = 4.0
    ca_file: str | None = None


class Dataset(Part, frozen=True):
    """One list that the partner offers. Its mapping and source schema stand in `schemas/partners`.

    `filters` names, per filter of ours (`region`, `status`, `updated_since` …), the platform's own
    parameter; the rest is filtered by the gateway where the whole list is one document, and refused
    where it is not. `filter_values` translates our value into theirs. `filter_schemes` says how theirs
    is written: for `region` a code set (`bps`), for `updated_since` a form of `strftime`. `options` go
    to the adapter.
    """

    platform: str
    path: str = ""
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = {}
    body: dict[str, str] = {}
    paging: Paging = Paging()
    filters: dict[str, str] = {}
    filter_values: dict[str, dict[str, str]] = {}
    filter_schemes: dict[str, str] = {}
    by_id: str | None = None  # path with `{id}`; for CKAN and CSV the column of the id
    access: Literal["agreement", "open"] = "agreement"
    fresh_for_s: float = 60.0
    stale_if_error_s: float = 86_400.0
    options: dict[str, str] = {}
    title_id: str = ""
    title_en: str = ""


class EventSource(Part, frozen=True):
    """One kind of life event that the partner's systems publish, under the CloudEvents `source` `/<partner>/<name>`.

    Its mapping and source schema stand in `schemas/partners`, as a dataset's. `type` is the publisher's own
    CloudEvents `type`; empty means ours.
    """

    type: str = ""
    title_id: str = ""
    title_en: str = ""


class Intake(Part, frozen=True):
    """Where one of the partner's platforms takes records, each posted to `path` in the platform's own shape.

    Its mapping and source schema stand in `schemas/partners`, as a dataset's; the mapping is turned round. No record
    is made twice: `key_header` carries a key that is the same whenever a record is sent again, or `by_id` (with
    `{id}`) is asked before. `known_status` are answers, besides success, that say it has the record.
    """

    platform: str
    path: str
    query: dict[str, str] = {}
    key_header: str | None = None
    by_id: str | None = None
    known_status: tuple[int, ...] = ()
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
    events: dict[str, EventSource] = {}
    intakes: dict[str, Intake] = {}

    @property
    def contracts(self) -> tuple[str, ...]:
        """The names of all that have a mapping and a source schema: datasets, event sources and intakes."""
        return (*self.datasets, *self.events, *self.intakes)


class Settings(Part, frozen=True):
    """All of it. `partners` and `purposes` are filled from their own files."""

    server: Server = Server()
    database: Database = Database()
    shared: Shared = Shared()
    access: Access = Access()
    upstream: Upstream = Upstream()
    life_events: LifeEvents = LifeEvents()
    contracts: ContractChecks = ContractChecks()
    logs: Logs = Logs()
    partners: dict[str, Partner] = {}
    purposes: dict[str, Purpose] = {}
