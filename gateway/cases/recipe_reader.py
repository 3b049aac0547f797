"""Reads recipe files into `Recipe`s. Every fault of form is found at once, with file, line, key and nearest name."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

from gateway.cases.durations import parse_duration
from gateway.cases.recipe import Labels, Recipe, Step, Trigger
from gateway.cases.recipe_check import check_recipe
from gateway.errors import BadConfiguration
from gateway.mapping.language.findings import Findings
from gateway.mapping.language.tables import Table
from gateway.mapping.language.toml_lines import key_lines
from gateway.mapping.mapped import Finding
from schemas.resources import PUBLISHABLE, event_name, event_type

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TITLE = ("title_id", "title_en")
_KEYS = (*_TITLE, "description_id", "description_en", "measured", "trigger", "roles", "steps")
_TRIGGER_KEYS = ("event", "match", "role", "needs")
_STEP_KEYS = (*_TITLE, "event", "match", "role", "within", "after", "tells")


class RecipeRejected(BadConfiguration):
    """Recipes have faults; `findings` are all of them, and the message lists them."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, findings)))


def read_recipes(folder: Path) -> dict[str, Recipe]:
    """Every recipe of the folder, by its name. Raises one `RecipeRejected` with the faults of all."""
    recipes: dict[str, Recipe] = {}
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            recipe = read_recipe(path)
        except RecipeRejected as error:
            findings += error.findings
        else:
            recipes[recipe.name] = recipe
    if findings:
        raise RecipeRejected(findings)
    return recipes


def read_recipe(path: Path) -> Recipe:
    """The recipe that a file holds; its name is the file's. Raises `RecipeRejected`."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, f"cannot be read: {type(error).__name__}", line=1) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = str(error).partition("at line ")[2].partition(",")[0]
        raise _unreadable(path, f"not TOML: {error}", line=int(line) if line.isdigit() else 1) from error
    findings = Findings(str(path), key_lines(text))
    if not _NAME.fullmatch(path.stem):
        findings.add((), "bad-name", "a recipe's file is named by lower-case words and hyphens", found=path.stem)
    recipe = _recipe(Table(values, at=(), findings=findings), name=path.stem)
    if not findings.found:
        check_recipe(recipe, findings)
    if findings.found:
        raise RecipeRejected(sorted(findings.found, key=lambda finding: finding.line))
    return recipe


def _unreadable(path: Path, message: str, *, line: int) -> RecipeRejected:
    findings = Findings(str(path), {(): line})
    findings.add((), "unreadable", message)
    return RecipeRejected(findings.found)


def _recipe(top: Table, *, name: str) -> Recipe:
    top.only(_KEYS)
    return Recipe(
        name=name,
        title=_labels(top, "title"),
        description=_labels(top, "description"),
        trigger=_trigger(_needed_table(top, "trigger")),
        roles={role: _role(table) for role, table in _named_tables(top, "roles")},
        steps=tuple(_step(step, table) for step, table in _named_tables(top, "steps")),
        measured=_names(top, "measured"),
    )


def _trigger(table: Table) -> Trigger:
    table.only(_TRIGGER_KEYS)
    return Trigger(
        event=_event(table), match=_match(table), role=_needed_text(table, "role"), needs=_names(table, "needs")
    )


def _role(table: Table) -> Labels:
    table.only(_TITLE)
    return _labels(table, "title")


def _step(name: str, table: Table) -> Step:
    table.only(_STEP_KEYS)
    return Step(
        name=name,
        title=_labels(table, "title"),
        event=_event(table),
        match=_match(table),
        role=_needed_text(table, "role"),
        within=_within(table),
        after=_names(table, "after"),
        tells=_names(table, "tells"),
    )


def _event(table: Table) -> str:
    """The name of the event whose CloudEvents `type` stands there."""
    types = [event_type(name) for name in PUBLISHABLE]
    _needed_text(table, "event")
    return event_name(table.choice("event", types) or "")


def _within(table: Table) -> timedelta:
    text = _needed_text(table, "within")
    duration = parse_duration(text)
    if text and duration is None:
        table.fault(
            "within",
            "bad-duration",
            "`within` takes an ISO 8601 duration of weeks, days, hours, minutes or seconds; months and years have no "
            "fixed length, and the gateway keeps no calendar of working days",
            expected="P3D, PT36H, P1DT12H or P2W, at most ten years",
            found=text,
        )
    return duration or timedelta()


def _match(table: Table) -> dict[str, str]:
    found = table.table("match")
    return {key: found.text(key) or "" for key in found.values} if found is not None else {}


def _labels(table: Table, name: str) -> Labels:
    return Labels(_needed_text(table, f"{name}_id"), _needed_text(table, f"{name}_en"))


def _needed_text(table: Table, key: str) -> str:
    text = table.text(key)
    if not (text or "").strip() and (key not in table or text is not None):
        table.fault(key if key in table else None, "missing", f'write `{key} = "…"`', expected=key)
    return text or ""


def _names(table: Table, key: str) -> tuple[str, ...]:
    """The names at a key. A list may be empty, and names none twice."""
    if table.values.get(key) == []:
        return ()
    names = table.texts(key)
    for name in sorted({name for name in names if names.count(name) > 1}):
        table.fault(key, "twice", f"`{name}` stands twice in `{key}`")
    return names


def _needed_table(table: Table, key: str) -> Table:
    if key not in table:
        table.fault(None, "missing", f"write `[{key}]`", expected=key)
    return table.table(key) or Table({}, at=(*table.at, key), findings=table.findings)


def _named_tables(top: Table, key: str) -> list[tuple[str, Table]]:
    """The tables within the table at a key; at least one."""
    outer = _needed_table(top, key)
    if key in top and not outer.values:
        outer.fault(None, "missing", f"write at least one `[{key}.…]`")
    found = []
    for name in outer.values:
        if not _NAME.fullmatch(name) or len(name) > 60:
            outer.fault(name, "bad-name", "names here are lower-case words and hyphens", found=name)
        elif (table := outer.table(name)) is not None:
            found.append((name, table))
    return found
