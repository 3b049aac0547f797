"""What a partner that means harm, or is careless, cannot do to the others through life events."""

import pytest

from tests.support.event_world import NAMED, EventWorld, a_birth
from tests.support.served import served


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Sumedang lets Jakarta have its births."""
    with served(tmp_path_factory.mktemp("hostile")) as gateway:
        made = EventWorld(gateway)
        made.agree("sumedang", "jakarta", "birth", fields=NAMED)
        yield made


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"])
def test_an_event_of_a_time_that_nobody_can_read_back_is_refused(world, time):
    """An instant for which UTC has no year: kept, it would end the feed and the deliveries of everybody."""
    hospital, reader = world.publisher(), world.reader()
    answer = world.post(a_birth(1, time=time), hospital)
    assert (400, "event-invalid") == (answer.status_code, answer.json()["code"])
    world.publish(1, hospital)
    assert 200 == world.read(reader).status_code
