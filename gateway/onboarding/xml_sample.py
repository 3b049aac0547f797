"""XML samples: the element that is a record, and the document as the `xml_feed` adapter reads it."""

import re
from typing import Any

import msgspec

from adapters.base import AdapterError
from adapters.xml_reader import XmlReader
from gateway.mapping.language.paths import Key
from gateway.onboarding.file_bytes import FileText
from gateway.onboarding.record_places import record_place
from gateway.onboarding.rejected import SampleRejected

_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)


def is_web_page(text: str) -> bool:
    """Whether a text is HTML, as portals send it with HTTP 200 when something is wrong."""
    return _PAGE.match(text) is not None or re.match(r"\s*<(?:head|body|div|script|meta|table)\b", text) is not None


def read_xml(file: FileText) -> tuple[Any, str | None]:
    """The document, and the name of the element that is a record. Raises `SampleRejected`."""
    if file.is_cut:
        raise SampleRejected(
            f"the file is larger than {file.in_mb} MB, and XML cannot be read in part; "
            "ask the platform for fewer records, a few hundred are enough",
            file=file.name,
        )
    document = _read(file, row=None)
    place = record_place(document)
    if place is None or place.form != "list" or not isinstance(place.steps[-1], Key):
        return document, None
    row = place.steps[-1].name
    return _read(file, row=row), row


def _read(file: FileText, *, row: str | None) -> Any:
    try:
        return msgspec.json.decode(XmlReader(row=row).as_json(file.content))
    except AdapterError as error:
        raise SampleRejected(error.message, file=file.name) from None
    except RecursionError:
        raise SampleRejected("the XML is nested too deeply", file=file.name) from None
