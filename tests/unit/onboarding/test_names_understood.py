"""What names mean: abbreviations, two languages, compounds, and what stands above them."""

import pytest

from gateway.onboarding.name_match import match_name, named, with_their_thing
from gateway.onboarding.names import read_concepts, read_vocabulary
from gateway.onboarding.profile import FieldProfile


def _best(resource, key, parents=()):
    """The common field that a name means most."""
    field = FieldProfile(path=key, words=tuple(key.split()), parents=tuple(parents))
    name = named(field, read_vocabulary())
    found = {common: match_name(concept, name).strength for common, concept in read_concepts()[resource].items()}
    return max(found, key=found.get), max(found.values())


@pytest.mark.parametrize(
    ("key", "common"),
    [
        ("almt", "address"),
        ("alamat_lengkap", "address"),
        ("jns_faskes", "kind"),
        ("jml tempat tidur", "beds"),
        ("kdpos", "postal_code"),
        ("Kode Pos", "postal_code"),
        ("kepala_puskesmas", "head_name"),
        ("kode_kec", "region"),
        ("kcmtn", "region"),
        ("namaLengkapSekolah", "name"),
        ("nm_rsud", "name"),
        ("no_telp", "phones"),
        ("surel", "emails"),
        ("tgl_update", "source_updated_at"),
        ("website", "website"),
    ],
)
def test_a_facilitys_fields_are_known_by_their_names(key, common):
    """Indonesian, English, abbreviated, run together."""
    found, strength = _best("facility", key)
    assert found == common
    assert strength > 0.5


@pytest.mark.parametrize(
    ("key", "common"),
    [
        ("isi_laporan", "description"),
        ("jenis aduan", "service_name"),
        ("nomor_tiket", "service_request_id"),
        ("opd tujuan", "agency_responsible"),
        ("requestedDatetime", "requested_datetime"),
        ("tenggat waktu", "expected_datetime"),
        ("tgl_lapor", "requested_datetime"),
        ("user_phone", "reporter_phone"),
    ],
)
def test_a_reports_fields_are_known_by_their_names(key, common):
    """Likewise."""
    assert _best("service-request", key)[0] == common


def test_a_word_of_another_thing_speaks_against():
    """The name of a kecamatan is not the name of the facility."""
    concept = read_concepts()["facility"]["name"]
    own = named(FieldProfile(path="n", words=("nama",)), read_vocabulary())
    other = named(FieldProfile(path="n", words=("nama", "kecamatan")), read_vocabulary())
    assert match_name(concept, own).strength > 0.9
    assert match_name(concept, other).strength < 0.3


def test_a_name_below_another_thing_is_that_things():
    """`status.name` is the status, not the reporter."""
    assert _best("service-request", "name", parents=("status",))[0] == "partner_status"
    assert _best("service-request", "name", parents=("reporter",))[0] == "reporter_name"


def test_an_unknown_word_that_several_names_share_is_the_thing_itself():
    """`kd_xyzzy` beside `nm_xyzzy` is the code of the thing that the records are."""
    fields = [FieldProfile(path=key, words=tuple(key.split("_"))) for key in ("kd_xyzzy", "nm_xyzzy", "tgl")]
    alone = [named(field, read_vocabulary()) for field in fields]
    together = with_their_thing(alone)
    concept = read_concepts()["facility"]["id"]
    assert match_name(concept, together[0]).strength > match_name(concept, alone[0]).strength


def test_every_concept_is_a_field_and_every_meaning_a_word():
    """Typing errors in the two files would go unnoticed for ever."""
    from gateway.mapping.targets import targets
    from gateway.onboarding import names
    from schemas.resources import RESOURCES

    content = names.tomllib.loads((names.FOLDER / "words.toml").read_text(encoding="utf-8"))
    known = {*content["words"], "@place", "@unit"}
    concepts = read_concepts()
    assert set(concepts) == set(RESOURCES)
    for resource, fields in concepts.items():
        wanted = targets(RESOURCES[resource].type)
        for field, concept in fields.items():
            assert field in wanted
            said = {word for phrase in concept["is"] for word in phrase.split()} | set(concept.get("without", ()))
            assert said <= known, (resource, field, said - known)
            assert set(concept.get("shares", ())) <= set(wanted)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Selesai", "closed"),
        ("Belum Selesai", "open"),
        ("not_yet_coordinated", "open"),
        ("Ditolak", "closed"),
        ("SEDANG DIPROSES", "open"),
        ("Tidak jelas sama sekali", None),
        ("", None),
    ],
)
def test_a_reports_state_is_told_by_its_words_or_not_at_all(text, state):
    """What no word tells is never guessed."""
    assert read_vocabulary().state_of(text) == state


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("RSUD Cibinong", "hospital"),
        ("Apotek Sehat", "pharmacy"),
        ("SDN 1 Sukajadi", "school"),
        ("TPS Dago", "waste-site"),
    ],
)
def test_a_kind_of_place_is_told_by_its_words(text, kind):
    """By the first that is there."""
    assert read_vocabulary().kinds_of_place(text) == {kind}
