"""What names, examples and the partner's home say against a field that its types let pass."""

from collections.abc import Callable
from typing import NamedTuple

from gateway.mapping.checking.code_meanings import check_code_meanings
from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.field_examples import check_examples
from gateway.mapping.checking.field_key import check_key
from gateway.mapping.checking.field_kinds import check_kinds
from gateway.mapping.checking.field_loss import check_loss
from gateway.mapping.checking.field_names import Place, bare, check_join_order, check_meaning, places
from gateway.mapping.checking.field_regions import Home, check_level, check_region_is_at_home, check_zone
from gateway.mapping.language.declaration import Declaration
from gateway.mapping.language.paths import Step
from gateway.mapping.source.record_source import RecordSource


class Evidence(NamedTuple):
    """What is known around the fields: the record's places, those that are read, whose dataset it is."""

    declaration: Declaration
    record: tuple[Place, ...]
    read: frozenset[tuple[Step, ...]]
    home: Home | None

    def check(self, check: FieldCheck) -> None:
        """Faults the field by the first evidence that contradicts it."""
        checks: tuple[Callable[[], None], ...] = (
            lambda: check_loss(check),
            lambda: check_meaning(check, self.record, read=self.read),
            lambda: check_join_order(check),
            lambda: check_kinds(check, self.record, read=self.read, declaration=self.declaration),
            lambda: check_level(check, self.record),
            lambda: check_region_is_at_home(check, self.home),
            lambda: check_zone(check, self.home),
            lambda: check_code_meanings(check),
            lambda: check_key(check),
            lambda: check_examples(check, home=self.home, declaration=self.declaration),
        )
        for ask in checks:
            if check.failed:
                return
            ask()


def evidence_of(declaration: Declaration, source: RecordSource, *, home: Home | None) -> Evidence:
    """The evidence about a mapping's fields."""
    read = frozenset(bare(path.steps) for field in declaration.fields for path in field.paths if path.root == "record")
    return Evidence(declaration, tuple(places(source.record)), read, home)
