"""Whether an answer that says 200 is one: by its media type, and by what its body says."""

from collections.abc import Iterable, Mapping

from adapters.base import AdapterError, Fault, Response
from adapters.config import Success
from adapters.envelope import Envelope


def check_content_type(response: Response, accepted: tuple[str, ...]) -> None:
    """Raises `AdapterError` unless the media type is one of `accepted`, or there is none to judge by.

    `application/json` accepts its relatives (`application/geo+json`), and likewise for XML.
    """
    given = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    suffixes = tuple("+" + name.rpartition("/")[2] for name in accepted if name.startswith("application/"))
    if given and given not in accepted and not given.endswith(suffixes):
        raise AdapterError(Fault.UNREADABLE, f"the answer is {given[:80]!a}, not {' or '.join(accepted)}")


class SuccessPredicate:
    """The platform's own sign of success within the body."""

    def __init__(self, success: Success, *, content_type: tuple[str, ...]) -> None:
        self.content_type = tuple(name.lower() for name in success.content_type) or content_type
        self._absent = success.absent
        self._equals: Mapping[str, frozenset[str]] = {path: frozenset(v) for path, v in success.equals.items()}

    @property
    def paths(self) -> Iterable[str]:
        """The paths that an envelope must have been read for."""
        return (*self._absent, *self._equals)

    def check_body(self, envelope: Envelope) -> None:
        """Raises `AdapterError`, naming the path, where the body says that it failed."""
        for path in self._absent:
            if envelope.has(path):
                raise AdapterError(Fault.UNREADABLE, f"the platform reports a failure: {path} is present")
        for path, allowed in self._equals.items():
            if envelope.text(path) not in allowed:
                expected = " or ".join(sorted(allowed))
                raise AdapterError(Fault.UNREADABLE, f"the platform reports a failure: {path} is not {expected}")
