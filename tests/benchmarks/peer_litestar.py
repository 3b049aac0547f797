"""A bare Litestar handler: the answer is made once, nothing is asked, checked or kept. The framework's ceiling."""

from litestar import Litestar, MediaType, Response, get

from tests.benchmarks.hospital_rows import hospital_rows

BODY = hospital_rows(100)


@get("/v1/facilities", sync_to_thread=False)
def facilities() -> Response[bytes]:
    """The same bytes each time."""
    return Response(BODY, media_type=MediaType.JSON)


app = Litestar([facilities], openapi_config=None)
