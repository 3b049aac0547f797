"""`docs/protocols.md`: its examples are settings that work, and its table lists what there is."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from adapters.registry import PROTOCOLS, build_adapter
from gateway.settings import Dataset, Platform

PAGE = (Path(__file__).parents[2] / "docs/protocols.md").read_text(encoding="utf-8")
EXAMPLES = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]
DATASETS = [
    pytest.param(example["platforms"][dataset["platform"]], dataset, id=name)
    for example in EXAMPLES
    for name, dataset in example["datasets"].items()
]


@pytest.mark.parametrize(("platform", "dataset"), DATASETS)
async def test_every_example_is_an_adapter(platform, dataset):
    """With the keys that the settings know, and the options that its protocol has."""
    settings = msgspec.convert(platform, Platform)
    made = build_adapter(
        settings.adapter,
        platform=settings,
        dataset=msgspec.convert(dataset, Dataset),
        transport=None,
        secrets=lambda _: "rahasia",
    )
    assert isinstance(made.finds_by_id, bool)
    assert hasattr(made, "fetch")


def test_every_protocol_is_listed():
    """Each in a row of its own, with the schemes that it takes."""
    rows = {row[0]: row[2] for row in re.findall(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|", PAGE, re.MULTILINE)}
    assert set(PROTOCOLS) <= set(rows)
    for name, schemes in PROTOCOLS.items():
        assert all(f"{it}://" in rows[name] for it in schemes if it != "http")
