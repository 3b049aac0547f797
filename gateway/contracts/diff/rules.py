"""The rules: what each kind of change does to who sends a value and to who receives it, or to the two sides of an API.

A sender stays right as long as what it sends is still admitted; a receiver, as long as nothing comes that was not
admitted before, and nothing stays away that always came.
"""

import msgspec

from gateway.contracts.diff.change import Verdict

OK, MAYBE, BREAKING = Verdict.OK, Verdict.MAYBE, Verdict.BREAKING


class Rule(msgspec.Struct, frozen=True):
    """`first` and `second` are sender and receiver; with `by_side`, producer and consumers whoever sends."""

    id: str
    first: Verdict
    second: Verdict
    text: str
    by_side: bool = False


def _by_side(id: str, producer: Verdict, consumers: Verdict, text: str) -> Rule:
    return Rule(id, producer, consumers, text, by_side=True)


SCHEMA_RULES = (
    Rule("alternative-added", OK, BREAKING, "an alternative is new"),
    Rule("alternative-removed", BREAKING, OK, "an alternative is gone"),
    _by_side("default-changed", OK, MAYBE, "what holds when nothing is said was {old} and is {new}"),
    _by_side("deprecated", OK, OK, "{name} is deprecated now"),
    Rule("field-added-optional", OK, OK, "{name} is new, and may stay away"),
    Rule("field-added-required", BREAKING, OK, "{name} is new, and must be there"),
    Rule("field-added-to-closed", OK, MAYBE, "{name} is new in an object that admitted no other members"),
    Rule("field-forbidden", BREAKING, BREAKING, "{name} is gone from an object that admits no other members"),
    Rule("field-ignored", MAYBE, OK, "{name} is not read any more"),
    Rule("field-optional", OK, BREAKING, "{name} was always there, and may stay away now"),
    Rule("field-removed", OK, BREAKING, "{name} is gone"),
    Rule("field-required", BREAKING, OK, "{name} could stay away, and must be there now"),
    Rule("format-added", BREAKING, OK, "the text must be a {new} now"),
    Rule("format-changed", BREAKING, BREAKING, "the text was a {old}, and is a {new} now"),
    Rule("format-removed", OK, BREAKING, "the text need not be a {old} any more"),
    Rule("keyword-changed", MAYBE, MAYBE, "`{name}` changed, and what that means cannot be decided"),
    _by_side("label-changed", OK, OK, "the label changed"),
    Rule("limit-changed", BREAKING, BREAKING, "{name} was {old}, and is {new}"),
    Rule("limit-loosened", OK, BREAKING, "{name} was {old}, and is {new}: more is admitted"),
    Rule("limit-tightened", BREAKING, OK, "{name} was {old}, and is {new}: less is admitted"),
    Rule("null-added", OK, BREAKING, "null is admitted now"),
    Rule("null-removed", BREAKING, OK, "null is not admitted any more"),
    Rule("object-closed", BREAKING, OK, "other members were admitted, and are not any more"),
    Rule("object-opened", OK, MAYBE, "no other members were admitted, and now they are"),
    Rule("part-added", BREAKING, OK, "a condition is new that must hold too"),
    Rule("part-removed", OK, BREAKING, "a condition need not hold any more"),
    Rule("pattern-added", BREAKING, OK, "the text must match {new} now"),
    Rule("pattern-changed", BREAKING, BREAKING, "the text matched {old}, and matches {new}: neither holds the other"),
    Rule("pattern-loosened", OK, BREAKING, "the text matched {old}, and matches {new} now: more is admitted"),
    Rule("pattern-removed", OK, BREAKING, "the text need not match {old} any more"),
    Rule("pattern-tightened", BREAKING, OK, "the text matched {old}, and matches {new} now: less is admitted"),
    Rule("pattern-undecided", MAYBE, MAYBE, "the text matched {old}, and matches {new}: which is wider is undecided"),
    Rule("promise-added", BREAKING, OK, "`{name}` promises {new} now"),
    Rule("promise-changed", BREAKING, BREAKING, "`{name}` promised {old}, and promises {new} now"),
    Rule("promise-removed", OK, BREAKING, "`{name}` does not promise {old} any more"),
    _by_side("sensitivity-lowered", BREAKING, OK, "{name} was {old}, and is {new}: more people may see it"),
    _by_side("sensitivity-raised", OK, BREAKING, "{name} was {old}, and is {new}: fewer people may see it"),
    _by_side("text-changed", OK, OK, "the words about it changed"),
    Rule("type-changed", BREAKING, BREAKING, "it was {old}, and is {new}"),
    Rule("type-narrowed", BREAKING, OK, "it was {old}, and is {new}: {gone} is not admitted any more"),
    Rule("type-widened", OK, BREAKING, "it was {old}, and is {new}: {more} is admitted now"),
    Rule("value-added", OK, BREAKING, "the value {new} is new"),
    Rule("value-removed", BREAKING, OK, "the value {old} is gone"),
    Rule("values-listed", BREAKING, OK, "only the values {new} are admitted now"),
    Rule("values-unlisted", OK, BREAKING, "only the values {old} were admitted, and now others are too"),
)  # fmt: skip
"""What can change in a JSON Schema."""
API_RULES = (
    _by_side("body-added-optional", OK, OK, "a body may be sent now"),
    _by_side("body-added-required", OK, BREAKING, "a body must be sent now"),
    _by_side("body-optional", OK, OK, "the body need not be sent any more"),
    _by_side("body-removed", OK, BREAKING, "no body is read any more"),
    _by_side("body-required", OK, BREAKING, "the body must be sent now"),
    _by_side("document-added", OK, OK, "{name} is new"),
    _by_side("document-removed", OK, BREAKING, "{name} is gone"),
    _by_side("header-added", OK, OK, "the header {name} is new"),
    _by_side("header-optional", OK, BREAKING, "the header {name} may stay away now"),
    _by_side("header-removed", OK, BREAKING, "the header {name} is gone"),
    _by_side("media-type-added", OK, OK, "{name} is new"),
    _by_side("media-type-removed", OK, BREAKING, "{name} is gone"),
    _by_side("operation-added", OK, OK, "{name} is new"),
    _by_side("operation-id-changed", OK, OK, "{old} is called {new} now; only generated clients notice"),
    _by_side("operation-removed", OK, BREAKING, "{name} is gone"),
    _by_side("parameter-added-optional", OK, OK, "the parameter {name} is new, and may stay away"),
    _by_side("parameter-added-required", OK, BREAKING, "the parameter {name} is new, and must be there"),
    _by_side("parameter-optional", OK, OK, "the parameter {name} may stay away now"),
    _by_side("parameter-removed", OK, BREAKING, "the parameter {name} is gone"),
    _by_side("parameter-renamed", OK, OK, "the part of the path was called {old}, and is {new}; the path is the same"),
    _by_side("parameter-required", OK, BREAKING, "the parameter {name} must be there now"),
    _by_side("parameter-written-otherwise", OK, BREAKING, "`{name}` was {old}, and is {new}"),
    _by_side("problem-added", OK, OK, "the problem {name} is new"),
    _by_side("problem-removed", OK, BREAKING, "the problem {name} is gone; who acts on its code never sees it again"),
    _by_side("response-added", OK, OK, "the status {name} is new"),
    _by_side("response-removed", OK, BREAKING, "the status {name} is gone"),
    _by_side("scheme-changed", OK, BREAKING, "how a caller says who it is changed: {name} was {old}, and is {new}"),
    _by_side("scheme-removed", OK, BREAKING, "a way to say who one is, {name}, is gone"),
    _by_side("scope-added", OK, BREAKING, "{new} is asked of the caller now"),
    _by_side("scope-removed", OK, OK, "{old} is not asked of the caller any more"),
    _by_side("scope-unknown", OK, BREAKING, "the scope {name} is not given any more"),
    _by_side("security-loosened", OK, OK, "one more way to be let in: {new}"),
    _by_side("security-tightened", OK, BREAKING, "one way to be let in is gone: {old}"),
    _by_side("server-added", OK, OK, "{name} is new"),
    _by_side("server-removed", OK, MAYBE, "{name} is gone"),
    _by_side("success-added", OK, MAYBE, "a success with the status {name} is new"),
)  # fmt: skip
"""What can change in an API beside its schemas."""
MAPPING_RULES = (
    _by_side("mapped-field-added", OK, OK, "{name} is filled now"),
    _by_side("mapped-field-changed", OK, MAYBE, "{name} is made otherwise: {more}"),
    _by_side("mapped-field-moved", OK, OK, "{name} was read from {old}, and is from {new}"),
    _by_side("mapped-field-removed", OK, BREAKING, "{name} is not filled any more"),
    _by_side("mapped-ids-changed", OK, BREAKING, "records get other ids: {more}"),
    _by_side("mapped-records-changed", OK, MAYBE, "other records may come: {more}"),
    _by_side("mapped-resource-changed", OK, BREAKING, "the dataset was {old}, and is {new}"),
)
"""What can change in a mapping."""
RULES = {rule.id: rule for rule in (*SCHEMA_RULES, *API_RULES, *MAPPING_RULES)}
"""All of them; `docs/contract-changes.md` lists them too."""
