"""Whether what a mapping yields keeps the promises: valid records, and a ledger that adds up."""

import jsonschema_rs
import msgspec

from gateway.errors import ContractBroken
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.mapped import Mapped
from schemas.publish import json_schema


class MappedRecords:
    """Asserts the promises of one mapping."""

    def __init__(self, mapping: CompiledMapping) -> None:
        self.mapping = mapping
        self._decoder = msgspec.json.Decoder(mapping.resource.type)
        self._schema = jsonschema_rs.Draft202012Validator(json_schema(mapping.resource), validate_formats=True)

    def check(self, body: bytes) -> Mapped | None:
        """What the mapping made of a body, or None where the contract was broken; nothing else may come of it."""
        try:
            mapped = self.mapping.to_common(body)
        except ContractBroken as error:
            broken: ContractBroken | None = error
        else:
            broken = None
        if broken is not None:
            assert broken.parameters["pointer"][:1] in {"", "/"}
            return None
        assert mapped.records_in == len(mapped.records) + len(mapped.refused)
        assert len({record.id for record in mapped.records}) == len(mapped.records)
        for record in mapped.records:
            encoded = msgspec.json.encode(record)
            assert record == self._decoder.decode(encoded)
            faults = [
                f"{list(error.instance_path)}: {error.message}" for error in self._schema.iter_errors(json_of(encoded))
            ]
            assert [] == faults
        return mapped


def json_of(encoded: bytes) -> object:
    """The JSON value of bytes."""
    return msgspec.json.decode(encoded)
