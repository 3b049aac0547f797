"""How what a platform sends now differs from what was recorded: both shapes inferred alike, and compared by place.

A difference breaks the contract where records are lost by it or a required field vanishes; else it is a note.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from gateway.contracts.declared import Declared
from gateway.contracts.reading import Reading
from gateway.contracts.report import Finding, Severity
from gateway.contracts.shape import Place, Shape
from gateway.contracts.told import EACH, Steps, is_name, pointer
from gateway.mapping.code_lists import code_key

ENOUGH = 5
"""So many values are needed before their absence, or their all being alike, says anything."""
MANY = 0.05
"""Of more than this share of the records, a loss breaks the contract; of fewer, it makes gaps."""
_MOST_CODES = 10
_NUMBERS = frozenset({"integer", "number"})
Codes = frozenset[str]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The two shapes, and what the contract knows of the places. Without a recording, only the contract speaks."""

    recorded: Shape | None
    live: Shape
    declared: Mapping[Steps, Declared]
    reading: Reading
    known: frozenset[str]

    def differences(self) -> Iterator[Finding]:
        """Every difference, those of the outermost places first."""
        gone = set(self._gone())
        for steps in sorted(gone, key=len):
            if not any(steps[:length] in gone for length in range(len(steps))):
                yield self._gone_finding(steps)
        yield from self._new(gone)
        for steps, place in self.live.places.items():
            yield from self._changed(steps, place)

    def _gone(self) -> Iterator[Steps]:
        """Places that were there, and would be expected among as many holders."""
        if self.recorded is None:
            return
        for steps, before in self.recorded.places.items():
            if not steps or steps[-1] == EACH:
                continue
            now = self.live.places.get(steps)
            holders = now.holders if now is not None else self._holders(steps)
            expected = holders * before.share
            always = before.share == 1.0 and holders > 0
            if (now is None or now.present == 0) and (always or expected >= ENOUGH):
                yield steps

    def _holders(self, steps: Steps) -> int:
        parent = self.live.places.get(steps[:-1])
        return parent.kinds["object"] if parent is not None else 0

    def _gone_finding(self, steps: Steps) -> Finding:
        needed = [read.field for read in self.reading.at(steps) if read.is_needed]
        read_by = [read.field for read in self.reading.at(steps)]
        assert self.recorded is not None
        before = self.recorded.places[steps]
        return Finding(
            code="field-gone",
            severity=Severity.BROKEN if needed else Severity.NOTE,
            message="a member that the platform sent is not sent any more" + _losing(needed, read_by),
            pointer=pointer(steps, self.known),
            field=next(iter(needed or read_by), None),
            expected=f"{_kinds(before)}, in {before.present} of {before.holders}",
            found="nothing",
            advice="ask the partner whether it was renamed; then correct source schema and mapping",
        )

    def _new(self, gone: set[Steps]) -> Iterator[Finding]:
        """Members that neither the recording nor the contract knows; unnamed where they may be data."""
        described = {steps[:-1] for steps in self.declared if steps and steps[-1] != EACH}
        fresh: Counter[Steps] = Counter()
        named: dict[Steps, list[str]] = {}
        for steps, place in self.live.places.items():
            if not steps or steps in self.declared or steps[:-1] not in described or not place.present:
                continue
            if self.recorded is not None and steps in self.recorded.places:
                continue
            if self._is_declared_key(steps):
                continue
            fresh[steps[:-1]] += 1
            if isinstance(steps[-1], str):
                named.setdefault(steps[:-1], []).append(steps[-1])
        for holder, count in fresh.items():
            yield self._new_finding(holder, count, named.get(holder, []), gone)

    def _is_declared_key(self, steps: Steps) -> bool:
        """Whether the contract expects unknown keys, or items, here."""
        return (*steps[:-1], EACH) in self.declared or steps[-1] == EACH

    def _new_finding(self, holder: Steps, count: int, names: list[str], gone: set[Steps]) -> Finding:
        lost = sum(steps[:-1] == holder for steps in gone)
        # Where many members vanished at once, the new keys may be a row of data that is read as a header.
        tell = lost * 2 <= sum(steps[:-1] == holder for steps in self.declared) and all(map(is_name, names))
        told = ", ".join(sorted(names)[:_MOST_CODES]) if tell and names else None
        return Finding(
            code="field-new",
            severity=Severity.NOTE,
            message=f"{count} members are new here" if count > 1 else "a member is new here",
            pointer=pointer(holder, self.known),
            found=told or "names that may be data, and are not told",
            advice="nothing is lost; put them into the source schema, and map them if they are wanted",
            count=count,
        )

    def _changed(self, steps: Steps, place: Place) -> Iterator[Finding]:
        declared = self.declared.get(steps)
        before = self.recorded.places.get(steps) if self.recorded is not None else None
        if declared is None:
            return
        yield from self._retyped(steps, place, declared, before)
        yield from self._nulled(steps, place, declared, before)
        yield from self._reformed(steps, place, before)
        yield from self._recoded(steps, place, declared)

    def _retyped(self, steps: Steps, place: Place, declared: Declared, before: Place | None) -> Iterator[Finding]:
        if declared.is_open or not declared.kinds:
            return
        known = declared.kinds | (set(before.kinds) if before is not None else set())
        strange = {kind for kind in place.kinds if kind != "null" and not _admits(known, kind)}
        if strange:
            yield self._finding(steps, "values of another type stand here", code="field-retyped", strange=strange)

    def _nulled(self, steps: Steps, place: Place, declared: Declared, before: Place | None) -> Iterator[Finding]:
        was = before is None or before.nulls > 0 or before.present < ENOUGH
        if place.nulls and "null" not in declared.kinds and not declared.is_open and declared.kinds:
            yield self._finding(steps, "null stands here", code="field-null", strange={"null"})
        elif place.nulls >= ENOUGH and not was:
            finding = self._finding(steps, "null stands here, and never did", code="field-null", strange={"null"})
            yield msgspec.structs.replace(finding, severity=Severity.NOTE)

    def _reformed(self, steps: Steps, place: Place, before: Place | None) -> Iterator[Finding]:
        """Texts that all looked one way, and none of which does now."""
        if before is None or sum(before.forms.values()) < ENOUGH or sum(place.forms.values()) < ENOUGH:
            return
        old, new = set(before.forms) - {"empty"}, set(place.forms) - {"empty"}
        if len(old) != 1 or not new or old & new or not self.reading.exactly(steps):
            return
        yield Finding(
            code="field-reformed",
            severity=Severity.NOTE,
            message="texts look otherwise than they did",
            pointer=pointer(steps, self.known),
            field=self.reading.exactly(steps)[0].field,
            expected=", ".join(sorted(old)),
            found=", ".join(sorted(new)),
            advice="compare the form with what the mapping reads (date, number, pattern)",
        )

    def _recoded(self, steps: Steps, place: Place, declared: Declared) -> Iterator[Finding]:
        codes = self._codes(steps, declared)
        if codes is None or place.values is None:
            return
        new = {value: count for value, count in place.values.items() if not _is_known(value, codes)}
        if not new:
            return
        reads = self.reading.exactly(steps)
        personal = declared.is_personal or any(read.is_personal for read in reads)
        mostly_known = sum(new.values()) * 2 <= sum(place.values.values()) and len(new) <= _MOST_CODES
        may_tell = mostly_known and not personal and all(_is_harmless(value) for value in new)
        yield Finding(
            code="code-new",
            severity=Severity.NOTE,
            message=f"{len(new)} codes are new" if len(new) > 1 else "a code is new",
            pointer=pointer(steps, self.known),
            field=reads[0].field if reads else None,
            found=", ".join(sorted(map(str, new))) if may_tell else "codes that may be data, and are not told",
            advice="put the code into the code list, or into the source schema",
            count=sum(new.values()),
        )

    def _codes(self, steps: Steps, declared: Declared) -> list[tuple[Codes, bool]] | None:
        """The known codes of a code list, each with whether case and blanks matter not; None where it is none."""
        lists = [(frozenset(read.codes.codes), read.codes.fold) for read in self.reading.exactly(steps) if read.codes]
        if declared.codes is not None:
            lists.append((frozenset(code_key(value, fold=False) for value in declared.codes), False))
        if not lists:
            return None
        before = self.recorded.places.get(steps) if self.recorded is not None else None
        seen = before.values if before is not None and before.values is not None else {}
        return [*lists, (frozenset(code_key(value, fold=False) for value in seen), False), (frozenset({""}), False)]

    def _finding(self, steps: Steps, message: str, *, code: str, strange: set[str]) -> Finding:
        """A finding about values of a kind that the contract does not admit."""
        reads = self.reading.exactly(steps)
        needed = [read.field for read in reads if read.is_needed]
        place = self.live.places[steps]
        count = sum(place.kinds[kind] for kind in strange)
        return Finding(
            code=code,
            severity=Severity.BROKEN if needed and count > place.present * MANY else Severity.NOTE,
            message=message + _losing(needed, [read.field for read in reads]),
            pointer=pointer(steps, self.known),
            field=next((read.field for read in reads), None),
            expected=" or ".join(sorted(self.declared[steps].kinds)),
            found=" or ".join(sorted(strange)),
            advice="say so in the source schema, and let the mapping settle it; or ask the partner",
            count=count,
        )


def _is_known(value: str | int | bool, lists: list[tuple[Codes, bool]]) -> bool:
    return any(code_key(value, fold=fold) in codes for codes, fold in lists)


def _is_harmless(value: str | int | bool) -> bool:
    """Whether a new code may be told: short, and nothing like a number, an address or a sentence."""
    text = str(value)
    return len(text) <= 40 and sum(character.isdigit() for character in text) < 6 and "@" not in text


def _admits(kinds: set[str], kind: str) -> bool:
    return kind in kinds or (kind == "integer" and "number" in kinds)


def _kinds(place: Place) -> str:
    return " or ".join(sorted(place.kinds))


def _losing(needed: list[str], read_by: list[str]) -> str:
    if needed:
        return f"; every record needs it for `{needed[0]}`"
    return f"; `{read_by[0]}` reads it" if read_by else ""
