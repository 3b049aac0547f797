from datetime import UTC, date, datetime

import pytest

from gateway.agreements.agreement import AgreementStatus, GrantedResource
from gateway.agreements.check import AgreementCheck, Asker, Entitlement, Grant, Offer, Wanted
from gateway.agreements.coverage import Provider
from gateway.agreements.field_classes import ALWAYS_RELEASED, field_classes
from gateway.decision import Allowed, Refused
from gateway.errors import RefusalCode
from gateway.ids import DatasetId, PartnerId
from schemas.resources import RESOURCES
from tests.support.exchange import PURPOSE, HeldBook, StoppedClock, agreement

JAKARTA, SUMEDANG, JAYAPURA = PartnerId("jakarta"), PartnerId("sumedang"), PartnerId("jayapura")
CLASSES = field_classes(RESOURCES)
OPEN = Offer(DatasetId("sumedang/open"), SUMEDANG, is_open=True)
CLOSED = Offer(DatasetId("sumedang/closed"), SUMEDANG)
OTHER = Offer(DatasetId("jayapura/closed"), JAYAPURA)
ASKER = Asker(JAKARTA, PURPOSE, proves_key=True)


def check_over(*agreements, clock=None, purposes=(PURPOSE,)):
    """A check over these agreements."""
    providers = {
        JAKARTA: Provider(JAKARTA, "Jakarta", contact="data@jakarta.example"),
        SUMEDANG: Provider(SUMEDANG, "Sumedang", contact="data@sumedang.example"),
        JAYAPURA: Provider(JAYAPURA, "Jayapura", zone="Asia/Jayapura"),
    }
    return AgreementCheck(
        book=HeldBook(agreements),
        clock=clock or StoppedClock(),
        providers=providers,
        classes=CLASSES,
        purposes=frozenset(purposes),
    )


async def decide(*agreements, asker=ASKER, offers=(CLOSED,), clock=None, resource="facility", **wanted):
    """What the check says."""
    return await check_over(*agreements, clock=clock).check(asker, Wanted(resource=resource, offers=offers, **wanted))


def fields_of(decision):
    """The fields of the one dataset that was granted."""
    assert isinstance(decision, Allowed), decision
    (entitlement,) = decision.grant.entitlements
    return entitlement.fields


async def test_nothing_is_granted_without_an_agreement():
    """Default is deny, and the refusal says who can grant it."""
    decision = await decide()
    assert isinstance(decision, Refused)
    assert decision.code is RefusalCode.AGREEMENT_MISSING
    assert decision.parameters["contact"] == "data@sumedang.example"
    assert (decision.parameters["provider"], decision.parameters["consumer"]) == ("sumedang", "jakarta")
    assert decision.parameters["state"] == ""


async def test_a_partner_needs_an_agreement_with_itself_too():
    """Reading one's own data through the gateway is an exchange like any other."""
    own = Offer(DatasetId("jakarta/closed"), JAKARTA)
    assert isinstance(await decide(offers=(own,)), Refused)
    assert isinstance(await decide(agreement("jakarta", "jakarta"), offers=(own,)), Allowed)


@pytest.mark.parametrize(
    ("provider", "consumer", "resource"),
    [("jayapura", "jakarta", "facility"), ("sumedang", "jayapura", "facility"), ("sumedang", "jakarta", "service")],
)
async def test_an_agreement_about_something_else_is_as_good_as_none(provider, consumer, resource):
    """Provider, consumer and resource must all be the ones asked about."""
    held = agreement(provider, consumer, resource=resource)
    # A book that hands out another consumer's agreement must not open anything either.
    check = check_over()
    check._book.of_consumer = lambda _: _ready((held,))
    decision = await check.check(ASKER, Wanted(resource="facility", offers=(CLOSED,)))
    assert isinstance(decision, Refused)
    assert decision.code is RefusalCode.AGREEMENT_MISSING


async def _ready(value):
    return value


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        (AgreementStatus.DRAFT, RefusalCode.AGREEMENT_MISSING, "draft"),
        (AgreementStatus.SUBMITTED, RefusalCode.AGREEMENT_MISSING, "submitted"),
        (AgreementStatus.REJECTED, RefusalCode.AGREEMENT_MISSING, ""),
        (AgreementStatus.SUSPENDED, RefusalCode.AGREEMENT_SUSPENDED, "suspended"),
        (AgreementStatus.ENDED, RefusalCode.AGREEMENT_SUSPENDED, "ended"),
    ],
)
async def test_only_an_active_agreement_counts(status, code, state):
    """Every other status refuses, and the refusal says how the agreement stands."""
    decision = await decide(agreement("sumedang", "jakarta", status=status))
    assert isinstance(decision, Refused)
    assert (decision.code, decision.parameters["state"]) == (code, state)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2026, 2, 28, 16, 59, tzinfo=UTC), "not-yet-valid"),  # 23:59 in Jakarta
        (datetime(2026, 2, 28, 17, 0, tzinfo=UTC), None),  # midnight in Jakarta
        (datetime(2026, 3, 31, 16, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 31, 17, 0, tzinfo=UTC), "expired"),
    ],
)
async def test_the_period_is_counted_in_the_days_of_the_provider(now, state):
    """An agreement holds from the first to the last moment of its days in its provider's zone."""
    held = agreement("sumedang", "jakarta", valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 31))
    decision = await decide(held, clock=StoppedClock(now))
    assert state == (decision.parameters["state"] if isinstance(decision, Refused) else None)


async def test_two_zones_have_two_days():
    """It is already tomorrow in Jayapura while it is still today in Sumedang."""
    day = {"valid_from": date(2026, 3, 11), "valid_until": date(2026, 3, 11)}
    held = [agreement("sumedang", "jakarta", **day), agreement("jayapura", "jakarta", **day)]
    clock = StoppedClock(datetime(2026, 3, 10, 15, 30, tzinfo=UTC))
    decision = await decide(*held, offers=(CLOSED, OTHER), clock=clock)
    assert [OTHER] == [it.offer for it in decision.grant.entitlements]
    assert ["not-yet-valid"] == [it.refusal.parameters["state"] for it in decision.grant.withheld]


async def test_a_kept_decision_does_not_outlive_its_day():
    """The same check, asked again after midnight, sees that the agreement has expired."""
    clock = StoppedClock(datetime(2026, 3, 10, 16, 59, 59, tzinfo=UTC))
    check = check_over(agreement("sumedang", "jakarta", valid_until=date(2026, 3, 10)), clock=clock)
    agreements = await check._book.of_consumer(JAKARTA)
    check._book.of_consumer = lambda _: _ready(agreements)
    wanted = Wanted(resource="facility", offers=(CLOSED,))
    assert isinstance(await check.check(ASKER, wanted), Allowed)
    clock.at = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
    assert isinstance(await check.check(ASKER, wanted), Refused)


async def test_a_changed_book_is_heeded_at_once():
    """A kept decision counts only as long as the book hands out the very same agreements."""
    check = check_over(agreement("sumedang", "jakarta"))
    wanted = Wanted(resource="facility", offers=(CLOSED,))
    assert isinstance(await check.check(ASKER, wanted), Allowed)
    check._book.agreements = (agreement("sumedang", "jakarta", status=AgreementStatus.SUSPENDED),)
    assert isinstance(await check.check(ASKER, wanted), Refused)


async def test_another_purpose_is_not_covered():
    """The refusal names the purposes that the agreement does cover."""
    decision = await decide(agreement("sumedang", "jakarta", purposes=frozenset({"statistik"})))
    assert decision.code is RefusalCode.PURPOSE_NOT_COVERED
    assert decision.parameters["covered"] == ["statistik"]


async def test_a_purpose_that_the_exchange_does_not_know_opens_nothing():
    """A purpose taken out of the settings ends with every token that carries it, for open data too."""
    check = check_over(agreement("sumedang", "jakarta", purposes=frozenset({"lama"})))
    decision = await check.check(Asker(JAKARTA, "lama", proves_key=True), Wanted(resource="facility", offers=(OPEN,)))
    assert decision.code is RefusalCode.PURPOSE_NOT_COVERED


async def test_a_suspended_agreement_that_fits_is_told_before_an_active_one_that_does_not():
    """The reason is the one nearest to a grant."""
    decision = await decide(
        agreement("sumedang", "jakarta", id="a", purposes=frozenset({"statistik"})),
        agreement("sumedang", "jakarta", id="b", status=AgreementStatus.SUSPENDED),
    )
    assert (decision.code, decision.parameters["agreement"]) == (RefusalCode.AGREEMENT_SUSPENDED, "b")


async def test_a_suspended_agreement_does_not_take_away_what_an_active_one_grants():
    """Each agreement stands alone."""
    decision = await decide(
        agreement("sumedang", "jakarta", id="a", status=AgreementStatus.ENDED),
        agreement("sumedang", "jakarta", id="b", fields=("name",)),
    )
    assert fields_of(decision) == ALWAYS_RELEASED | {"name"}


async def test_several_agreements_grant_together():
    """The fields are those of all agreements that cover the question, and it rests on all of them."""
    decision = await decide(
        agreement("sumedang", "jakarta", id="a", fields=("name",)),
        agreement("sumedang", "jakarta", id="b", fields=("kind",)),
        agreement("sumedang", "jakarta", id="c", fields=("beds",), purposes=frozenset({"statistik"})),
    )
    assert fields_of(decision) == ALWAYS_RELEASED | {"name", "kind"}
    assert ["a", "b"] == [it.id for it in decision.grant.agreements()]


async def test_a_field_that_the_schema_does_not_have_grants_nothing():
    """A field that was granted and has since left the common model is no hole."""
    decision = await decide(agreement("sumedang", "jakarta", fields=("name", "__class__", "@personal")))
    assert fields_of(decision) == ALWAYS_RELEASED | {"name"}


async def test_classes_grant_by_sensitivity_and_never_personal_fields():
    """`@public` and `@restricted` together leave out exactly the Personal fields."""
    held = agreement("sumedang", "jakarta", resource="service-request", fields=("@public", "@restricted"))
    decision = await decide(held, resource="service-request")
    assert set(CLASSES["service-request"].names) - fields_of(decision) == {
        "reporter_email",
        "reporter_name",
        "reporter_phone",
    }


async def test_the_class_of_restricted_fields_holds_no_public_ones():
    """Each class is what its name says."""
    held = agreement("sumedang", "jakarta", resource="service-request", fields=("@restricted",))
    fields = fields_of(await decide(held, resource="service-request"))
    assert "description" in fields
    assert "service_name" not in fields


async def test_a_personal_field_is_released_only_when_it_is_asked_for_by_name():
    """Granting it by name is not enough: least data leaves."""
    held = agreement("sumedang", "jakarta", fields=("@public", "head_name"))
    assert "head_name" not in fields_of(await decide(held))
    assert "head_name" not in fields_of(await decide(held, fields=("@public",)))
    assert ALWAYS_RELEASED | {"head_name"} == fields_of(await decide(held, fields=("head_name",)))


async def test_a_client_that_proves_no_key_gets_no_personal_field():
    """It is refused when it names one, and simply not given it otherwise."""
    held = agreement("sumedang", "jakarta", fields=("@public", "head_name"))
    basic = Asker(JAKARTA, PURPOSE, proves_key=False)
    decision = await decide(held, asker=basic, fields=("name", "head_name"), are_named=True)
    assert (decision.code, decision.parameters["fields"]) == (RefusalCode.PROFILE_INSUFFICIENT, ["head_name"])
    assert "head_name" not in fields_of(await decide(held, asker=basic))


async def test_a_named_field_must_be_granted():
    """The refusal names exactly the fields that are missing."""
    held = agreement("sumedang", "jakarta", fields=("name",))
    decision = await decide(held, fields=("name", "kind", "beds"), are_named=True)
    assert (decision.code, decision.parameters["fields"]) == (RefusalCode.FIELD_NOT_GRANTED, ["beds", "kind"])


async def test_of_a_class_as_much_is_released_as_is_granted():
    """Asking for `@public` is not refused because one Public field is not granted."""
    assert fields_of(
        await decide(agreement("sumedang", "jakarta", fields=("name", "beds")), fields=("@public",))
    ) == ALWAYS_RELEASED | {"name", "beds"}


async def test_filtering_by_a_field_needs_its_grant():
    """A filter tells a value as surely as the field does."""
    held = agreement("sumedang", "jakarta", fields=("name",))
    decision = await decide(held, filtered_on=("region",), are_named=True)
    assert (decision.code, decision.parameters["fields"]) == (RefusalCode.FIELD_NOT_GRANTED, ["region"])
    assert isinstance(await decide(held, filtered_on=("source_updated_at",)), Allowed)


async def test_open_data_needs_no_agreement_and_is_public():
    """A registered client gets the Public fields, and no quota is touched."""
    decision = await decide(offers=(OPEN,))
    assert fields_of(decision) == CLASSES["facility"].public
    assert decision.grant.agreements() == ()


async def test_open_data_without_agreement_yields_no_other_field():
    """Openness stops at what is Public."""
    decision = await decide(offers=(OPEN,), fields=("head_name",), are_named=True)
    assert (decision.code, decision.parameters["fields"]) == (RefusalCode.FIELD_NOT_GRANTED, ["head_name"])


async def test_an_agreement_that_adds_nothing_to_open_data_is_not_used():
    """So its quota is not spent on what anybody may have."""
    decision = await decide(agreement("sumedang", "jakarta", fields=("name",)), offers=(OPEN,))
    assert fields_of(decision) == CLASSES["facility"].public
    assert decision.grant.agreements() == ()


async def test_an_agreement_adds_its_fields_to_open_data():
    """What is open stays open, and the agreement says what comes on top."""
    decision = await decide(
        agreement("sumedang", "jakarta", fields=("head_name",)), offers=(OPEN,), fields=("name", "head_name")
    )
    assert fields_of(decision) == ALWAYS_RELEASED | {"name", "head_name"}
    assert len(decision.grant.agreements()) == 1


async def test_a_named_partner_that_grants_nothing_refuses_the_whole_question():
    """Another partner's grant does not make up for it."""
    decision = await decide(agreement("jayapura", "jakarta"), offers=(CLOSED, OTHER), are_named=True)
    assert isinstance(decision, Refused)
    assert decision.parameters["provider"] == "sumedang"


async def test_a_named_partner_that_grants_something_withholds_the_rest():
    """Open data of a partner does not become unreachable because other data of it is closed."""
    decision = await decide(offers=(CLOSED, OPEN), are_named=True)
    assert [OPEN] == [it.offer for it in decision.grant.entitlements]
    assert [(CLOSED, RefusalCode.AGREEMENT_MISSING)] == [(it.offer, it.refusal.code) for it in decision.grant.withheld]


async def test_partners_that_were_not_named_are_withheld_as_long_as_one_grants():
    """Their datasets are told apart from those that are released."""
    decision = await decide(agreement("jayapura", "jakarta"), offers=(CLOSED, OTHER))
    assert [OTHER] == [it.offer for it in decision.grant.entitlements]
    assert [CLOSED] == [it.offer for it in decision.grant.withheld]


async def test_if_nobody_grants_the_reason_nearest_to_a_grant_is_told():
    """The caller hears of the purpose that is missing rather than of a partner it never dealt with."""
    decision = await decide(agreement("jayapura", "jakarta", purposes=frozenset({"statistik"})), offers=(CLOSED, OTHER))
    assert decision.code is RefusalCode.PURPOSE_NOT_COVERED


async def test_two_partners_may_grant_different_fields():
    """Fields are decided for each provider alone."""
    decision = await decide(
        agreement("sumedang", "jakarta", fields=("name",)),
        agreement("jayapura", "jakarta", fields=("kind",)),
        offers=(CLOSED, OTHER),
    )
    assert [ALWAYS_RELEASED | {"name"}, ALWAYS_RELEASED | {"kind"}] == [it.fields for it in decision.grant.entitlements]


async def test_an_agreement_without_fields_releases_what_identifies_a_record_only():
    """The agreement is still what this rests on."""
    held = agreement("sumedang", "jakarta", resources=(GrantedResource("facility", ()),))
    decision = await decide(held)
    assert fields_of(decision) == ALWAYS_RELEASED
    assert (held,) == decision.grant.agreements()


def test_a_field_without_sensitivity_stops_the_start():
    """A new field of the common model cannot slip through unclassified."""
    from schemas.record import Record
    from schemas.resources import Resource

    class Unmarked(Record, frozen=True, kw_only=True):
        secret: str = ""

    with pytest.raises(TypeError, match="secret"):
        field_classes({"unmarked": Resource("unmarked", "unmarked", Unmarked)})


def test_a_grant_lists_each_agreement_once():
    """Two datasets under one agreement spend its quota once."""
    held = agreement("sumedang", "jakarta")
    entitled = Entitlement(CLOSED, ALWAYS_RELEASED, (held,))
    assert (held,) == Grant((entitled, entitled), ()).agreements()
