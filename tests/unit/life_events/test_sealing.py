"""What is kept sealed opens only where it was sealed, with keys that are there, as nobody changed it."""

import asyncio

import pytest

from gateway.clock import SystemClock
from gateway.errors import BadConfiguration, SealBroken
from gateway.life_events.sealing import Sealer
from gateway.life_events.sealing_keys import add_key, opened_keys, read_keys, retire_key
from tests.support.access import SetClock

PLACE = {"table": "events", "id": "evt_1", "column": "sealed"}
SECRET = b'{"mother_nik":"3211104405950002"}'


@pytest.fixture
def folder(tmp_path):
    """A folder that is not there yet."""
    return tmp_path / "keys"


@pytest.fixture
def sealer(folder):
    """A sealer over a new key."""
    return Sealer.opened(folder, clock=SystemClock())


def test_what_is_sealed_opens_again(sealer):
    """The same bytes, and nothing of them in what is kept."""
    sealed = sealer.seal(SECRET, **PLACE)
    assert SECRET == sealer.open(sealed.data, **PLACE)
    assert b"3211104405950002" not in sealed.data
    assert sealer.sealing_kid() == sealed.key_id


def test_the_same_content_is_never_sealed_to_the_same_bytes(sealer):
    """Nobody can tell two rows of one content."""
    assert sealer.seal(SECRET, **PLACE).data != sealer.seal(SECRET, **PLACE).data


@pytest.mark.parametrize("elsewhere", [{"table": "webhook_secrets"}, {"id": "evt_2"}, {"column": "other"}])
def test_what_is_moved_to_another_place_does_not_open(sealer, elsewhere):
    """A row's value, put into another row, column or table, is refused."""
    sealed = sealer.seal(SECRET, **PLACE)
    with pytest.raises(SealBroken) as raised:
        sealer.open(sealed.data, **PLACE | elsewhere)
    assert "3211" not in str(raised.value)


def test_any_changed_byte_is_noticed(sealer):
    """Each single bit of what is kept counts: key, nonce, text and tag."""
    sealed = sealer.seal(SECRET, **PLACE).data
    for index in range(len(sealed)):
        changed = bytes(byte ^ (1 if at == index else 0) for at, byte in enumerate(sealed))
        with pytest.raises(SealBroken):
            sealer.open(changed, **PLACE)


@pytest.mark.parametrize("length", [0, 7, 8, 20, 35])
def test_what_is_cut_short_is_noticed(sealer, length):
    """Also where not even a tag is left."""
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(SECRET, **PLACE).data[:length], **PLACE)


async def test_a_new_key_seals_once_it_has_begun_and_the_old_one_still_opens(folder):
    """Every process has read the new key before any seals with it."""
    clock = SetClock()
    sealer = Sealer.opened(folder, clock=clock)
    before = sealer.seal(SECRET, **PLACE)
    new = add_key(folder, now=clock.seconds(), announce_s=10)
    await sealer.reload()
    assert before.key_id == sealer.sealing_kid()
    clock.pass_s(10)
    assert new.kid == sealer.seal(SECRET, **PLACE).key_id
    assert SECRET == sealer.open(before.data, **PLACE)


async def test_what_was_sealed_with_a_retired_key_never_opens_again(folder, sealer):
    """That is what retiring a key is for."""
    sealed = sealer.seal(SECRET, **PLACE)
    add_key(folder, now=0)
    retire_key(folder, sealed.key_id)
    await sealer.reload()
    with pytest.raises(SealBroken) as raised:
        sealer.open(sealed.data, **PLACE)
    assert "no-such-key" == raised.value.parameters["cause"]


async def test_processes_that_start_at_once_make_one_key(folder):
    """Eight that find an empty folder end with the same key."""
    found = await asyncio.gather(*(asyncio.to_thread(opened_keys, folder, now=1.0) for _ in range(8)))
    assert 1 == len({keys[0].kid for keys in found}) == len(read_keys(folder))


def test_keys_are_for_the_gateway_alone(folder, sealer):
    """Folder 0700, files 0600, and a file that anybody may read stops the start."""
    (file,) = folder.glob("*.key")
    assert (0o700, 0o600) == (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777)
    file.chmod(0o644)
    with pytest.raises(BadConfiguration, match=r"life_events\.keys: .* can be read by anybody"):
        Sealer.opened(folder, clock=SystemClock())


def test_a_damaged_key_stops_the_start(folder, sealer):
    """A file whose content is not the key of its name is named, not used."""
    (file,) = folder.glob("*.key")
    file.write_bytes(b"bukan kunci")
    with pytest.raises(BadConfiguration, match="holds no key with the digest in its name"):
        Sealer.opened(folder, clock=SystemClock())
