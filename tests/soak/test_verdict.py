"""The judge of the soak finds each kind of breach, and none where there is none."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.soak.publishers import Accepted
from tests.soak.receivers import Receipt, SoakReceiver
from tests.soak.subscribers import Cast, Wish
from tests.soak.verdict import Kept, judge

ARCHIVE = Wish("archive", "sumedang", "statistik", ("birth", "document.issued"))
EVENTS = (
    Accepted("evt_1", "case_1", "birth", "record-1", "32.11", 1),
    Accepted("evt_2", "case_1", "document.issued", "record-2", None, 1),
)


def a_receipt(number, **changes):
    """The event of that number arrives."""
    kind = EVENTS[number - 1].kind
    values = {"delivery": f"dlv_{number}", "event": f"evt_{number}", "case": "case_1", "record": f"record-{number}"}
    values |= {"kind": kind, "members": frozenset({"id"}), "is_signed": True, "has_arrived": True, "at": 5.0}
    return Receipt(**(values | changes))


def judged(*receipts, wish=ARCHIVE, accepted=EVENTS, ended_at=None, **changes):
    """The verdict on one subscriber who noted these receipts."""
    receiver = SoakReceiver(wish.name, "1", fails=False, receipts=list(receipts))
    cast = Cast(settings=None, wishes=(wish,), subscriptions={wish.name: "sub_1"}, receivers={wish.name: receiver})
    if ended_at is not None:
        cast.ended_at[wish.name] = ended_at
    kept = {
        "events": {"evt_1": 1, "evt_2": 2},
        "statuses": {("sub_1", "evt_1"): "delivered", ("sub_1", "evt_2"): "delivered"},
        "audited": Counter(it.delivery for it in receipts),
        "audit_numbers": [1, 2, 3],
        "sequences": [1, 2],
        "published": Counter({"evt_1": 1, "evt_2": 1}),
    }
    return judge(cast, accepted, Kept(**(kept | changes)))


def test_what_went_well_is_counted_and_nothing_is_found():
    """A repetition is a duplicate, and no breach."""
    verdict = judged(a_receipt(1), a_receipt(2), a_receipt(2))
    assert [] == verdict.breaches
    assert (2, 2, 1, 0) == (verdict.accepted, verdict.delivered, verdict.duplicates, verdict.lost)


def test_a_dead_letter_is_not_lost_and_holds_up_nobody():
    """What was given up counts as such, and the next one may come."""
    statuses = {("sub_1", "evt_1"): "dead", ("sub_1", "evt_2"): "delivered"}
    verdict = judged(a_receipt(1, has_arrived=False), a_receipt(2), statuses=statuses)
    assert ([], 1, 1) == (verdict.breaches, verdict.dead, verdict.delivered)


@pytest.mark.parametrize("status", ["delivered", "waiting", "withheld", None])
def test_what_never_came_is_lost_whatever_the_gateway_says_of_it(status):
    """The receiver's notes count."""
    verdict = judged(a_receipt(1), statuses={("sub_1", "evt_2"): status})
    assert 1 == verdict.lost
    assert "archive never got record-2" in verdict.breaches[0]


@pytest.mark.parametrize(
    ("receipts", "said"),
    [
        ((a_receipt(2), a_receipt(1)), "out of its order"),
        ((a_receipt(1, has_arrived=False), a_receipt(2), a_receipt(1)), "out of its order"),
        ((a_receipt(1), a_receipt(2), a_receipt(2, event="evt_9")), "which it may not have"),
        ((a_receipt(1, members=frozenset({"id", "mother_nik"})), a_receipt(2)), "got mother_nik"),
        ((a_receipt(1, is_signed=False), a_receipt(2)), "without a good signature"),
    ],
)
def test_what_should_not_have_come_is_found(receipts, said):
    """Out of order, to the wrong one, with too much in it, or unsigned."""
    assert any(said in it for it in judged(*receipts).breaches)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"events": {"evt_1": 1}, "sequences": [1]}, "record-2 is not in the log"),
        ({"published": Counter({"evt_1": 1})}, "record-2 has no audit record"),
        ({"sequences": [1, 3]}, "numbers of events have gaps"),
        ({"audit_numbers": [1, 3]}, "numbers of audit records have gaps"),
        ({"events": {"evt_1": 1, "evt_2": 2, "evt_3": 3}}, "taken twice, or never sent"),
        ({"audited": Counter({"dlv_1": 1})}, "dlv_2 came 1 times and is recorded 0 times"),
    ],
)
def test_what_the_database_lacks_is_found(changes, said):
    """An accepted event, a record of its acceptance or of a delivery, a number."""
    assert any(said in it for it in judged(a_receipt(1), a_receipt(2), **changes).breaches)


def test_one_event_taken_for_another_is_found():
    """Two publications that were answered with one id."""
    twice = (EVENTS[0], replace(EVENTS[1], id="evt_1"))
    assert any("another's id" in it for it in judged(a_receipt(1), accepted=twice).breaches)


def test_what_came_after_its_agreement_was_suspended_is_found():
    """Three seconds later nothing may come any more; what is withheld is not lost."""
    withdrawn = Wish("withdrawn", "sumedang", "statistik", ("birth", "document.issued"), until_round=1)
    statuses = {("sub_1", "evt_1"): "delivered", ("sub_1", "evt_2"): "withheld"}
    assert [] == judged(a_receipt(1, at=4.0), wish=withdrawn, ended_at=3.0, statuses=statuses).breaches
    (said,) = judged(a_receipt(1, at=7.5), wish=withdrawn, ended_at=3.0, statuses=statuses).breaches
    assert "4.5 s after its agreement was suspended" in said
