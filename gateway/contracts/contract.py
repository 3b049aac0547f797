"""One contract: what stands in the settings, the two files and the recorded samples of one dataset."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from adapters.registry import GIVEN
from gateway.contracts.recordings import Sample, read_samples, sample_folder
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import DatasetId
from gateway.mapping.checking.field_regions import Home
from gateway.mapping.code_lists import CodeLists, load_code_lists
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.load import load_mapping
from gateway.settings import Dataset, Partner, Platform


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What can be tested of one dataset, or one source of life events. Its files are read by the stages.

    `schemas` is the folder that holds `partners` and, if it has its own, `codes` and `published`.
    """

    id: DatasetId
    partner: Partner
    schemas: Path
    codes: CodeLists
    samples: tuple[Sample, ...]

    @property
    def name(self) -> str:
        """The dataset's name within its partner."""
        return self.id.partition("/")[2]

    @property
    def is_event(self) -> bool:
        """Whether its documents are life events, which come to us or go from us, and are not asked for."""
        return self.name not in self.partner.datasets

    @property
    def is_own(self) -> bool:
        """Whether the deployment itself answers it, and no platform."""
        return not self.is_event and self.platform.adapter in GIVEN

    @property
    def is_intake(self) -> bool:
        """Whether its documents are written by us, by the mapping turned round."""
        return self.name in self.partner.intakes

    @property
    def folder(self) -> Path:
        """The folder of the partner's contracts."""
        return self.schemas / "partners" / self.partner.id

    @property
    def mapping_file(self) -> Path:
        """The mapping."""
        return self.folder / f"{self.name}.mapping.toml"

    @property
    def source_file(self) -> Path:
        """The source schema."""
        return self.folder / f"{self.name}.source.json"

    @property
    def home(self) -> Home:
        """The partner's region and zone."""
        return Home(self.partner.kode_wilayah, self.partner.zone)

    @property
    def dataset(self) -> Dataset:
        """How the list is asked for. Life events have none."""
        return self.partner.datasets[self.name]

    @property
    def platform(self) -> Platform:
        """The system that is asked."""
        return self.partner.platforms[self.dataset.platform]

    def source_json(self) -> Any:
        """The source schema, as the JSON that it is. Raises `OSError`, `ValueError` or `RecursionError`."""
        return json.loads(self.source_file.read_text(encoding="utf-8"))

    def compiled(self) -> CompiledMapping:
        """The mapping, compiled. Raises `MappingRejected`."""
        return load_mapping(self.folder, dataset=self.id, codes=self.codes, home=self.home)


def read_contract(partner: Partner, name: str, *, schemas: Path, codes: CodeLists) -> Contract:
    """The contract of one of the partner's datasets or event sources. Reads which samples there are."""
    samples = read_samples(sample_folder(schemas / "partners" / partner.id, name))
    return Contract(
        id=DatasetId(f"{partner.id}/{name}"), partner=partner, schemas=schemas, codes=codes, samples=samples
    )


def read_contracts(
    partners: Mapping[str, Partner],
    wanted: Iterable[str] = (),
    *,
    schemas: Path,
    codes: CodeLists | None = None,
) -> tuple[Contract, ...]:
    """The contracts that are wanted, as `jakarta` or `jakarta/hospitals`; without a wish, all.

    Raises `BadRequest` for one that is not there, and `MappingRejected` for faults of the code lists.
    """
    known = codes or load_code_lists(code_folder(schemas))
    names = {
        DatasetId(f"{partner.id}/{name}"): (partner, name)
        for partner in partners.values()
        for name in sorted(partner.contracts)
    }
    chosen = _chosen(names, tuple(wanted))
    return tuple(
        read_contract(partner, name, schemas=schemas, codes=known) for partner, name in map(names.__getitem__, chosen)
    )


def code_folder(schemas: Path) -> Path:
    """The code lists beside the contracts, or the gateway's own."""
    own = schemas / "codes"
    return own if own.is_dir() else shipped_schemas() / "codes"


def shipped_schemas() -> Path:
    """The folder of the gateway's own schemas."""
    import schemas  # noqa: PLC0415  (the name is also that of the arguments here)

    return Path(schemas.__file__).parent


def _chosen(names: Mapping[DatasetId, tuple[Partner, str]], wanted: tuple[str, ...]) -> list[DatasetId]:
    chosen: dict[DatasetId, None] = {}
    for wish in wanted:
        found = [name for name in names if name == wish or name.startswith(f"{wish}/")]
        if not found:
            message = f"there is no contract `{wish}`; name a partner, or PARTNER/DATASET"
            raise BadRequest(BadRequestCode.PARAMETER_INVALID, message, possible=list(names))
        chosen.update(dict.fromkeys(found))
    return list(chosen) if wanted else list(names)
