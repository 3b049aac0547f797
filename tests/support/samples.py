"""Samples written to files, and what is inferred of them."""

import json
from pathlib import Path

from gateway.mapping.regions import read_regions
from gateway.onboarding.sample import Sample, read_sample
from gateway.onboarding.source import InferredSource, infer_source

REGIONS = read_regions(Path(__file__).parents[2] / "schemas" / "codes")[0]


def sample_of(folder: Path, content, *, name: str = "sample.json", **options) -> Sample:
    """The sample in a file: bytes and texts as they stand, anything else as JSON."""
    file = folder / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8", newline="")
    return read_sample([file], **options)


def inferred(documents, *, kind: str = "json") -> InferredSource:
    """What is inferred of some JSON documents."""
    listed = documents if isinstance(documents, tuple) else (documents,)
    return infer_source(Sample(kind=kind, adapter="rest_json", documents=list(listed)), regions=REGIONS)


def field_of(source: InferredSource, path: str):
    """The profile of one path."""
    return next(field for field in source.fields if field.path == path)


def column(values, *, name: str = "nilai", **others) -> InferredSource:
    """What is inferred of records with one member of these values; `others` are one value each, or as many."""
    rows = []
    for place, value in enumerate(values):
        more = {key: given[place] if isinstance(given, list) else given for key, given in others.items()}
        rows.append({name: value, **more})
    return inferred(rows)
