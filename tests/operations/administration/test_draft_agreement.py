"""Drafting an agreement."""

from datetime import date

import pytest

from gateway.administration.draft_agreement import draft_agreement
from gateway.agreements.agreement import AgreementStatus, GrantedField, GrantedResource, Quota
from gateway.errors import BadRequest, BadRequestCode, StoreUnavailable
from gateway.ids import AgreementId
from tests.support.acts import BY, a_new_agreement

PUBLIC = GrantedField("@public", "UU 14/2008")


async def test_a_draft_grants_nothing_yet_and_is_recorded_whole(desk, files):
    """Its status is draft; the record holds all that was proposed."""
    agreement = await draft_agreement(desk, a_new_agreement(), by=BY, reason="usulan")
    assert AgreementStatus.DRAFT == agreement.status
    assert agreement == await files.office.agreement(AgreementId("PKS-1"))
    (record,) = await files.acts()
    assert ("admin.draft-agreement", BY, "PKS-1", "sumedang") == tuple(
        record[name] for name in ("kind", "by", "subject", "partner")
    )
    assert record["details"]["agreement"]["resources"] == [
        {"resource": "facility", "fields": [{"name": "@public", "legal_basis": "UU 14/2008"}]}
    ]


async def test_a_personal_field_may_be_granted_by_its_name(desk):
    """With the law that it rests on."""
    fields = (PUBLIC, GrantedField("reporter_phone", "UU 27/2022 pasal 20 ayat 2"))
    new = a_new_agreement(resources=(GrantedResource("service-request", fields),))
    assert fields == (await draft_agreement(desk, new, by=BY, reason="usulan")).resources[0].fields


async def test_a_number_that_is_taken_is_a_conflict(desk, files):
    """The first stays as it was."""
    first = await draft_agreement(desk, a_new_agreement(), by=BY, reason="usulan")
    with pytest.raises(BadRequest) as raised:
        await draft_agreement(desk, a_new_agreement(title="lain"), by=BY, reason="usulan")
    assert BadRequestCode.CONFLICT == raised.value.code
    assert first == await files.office.agreement(AgreementId("PKS-1"))


async def test_what_cannot_be_recorded_is_not_done(desk, files):
    """Without its audit record there is no draft."""
    await files.lose_audit()
    with pytest.raises(StoreUnavailable):
        await draft_agreement(desk, a_new_agreement(), by=BY, reason="usulan")
    assert await files.office.agreement(AgreementId("PKS-1")) is None


@pytest.mark.parametrize(
    ("changes", "parameter", "nearest"),
    [
        ({"provider": "sumedan"}, "provider", "sumedang"),
        ({"consumer": "bandung"}, "consumer", None),
        ({"purposes": frozenset({"statistic"})}, "purposes", "statistik"),
        ({"purposes": frozenset()}, "purposes", None),
        ({"title": ""}, "title", None),
        ({"id": "a\tb"}, "id", None),
        ({"valid_until": date(2025, 12, 31)}, "valid_until", None),
        ({"quota": Quota(0, 60)}, "quota", None),
        ({"quota": Quota(10, 0)}, "quota", None),
        ({"resources": ()}, "resources", None),
        ({"resources": (GrantedResource("facilitys", (PUBLIC,)),)}, "resources[0].resource", "facility"),
        ({"resources": (GrantedResource("facility", ()),)}, "resources[0].fields", None),
        (
            {"resources": (GrantedResource("facility", (PUBLIC, GrantedField("phonez", "x"))),)},
            "resources[0].fields[1].name",
            "phones",
        ),
        (
            {"resources": (GrantedResource("facility", (GrantedField("@personal", "x"),)),)},
            "resources[0].fields[0].name",
            None,
        ),
        (
            {"resources": (GrantedResource("facility", (GrantedField("@public", " "),)),)},
            "resources[0].fields[0].legal_basis",
            None,
        ),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_what_cannot_be_is_named(desk, files, changes, parameter, nearest):
    """The parameter, what is expected, and the nearest that there is; nothing is changed."""
    with pytest.raises(BadRequest) as raised:
        await draft_agreement(desk, a_new_agreement(**changes), by=BY, reason="usulan")
    assert (BadRequestCode.PARAMETER_INVALID, parameter) == (raised.value.code, raised.value.parameters["parameter"])
    assert nearest is None or nearest == raised.value.parameters["nearest"]
    assert ([], ()) == (await files.acts(), await files.office.agreements())
