import pytest

from tests.support.served import served


@pytest.fixture(scope="package")
def gateway(tmp_path_factory):
    """The whole gateway over HTTP, shared by the tests of this folder."""
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running
