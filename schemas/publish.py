"""The common model as JSON Schema 2020-12, for partners and for the data dictionary.

`python -m schemas.publish` writes `schemas/published/v1/`; a house test fails when it lags.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from schemas.resources import SHAPES, Resource

VERSION = "v1"
FOLDER = Path(__file__).parent / "published" / VERSION


def json_schema(resource: Resource) -> dict[str, Any]:
    """The JSON Schema of one resource, self-contained: its own `$defs`, labels and sensitivities."""
    (schema,), definitions = msgspec.json.schema_components((resource.type,), ref_template="#/$defs/{name}")
    name = schema["$ref"].rpartition("/")[2]
    body = definitions.pop(name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id(resource),
        **body,
        "$defs": definitions,
    }


def schema_id(resource: Resource) -> str:
    """The name under which the resource's schema is published."""
    return f"urn:pertukaran:schema:{resource.name}:{VERSION}"


def documents() -> dict[str, str]:
    """The text of each published file, by file name."""
    return {
        f"{resource.name}.schema.json": json.dumps(json_schema(resource), indent=2, ensure_ascii=False) + "\n"
        for resource in SHAPES.values()
    }


def main() -> None:
    """Writes the published files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
