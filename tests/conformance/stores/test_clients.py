"""The client register, over SQLite and PostgreSQL."""

import pytest

from gateway.access.client import ClientStatus, Profile, Secret
from gateway.errors import StoreUnavailable
from gateway.ids import ClientId
from gateway.settings import Database
from gateway.storage import watch as watching
from gateway.storage.clients import StoredClients
from gateway.storage.engine import open_engine
from gateway.storage.office import StoredOffice
from gateway.storage.watch import Watch
from tests.support.registers import NOON, a_client

JAKI = ClientId("jaki")
JWKS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "a"}]}


@pytest.fixture
def register(engine, watch):
    """The register of one process."""
    return StoredClients(engine, watch)


async def put(engine, client):
    """Writes the client as an act does."""
    async with StoredOffice(engine).changing() as change:
        await change.put_client(client)


@pytest.mark.parametrize(
    "client",
    [
        a_client(),
        a_client(profile=Profile.FAPI, secrets=(), jwks=JWKS, status=ClientStatus.DISABLED),
        a_client(secrets=tuple(Secret(f"s{n}", bytes([n]) * 32, NOON, expires_at=NOON) for n in range(2))),
        a_client(name="Dinas Komunikasi — “Sumedang” 🙂", scopes=frozenset()),
    ],
    ids=["basic", "fapi", "two-secrets", "words"],
)
async def test_a_client_comes_back_as_it_was_put(engine, register, client):
    """Every member survives the database, to the microsecond and the bit."""
    await put(engine, client)
    assert client == await register.find(JAKI)


async def test_an_unknown_client_is_none(register):
    """There is no client with that id."""
    assert await register.find(ClientId("nobody")) is None


@pytest.mark.parametrize("id", ["a\x00b", "\ud800", "x" * 5000, ""], ids=["nul", "surrogate", "long", "empty"])
async def test_an_id_that_cannot_be_kept_is_none(engine, register, id):
    """It is nobody's, and no failure of the database."""
    assert await register.find(ClientId(id)) is None
    assert await StoredOffice(engine).client(ClientId(id)) is None


async def test_a_change_is_seen_once_it_was_heard_of(engine, watch, register):
    """Another process's change reaches this one with the next poll."""
    await put(engine, a_client())
    await watch.poll()
    assert ClientStatus.ACTIVE == (await register.find(JAKI)).status
    await put(engine, a_client(status=ClientStatus.DISABLED))
    assert ClientStatus.ACTIVE == (await register.find(JAKI)).status
    await watch.poll()
    assert ClientStatus.DISABLED == (await register.find(JAKI)).status


async def test_a_client_that_was_unknown_is_found_after_it_was_registered(engine, watch, register):
    """Not being there is remembered no longer than anything else."""
    assert await register.find(JAKI) is None
    await put(engine, a_client())
    await watch.poll()
    assert a_client() == await register.find(JAKI)


async def test_a_found_client_is_found_again_without_the_database(engine, watch, register):
    """Between two polls the database is not asked for what is known."""
    await put(engine, a_client())
    await watch.poll()
    found = await register.find(JAKI)
    await engine.dispose()
    assert found is await register.find(JAKI)


async def test_a_process_that_hears_nothing_reads_the_database(engine, watch, register, monkeypatch):
    """What was heard too long ago is not believed."""
    await put(engine, a_client())
    await watch.poll()
    await register.find(JAKI)
    await put(engine, a_client(status=ClientStatus.DISABLED))
    monkeypatch.setattr(watching, "STALE_AFTER_S", -1.0)
    assert ClientStatus.DISABLED == (await register.find(JAKI)).status


async def test_without_the_database_nothing_stale_is_told(tmp_path):
    """A database that cannot be reached, and nothing heard: `StoreUnavailable`."""
    lost = open_engine(Database(url="postgresql://gateway@127.0.0.1:1/none"))
    register = StoredClients(lost, Watch(lost))
    with pytest.raises(StoreUnavailable):
        await register.find(JAKI)
    await lost.dispose()


async def test_a_read_that_a_change_overtakes_is_not_kept(engine, watch, register, monkeypatch):
    """What was read before a change was heard of may be what stood before, so it is not remembered."""
    await put(engine, a_client())
    await watch.poll()
    read = register._kept._engine

    class Overtaken:
        dialect = read.dialect

        def connect(self):
            return _Connecting(read.connect(), engine=engine, watch=watch)

    monkeypatch.setattr(register._kept, "_engine", Overtaken())
    await register.find(JAKI)
    monkeypatch.setattr(register._kept, "_engine", read)
    assert ClientStatus.DISABLED == (await register.find(JAKI)).status


class _Connecting:
    """A connection at whose end another process's change is heard of."""

    def __init__(self, inner, *, engine, watch):
        self.inner, self.engine, self.watch = inner, engine, watch

    async def __aenter__(self):
        return await self.inner.__aenter__()

    async def __aexit__(self, *failure):
        await self.inner.__aexit__(*failure)
        await put(self.engine, a_client(status=ClientStatus.DISABLED))
        await self.watch.poll()


async def test_clients_are_listed_page_by_page(engine):
    """Each page begins after the last id of the one before."""
    for n in range(5):
        await put(engine, a_client(f"client-{n}", secrets=()))
    await put(engine, a_client("other", partner="sumedang", secrets=()))
    office = StoredOffice(engine)
    first = await office.clients(partner="jakarta", limit=3)
    second = await office.clients(partner="jakarta", after=first[-1].id, limit=3)
    assert [f"client-{n}" for n in range(5)] == [client.id for client in (*first, *second)]


async def test_guessing_ids_costs_bounded_memory(register, monkeypatch):
    """Unknown ids are remembered up to a bound."""
    monkeypatch.setattr("gateway.storage.kept.KEPT_AT_MOST", 10)
    for n in range(35):
        await register.find(ClientId(f"guess-{n}"))
    assert len(register._kept._values) <= 10
