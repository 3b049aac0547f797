"""What can be proved of a text from its source type: whether it may be blank, how long it gets, its signs."""

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _constants as opcodes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from gateway.mapping.source.source_type import SourceType

INTEGER_DIGITS = 20
"""Whole numbers in documents lie within 64 bits; a larger one is refused when it is read."""
_SAFE = re.compile(r"[A-Za-z0-9._-]*")
_MAYBE_EMPTY = (None, "uri-reference")
_ASCII_ONLY = re.compile(r"\(\?[a-z]*a")
"""Behind this flag, white space beyond ASCII counts as none."""
_CASELESS = re.compile(r"\(\?[a-z]*i")
"""Behind this flag, `[a-z]` also finds the long s and the Kelvin sign."""
_NEVER_SPACE = (opcodes.CATEGORY_DIGIT, opcodes.CATEGORY_WORD, opcodes.CATEGORY_NOT_SPACE)
_FORMAT_LENGTHS = {"date": 10, "kode-wilayah": 13, "postal-code": 5, "uuid": 36}


class TextFacts(NamedTuple):
    """`solid`: how many characters are there at least after trimming. `most`: at most; None is open.

    `safe`: it holds nothing but ASCII letters, digits, `.`, `_` and `-`.
    """

    solid: int
    most: int | None
    safe: bool


def text_facts(type_: SourceType) -> TextFacts:
    """The facts of what becomes text here: texts, and whole numbers as digits."""
    if type_.values is not None:
        shown = [str(value).strip() for value in type_.values]
        return _of_texts(shown)
    facts: list[TextFacts] = []
    if "string" in type_.kinds:
        facts.append(_of_strings(type_))
    if "integer" in type_.kinds:
        limits = [abs(limit) for limit in (type_.minimum, type_.maximum) if limit is not None]
        digits = len(str(int(max(limits)))) + 1 if len(limits) == 2 else INTEGER_DIGITS
        facts.append(TextFacts(1, digits, safe=True))
    if not facts:
        return TextFacts(0, None, safe=False)
    lengths = [fact.most for fact in facts if fact.most is not None]
    most = max(lengths) if len(lengths) == len(facts) else None
    return TextFacts(min(fact.solid for fact in facts), most, safe=all(fact.safe for fact in facts))


def _of_texts(texts: Iterable[str]) -> TextFacts:
    found = list(texts)
    lengths = [len(text) for text in found]
    safe = all(_SAFE.fullmatch(text) for text in found)
    return TextFacts(min(lengths, default=0), max(lengths, default=0), safe=safe)


def _of_strings(type_: SourceType) -> TextFacts:
    solid, most, safe = 0, type_.max_length, False
    if type_.promises.date or type_.promises.number or type_.promises.scheme or type_.format not in _MAYBE_EMPTY:
        solid = 1
    if type_.format in _FORMAT_LENGTHS:
        most = min(most or _FORMAT_LENGTHS[type_.format], _FORMAT_LENGTHS[type_.format])
    if type_.pattern is not None:
        by_pattern = pattern_facts(type_.pattern)
        solid = max(solid, by_pattern.solid)
        safe = by_pattern.safe
        if by_pattern.most is not None:
            most = by_pattern.most if most is None else min(most, by_pattern.most)
    return TextFacts(solid, most, safe)


@lru_cache(maxsize=512)
def pattern_facts(pattern: str) -> TextFacts:
    """What a text in which `pattern` is found holds; length and signs only where it spans the whole text."""
    tree = parser.parse(pattern)
    items = list(tree)
    solid = 0 if _ASCII_ONLY.search(pattern) else _solid(items)
    lines = tree.state.flags & re.MULTILINE
    spans = not lines and len(items) > 1 and _is_start(items[0]) and _is_end(items[-1])
    if not spans:
        return TextFacts(solid, None, safe=False)
    width = int(tree.getwidth()[1])
    safe = _safe(items[1:-1]) and not _CASELESS.search(pattern)
    return TextFacts(solid, width if width < 1_000_000 else None, safe=safe)


@lru_cache(maxsize=512)
def group_facts(pattern: str) -> TextFacts:
    """What the group `value` of a pattern takes, where it takes part in the match."""
    compiled = re.compile(pattern)
    group = _group(parser.parse(pattern), compiled.groupindex["value"])
    if group is None:
        return TextFacts(0, None, safe=False)
    width = int(group.getwidth()[1])
    items = list(group)
    solid = 0 if _ASCII_ONLY.search(pattern) else _solid(items)
    safe = _safe(items) and not _CASELESS.search(pattern)
    return TextFacts(solid, width if width < 1_000_000 else None, safe=safe)


def _is_start(item: tuple[Any, Any]) -> bool:
    return bool(item[0] is opcodes.AT and item[1] in (opcodes.AT_BEGINNING, opcodes.AT_BEGINNING_STRING))


def _is_end(item: tuple[Any, Any]) -> bool:
    return bool(item[0] is opcodes.AT and item[1] in (opcodes.AT_END, opcodes.AT_END_STRING))


def _group(tree: Any, number: int) -> Any:
    """The subpattern of a group, wherever it lies."""
    for operation, argument in tree:
        if operation is opcodes.SUBPATTERN and argument[0] == number:
            return argument[3]
        for inner in _inner(operation, argument):
            found = _group(inner, number)
            if found is not None:
                return found
    return None


def _inner(operation: Any, argument: Any) -> list[Any]:
    """The patterns inside one element."""
    if operation is opcodes.SUBPATTERN:
        return [argument[3]]
    if operation is opcodes.BRANCH:
        return list(argument[1])
    if operation in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT):
        return [argument[2]]
    if operation is opcodes.ATOMIC_GROUP:
        return [argument]
    return []


def _solid(tree: Iterable[tuple[Any, Any]]) -> int:
    """How many characters other than white space a match has at least."""
    count = 0
    for operation, argument in tree:
        if operation is opcodes.LITERAL:
            count += not chr(argument).isspace()
        elif operation is opcodes.IN:
            count += not _class_has_space(argument)
        elif operation is opcodes.BRANCH:
            count += min(_solid(branch) for branch in argument[1])
        elif operation in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT):
            count += int(argument[0]) * _solid(argument[2])
        else:
            count += sum(_solid(inner) for inner in _inner(operation, argument))
    return count


def _class_has_space(members: list[tuple[Any, Any]]) -> bool:
    """Whether white space may be of a character class."""
    if members[0][0] is opcodes.NEGATE:
        return (opcodes.CATEGORY, opcodes.CATEGORY_SPACE) not in members
    return any(_may_be_space(member) for member in members)


def _may_be_space(member: tuple[Any, Any]) -> bool:
    """Whether a member of a character class may be white space."""
    operation, argument = member
    if operation is opcodes.LITERAL:
        return chr(argument).isspace()
    if operation is opcodes.RANGE:
        low, high = argument
        return high - low > 256 or any(chr(code).isspace() for code in range(low, high + 1))
    return not (operation is opcodes.CATEGORY and argument in _NEVER_SPACE)


def _safe(tree: Iterable[tuple[Any, Any]]) -> bool:
    """Whether a match can hold only the signs that an id keeps as they are."""
    for operation, argument in tree:
        if operation is opcodes.LITERAL:
            if not _SAFE.fullmatch(chr(argument)):
                return False
        elif operation is opcodes.IN:
            if not all(_is_safe_member(member) for member in argument):
                return False
        else:
            inner = _inner(operation, argument)
            if not inner or not all(_safe(part) for part in inner):
                return False
    return True


def _is_safe_member(member: tuple[Any, Any]) -> bool:
    operation, argument = member
    if operation is opcodes.LITERAL:
        return bool(_SAFE.fullmatch(chr(argument)))
    if operation is not opcodes.RANGE:
        return False
    low, high = argument
    return high < 128 and all(_SAFE.fullmatch(chr(code)) for code in range(low, high + 1))
