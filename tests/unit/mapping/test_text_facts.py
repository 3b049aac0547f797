"""What is proved of texts from patterns holds for every text that the pattern admits."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mapping.checking.text_facts import group_facts, pattern_facts

PATTERNS = [
    r"^[0-9a-f-]{36}$",
    r"^[A-Za-z0-9._-]{1,60}$",
    r"^\S+$",
    r"^\s*x",
    r"^(a|b c)$",
    r"^(?:ab ?){2,4}$",
    r"(?m)^a$",
    r"^[^\n]{1,5}$",
    r"^(?i:KK)-\d{1,3}$",
    r"^\w+$",
    r"^.{0,5}$",
    r"^a|b$",
    r"^a?$",
    r"^[ -~]{2}$",
    r"^[^\s,]{2,3}x?$",
    r"^[^,]$",
    r"(?a)^\S$",
    r"(?i)^[a-z]$",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_text_of_a_pattern_breaks_what_was_proved(pattern, data):
    """Solid characters, length after trimming, and safe signs hold for whatever the pattern finds."""
    text = data.draw(st.from_regex(pattern))
    facts = pattern_facts(pattern)
    trimmed = text.strip()
    assert re.search(pattern, text)
    assert facts.solid <= sum(not character.isspace() for character in text)
    assert facts.most is None or len(trimmed) <= facts.most
    assert not facts.safe or set(trimmed) <= set(string.ascii_letters + string.digits + "._-")


@pytest.mark.parametrize(
    ("pattern", "solid", "most"),
    [
        (r"^(?:\[\d+\]\s*)?(?P<value>.+)$", 0, None),
        (r"(?i)^(?P<value>\d{1,4}) hari kerja", 1, 4),
        (r"^(?P<value>\d{4}-\d{2}-\d{2})", 10, 10),
        (r"(?:a(?P<value>[a-z]{2,3})|b)", 2, 3),
    ],
)
def test_the_group_of_a_pattern_is_known(pattern, solid, most):
    """Only what the group itself needs counts."""
    assert (solid, most) == group_facts(pattern)[:2]
