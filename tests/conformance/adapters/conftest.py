"""The databases that tables are read from."""

from tests.support.engines import postgres_server, postgres_url
from tests.support.mariadb import mariadb_server

__all__ = ["mariadb_server", "postgres_server", "postgres_url"]
