"""What a broken or hostile platform may send instead of a document that its source schema admits."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from gateway.contracts.source_documents import JUNK


@st.composite
def mutations(draw: st.DrawFn, document: Any) -> Any:
    """A document with one to four of its values replaced, removed or doubled, wherever they stand."""
    changed = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(changed))
        if not places:
            return copy.deepcopy(draw(JUNK))
        holder, key = draw(st.sampled_from(places))
        if key not in holder and isinstance(holder, dict):
            continue
        act = draw(st.sampled_from(["replace", "replace", "remove", "double"]))
        if act == "replace":
            holder[key] = copy.deepcopy(draw(JUNK))
        elif act == "remove":
            del holder[key]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
    return changed


def _places(value: Any) -> Any:
    """Each place of a document: what holds it, and its key or index."""
    if isinstance(value, (dict, list)):
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from _places(inner)


@st.composite
def hostile_bodies(draw: st.DrawFn, document: Any) -> bytes:
    """The bytes of a document, damaged: cut, with bytes that are no UTF-8, surrogates, NaN, depth."""
    body = json.dumps(document, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    position = draw(st.integers(0, len(body)))
    inserted = draw(
        st.sampled_from(
            [
                b"\xff",
                b"\\ud800",
                b"\\u0000",
                b"\x00",
                b"NaN",
                b"Infinity",
                b"-",
                b"1e999",
                b"9" * 400,
                b"[" * 3000,
                b'"',
                b"\\",
                b"}",
                b",",
                b"\xed\xa0\x80",
                b"\xef\xbb\xbf",
                b'{"a":' * 2000,
            ]
        )
    )
    return draw(st.sampled_from([body[:position], body[:position] + inserted + body[position:], inserted + body, b""]))
