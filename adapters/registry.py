"""Which protocol a platform speaks, by name, and the building of adapters from what operators say."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from adapters.authentication import Authentication, build_authentication
from adapters.base import Adapter, Submitter, Transport
from adapters.ckan import Ckan
from adapters.config import AdapterMisconfigured, DatasetSettings, IntakeSettings, PlatformSettings, Secrets
from adapters.csv_file import CsvFile
from adapters.geojson import GeoJson
from adapters.open311 import Open311
from adapters.platform_client import PlatformClient
from adapters.rest_json import RestJson
from adapters.rest_json_intake import RestJsonIntake
from adapters.sql_table.adapter import SqlTable
from adapters.xml_feed import XmlFeed

_HTTP = ("https", "http")
PROTOCOLS: Mapping[str, tuple[str, ...]] = {
    "ckan": _HTTP,
    "csv_file": (*_HTTP, "file"),
    "geojson": (*_HTTP, "file"),
    "open311": _HTTP,
    "rest_json": _HTTP,
    "sql_table": ("postgresql", "mysql"),
    "xml_feed": _HTTP,
}
"""Each protocol with the schemes that its platforms' addresses may have."""
GIVEN: Mapping[str, tuple[str, ...]] = {"gateway_cases": ("gateway",)}
"""What is no protocol: the deployment's own data, asked as a platform's is. Whoever asks gives the adapter."""

_OVER_HTTP: Mapping[str, Callable[..., Adapter]] = {
    "ckan": Ckan,
    "csv_file": CsvFile,
    "geojson": GeoJson,
    "open311": Open311,
    "rest_json": RestJson,
    "xml_feed": XmlFeed,
}
TAKES_RECORDS: Mapping[str, Callable[..., Submitter]] = {"rest_json": RestJsonIntake}
"""The protocols in which platforms take records."""
_IN_FOLDERS: Mapping[str, Callable[..., Adapter]] = {"csv_file": CsvFile, "geojson": GeoJson}


def build_authentication_of(platform: PlatformSettings, *, transport: Transport, secrets: Secrets) -> Authentication:
    """How that platform is told who we are. Build one per platform, so that its datasets share one token."""
    return build_authentication(platform.auth, transport=transport, secrets=secrets, timeout_s=platform.timeout_s)


def build_adapter(
    kind: str,
    *,
    platform: PlatformSettings,
    dataset: DatasetSettings,
    transport: Transport,
    secrets: Secrets,
    authentication: Authentication | None = None,
) -> Adapter:
    """The adapter of one dataset. Raises `AdapterMisconfigured`, naming the key that cannot work."""
    if kind not in PROTOCOLS:
        raise AdapterMisconfigured("adapter", f"{kind} is unknown; there are {', '.join(PROTOCOLS)}")
    if kind == "sql_table":
        return SqlTable(platform=platform, dataset=dataset, secrets=secrets)
    if urlsplit(platform.base_url).scheme == "file" and kind in _IN_FOLDERS:
        return _IN_FOLDERS[kind](platform=platform, dataset=dataset)
    if authentication is None:
        authentication = build_authentication_of(platform, transport=transport, secrets=secrets)
    client = PlatformClient(platform, transport=transport, authentication=authentication)
    return _OVER_HTTP[kind](platform=platform, dataset=dataset, client=client)


def build_submitter(
    kind: str,
    *,
    platform: PlatformSettings,
    intake: IntakeSettings,
    transport: Transport,
    authentication: Authentication,
) -> Submitter:
    """What submits to one intake. Raises `AdapterMisconfigured`, naming the key that cannot work."""
    if kind not in TAKES_RECORDS:
        raise AdapterMisconfigured("platform", f"{kind} takes no records; these do: {', '.join(TAKES_RECORDS)}")
    client = PlatformClient(platform, transport=transport, authentication=authentication)
    return TAKES_RECORDS[kind](platform=platform, intake=intake, client=client)
