"""Whose data it is: the region of a partner by its name, by what a person says, or by what the records say."""

import re
from collections import Counter
from collections.abc import Iterable

import msgspec

from gateway.mapping.regions import Regions
from gateway.onboarding.profile import FieldProfile, FormKind
from gateway.onboarding.region_names import RegionNames

NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
"""What a partner and a dataset may be called."""
_WITA = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
_WIT = frozenset({"81", "82", "91", "92", "93", "94", "95", "96", "97"})
_RANKS = ("Kota", "Kabupaten")


class PartnerRegion(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is None where nothing tells; `others` could be meant as well."""

    code: str | None
    others: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether exactly one region can be meant."""
        return self.code is not None and not self.others


def region_of(name: str, fields: Iterable[FieldProfile], regions: Regions) -> PartnerRegion:
    """The region that a partner's name means; where it means several, the records decide if they can."""
    names = RegionNames(regions.names)
    found = [code for code in names.find(name.replace("-", " ")) if len(code) <= len("00.00")]
    if len(found) <= 1:
        return PartnerRegion(code=found[0] if found else None)
    votes = Counter(code for code in found for seen in _codes_in(fields, regions) if _lies_in(seen, code))
    ranked = votes.most_common(2)
    if ranked and (len(ranked) == 1 or ranked[0][1] > 2 * ranked[1][1]):
        return PartnerRegion(code=ranked[0][0])
    ordered = sorted(found, key=lambda code: (len(code) == len("00"), regions.names[code].split()[0] not in _RANKS[:1]))
    return PartnerRegion(code=ordered[0], others=tuple(ordered[1:]))


def _codes_in(fields: Iterable[FieldProfile], regions: Regions) -> Iterable[str]:
    """The regions that the records speak of, by their codes."""
    for field in fields:
        form = field.form(FormKind.REGION_CODE)
        if form is None or form.share < 0.5 or form.detail not in {"bps", "kemendagri"} or form.ambiguous:
            continue
        for one in field.frequent:
            if isinstance(one.value, (str, int)):
                code = regions.to_kemendagri("bps" if form.detail == "bps" else "kemendagri", one.value)
                if code is not None:
                    yield code


def _lies_in(code: str, region: str) -> bool:
    return code == region or code.startswith(f"{region}.")


def zone_of(kode_wilayah: str | None) -> str:
    """The time zone of a region: WIB, WITA or WIT."""
    province = (kode_wilayah or "")[:2]
    return "Asia/Makassar" if province in _WITA else "Asia/Jayapura" if province in _WIT else "Asia/Jakarta"


def government_of(kode_wilayah: str | None, regions: Regions, *, name: str) -> str:
    """What the government of a region is called."""
    if kode_wilayah is None or kode_wilayah not in regions.names:
        return f"Pemerintah {name.replace('-', ' ').title()}"
    rank = "Provinsi " if len(kode_wilayah) == len("00") else ""
    return f"Pemerintah {rank}{regions.names[kode_wilayah]}"
