"""Settings that may be shown."""

import msgspec

from gateway.settings_file import load_settings, redacted

SECRETS = ("merica-hitam", "sandi-basis", "sandi-redis", "kunci-statis", "kunci-tanya")


def test_no_secret_is_shown(config):
    """Pepper, passwords in URLs, keys in headers, queries and bodies; the names of secrets are shown."""
    partner = config / "partners/garut.toml"
    partner.write_text(
        partner.read_text()
        .replace(
            "[datasets.", '[platforms.portal.headers]\nX-Api-Key = "kunci-statis"\nAccept = "text/csv"\n[datasets.'
        )
        .replace("fresh_for_s", 'query = { api_key = "kunci-tanya", sort = "nama" }\nfresh_for_s')
    )
    settings = load_settings(
        config / "gateway.toml",
        {
            "GATEWAY__ACCESS__PEPPER": "merica-hitam",
            "GATEWAY__DATABASE__URL": "postgresql://gateway:sandi-basis@db/gateway",
            "GATEWAY__SHARED__URL": "redis://:sandi-redis@cache:6379/0",
        },
    )
    shown = redacted(settings)
    text = msgspec.json.encode(shown).decode()
    assert [] == [secret for secret in SECRETS if secret in text]
    assert shown["database"]["url"] == "postgresql://gateway:***@db/gateway"
    assert shown["partners"]["garut"]["platforms"]["portal"]["auth"]["secret"] == "GARUT_KEY"
    assert shown["partners"]["garut"]["platforms"]["portal"]["headers"]["Accept"] == "text/csv"
    assert shown["partners"]["garut"]["datasets"]["facilities"]["query"]["sort"] == "nama"
