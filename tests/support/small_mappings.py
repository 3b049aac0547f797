"""Small mappings written inside a test: a source schema and a declaration, checked and compiled."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from gateway.ids import DatasetId
from gateway.mapping.code_lists import CodeLists, load_code_lists
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.load import load_mapping

SCHEMAS = Path(__file__).parents[2] / "schemas"
MAPPINGS = Path(__file__).parent / "mappings"


@lru_cache(maxsize=1)
def shipped_codes() -> CodeLists:
    """The code lists of the repository."""
    return load_code_lists(SCHEMAS / "codes")


@lru_cache(maxsize=16)
def example_mapping(name: str) -> CompiledMapping:
    """One of the mappings that stand beside this file: `keyed`, `features`, `single`, `nested`, `wide`."""
    return load_mapping(MAPPINGS / "contoh", dataset=DatasetId(f"contoh/{name}"), codes=shipped_codes())


class SmallMappings:
    """Compiles mappings in a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def compile(self, schema: dict[str, Any], toml: str) -> CompiledMapping:
        """The mapping of dataset `contoh/kecil`."""
        (self._folder / "kecil.source.json").write_text(json.dumps(schema), encoding="utf-8")
        (self._folder / "kecil.mapping.toml").write_text(toml, encoding="utf-8")
        return load_mapping(self._folder, dataset=DatasetId("contoh/kecil"), codes=shipped_codes())

    def facilities(self, properties: dict[str, Any], fields: str, *, records: str = 'records = ""') -> CompiledMapping:
        """A mapping of a list of facilities: `id` and `nama` are there, `properties` and `fields` add to them."""
        row = {
            "type": "object",
            "required": ["id", "nama"],
            "properties": {"id": {"type": ["integer", "string"]}, "nama": {"type": "string"}, **properties},
        }
        head = f'resource = "facility"\n{records}\n[fields]\nid = {{ from = "id", refuse = true }}\n'
        name = 'name = { from = "nama", refuse = true }\nkind = { const = "hospital" }\n'
        return self.compile({"type": "array", "items": row}, head + name + fields)
