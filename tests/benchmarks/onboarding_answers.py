"""Answers that a person gave for a sample, and what is right and wrong of a proposal beside them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gateway.mapping.code_lists import CodeLists
from gateway.mapping.targets import targets
from gateway.onboarding.proposal import Proposal, ProposedField
from schemas.resources import RESOURCES

_SAME = ("number", "scheme", "split", "unit")
_FORMS = ("date", "datetime", "period")
SURE = 0.9


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """`answers.toml`, as `onboarding/README.md` describes it."""

    resource: str
    kind: str | None = None
    title: str | None = None
    region: str | None = None
    records: dict[str, Any] = {}
    fields: dict[str, dict[str, Any]] = {}
    unmappable: dict[str, list[str]] = {}


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one common field: `right`, `wrong` (with why), `missed`, or `invented` where there is nothing."""

    field: str
    outcome: str
    required: bool
    confidence: float = 0.0
    why: str = ""

    @property
    def is_bad(self) -> bool:
        """Wrong, and sure of it."""
        return self.outcome in {"wrong", "invented"} and self.confidence > SURE


def read_answers(file: Path) -> Answers:
    """The answers of one sample."""
    return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Answers)


def judged(proposal: Proposal, answers: Answers, codes: CodeLists) -> list[Verdict]:
    """Each answered field, and each that was made up."""
    if proposal.resource != answers.resource:
        return [Verdict(field=name, outcome="wrong", required=_required(answers, name), confidence=0.5,
                        why=f"it is no {proposal.resource}") for name in answers.fields]  # fmt: skip
    verdicts = [
        _judge(name, answer, proposal.field(name), codes, required=_required(answers, name))
        for name, answer in answers.fields.items()
        if proposal.field(name) is not None or not answer.get("optional")
    ]
    for name in answers.unmappable.get("fields", []):
        proposed = proposal.field(name)
        if proposed is not None:
            verdicts.append(Verdict(field=name, outcome="invented", required=False, confidence=proposed.confidence,
                                    why=f"from {', '.join(proposed.paths) or 'a constant'}"))  # fmt: skip
    return verdicts


def _required(answers: Answers, name: str) -> bool:
    target = targets(RESOURCES[answers.resource].type).get(name)
    return target is not None and target.required


def _judge(
    name: str, answer: Mapping[str, Any], proposed: ProposedField | None, codes: CodeLists, *, required: bool
) -> Verdict:
    if proposed is None:
        return Verdict(field=name, outcome="missed", required=required)
    why = _why_wrong(answer, proposed.declaration, codes)
    outcome = "wrong" if why else "right"
    return Verdict(field=name, outcome=outcome, required=required, confidence=proposed.confidence, why=why)


def _why_wrong(answer: Mapping[str, Any], made: Mapping[str, Any], codes: CodeLists) -> str:
    """Why a declaration is not what the person answered, or nothing."""
    return _wrong_place(answer, made) or _wrong_operation(answer, made) or _wrong_codes(answer, made, codes)


def _wrong_place(answer: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    if "const" in made:
        return "" if made["const"] in answer.get("const", ()) else f"constant {made['const']}"
    if "latitude" in answer and "latitude" in made:
        right = made["latitude"] in answer["latitude"] and made["longitude"] in answer["longitude"]
        return "" if right else f"{made['latitude']}, {made['longitude']}"
    paths = _paths(made)
    if "join" in made and paths == answer.get("join"):
        return ""
    if not paths or "from" not in answer:
        return f"from {paths}"
    strange = [path for path in paths if path not in answer["from"]]
    return f"from {', '.join(strange)}" if strange else ""


def _paths(made: Mapping[str, Any]) -> list[str]:
    for key in ("from", "join"):
        if key in made:
            return [made[key]] if isinstance(made[key], str) else list(made[key])
    if "object" in made:
        return [path for member in made["object"].values() for path in _paths(member)]
    if "template" in made:
        return [part.partition("}")[0] for part in made["template"].split("{")[1:]]
    return []


def _wrong_operation(answer: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    for key in _SAME:
        if key in answer and made.get(key) != answer[key]:
            return f"{key} {made.get(key)} for {answer[key]}"
    for key in _FORMS:
        wanted = answer.get(key, ())
        wanted = [wanted] if isinstance(wanted, str) else wanted
        given = made.get(key, ())
        given = [given] if isinstance(given, str) else given
        lacking = [form for form in wanted if form not in given]
        if lacking:
            return f"{key} {given} lacks {lacking}"
    return ""


def _wrong_codes(answer: Mapping[str, Any], made: Mapping[str, Any], codes: CodeLists) -> str:
    if "codes" not in answer:
        return ""
    listed = made.get("codes")
    table = codes.lists[listed].written if isinstance(listed, str) else listed or {}
    folded = {_folded(value): code for value, code in table.items()}
    for value, code in answer["codes"].items():
        found = folded.get(_folded(value), made.get("otherwise") if table else value)
        if found != code:
            return f"code {found} for {value}"
    return ""


def _folded(value: str) -> str:
    return " ".join(str(value).split()).casefold()
