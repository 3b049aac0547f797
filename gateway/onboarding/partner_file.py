"""The text of a partner's file in `config/partners`: whole, or one more dataset at its end."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import msgspec

from adapters.config import Paging, Success
from gateway.onboarding.mapping_text import toml_key, toml_value

STAND_IN = "http://127.0.0.1:8490"
"""Where the stand-in platforms of `gateway demo` listen."""
_SECRET = re.compile(r"token|secret|api.?key|^key$|apikey|password|signature|^sig$", re.IGNORECASE)
_PAGING_PARAMETERS = frozenset({"limit", "offset", "page", "page_size", "per_page", "size", "start"})
_EXTENSIONS = {"csv_file": ".csv", "geojson": ".geojson", "xml_feed": ".xml"}
_NO_PATH = frozenset({"ckan", "open311"})
"""Protocols with paths of their own."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a dataset is asked for. `secret` names the variable of the key that stood in the URL, if one did."""

    base_url: str
    path: str
    query: dict[str, str] = {}
    secret: str | None = None
    secret_parameter: str | None = None


class BadAddress(ValueError):
    """The URL cannot be used; the message says why, without quoting it."""


def address_of(url: str | None, *, partner: str, dataset: str, adapter: str) -> Address:
    """The parts of a URL, or those of the partner's stand-in where there is none. Raises `BadAddress`."""
    if url is None:
        path = "" if adapter in _NO_PATH else f"/{dataset}{_EXTENSIONS.get(adapter, '')}"
        return Address(base_url=f"{STAND_IN}/{partner}", path=path)
    parts = _parts(url)
    base = f"{parts.scheme}://{parts.netloc}"
    path = parts.path
    if url.startswith(f"{STAND_IN}/"):  # the stand-in's paths begin with the partner
        first, _, rest = parts.path.removeprefix("/").partition("/")
        base, path = f"{base}/{first}", f"/{rest}" if rest else ""
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    secret = next((name for name in query if _SECRET.search(name)), None)
    kept = {name: value for name, value in query.items() if name != secret and name not in _PAGING_PARAMETERS}
    if adapter == "ckan" and path.endswith("/datastore_search"):
        base, path = base + path.removesuffix("/api/3/action/datastore_search"), ""
    variable = f"{partner.upper().replace('-', '_')}_API_KEY" if secret else None
    return Address(base_url=base, path=path, query=kept, secret=variable, secret_parameter=secret)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress("it is no URL") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadAddress("it does not begin with https:// or http:// and a host")
    if parts.username or parts.password:
        raise BadAddress("it holds a password; leave it out, and write `auth` into the partner's file")
    if any(sign.isspace() or not sign.isprintable() for sign in url):
        raise BadAddress("it holds white space or signs that cannot be printed")
    del port
    return parts


class DatasetEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset of the partner's file, with the platform that it stands on."""

    name: str
    adapter: str
    address: Address
    title: str
    options: dict[str, str] = {}
    paging: Paging | None = None
    success: Success | None = None


def partner_text(
    entry: DatasetEntry, *, partner: str, name: str, kode_wilayah: str, zone: str, doubts: tuple[str, ...] = ()
) -> str:
    """A whole file for a new partner."""
    head = [f"# {name}. Proposed by `gateway partners onboard`.", *_addressed(entry.address), ""]
    head += [f"# open: {doubt}" for doubt in doubts]
    head += [
        f"id           = {toml_value(partner)}",
        f"name         = {toml_value(name)}",
        f"kode_wilayah = {toml_value(kode_wilayah)}",
        f"zone         = {toml_value(zone)}",
        'contact      = ""  # open: who answers for the data, as an e-mail address',
        "",
    ]
    return "\n".join([*head, *_platform(entry, name=entry.name), "", *_dataset(entry, platform=entry.name)]) + "\n"


def extended_text(text: str, entry: DatasetEntry) -> str:
    """A partner's file with one dataset more at its end; what stands there stays, comments too.

    Raises `BadAddress` where the dataset stands there already.
    """
    content = tomllib.loads(text)
    if entry.name in content.get("datasets", {}):
        raise BadAddress(
            f"the partner has a dataset {entry.name} already; choose another name by --dataset, or say --force to "
            "write its schema and its mapping anew"
        )
    platforms: Mapping[str, Any] = content.get("platforms", {})
    same = next((name for name, one in platforms.items() if _is_same(one, entry)), None)
    platform = same or _free_name(entry.name, platforms)
    added = ["", *([] if same else [*_platform(entry, name=platform), ""]), *_dataset(entry, platform=platform)]
    made = text.rstrip("\n") + "\n" + "\n".join(added) + "\n"
    tomllib.loads(made)
    return made


def _is_same(platform: Mapping[str, Any], entry: DatasetEntry) -> bool:
    """Whether the dataset can stand on a platform as it is."""
    wanted: dict[str, Any] = {"adapter": entry.adapter, "base_url": entry.address.base_url}
    if entry.success is not None:
        wanted["success"] = _told(entry.success)
    return entry.address.secret is None and {key: value for key, value in platform.items() if key != "auth"} == wanted


def _free_name(name: str, taken: Mapping[str, Any]) -> str:
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name}-{number}"
    return free


def _addressed(address: Address) -> list[str]:
    if not address.base_url.startswith(STAND_IN):
        return []
    return ["# The address is that of the stand-in (`gateway demo`); put in the platform's own."]


def _platform(entry: DatasetEntry, *, name: str) -> list[str]:
    table: dict[str, Any] = {"adapter": entry.adapter, "base_url": entry.address.base_url}
    if entry.address.secret is not None:
        table["auth"] = {
            "kind": "api-key",
            "query_parameter": entry.address.secret_parameter,
            "secret": entry.address.secret,
        }
    if entry.success is not None:
        table["success"] = _told(entry.success)
    return _table(f"platforms.{toml_key(name)}", table)


def _dataset(entry: DatasetEntry, *, platform: str) -> list[str]:
    table: dict[str, Any] = {"platform": platform}
    if entry.address.path:
        table["path"] = entry.address.path
    options = dict(entry.options)
    query = {key: value for key, value in entry.address.query.items() if key != "resource_id"}
    if entry.adapter == "ckan" and "resource_id" in entry.address.query:
        options["resource_id"] = entry.address.query["resource_id"]
    elif entry.adapter == "ckan":
        options.setdefault("resource_id", f"id-of-{entry.name}")
    elif "resource_id" in entry.address.query:
        query["resource_id"] = entry.address.query["resource_id"]
    table |= {"query": query} if query else {}
    if entry.paging is not None and entry.paging.kind != "single":
        table["paging"] = _told(entry.paging)
    table |= {"options": options} if options else {}
    return _table(f"datasets.{toml_key(entry.name)}", table | {"title_id": entry.title, "title_en": entry.title})


def _table(header: str, table: Mapping[str, Any]) -> list[str]:
    width = max(map(len, table))
    return [f"[{header}]", *(f"{key:<{width}} = {toml_value(value)}" for key, value in table.items())]


def _told(part: Paging | Success) -> dict[str, Any]:
    """What differs from the defaults."""
    usual: dict[str, Any] = msgspec.to_builtins(type(part)())
    given: dict[str, Any] = msgspec.to_builtins(part)
    return {key: value for key, value in given.items() if key == "kind" or value != usual.get(key)}
