from gateway.remembered import Remembered


def test_what_was_put_is_found_until_its_room_is_needed():
    """The one that was not used longest goes first."""
    memory = Remembered(at_most=2)
    memory.put("a", 1)
    memory.put("b", 2)
    assert memory.get("a") == 1
    memory.put("c", 3)
    assert [1, None, 3] == [memory.get(key) for key in "abc"]


def test_weights_are_bounded_together():
    """A heavy one drives out as many as it takes; one beyond the bound is not kept, nor what stood in its place."""
    memory = Remembered(at_most=10)
    for key in "abc":
        memory.put(key, key, weight=3)
    memory.put("d", "d", weight=7)
    assert [None, None, "c", "d"] == [memory.get(key) for key in "abcd"]
    memory.put("d", "huge", weight=11)
    assert ["c", None] == [memory.get(key) for key in "cd"]


def test_a_value_in_place_of_another_takes_its_room():
    """Putting the same key again and again fills nothing."""
    memory = Remembered(at_most=3)
    memory.put("a", 0)
    for value in range(5):
        memory.put("b", value, weight=2)
    assert [0, 4] == [memory.get("a"), memory.get("b")]
