"""What a proposal is made with besides the sample: words, concepts, code lists, and whose data it is."""

from typing import Any

from gateway.mapping.checking.field_regions import Home
from gateway.mapping.code_lists import CodeLists
from gateway.onboarding.names import Vocabulary, read_concepts, read_vocabulary
from gateway.onboarding.region_names import RegionNames


class Reference:
    """`kode_wilayah` is the partner's own, None where it is not known; `title` says what the dataset is about."""

    def __init__(
        self,
        codes: CodeLists,
        *,
        kode_wilayah: str | None,
        partner_name: str,
        title: str = "",
        zone: str = "Asia/Jakarta",
    ) -> None:
        self.codes = codes
        self.zone = zone
        self.home = None if kode_wilayah is None else Home(kode_wilayah, zone)
        self.kode_wilayah = kode_wilayah
        self.partner_name = partner_name
        self.title = title
        self.vocabulary: Vocabulary = read_vocabulary()
        self.concepts: dict[str, dict[str, Any]] = read_concepts()
        self.regions = RegionNames(codes.regions.names)
