"""What a sample cannot say of its partner and platform, and a person has to."""

from gateway.mapping.code_lists import CodeLists
from gateway.onboarding.partner_file import STAND_IN, Address, DatasetEntry
from gateway.onboarding.partner_region import PartnerRegion
from gateway.onboarding.proposal import DOUBTFUL, Open, Proposal
from gateway.onboarding.source import InferredSource
from schemas.resources import RESOURCES

_OF_THE_TABLE = frozenset({"period", "unit"})
"""What statistics often say beside their table, and not in it."""


def about_partner(name: str, region: PartnerRegion, codes: CodeLists) -> list[Open]:
    """Whose data it is, where the name does not say."""
    if region.code is None:
        message = f"no region is called {name}; say --kode-wilayah CODE, as 32.11"
        return [Open(about="kode_wilayah", message=message, required=True)]
    if region.others:
        meant = " or ".join(f"{codes.regions.names[code]} ({code})" for code in (region.code, *region.others))
        message = f"{name} is {meant}, and the sample does not say which; say --kode-wilayah CODE"
        return [Open(about="kode_wilayah", message=f"{message}. {region.code} stands there until then")]
    return []


def about_resource(proposal: Proposal, *, said: bool) -> list[Open]:
    """What the records are, where the fields speak for several, or lack what such records have."""
    lacking = {one.about for one in proposal.open if one.required} - _OF_THE_TABLE
    if said or (proposal.resource_confidence >= DOUBTFUL and not lacking):
        return []
    others = ", ".join(name for name in RESOURCES if name != proposal.resource)
    message = (
        f"the records look most like {proposal.resource} ({proposal.resource_confidence:.2f}); say --resource if they "
        f"are {others}. What is none of these has no place in the common model"
    )
    return [Open(about="resource", message=message)]


def about_samples(kept: int, *, given: int) -> list[Open]:
    """Samples that are not kept."""
    if kept == given:
        return []
    message = (
        "a sample is not kept, as what looks like Personal data in it could not be made up; put one beside the "
        "contract by hand, or say --keep-sample if it may stay as it is"
    )
    return [Open(about="samples", message=message)]


def about_address(entry: DatasetEntry, source: InferredSource) -> list[Open]:
    """How the platform is asked."""
    found = []
    if leads_away(source, entry.address):
        message = "the list goes on by links of the platform's own; say --url URL, or write `paging` with its address"
        found.append(Open(about="paging", message=message))
    if entry.address.base_url.startswith(STAND_IN):
        message = "the address is that of the demonstration's stand-in; put in the platform's own, or say --url URL"
        found.append(Open(about="base_url", message=message))
    if entry.adapter == "ckan" and "resource_id" not in {**entry.options, **entry.address.query}:
        message = (
            "which resource of the datastore? write its id into options = { resource_id = … } in the partner's file"
        )
        found.append(Open(about="resource_id", message=message))
    if entry.address.secret is not None:
        message = f"the URL held a key, which is written nowhere; set it as {entry.address.secret}, or in a file"
        found.append(Open(about="secret", message=message))
    return found


def leads_away(source: InferredSource, address: Address) -> bool:
    """Whether the next page is a link of the platform's own, and the address is not."""
    return source.paging is not None and source.paging.kind == "link" and address.base_url.startswith(STAND_IN)
