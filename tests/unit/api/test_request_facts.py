"""Which language a caller is spoken to in."""

import pytest

from gateway.api.request_facts import negotiate
from gateway.messages import Language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "id"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("id", "id"),
        ("in", "id"),
        ("fr", "id"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0.5, id;q=0.6", "id"),
        ("en;q=0", "id"),
        ("*", "id"),
        ("EN", "en"),
        ("en;q=much", "id"),
        (",;,;q=1,", "id"),
        ("x" * 10_000 + ",en", "id"),
    ],
)
def test_the_language_is_the_best_of_those_that_we_speak(header, language):
    """Quality decides; what cannot be read counts for nothing; Indonesian where nothing fits."""
    assert Language(language) is negotiate(header)
