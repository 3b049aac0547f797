"""Hypothesis strategies for the documents that a source schema admits. Loads Hypothesis: import it where it is used."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from gateway.contracts.awkward_values import (
    LEAST,
    MOST,
    TEXTS,
    Vocabulary,
    has_length,
    integers,
    numbers,
    promised,
    texts,
)
from gateway.contracts.edge_documents import Edit, edited
from gateway.mapping.json_pointer import definition_of

JUNK: SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**40, 3173, 3174070005001000]),
    st.sampled_from([0.0, -0.0, 1.5, 1e308, 5e-324, -6.17, 106.81, 3173.0]),
    st.sampled_from(TEXTS),
    st.sampled_from([[], {}, [[]], [None], {"": None}, [{}], ["", 0, None], {"data": []}]),
)
"""Any JSON value, and those beyond what a schema's limits could say."""
_POOL = 60


def documents(
    schema: dict[str, Any], words: Vocabulary | None = None, *, drawn_before: int | None = None
) -> SearchStrategy[Any]:
    """Documents that the schema admits, whole numbers within 64 bits; `words` are tried where any text is right.

    With `drawn_before` (a seed), texts are drawn once, some for each kind, and documents choose among them: that is
    many times quicker than drawing every character of every text anew.
    """
    return _Documents(schema, words or Vocabulary(), drawn_before=drawn_before).of(schema)


def near(document: Any, edits: Sequence[Edit]) -> SearchStrategy[Any]:
    """The document with one to five of the edits; one whose place is gone is left out."""
    return st.lists(st.sampled_from(edits), min_size=1, max_size=5).map(lambda some: _all_edited(document, some))


def texts_of(pattern: str, *, count: int = 12, seed: int = 0) -> list[str]:
    """Texts that match the pattern, for one seed always the same ones."""
    return _drawn(_matching(pattern), count=count, seed=seed)


def _drawn(texts: SearchStrategy[str], *, count: int, seed: int) -> list[str]:
    found: dict[str, None] = {}

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(texts)
    def gather(text: str) -> None:
        found[text] = None

    gather()
    return list(found)


def _matching(pattern: str) -> SearchStrategy[str]:
    return st.from_regex(pattern.replace("$", r"\Z"))


def _all_edited(document: Any, edits: Sequence[Edit]) -> Any:
    for edit in edits:
        document = edited(document, edit)
    return document


class _Documents:
    """Strategies for the schemas of one file."""

    def __init__(self, top: dict[str, Any], words: Vocabulary, *, drawn_before: int | None) -> None:
        self._top = top
        self._words = words
        self._seed = drawn_before
        self._pools: dict[object, SearchStrategy[str]] = {}

    def _pooled(self, texts: SearchStrategy[str], key: object) -> SearchStrategy[str]:
        """The texts themselves, or, where they are to be drawn before, some of them."""
        if self._seed is None:
            return texts
        if key not in self._pools:
            self._pools[key] = st.sampled_from(_drawn(texts, count=_POOL, seed=self._seed))
        return self._pools[key]

    def of(self, schema: Any) -> SearchStrategy[Any]:
        if not isinstance(schema, dict):
            return JUNK
        if "$ref" in schema:
            return self.of(self._top["$defs"][definition_of(schema["$ref"])])
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        branches = schema.get("anyOf", schema.get("oneOf"))
        if branches:
            return st.one_of([self.of(branch) for branch in branches])
        types = schema.get("type", ["null", "boolean", "integer", "number", "string"])
        return st.one_of([self._typed(schema, one) for one in ([types] if isinstance(types, str) else types)])

    def _typed(self, schema: dict[str, Any], type_: str) -> SearchStrategy[Any]:
        match type_:
            case "null":
                return st.none()
            case "boolean":
                return st.booleans()
            case "integer":
                return self._integer(schema)
            case "number":
                return self._number(schema)
            case "string":
                return self._text(schema)
            case "array":
                return self._list(schema)
        return self._object(schema)

    def _integer(self, schema: dict[str, Any]) -> SearchStrategy[int]:
        known = st.sampled_from(integers(schema, self._words) or [0])
        if _is_promising(schema):
            return known
        low, high = schema.get("minimum", LEAST), schema.get("maximum", MOST)
        return st.one_of(known, st.integers(max(low, LEAST), min(high, MOST)))

    def _number(self, schema: dict[str, Any]) -> SearchStrategy[float]:
        known = st.sampled_from(numbers(schema, self._words) or [0.0])
        if _is_promising(schema):
            return known
        low, high = schema.get("minimum"), schema.get("maximum")
        return st.one_of(known, st.floats(low, high, allow_nan=False, allow_infinity=False))

    def _text(self, schema: dict[str, Any]) -> SearchStrategy[str]:
        if "contentSchema" in schema:
            return self.of(schema["contentSchema"]).map(json.dumps)
        if "pattern" in schema:
            key = (schema["pattern"], schema.get("minLength"), schema.get("maxLength"))
            return self._pooled(_matching(schema["pattern"]).filter(partial(has_length, schema=schema)), key)
        known = st.sampled_from(texts(schema, self._words) or [""])
        if promised(schema, self._words):
            return known
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        longest = max(least, min(30, most) if most is not None else 30)
        characters = st.characters(exclude_categories=["Cs"])
        drawn = st.text(characters, min_size=least, max_size=longest)
        return st.one_of(known, self._pooled(drawn, (least, longest)))

    def _list(self, schema: dict[str, Any]) -> SearchStrategy[list[Any]]:
        prefix = [self.of(item) for item in schema.get("prefixItems", ())]
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        rest_least = max(0, least - len(prefix))
        rest_most = max(rest_least, 4) if most is None else max(0, min(max(rest_least, 4), most - len(prefix)))
        if schema.get("items") is False:
            rest: SearchStrategy[list[Any]] = st.just([])
        else:
            rest = st.lists(self.of(schema.get("items", {})), min_size=rest_least, max_size=rest_most)
        if not prefix:
            return rest
        shortest = min(least, len(prefix))
        whole = st.tuples(st.tuples(*prefix), rest).map(lambda parts: [*parts[0], *parts[1]])
        cut = st.tuples(st.tuples(*prefix), st.integers(shortest, len(prefix))).map(
            lambda parts: list(parts[0][: parts[1]])
        )
        return st.one_of(whole, cut)

    def _object(self, schema: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
        required = set(schema.get("required", ()))
        members = {name: self.of(member) for name, member in schema.get("properties", {}).items()}
        always = {name: member for name, member in members.items() if name in required}
        sometimes = {name: member for name, member in members.items() if name not in required}
        listed: SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(always, optional=sometimes)
        others = [*schema.get("patternProperties", {}).items()]
        if isinstance(schema.get("additionalProperties"), dict):
            others.append((r"\A[a-z0-9]{1,16}\Z", schema["additionalProperties"]))
        if not others:
            return listed
        more = [st.dictionaries(_matching(pattern), self.of(member), max_size=4) for pattern, member in others]
        return st.tuples(listed, *more).map(
            lambda parts: {name: one for part in reversed(parts) for name, one in part.items()}
        )


def _is_promising(schema: dict[str, Any]) -> bool:
    """Whether a number means something that only some numbers do: a region, an instant."""
    return "x-scheme" in schema or "x-date" in schema
