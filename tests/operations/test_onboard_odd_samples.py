"""`gateway partners onboard` over samples that are none, or hold something else than a list of records."""

import json

import pytest

from tests.support.onboarding_samples import health_centres


@pytest.mark.parametrize(
    "answer",
    [
        {"status": False, "message": "Token salah"},
        {"error": "Unauthorized", "message": "key", "code": 401},
        {"success": False, "errors": [{"code": 5, "message": "limit"}]},
        {"type": "about:blank", "title": "Forbidden", "status": 403, "error": "Forbidden"},
    ],
)
def test_an_answer_that_tells_of_a_failure_is_no_sample(onboard, project, answer):
    """It is no record of one complaint; nothing is written, and the message says where to look."""
    code, _, err = onboard(answer, "--yes")
    assert (code, project.exists()) == (1, False)
    assert "answered that it failed" in err or "no records were found" in err


def test_one_record_alone_is_kept_with_made_up_values(onboard, project):
    """A detail's answer is one object, and not a list of its members."""
    row = {"id": 7, "nama": "Puskesmas Contoh", "nama_kepala": "Budi Santoso Contoh", "no_telp": "0262555010"}
    _, out, _ = onboard(row, "--yes", "--json", "--resource", "facility")
    assert {"nama_kepala", "no_telp"} <= set(json.loads(out)["replaced"])
    kept = json.loads(next(project.glob("schemas/partners/bandung/samples/puskesmas/*")).read_text())
    assert (kept["id"], kept["nama"]) == (row["id"], row["nama"])
    assert not {row["nama_kepala"], row["no_telp"]} & set(map(str, kept.values()))


def test_members_that_are_lists_in_one_record_and_objects_in_another_are_kept(onboard, project):
    """What is made up is looked for in objects; a list of them has none of its names."""
    rows = [{**row, "kepala": {"nama": "Budi Santoso", "no_hp": "081255501000"}} for row in health_centres()]
    rows[3]["kepala"] = [{"nama": "Siti Aminah", "no_hp": "081255501001"}]
    code, out, err = onboard(rows, "--yes", "--json")
    assert code in {0, 4}, err
    assert "Budi Santoso" not in "".join(file.read_text() for file in project.rglob("*.*"))
    assert json.loads(out)["records"] == 24


def test_what_the_records_are_is_open_where_the_fields_speak_for_none(onboard):
    """A catalogue of data sets is none of the four; the answer says what it was taken for, and what to say."""
    rows = [
        {"No": str(at), "Nama Dataset": f"Jumlah hal {at} tahun 2021", "Produsen": f"Desa {at}"} for at in range(30)
    ]
    _, out, _ = onboard(rows, "--yes", "--json", file="katalog.json")
    answer = json.loads(out)
    told = {one["about"]: one["message"] for one in answer["open"]}
    assert told["resource"].startswith(f"the records look most like {answer['resource']} (")
    assert "--resource" in told["resource"]
    _, out, _ = onboard(health_centres(), "--yes", "--json", "--add")
    assert "resource" not in {one["about"] for one in json.loads(out)["open"]}


def test_columns_without_a_name_are_no_sure_measure(onboard):
    """Rows of a probe: day, state, a code and a number. Two columns of numbers may be anything."""
    rows = [[f"2026-02-{day:02d}", "up", 200, 190 + day % 3] for day in range(1, 25)]
    _, out, _ = onboard({"portal": rows}, "--yes", "--json", "--resource", "indicator")
    assert json.loads(out)["fields"]["value"]["doubtful"]
