"""Mechanical changes of mappings that nobody made for the checker: those that onboarding proposes for its samples.

Their source schemas are inferred: they hold types, limits, forms of dates and numbers, and no more.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from gateway.mapping.checking.checker import check
from gateway.mapping.checking.field_regions import Home
from gateway.mapping.checking.sample_evidence import check_samples
from gateway.mapping.code_lists import CodeLists, load_code_lists
from gateway.mapping.language.declaration import Declaration
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.source.source_schema import SourceSchema
from gateway.mapping.source.source_schema_reader import read_source_schema
from gateway.onboarding.mapping_text import mapping_text
from gateway.onboarding.onboard import Wish, onboard
from gateway.onboarding.sample import read_sample
from gateway.onboarding.source import infer_source
from schemas.resources import SHAPES
from tests.benchmarks.bench_onboarding import SAMPLES
from tests.benchmarks.fault_mutants import mutants
from tests.benchmarks.onboarding_answers import Answers, read_answers
from tests.support.seeded_faults import SCHEMAS


class HeldOut(NamedTuple):
    """How many changes were made, how many are found, and how many mappings raise an alarm as they are."""

    contracts: int
    made: int
    by_types: int
    by_samples: int
    alarms: int


class Onboarded(NamedTuple):
    """A mapping that onboarding proposes, and what it was proposed from."""

    declaration: Declaration
    schema: SourceSchema
    documents: list[Any]
    home: Home | None

    def is_found(self, declaration: Declaration, codes: CodeLists, *, samples: bool) -> bool:
        """Whether anything is found in a mapping of these documents."""
        resource = SHAPES[declaration.resource]
        if not samples:
            return bool(check(declaration, self.schema, resource, codes, home=self.home))
        found = check_samples(declaration, self.schema, resource, codes, documents=self.documents, home=self.home)
        return bool(found)


def held_out_found() -> HeldOut:
    """What is found of the changes of every mapping that onboarding proposes."""
    codes = load_code_lists(SCHEMAS / "codes")
    contracts = made = by_types = by_samples = alarms = 0
    for one in onboarded(codes):
        contracts += 1
        alarms += one.is_found(one.declaration, codes, samples=False) or one.is_found(
            one.declaration, codes, samples=True
        )
        for _, mutant in mutants(one.declaration, one.schema):
            made += 1
            typed = one.is_found(mutant, codes, samples=False)
            by_types += typed
            by_samples += typed or one.is_found(mutant, codes, samples=True)
    return HeldOut(contracts, made, by_types, by_samples, alarms)


def onboarded(codes: CodeLists) -> Iterator[Onboarded]:
    """The proposals for the samples of the onboarding benchmark."""
    for file in sorted(SAMPLES.rglob("answers.toml")):
        with TemporaryDirectory() as folder:
            yield _onboarded(file.parent, read_answers(file), codes, work=Path(folder))


def _onboarded(folder: Path, answers: Answers, codes: CodeLists, *, work: Path) -> Onboarded:
    files = sorted(file for file in folder.iterdir() if file.name.startswith("sample"))
    wish = Wish(
        partner=folder.parent.name,
        samples=tuple(files),
        config=work / "config",
        schemas=work / "schemas",
        dataset=folder.name,
        title=answers.title,
        kode_wilayah=answers.region,
    )
    sample = read_sample(files, kind=answers.kind)
    source = infer_source(sample, regions=codes.regions)
    proposal = onboard(wish, sample, source, codes).proposal
    mapping, schema = work / "m.mapping.toml", work / "m.source.json"
    mapping.write_text(mapping_text(proposal, title="proposed"), encoding="utf-8")
    schema.write_bytes(msgspec.json.encode(source.schema))
    home = Home(answers.region, "Asia/Jakarta") if answers.region else None
    return Onboarded(parse_declaration(mapping), read_source_schema(schema), sample.documents, home)
