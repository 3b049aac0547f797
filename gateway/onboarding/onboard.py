"""Onboards one dataset of a partner: from a sample to the files of its contract, or to what is missing of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import schemas
from gateway.agreements.field_classes import field_classes
from gateway.fictional.fiction import Fiction
from gateway.mapping.code_lists import CodeLists
from gateway.onboarding.left_open import about_address, about_partner, about_resource, about_samples, leads_away
from gateway.onboarding.mapping_text import mapping_text, slug
from gateway.onboarding.names import read_vocabulary, says_any
from gateway.onboarding.partner_file import (
    Address,
    BadAddress,
    DatasetEntry,
    address_of,
    extended_text,
    partner_text,
)
from gateway.onboarding.partner_region import NAME, PartnerRegion, government_of, region_of, zone_of
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.proposal import Open, Proposal
from gateway.onboarding.propose import propose
from gateway.onboarding.recorded import kept_csv, kept_json, kept_xml, still_holds
from gateway.onboarding.reference import Reference
from gateway.onboarding.sample import Sample
from gateway.onboarding.source import InferredSource
from gateway.onboarding.wishes import BadWish
from schemas.resources import RESOURCES

SHIPPED = Path(schemas.__file__).parent
"""Where the partners' contracts stand, and the code lists."""
_MOSTLY = 0.8


class CannotOnboard(Exception):
    """What was asked for cannot be done; the message says what to say instead."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for. `constants`, `said` and `forms` are of common fields: their value, the path they are
    read from, how it is written there.

    `config` and `schemas` are the folders that hold `partners/`. `again`: the dataset may be there already; then the
    partner's file stays as it is.
    """

    partner: str
    samples: tuple[Path, ...]
    config: Path
    schemas: Path
    dataset: str | None = None
    title: str | None = None
    resource: str | None = None
    url: str | None = None
    kode_wilayah: str | None = None
    constants: Mapping[str, Any] = {}
    said: Mapping[str, str | None] = {}
    forms: Mapping[str, str] = {}
    as_it_is: bool = False
    again: bool = False

    @property
    def decided(self) -> dict[str, Any]:
        """What a person has decided of the proposal."""
        return {"resource": self.resource, "constants": self.constants, "said": self.said, "forms": self.forms}

    @property
    def partner_file(self) -> Path:
        """The partner's file."""
        return self.config / "partners" / f"{self.partner}.toml"


class Onboarded(msgspec.Struct, frozen=True, kw_only=True):
    """What would be written, and what is left open. `replaced` are paths whose values in the sample are made up."""

    partner: str
    dataset: str
    region: PartnerRegion
    government: str
    adapter: str
    records: int
    proposal: Proposal
    files: dict[Path, bytes]
    extends: Path | None = None
    open: tuple[Open, ...] = ()
    notes: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()


def names_of(wish: Wish) -> tuple[str, str]:
    """The dataset's name and title, told or from the sample's file. Raises `CannotOnboard`."""
    if not NAME.fullmatch(wish.partner):
        raise CannotOnboard(f"`{wish.partner}` is no name of a partner; write lower case, digits and single hyphens")
    stem = wish.samples[0].stem if wish.samples else "data"
    dataset = wish.dataset or slug(stem)
    if not NAME.fullmatch(dataset):
        raise CannotOnboard(
            f"`{dataset}` is no name of a dataset; say --dataset NAME in lower case, digits and single hyphens"
        )
    return dataset, wish.title or (wish.dataset or stem).replace("-", " ").replace("_", " ")


def onboard(wish: Wish, sample: Sample, source: InferredSource, codes: CodeLists) -> Onboarded:
    """Everything that onboarding writes, in memory. Raises `CannotOnboard`. Takes a second or two."""
    dataset, title = names_of(wish)
    region = _region(wish, source, codes)
    government = government_of(region.code, codes.regions, name=wish.partner)
    known = region.code if region.is_sure else None
    reference = Reference(codes, kode_wilayah=known, partner_name=government, title=title, zone=zone_of(region.code))
    try:
        proposal = propose(source, sample.documents, reference, **wish.decided)
    except BadWish as error:
        raise CannotOnboard(str(error)) from error
    entry = _entry(wish, sample, source, dataset=dataset, title=title)
    personal = _personal(proposal, source)
    kept = _kept(wish, sample, source, personal=personal)
    contract = _contract(wish, source, proposal, dataset=dataset, title=f"{title} of {government}.", kept=kept)
    doubts = about_partner(wish.partner, region, codes)
    is_there = wish.again and _stands_there(wish.partner_file, dataset)
    if not is_there:
        partner = _partner(wish, entry, region=region, government=government, doubts=doubts)
        contract = {wish.partner_file: partner.encode(), **contract}
    return Onboarded(
        partner=wish.partner,
        dataset=dataset,
        region=region,
        government=government,
        adapter=sample.adapter,
        records=source.records.count,
        proposal=proposal,
        files=contract,
        extends=wish.partner_file if wish.partner_file.exists() else None,
        open=(
            *doubts,
            *(() if is_there else about_address(entry, source)),
            *about_resource(proposal, said=wish.resource is not None),
            *about_samples(len(kept), given=len(wish.samples)),
            *proposal.all_open,
        ),
        notes=(*sample.notes, *source.issues),
        replaced=() if wish.as_it_is else tuple(personal),
    )


def _contract(
    wish: Wish, source: InferredSource, proposal: Proposal, *, dataset: str, title: str, kept: Mapping[str, bytes]
) -> dict[Path, bytes]:
    """The files below `schemas`."""
    folder = wish.schemas / "partners" / wish.partner
    return {
        folder / f"{dataset}.source.json": msgspec.json.format(msgspec.json.encode(source.schema), indent=2) + b"\n",
        folder / f"{dataset}.mapping.toml": mapping_text(proposal, title=title).encode(),
        **{folder / "samples" / dataset / name: content for name, content in kept.items()},
    }


def _region(wish: Wish, source: InferredSource, codes: CodeLists) -> PartnerRegion:
    """The partner's region: as told, as its file says, or as its name and the records do."""
    told = wish.kode_wilayah
    if told is None and wish.partner_file.exists():
        told = _told_by_file(wish.partner_file)
    if told is None:
        return region_of(wish.partner, source.fields, codes.regions)
    if not codes.regions.is_known(told):
        raise CannotOnboard(
            f"`{told}` is no Kemendagri code of a known region; write it with dots, as 32.11 (Kabupaten Sumedang)"
        )
    return PartnerRegion(code=told)


def _told_by_file(file: Path) -> str | None:
    code = _content_of(file).get("kode_wilayah")
    return code if isinstance(code, str) else None


def _stands_there(file: Path, dataset: str) -> bool:
    """Whether a partner's file names the dataset."""
    return file.exists() and dataset in _content_of(file).get("datasets", {})


def _content_of(file: Path) -> dict[str, Any]:
    """What a partner's file says. Raises `CannotOnboard`."""
    from tomllib import TOMLDecodeError, loads  # noqa: PLC0415

    try:
        return loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, TOMLDecodeError) as error:
        raise CannotOnboard(f"{file} cannot be read: {error}") from error


def _entry(wish: Wish, sample: Sample, source: InferredSource, *, dataset: str, title: str) -> DatasetEntry:
    try:
        address: Address = address_of(wish.url, partner=wish.partner, dataset=dataset, adapter=sample.adapter)
    except BadAddress as error:
        raise CannotOnboard(f"--url: {error}") from error
    return DatasetEntry(
        name=dataset,
        adapter=sample.adapter,
        address=address,
        title=title[:1].upper() + title[1:],
        options=sample.options,
        paging=None if leads_away(source, address) else source.paging,
        success=source.success,
    )


def _partner(wish: Wish, entry: DatasetEntry, *, region: PartnerRegion, government: str, doubts: Sequence[Open]) -> str:
    """The partner's file: a new one, or the one that is there with a dataset more."""
    if wish.partner_file.exists():
        try:
            return extended_text(wish.partner_file.read_text(encoding="utf-8"), entry)
        except BadAddress as error:
            raise CannotOnboard(str(error)) from error
    return partner_text(
        entry,
        partner=wish.partner,
        name=government,
        kode_wilayah=region.code or "",
        zone=zone_of(region.code),
        doubts=tuple(one.message for one in doubts),
    )


def _personal(proposal: Proposal, source: InferredSource) -> list[str]:
    """The paths whose values are nobody else's business: such as look so, or are read as a field that is not Public."""
    public = field_classes(RESOURCES)[proposal.resource].public
    read = {path for field in proposal.fields if field.field not in public for path in field.paths}
    return [field.path for field in source.fields if field.path in read or (field.personal and not _is_day(field))]


def _is_day(field: FieldProfile) -> bool:
    """Whether its values are days, and nobody's birthday; digits with strokes look like telephone numbers, too."""
    days = max(field.share(FormKind.DATE), field.share(FormKind.DATETIME))
    return days > _MOSTLY and not says_any(read_vocabulary().read(" ".join(field.words)), ["birth"])


def _kept(wish: Wish, sample: Sample, source: InferredSource, *, personal: Sequence[str]) -> dict[str, bytes]:
    """The samples to keep beside the contract, as they come over the wire."""
    found: dict[str, bytes] = {}
    fiction = Fiction()
    day = datetime.fromtimestamp(wish.samples[0].stat().st_mtime, tz=UTC).date()
    for number, path in enumerate(wish.samples, 1):
        content = path.read_bytes()
        is_xml = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        suffix = ".xml" if is_xml else {"csv": ".csv", "geojson": ".geojson"}.get(sample.kind, ".json")
        if wish.as_it_is:
            kept = content
        elif is_xml:
            kept = kept_xml(content, source, personal=personal, fiction=fiction)
        elif sample.kind == "csv":
            kept = kept_csv(content, personal=personal, options=sample.options, fiction=fiction)
        else:
            kept = kept_json(sample.documents[number - 1], source, personal=personal, fiction=fiction)
        if wish.as_it_is or not still_holds(kept, source, personal=personal):
            found[f"{day}-page-{number:0{len(str(len(wish.samples)))}d}{suffix}"] = kept
    return found
