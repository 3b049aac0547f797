"""A proposed mapping at work on the sample that it was proposed from."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from gateway.errors import ContractBroken
from gateway.ids import DatasetId
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.load import load_mapping
from gateway.onboarding.mapping_text import mapping_text
from gateway.onboarding.proposal import Proposal, Trial
from gateway.onboarding.reference import Reference

_DATASET = DatasetId("sample/sample")


def tried(proposal: Proposal, schema: dict[str, Any], documents: Sequence[Any], reference: Reference) -> Trial | None:
    """What became of the sample's records; None where the mapping does not check."""
    with TemporaryDirectory(prefix="gateway-onboarding-") as folder:
        Path(folder, "sample.source.json").write_bytes(msgspec.json.encode(schema))
        text = mapping_text(proposal, title="sample")
        Path(folder, "sample.mapping.toml").write_text(text, encoding="utf-8")
        try:
            mapping = load_mapping(Path(folder), dataset=_DATASET, codes=reference.codes, home=reference.home)
        except MappingRejected:
            return None
    refused: Counter[str] = Counter()
    emptied: Counter[str] = Counter()
    records_in = records_out = 0
    for document in documents:
        try:
            mapped = mapping.to_common(msgspec.json.encode(document))
        except ContractBroken as error:
            refused[f"document {error.parameters.get('reason', 'broken')}"] += 1
            continue
        records_in += mapped.records_in
        records_out += len(mapped.records)
        refused.update(f"{one.field or 'record'} {one.reason}" for one in mapped.refused)
        emptied.update(f"{one.field} {one.reason}" for one in mapped.emptied)
    return Trial(records_in=records_in, records_out=records_out, refused=dict(refused), emptied=dict(emptied))
