"""Why a sample cannot be read."""


class SampleRejected(Exception):
    """No records can be read from the sample. The message says why and what to do; it holds none of its values."""

    def __init__(self, message: str, *, file: str = "") -> None:
        super().__init__(f"{file}: {message}" if file else message)
        self.message = message
        self.file = file
