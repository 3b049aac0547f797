"""Secrets by name."""

import pytest

from gateway.settings_file.secrets import MissingSecret, Secrets


def test_a_secret_is_a_variable():
    """Read as it is."""
    assert Secrets({"GARUT_KEY": " kunci "}).get("GARUT_KEY") == " kunci "


def test_or_the_content_of_a_file(tmp_path):
    """Without the end of its line."""
    (tmp_path / "key").write_text("kunci\n")
    assert Secrets({"GARUT_KEY_FILE": str(tmp_path / "key")})("GARUT_KEY") == "kunci"


@pytest.mark.parametrize("environ", [{}, {"GARUT_KEY_FILE": "/nonexistent"}], ids=["unset", "unreadable"])
def test_a_missing_secret_is_named(environ):
    """With where it was looked for."""
    with pytest.raises(MissingSecret, match="GARUT_KEY"):
        Secrets(environ).get("GARUT_KEY")
