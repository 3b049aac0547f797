"""Reads the settings: TOML files, the environment over them, secrets from files."""

from gateway.settings_file.load import default_path, load_settings
from gateway.settings_file.partners import load_partners
from gateway.settings_file.redact import redacted
from gateway.settings_file.secrets import Secrets

__all__ = ["Secrets", "default_path", "load_partners", "load_settings", "redacted"]
