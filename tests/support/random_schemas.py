"""Small random schemas, edits of them, and the documents that one admits: what `contracts diff` is tried on."""

import copy
import itertools

import jsonschema_rs
from hypothesis import strategies as st

NAMES = ("a", "b", "c")
_PATTERNS = (r"^a", r"^a+$", r"^[ab]{1,2}$", r"b", r"^\d+$")
_TEXTS = ("", "a", "b", "ab", "aaa", "12", "ba")
_NUMBERS = (-1, 0, 1, 2, 3, 1.5)
_MOST = 60


@st.composite
def _texts(draw):
    schema = {"type": "string"}
    for word, values in (("minLength", (0, 1, 2)), ("maxLength", (1, 2, 3)), ("pattern", _PATTERNS)):
        if draw(st.booleans()):
            schema[word] = draw(st.sampled_from(values))
    return schema


@st.composite
def _numbers(draw):
    schema = {"type": draw(st.sampled_from(("integer", "number")))}
    for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if draw(st.integers(0, 3)) == 0:
            schema[word] = draw(st.integers(-1, 3))
    if draw(st.integers(0, 4)) == 0:
        schema["multipleOf"] = draw(st.sampled_from((1, 2, 3)))
    return schema


_listed = st.lists(st.sampled_from(("a", "b", 1, 2, None, True)), min_size=1, max_size=3, unique_by=repr)
_enums = _listed.map(lambda values: {"enum": values})
_consts = st.sampled_from(("a", 1, None)).map(lambda value: {"const": value})
_plain = st.sampled_from(({"type": "null"}, {"type": "boolean"}, {"type": ["string", "null"]}, {}, True, False))
_leaves = st.one_of(_texts(), _numbers(), _enums, _consts, _plain)


@st.composite
def _objects(draw, inner):
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    schema = {"type": "object", "properties": {name: draw(inner) for name in names}}
    required = [name for name in names if draw(st.booleans())]
    if required:
        schema["required"] = required
    if draw(st.integers(0, 2)) == 0:
        schema["additionalProperties"] = draw(st.one_of(st.sampled_from([False]), inner))
    if draw(st.integers(0, 4)) == 0:
        schema["maxProperties"] = draw(st.integers(0, 3))
    return schema


@st.composite
def _arrays(draw, inner):
    schema = {"type": "array", "items": draw(inner)}
    if draw(st.integers(0, 2)) == 0:
        schema["prefixItems"] = [draw(inner)]
    for word in ("minItems", "maxItems"):
        if draw(st.integers(0, 2)) == 0:
            schema[word] = draw(st.integers(0, 2))
    return schema


def _parted(inner):
    return st.builds(
        lambda word, parts: {word: parts},
        st.sampled_from(("anyOf", "oneOf", "allOf")),
        st.lists(inner, min_size=1, max_size=3),
    )


def _deeper(inner):
    return st.one_of(_objects(inner), _arrays(inner), _parted(inner))


schemas = st.recursive(_leaves, _deeper, max_leaves=5)


@st.composite
def edits(draw):
    """A schema, and the same with one place of it changed."""
    old = draw(schemas)
    new = copy.deepcopy(old)
    places = list(_places(new))
    holder, key = draw(st.sampled_from(places)) if places else (None, None)
    if holder is None:
        return old, draw(schemas)
    if draw(st.booleans()) or not isinstance(holder, dict) or key not in {"required", "minLength", "maxLength"}:
        holder[key] = draw(schemas) if not isinstance(holder[key], (int, list, str)) else holder[key]
    else:
        del holder[key]
    return old, new


def _places(schema):
    """Every place of a schema where another schema, or a limit, stands."""
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key == "properties":
            for name in value:
                yield value, name
                yield from _places(value[name])
        elif key in {"anyOf", "oneOf", "allOf", "prefixItems"}:
            for place, item in enumerate(value):
                yield value, place
                yield from _places(item)
        elif key in {"items", "additionalProperties"}:
            yield schema, key
            yield from _places(value)
        elif key in {"required", "minLength", "maxLength"}:
            yield schema, key


def documents(schema, other):
    """Documents that a schema admits, with no member that it does not speak of. `other` lends its edges."""
    is_valid = jsonschema_rs.validator_for(schema if isinstance(schema, dict) else {"allOf": [schema]}).is_valid
    return [one for one in _candidates(schema, other) if is_valid(one)]


def _candidates(schema, other, depth=0):
    found = [None, True, *_TEXTS, *_NUMBERS]
    if depth > 3:
        return found
    if not isinstance(schema, dict):
        return [*found, [], {}] if schema else []
    others = [other, *_parts(other)]
    for one in [schema, *_parts(schema)]:
        found += _objects_of(one, others, depth)
        found += _lists_of(one, others, depth)
    return found


def _parts(schema):
    """The alternatives of a schema, theirs too."""
    if not isinstance(schema, dict):
        return []
    parts = [part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ())]
    return [inner for part in parts for inner in (part, *_parts(part))]


def _objects_of(schema, others, depth):
    if not isinstance(schema, dict) or "properties" not in schema:
        return []
    values = {}
    extra = schema.get("additionalProperties")
    for name in NAMES:
        mine = schema["properties"].get(name, extra)
        if mine is None:
            continue
        its = next(
            (it["properties"][name] for it in others if isinstance(it, dict) and name in it.get("properties", {})), True
        )
        is_valid = jsonschema_rs.validator_for({"allOf": [mine]}).is_valid
        values[name] = [one for one in _candidates(mine, its, depth + 1) if is_valid(one)][:12]
    names = list(values)
    choices = [[_ABSENT, *values[name]] for name in names]
    combined = itertools.islice(itertools.product(*choices), _MOST * 20)
    return [{name: one for name, one in zip(names, row, strict=True) if one is not _ABSENT} for row in combined]


_ABSENT = object()


def _has(schema, name):
    return isinstance(schema, dict) and name in schema.get("properties", {})


def _lists_of(schema, others, depth):
    if not isinstance(schema, dict) or "items" not in schema:
        return []
    its = next((it["items"] for it in others if isinstance(it, dict) and "items" in it), True)
    items = _candidates(schema["items"], its, depth + 1)[:_MOST]
    first = _candidates(schema["prefixItems"][0], its, depth + 1)[:_MOST] if "prefixItems" in schema else items
    return [[], *([one] for one in first), *([one, two] for one in first[:8] for two in items[:8])]
