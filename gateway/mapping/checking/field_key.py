"""Whether an id tells records apart: it reads what the source calls its key, whole, in its order, and distinctly."""

from contextlib import suppress
from re import _constants as opcodes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.field_names import bare
from gateway.mapping.checking.text_facts import group_facts, text_facts
from gateway.mapping.language.declaration import Join, Template
from gateway.mapping.language.paths import Path, PathUnreadable, parse_path
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_type import SourceType


def check_key(check: FieldCheck) -> None:
    """Faults an id, or another field that identifies, of which something is left out."""
    field = check.field
    if not (field.name in {"id", "nik"} or field.name.endswith("_id")) or check.target.kind != "text":
        return
    if check.target.format == "record-id":
        _check_reads_key(check)
        if not check.failed:
            _check_apart(check)
    if not check.failed:
        _check_whole(check)


def _check_reads_key(check: FieldCheck) -> None:
    keys = key_paths(check.source.record)
    if not keys:
        return
    read = [bare(path.steps) for path in check.field.paths if path.root == "record"]
    lacking = [path.text for path in keys if path.steps not in read]
    names = ", ".join(path.text for path in keys)
    if lacking:
        check.fault(
            "from",
            "id-not-key",
            f"the source tells its records apart by {names}, and the id does not read {', '.join(lacking)}: two "
            "records would be one; read the whole key",
            expected=names,
            found=", ".join(path.text for path in check.field.paths) or "nothing",
            nearest=lacking[0],
        )
    elif [steps for steps in read if steps in {path.steps for path in keys}] != [path.steps for path in keys]:
        check.fault(
            "from",
            "id-order",
            f"the source's key is {names}, in this order, and the id joins its parts in another: it would be the id of "
            "another record, or of none",
            expected=names,
            found=", ".join(path.text for path in check.field.paths),
        )


def key_paths(record: SourceType) -> list[Path]:
    """The paths by which the source tells its records apart; one that cannot be read is left out."""
    found = []
    for text in record.key:
        with suppress(PathUnreadable):
            found.append(parse_path(text))
    return found


def _check_apart(check: FieldCheck) -> None:
    """Between two parts of no fixed length stands something, else `1` and `23` are `12` and `3`."""
    source = check.field.source
    if isinstance(source, Join):
        touching = len(source.paths) > 1 and not source.separator
        parts = list(source.paths)
    elif isinstance(source, Template):
        pairs = zip(source.parts, source.parts[1:], strict=False)
        touching = any(isinstance(left, Path) and isinstance(right, Path) for left, right in pairs)
        parts = [part for part in source.parts if isinstance(part, Path)]
    else:
        return
    if touching and not all(_is_fixed(check, part) for part in parts[:-1]):
        check.fault(
            "with" if isinstance(source, Join) else "template",
            "id-run-together",
            "nothing stands between the parts of the id, so two records may get one: 1 and 23 reads as 12 and 3; "
            'write `with = "."`',
            expected='with = "."',
            found="nothing between",
        )


def _is_fixed(check: FieldCheck, path: Path) -> bool:
    found = check.source.at(path)
    if not isinstance(found, Found) or "string" not in found.type.kinds:
        return False
    facts = text_facts(found.type)
    return facts.most is not None and facts.most == max(facts.solid, found.type.min_length)


def _check_whole(check: FieldCheck) -> None:
    """Nothing is cut off from what identifies."""
    field = check.field
    if field.shorten is not None and check.target.format == "record-id":
        check.fault(
            "shorten",
            "id-truncated",
            f"an id of {field.shorten} characters may be that of two records; leave `shorten` out",
            expected="the whole id",
            found=f"shorten = {field.shorten}",
        )
    elif field.pattern is not None and _may_cut(field.pattern):
        check.fault(
            "pattern",
            "id-truncated",
            "the group takes a part of fixed size and leaves what follows: two records may get one id; let the pattern "
            "go on to the end, as `(?P<value>.+)$`",
            expected="a group up to the end, or up to a sign that no id holds",
            found=field.pattern,
        )


def _may_cut(pattern: str) -> bool:
    """Whether the group takes so many characters and no more, and nothing says what stands behind them."""
    if group_facts(pattern).most is None:
        return False
    last = list(parser.parse(pattern))[-1]
    return bool(last[0] is opcodes.SUBPATTERN)
