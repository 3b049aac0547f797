"""The two pairs of engines that the gateway is promised to run on."""

import pytest

from tests.support.engines import postgres_server, postgres_url, redis_server  # noqa: F401


@pytest.fixture(params=["embedded", "servers"])
def engine_pair(request):
    """The settings, as environment variables, of SQLite with Valkey (none: it is the default) or PostgreSQL with Redis.

    Ask for it before `installation` or `served`, so that the database goes after whoever uses it.
    """
    if request.param == "embedded":
        return {}
    return {
        "GATEWAY__DATABASE__URL": request.getfixturevalue("postgres_url"),
        "GATEWAY__SHARED__URL": request.getfixturevalue("redis_server"),
    }
