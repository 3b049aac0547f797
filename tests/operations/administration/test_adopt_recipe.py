"""Adopting a recipe for a partner, binding its roles anew, and ending it."""

import dataclasses

import msgspec
import pytest

from gateway.access.scopes import Scope
from gateway.administration.adopt_recipe import adopt_recipe, end_adoption
from gateway.administration.desk import DeclaredSource
from gateway.administration.register_client import register_client
from gateway.administration.switch_client import disable_client
from gateway.errors import BadRequest, BadRequestCode, StoreUnavailable
from gateway.ids import PartnerId
from gateway.storage.adoptions import StoredAdoptions
from gateway.storage.watch import Watch
from tests.support.acts import BY, a_new_client
from tests.support.case_world import RECIPE

OTHER = msgspec.structs.replace(RECIPE, name="bayi-lain")
ROLES = {"rumah-sakit": ("rsud",), "capil": ("capil",), "notifier": ("kominfo",)}


@pytest.fixture
async def counter(desk):
    """A desk with two recipes of one trigger, and Sumedang's clients for their roles."""
    made = dataclasses.replace(desk, recipes={it.name: it for it in (RECIPE, OTHER)})
    publish = frozenset({str(Scope.EVENTS_PUBLISH)})
    for name, partner, scopes in (
        ("rsud", "sumedang", publish),
        ("capil", "sumedang", publish),
        ("kominfo", "sumedang", publish),
        ("pembaca", "sumedang", frozenset({"events:read"})),
        ("jaki", "jakarta", publish),
    ):
        await register_client(made, a_new_client(id=name, partner=partner, scopes=scopes), by=BY, reason="Uji")
    return made


def adopt(counter, recipe="bayi", *, partner="sumedang", roles=None, **changes):
    """Sumedang adopts the recipe."""
    bound = (ROLES if roles is None else roles) | changes
    return adopt_recipe(counter, recipe, partner=partner, roles=bound, by=BY, reason="SK 14/2026")


async def test_an_adoption_binds_roles_to_clients_and_is_recorded(counter, files):
    """With who decided, why, and which client does what."""
    adoption = await adopt(counter)
    assert ("sumedang", "bayi", ROLES, None) == (adoption.partner, adoption.recipe, adoption.roles, adoption.ended_at)
    assert (adoption,) == await files.office.adoptions(partner=PartnerId("sumedang"))
    record = (await files.acts())[-1]
    assert ("admin.adopt-recipe", BY, "bayi", "sumedang", "SK 14/2026") == (
        *(record[name] for name in ("kind", "by", "subject", "partner")),
        record["details"]["reason"],
    )
    assert {role: list(clients) for role, clients in ROLES.items()} == record["details"]["roles"]


def source(name, *fields, event="birth"):
    """An event source of Sumedang's."""
    file = f"schemas/partners/sumedang/{name}.mapping.toml"
    return DeclaredSource(id=f"sumedang/{name}", event=event, fields=frozenset(fields), file=file)


WHOLE = source("rsud", "id", "mother_nik", "contact_phone")


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ((), "none publishes birth; declare it below [events] of config/partners/sumedang.toml"),
        ((source("wafat", "id", "mother_nik", event="death"),), "none publishes birth"),
        (
            (source("rsud", "id", "mother_nik"),),
            "sumedang/rsud never fills contact_phone; add it to [fields] of schemas/partners/sumedang/rsud.mapping",
        ),
        (
            (source("rsud", "id", "mother_nik"), source("bidan", "id")),
            "sumedang/bidan never fills contact_phone, mother_nik; add",
        ),
    ],
)
async def test_a_recipe_is_not_adopted_whose_needs_can_never_be_filled(counter, files, sources, told):
    """It is said which event source lacks which field, and what is to be added where; nothing is recorded."""
    before = await files.acts()
    lacking = dataclasses.replace(counter, declared_sources=lambda _partner: sources)
    with pytest.raises(BadRequest) as raised:
        await adopt(lacking)
    assert (BadRequestCode.PARAMETER_INVALID, "recipe") == (raised.value.code, raised.value.parameters["parameter"])
    assert told in raised.value.message
    assert before == await files.acts()
    assert await adopt(dataclasses.replace(counter, declared_sources=lambda _partner: (WHOLE,)))


async def test_a_poorer_source_beside_one_that_fills_everything_is_let_be(counter):
    """Its cases name what is missing."""
    sources = (source("bidan", "id"), WHOLE)
    assert await adopt(dataclasses.replace(counter, declared_sources=lambda _partner: sources))


async def test_what_runs_already_can_be_bound_anew_whatever_its_mappings_fill(counter):
    """A client that has to be replaced is, and the cases go on; ended, it is as new."""
    await adopt(counter)
    lacking = dataclasses.replace(counter, declared_sources=lambda _partner: ())
    assert ("capil", "kominfo") == (await adopt(lacking, capil=("capil", "kominfo"))).roles["capil"]
    await end_adoption(counter, "bayi", partner="sumedang", by=BY, reason="Uji")
    with pytest.raises(BadRequest):
        await adopt(lacking)


async def test_roles_are_bound_anew_by_adopting_again(counter, files):
    """Since when it runs stays; what the roles were before is recorded. The same again is nothing."""
    first = await adopt(counter)
    again = await adopt(counter, capil=("capil", "kominfo"))
    assert (first.adopted_at, ("capil", "kominfo")) == (again.adopted_at, again.roles["capil"])
    record = (await files.acts())[-1]
    assert ["capil"] == record["details"]["before"]["capil"]
    assert again == await adopt(counter, capil=("capil", "kominfo", "capil"))
    assert record == (await files.acts())[-1]


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"capil": ()}, "roles.capil"),
        ({"capil": ("jaki",)}, "roles.capil[0]"),
        ({"capil": ("nobody",)}, "roles.capil[0]"),
        ({"capil": ("capil", "pembaca")}, "roles.capil[1]"),
        ({"capil": ("a\x00b",)}, "roles.capil[0]"),
        ({"bupati": ("capil",)}, "roles"),
    ],
)
async def test_a_role_is_filled_by_the_partners_own_publishing_clients(counter, files, changes, parameter):
    """None left open, no other partner's, none unknown or without the scope, no role that there is not."""
    with pytest.raises(BadRequest) as raised:
        await adopt(counter, **changes)
    assert (BadRequestCode.PARAMETER_INVALID, parameter) == (raised.value.code, raised.value.parameters["parameter"])
    assert () == await files.office.adoptions()


async def test_a_disabled_client_fills_no_role(counter):
    """It could publish nothing."""
    await disable_client(counter, "capil", by=BY, reason="Uji")
    with pytest.raises(BadRequest) as raised:
        await adopt(counter)
    assert "roles.capil[0]" == raised.value.parameters["parameter"]


async def test_a_role_that_only_hears_needs_no_scope_to_publish(counter):
    """Here the notifier does nothing."""
    steps = tuple(step for step in RECIPE.steps if step.role != "notifier")
    quiet = msgspec.structs.replace(RECIPE, steps=steps)
    adoption = await adopt(dataclasses.replace(counter, recipes={"bayi": quiet}), notifier=("pembaca",))
    assert ("pembaca",) == adoption.roles["notifier"]


@pytest.mark.parametrize(("changes", "nearest"), [({"recipe": "bayii"}, "bayi"), ({"partner": "sumedan"}, "sumedang")])
async def test_a_name_that_is_unknown_is_told_with_the_nearest(counter, changes, nearest):
    """Of recipe and partner."""
    with pytest.raises(BadRequest) as raised:
        await adopt(counter, **changes)
    assert nearest == raised.value.parameters["nearest"]


async def test_a_partner_runs_one_recipe_for_one_kind_of_event(counter):
    """The second is a conflict until the first has ended."""
    await adopt(counter)
    with pytest.raises(BadRequest) as raised:
        await adopt(counter, "bayi-lain")
    assert (BadRequestCode.CONFLICT, "bayi") == (raised.value.code, raised.value.parameters["id"])
    await end_adoption(counter, "bayi", partner="sumedang", by=BY, reason="Uji")
    assert "bayi-lain" == (await adopt(counter, "bayi-lain")).recipe


async def test_an_adoption_ends_once_and_can_begin_again(counter, files):
    """Ending it twice records it once; adopted again, it runs since then."""
    first = await adopt(counter)
    ended = await end_adoption(counter, "bayi", partner="sumedang", by=BY, reason="Uji")
    assert ended == await end_adoption(counter, "bayi", partner="sumedang", by=BY, reason="Uji")
    assert ended.ended_at is not None
    assert ["admin.end-adoption"] == [it["kind"] for it in await files.acts() if "end" in it["kind"]]
    again = await adopt(counter)
    assert again.ended_at is None
    assert again.adopted_at > first.adopted_at


async def test_what_was_never_adopted_cannot_end(counter):
    """It is not found."""
    with pytest.raises(BadRequest) as raised:
        await end_adoption(counter, "bayi", partner="sumedang", by=BY, reason="Uji")
    assert BadRequestCode.NOT_FOUND == raised.value.code


async def test_what_cannot_be_recorded_is_not_adopted(counter, files):
    """Without its audit record there is no adoption."""
    await files.lose_audit()
    with pytest.raises(StoreUnavailable):
        await adopt(counter)
    assert () == await files.office.adoptions()


async def test_every_process_hears_of_an_adoption(counter, engine):
    """By the changes that it follows, as of agreements."""
    watch = Watch(engine)
    book = StoredAdoptions(engine, watch)
    await watch.poll()
    assert () == await book.of_partner(PartnerId("sumedang"))
    adoption = await adopt(counter)
    await watch.poll()
    assert (adoption,) == await book.of_partner(PartnerId("sumedang"))
    assert () == await book.of_partner(PartnerId("jakarta"))
