"""What is told of months of cases, and what is not."""

import json
from datetime import UTC, datetime

import jsonschema_rs
import msgspec
import pytest

from adapters.base import AdapterError, Fault, Question
from adapters.config import AdapterMisconfigured, Paging
from gateway.cases.case import MonthOfCases
from gateway.cases.indicators import CaseIndicatorDatasets
from gateway.cases.recipe_reader import read_recipes
from gateway.demo.samples import read_json_sample
from gateway.errors import StoreUnavailable
from tests.support.partner_documents import ROOT, shipped_partners

NAME = "newborn-documents-times"
PARTNER = shipped_partners()["sumedang"]
DATASET = PARTNER.datasets[NAME]
NONE = MonthOfCases(opened=0, measured=0, median_s=None, judged=0, in_time=0, is_final=True)
FEW = MonthOfCases(opened=3, measured=3, median_s=90_000.0, judged=3, in_time=3, is_final=True)
RECORDED = [
    *[NONE] * 8,
    FEW,
    MonthOfCases(opened=212, measured=212, median_s=93_960.0, judged=212, in_time=187, is_final=True),
    MonthOfCases(opened=241, measured=239, median_s=71_640.0, judged=238, in_time=225, is_final=False),
    MonthOfCases(opened=6, measured=2, median_s=40_000.0, judged=2, in_time=2, is_final=False),
]
"""The year that the shipped sample tells of."""


class March:
    """It is the tenth of March 2026."""

    def now(self):
        return datetime(2026, 3, 10, tzinfo=UTC)


class Months:
    """A register that knows these sums, or cannot be read."""

    def __init__(self, months):
        self._months = months

    async def months(self, partner, recipe, *, bounds, measured, now):
        """The sums; the same checks of what is asked for that the store's suite makes."""
        assert ("sumedang", "newborn-documents", 13) == (partner, recipe, len(bounds))
        assert bounds[-1] <= now
        assert measured
        if self._months is None:
            raise StoreUnavailable("database", cause="closed")
        return self._months


def adapter(months, dataset=DATASET):
    """The adapter of Sumedang's dataset, as the shipped settings say."""
    recipes = read_recipes(ROOT / "schemas/recipes")
    return CaseIndicatorDatasets(recipes=recipes, register=Months(months), clock=March(), fewest=5)(PARTNER, dataset)


async def told(months):
    """The document, once it is valid against the shipped source schema."""
    schema = json.loads((ROOT / f"schemas/partners/sumedang/{NAME}.source.json").read_text(encoding="utf-8"))
    document = msgspec.json.decode((await adapter(months).fetch(Question())).body)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(document)
    return document


async def test_the_shipped_sample_is_what_the_gateway_tells():
    """Word for word, of a year that is made up: what the contract is proved on is what this code says."""
    assert read_json_sample("sumedang", NAME, name="months.json") == await told(RECORDED)


@pytest.mark.parametrize("months", [[NONE] * 12, [FEW] * 12], ids=["no case", "few cases"])
async def test_nothing_to_tell_is_an_empty_list(months):
    """No case, or too few in any month: the answer is a list without rows, and no failure."""
    assert {"data": []} == await told(months)


async def test_cases_that_cannot_be_read_are_a_platform_that_is_away():
    """The exchange says so as of any platform, and answers the rest."""
    with pytest.raises(AdapterError) as raised:
        await adapter(None).fetch(Question())
    assert (Fault.UNREACHABLE, True) == (raised.value.fault, raised.value.is_transient)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"options": {}}, "options.recipe"),
        ({"options": {"recipe": "newborn-document"}}, "options.recipe"),
        ({"paging": Paging(kind="page", parameter="page")}, "paging"),
        ({"by_id": "id"}, "paging"),
    ],
)
def test_settings_that_cannot_work_are_named(changes, key):
    """A recipe that nobody has, pages where all months are one document."""
    with pytest.raises(AdapterMisconfigured) as raised:
        adapter(RECORDED, msgspec.structs.replace(DATASET, **changes))
    assert key == raised.value.key
