"""From a partner's document to the common model: declared in TOML, checked, compiled."""
