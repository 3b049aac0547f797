"""The agreement book, over SQLite and PostgreSQL."""

import pytest

from gateway.agreements.agreement import AgreementStatus, GrantedField, GrantedResource
from gateway.ids import PartnerId
from gateway.storage import watch as watching
from gateway.storage.agreements import StoredAgreements
from gateway.storage.office import StoredOffice
from tests.support.registers import an_agreement

JAKARTA = PartnerId("jakarta")


@pytest.fixture
def book(engine, watch):
    """The book of one process."""
    return StoredAgreements(engine, watch)


async def put(engine, *agreements):
    """Writes the agreements as an act does."""
    async with StoredOffice(engine).changing() as change:
        for agreement in agreements:
            await change.put_agreement(agreement)


async def test_an_agreement_comes_back_as_it_was_put(engine, book):
    """Every member survives the database, with and without a quota."""
    fields = (GrantedField("@public", "UU 14/2008"), GrantedField("reporter_phone", "UU 27/2022 pasal 20"))
    kept = (
        an_agreement("PKS-1", quota=None),
        an_agreement("PKS-2", resources=(GrantedResource("service-request", fields),)),
    )
    await put(engine, *kept)
    assert kept == await book.of_consumer(JAKARTA)


async def test_a_partner_without_agreements_has_none(engine, book):
    """Another consumer's agreements are not its own."""
    await put(engine, an_agreement())
    assert () == await book.of_consumer(PartnerId("sumedang"))


async def test_the_same_agreements_are_the_same_object(engine, book):
    """As long as nothing changes, the very same tuple comes back, so what was concluded from it can be kept."""
    await put(engine, an_agreement())
    assert await book.of_consumer(JAKARTA) is await book.of_consumer(JAKARTA)


async def test_a_suspension_is_seen_once_it_was_heard_of(engine, watch, book):
    """Another process's change reaches this one with the next poll."""
    await put(engine, an_agreement())
    await watch.poll()
    await book.of_consumer(JAKARTA)
    await put(engine, an_agreement(status=AgreementStatus.SUSPENDED))
    await watch.poll()
    assert [AgreementStatus.SUSPENDED] == [it.status for it in await book.of_consumer(JAKARTA)]


async def test_a_process_that_hears_nothing_reads_the_database(engine, watch, book, monkeypatch):
    """What was heard too long ago is not believed."""
    await put(engine, an_agreement())
    await watch.poll()
    await book.of_consumer(JAKARTA)
    await put(engine, an_agreement(status=AgreementStatus.ENDED))
    monkeypatch.setattr(watching, "STALE_AFTER_S", -1.0)
    assert [AgreementStatus.ENDED] == [it.status for it in await book.of_consumer(JAKARTA)]


async def test_agreements_are_found_by_party_and_status(engine):
    """Filters join; pages begin after an id."""
    await put(
        engine,
        an_agreement("A"),
        an_agreement("B", status=AgreementStatus.DRAFT),
        an_agreement("C", provider=JAKARTA, consumer=PartnerId("sumedang")),
        an_agreement("D"),
    )
    office = StoredOffice(engine)
    assert ["A", "D"] == [it.id for it in await office.agreements(consumer=JAKARTA, status=AgreementStatus.ACTIVE)]
    assert ["D"] == [it.id for it in await office.agreements(consumer=JAKARTA, after="B")]
    assert ["C"] == [it.id for it in await office.agreements(provider=JAKARTA)]
    assert ["A", "B"] == [it.id for it in await office.agreements(limit=2)]
