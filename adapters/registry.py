"""Which protocol a platform speaks, by name, and the building of adapters from what operators say."""

from urllib.parse import urlsplit

from adapters.authentication import Authentication, build_authentication
from adapters.base import Adapter, Transport
from adapters.ckan import Ckan
from adapters.config import AdapterMisconfigured, DatasetSettings, PlatformSettings, Secrets
from adapters.csv_file import CsvFile
from adapters.platform_client import PlatformClient
from adapters.rest_json import RestJson
from adapters.xml_feed import XmlFeed

PROTOCOLS = ("ckan", "csv_file", "rest_json", "xml_feed")


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
    if kind == "csv_file" and urlsplit(platform.base_url).scheme == "file":
        return CsvFile(platform=platform, dataset=dataset)
    if authentication is None:
        authentication = build_authentication_of(platform, transport=transport, secrets=secrets)
    client = PlatformClient(platform, transport=transport, authentication=authentication)
    if kind == "ckan":
        return Ckan(platform=platform, dataset=dataset, client=client)
    if kind == "csv_file":
        return CsvFile(platform=platform, dataset=dataset, client=client)
    if kind == "xml_feed":
        return XmlFeed(platform=platform, dataset=dataset, client=client)
    return RestJson(platform=platform, dataset=dataset, client=client)
