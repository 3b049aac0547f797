"""`gateway partners onboard`, as a person and as a script use it."""

import json
import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from gateway.cli.main import root
from gateway.cli.run import run
from tests.support.onboarding_samples import health_centres, reports

ROOT = Path(__file__).parents[2]


def _files(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_a_sample_becomes_a_contract_that_checks(onboard, project):
    """All four files are written, and every record of the sample comes through."""
    code, out, _ = onboard(health_centres(), "--yes", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["check"]["ok"]
    assert answer["check"]["sample"]["records_in"] == answer["check"]["sample"]["records_out"] == 24
    written = _files(project)
    assert written[:1] == ["config/partners/bandung.toml"]
    assert written[1:3] == [
        "schemas/partners/bandung/puskesmas.mapping.toml",
        "schemas/partners/bandung/puskesmas.source.json",
    ]
    assert written[3].startswith("schemas/partners/bandung/samples/puskesmas/")
    assert sorted(answer["files"]) == sorted(str(project / file) for file in written)


def test_the_answer_says_where_each_common_field_comes_from(onboard):
    """By common field: the path, the operations, how sure, and why."""
    _, out, _ = onboard(health_centres(), "--yes", "--json")
    answer = json.loads(out)
    found = {name: field["path"] for name, field in answer["fields"].items()}
    assert answer["resource"] == "facility"
    assert found == {
        "id": "kd_faskes",
        "name": "nm_faskes",
        "kind": None,
        "region": "kode_kec",
        "address": "almt",
        "postal_code": "kdpos",
        "location": ["lat", "lng"],
        "phones": "no_telp",
        "emails": "surel",
        "opened_on": "tgl_buka",
        "beds": "jml_tt",
    }
    assert answer["fields"]["kind"]["operations"] == {"const": "health-centre"}
    assert answer["fields"]["opened_on"]["operations"]["date"] == "%d-%m-%Y"
    assert answer["fields"]["region"]["operations"]["scheme"] == "kemendagri"
    assert all(0 < field["confidence"] <= 1 and field["reason"] for field in answer["fields"].values())


def test_the_records_decide_which_region_an_ambiguous_name_means(onboard):
    """Bandung is a city and a regency; codes of 32.73 are the city's."""
    _, out, _ = onboard(health_centres(), "--yes", "--json")
    assert json.loads(out)["kode_wilayah"] == "32.73"


def test_an_ambiguous_name_that_nothing_decides_is_open(onboard, project):
    """It is said in the answer and in the file, and the region is read by no record."""
    rows = [{name: value for name, value in row.items() if name != "kode_kec"} for row in health_centres()]
    code, out, _ = onboard(rows, "--yes", "--json")
    answer = json.loads(out)
    opened = {one["about"]: one["message"] for one in answer["open"]}
    assert code == 0
    assert "32.04" in opened["kode_wilayah"]
    assert "32.73" in opened["kode_wilayah"]
    assert "region" not in answer["fields"]
    assert "# open: bandung is" in (project / "config/partners/bandung.toml").read_text()


def test_a_partner_that_is_no_region_needs_its_code(onboard, project):
    """Nothing is written without it."""
    code, _, err = onboard(health_centres(), "--yes", partner="dinas-contoh")
    assert code == 2
    assert "--kode-wilayah" in err
    assert not project.exists()


def test_a_code_that_is_no_region_is_refused(onboard, project):
    """A BPS number, or one that does not exist."""
    code, _, err = onboard(health_centres(), "--yes", "--kode-wilayah", "99.99")
    assert code == 2
    assert "99.99" in err
    assert not project.exists()


def test_nothing_personal_stands_in_what_is_written(onboard, project):
    """Neither in the kept sample nor in the schema, the mapping or the answer."""
    document = reports()
    code, out, err = onboard(document, "--yes", "--json", file="laporan.json")
    assert code == 0
    everything = out + err + "".join((project / file).read_text() for file in _files(project))
    for row in document["laporan"]:
        for name in ("nama_pelapor", "no_hp", "isi_laporan", "lokasi"):
            assert row[name] not in everything


def test_a_sample_is_kept_as_it_is_if_that_is_wanted(onboard, project):
    """`--keep-sample` copies the bytes."""
    content = json.dumps(reports()).encode()
    onboard(content, "--yes", "--keep-sample", file="laporan.json")
    kept = next(project.glob("schemas/partners/bandung/samples/laporan/*"))
    assert kept.read_bytes() == content


def test_states_are_told_by_their_words(onboard):
    """Selesai is closed; what is being done or waits is open."""
    _, out, _ = onboard(reports(), "--yes", "--json", file="laporan.json")
    codes = json.loads(out)["fields"]["status"]["operations"]["codes"]
    assert {codes[state] for state in ("Sedang Diproses", "Menunggu Verifikasi")} == {"open"}
    assert codes["Selesai"] == "closed"


def test_what_cannot_be_told_is_open_and_the_exit_code_says_so(onboard, project):
    """A table of one year whose year nobody says: the files stand, and the missing line is named."""
    rows = [{"kecamatan": name, "jumlah_apotek": number} for number, name in enumerate(["A", "B", "C", "D", "E", "F"])]
    code, out, _ = onboard(rows, "--yes", "--json", "--resource", "indicator", file="apotek.json")
    answer = json.loads(out)
    assert code == 4
    assert not answer["check"]["ok"]
    assert any(one["about"] == "period" and one["required"] for one in answer["open"])
    assert "# open: period" in (project / "schemas/partners/bandung/apotek.mapping.toml").read_text()


def test_the_last_words_say_that_a_gateway_would_not_start(onboard, project):
    """Of a contract that does not check, to a script as to a person; and how to look again."""
    rows = [{"kecamatan": name, "jumlah_apotek": number} for number, name in enumerate(["A", "B", "C", "D", "E", "F"])]
    _, _, err = onboard(rows, "--yes", "--json", "--resource", "indicator", file="apotek.json")
    assert err.startswith("broken: this contract does not check, and a gateway does not start with it\n")
    assert f"gateway contracts check bandung/apotek --root {project}\n" in err
    _, _, err = onboard(health_centres(), "--yes", "--add")
    assert err.splitlines()[-1].startswith("next: look through ")
    assert "does not start" not in err


def test_codes_that_nothing_is_known_of_stand_once_in_the_mapping(onboard, project):
    """Beside their line, where they are filled in; in the answer they are open."""
    kinds = ["PKM", "RSUD", "KLINIK", "KHUSUS-X"]
    rows = [{**row, "jns_faskes": kinds[number % 4]} for number, row in enumerate(health_centres())]
    _, out, _ = onboard(rows, "--yes", "--json", file="faskes.json")
    mapping = (project / "schemas/partners/bandung/faskes.mapping.toml").read_text()
    assert [line for line in mapping.splitlines() if "KHUSUS-X" in line] == ['# open: nothing is known of "KHUSUS-X"']
    assert {"kind"} <= {one["about"] for one in json.loads(out)["open"]}


def test_days_that_can_be_read_in_two_ways_are_doubtful(onboard, project):
    """However plain the name: 03-04-2019 is 3 April or 4 March, and the line says so. A person's choice is none."""
    rows = [
        {**row, "tgl_buka": f"0{number % 9 + 1}-0{number % 7 + 1}-2019"} for number, row in enumerate(health_centres())
    ]
    _, out, _ = onboard(rows, "--yes", "--json")
    field = json.loads(out)["fields"]["opened_on"]
    assert (field["doubtful"], field["path"]) == (True, "tgl_buka")
    mapping = (project / "schemas/partners/bandung/puskesmas.mapping.toml").read_text()
    assert "could also be %m-%d-%Y\nopened_on" in mapping
    _, out, _ = onboard(rows, "--yes", "--json", "--force", "--map", "opened_on=tgl_buka")
    assert not json.loads(out)["fields"]["opened_on"]["doubtful"]


def test_a_person_may_say_what_the_sample_does_not(onboard):
    """`--constant` gives a value, `--map` a path."""
    rows = [{"kecamatan": name, "x": number} for number, name in enumerate(["A", "B", "C", "D", "E", "F"])]
    said = ("--constant", "period=2024", "--constant", "unit=unit", "--map", "value=x", "--kode-wilayah", "32.73")
    code, out, _ = onboard(rows, "--yes", "--json", "--resource", "indicator", *said, file="apotek.json")
    fields = json.loads(out)["fields"]
    assert code == 0
    assert fields["value"]["path"] == "x"
    assert fields["value"]["confidence"] == 1
    assert fields["period"]["operations"] == {"const": "2024"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("--map", "nama=nm_faskes"), "facility has no such field; did you mean name"),
        (("--map", "beds=jml_ttt"), "the sample has no `jml_ttt`; did you mean jml_tt"),
        (("--constant", "period=2024"), "facility has no such field"),
        (("--form", "name=%Y"), "it is read in no single form"),
        (("--form", "zzz=%Y"), "facility has no such field; they are address"),
    ],
)
def test_what_cannot_be_said_is_told(onboard, project, said, told):
    """With what could be meant; nothing is written."""
    code, _, err = onboard(health_centres(), "--yes", *said)
    assert (code, project.exists()) == (2, False)
    assert told in err


def test_a_person_may_say_how_values_are_written(onboard):
    """`--form` decides what can be read in two ways."""
    rows = [{**row, "tgl_buka": f"0{at % 9 + 1}-0{at % 7 + 1}-2019"} for at, row in enumerate(health_centres())]
    _, out, _ = onboard(rows, "--yes", "--json", "--form", "opened_on=%m-%d-%Y")
    field = json.loads(out)["fields"]["opened_on"]
    assert (field["operations"]["date"], field["doubtful"]) == ("%m-%d-%Y", False)


def test_a_field_may_be_left_out_by_hand(onboard):
    """`--map FIELD=` reads nothing."""
    _, out, _ = onboard(health_centres(), "--yes", "--json", "--map", "beds=")
    assert "beds" not in json.loads(out)["fields"]


def test_files_that_are_there_stay(onboard, project):
    """Without `--force` nothing is written over, and without `--add` nothing is added."""
    onboard(health_centres(), "--yes")
    before = {file: (project / file).read_bytes() for file in _files(project)}
    code, _, err = onboard(health_centres(20), "--yes")
    assert code == 2
    assert "--add" in err
    code, _, err = onboard(health_centres(20), "--yes", "--add")
    assert code == 2
    assert "puskesmas" in err
    assert {file: (project / file).read_bytes() for file in _files(project)} == before


def test_a_contract_is_written_anew_only_by_force(onboard, project):
    """From a better sample; the partner's file keeps what a person has put there, and is not asked for again."""
    onboard(health_centres(), "--yes")
    file = project / "config/partners/bandung.toml"
    mapping = project / "schemas/partners/bandung/puskesmas.mapping.toml"
    file.write_text(file.read_text().replace('contact      = ""', 'contact      = "data@bandung.example"'))
    before, proposed = file.read_bytes(), mapping.read_text()
    mapping.write_text("resource = 'facility'\n")
    code, out, _ = onboard(health_centres(30), "--yes", "--json", "--force")
    answer = json.loads(out)
    assert (code, answer["records"]) == (0, 30)
    assert str(file) not in answer["files"]
    assert "base_url" not in {one["about"] for one in answer["open"]}
    assert (file.read_bytes(), mapping.read_text()) == (before, proposed)


def test_a_second_dataset_leaves_the_partners_file_as_it_was(onboard, project):
    """Its comments stay, and the new tables stand at the end."""
    onboard(health_centres(), "--yes")
    file = project / "config/partners/bandung.toml"
    file.write_text("# Kept.\n" + file.read_text())
    before = file.read_text()
    code, _, _ = onboard(reports(), "--yes", "--add", file="laporan.json")
    assert code == 0
    assert file.read_text().startswith(before.rstrip("\n"))
    assert set(tomllib.loads(file.read_text())["datasets"]) == {"puskesmas", "laporan"}


def test_a_dry_run_writes_nothing(onboard, project):
    """It tells what it would do."""
    code, out, _ = onboard(health_centres(), "--yes", "--json", "--dry-run")
    assert code == 0
    assert json.loads(out)["files"] == []
    assert not project.exists()


def test_a_key_in_the_url_is_written_nowhere(onboard, project):
    """Its name is, and which variable it is to stand in."""
    url = "https://data.contoh.example/api/faskes?jenis=pkm&api_key=rahasia-sekali&page=2"
    _, out, err = onboard(health_centres(), "--yes", "--json", "--url", url)
    settings = (project / "config/partners/bandung.toml").read_text()
    platform = next(iter(tomllib.loads(settings)["platforms"].values()))
    dataset = tomllib.loads(settings)["datasets"]["puskesmas"]
    assert "rahasia-sekali" not in out + err + settings
    assert platform["base_url"] == "https://data.contoh.example"
    assert platform["auth"] == {"kind": "api-key", "query_parameter": "api_key", "secret": "BANDUNG_API_KEY"}
    assert dataset["path"] == "/api/faskes"
    assert dataset["query"] == {"jenis": "pkm"}


BAD = {
    "empty": (b"", "kosong.json"),
    "white space": (b" \n\t ", "kosong.json"),
    "not JSON": (b'{"data": [', "rusak.json"),
    "a web page": (b"<!DOCTYPE html><html><body>Login</body></html>", "data.json"),
    "deeply nested": (b"[" * 5000 + b"]" * 5000, "dalam.json"),
    "no records": (b'{"data": []}', "tanpa.json"),
    "a number": (b"42", "angka.json"),
    "gzip": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "data.json"),
}


@pytest.mark.parametrize(("content", "file"), BAD.values(), ids=BAD)
def test_what_is_no_sample_is_told_and_nothing_is_written(onboard, project, content, file):
    """One sentence that says what to do, also as JSON; no file, no folder."""
    code, out, err = onboard(content, "--yes", "--json", file=file)
    assert code in {1, 2}
    assert out == ""
    assert len(json.loads(err)["message"]) > 20
    assert "Traceback" not in err
    assert not project.exists()


def test_a_sample_of_200_megabytes_is_told_before_it_is_read(project, tmp_path, capsys):
    """It says how much of it is enough."""
    sample = tmp_path / "besar.json"
    with sample.open("wb") as file:
        file.write(b'[{"id": 1},')
        file.truncate(200 * 1024 * 1024)
    code = run(root, ["partners", "onboard", "bandung", "--sample", str(sample), "--into", str(project), "--yes"])
    assert code == 1
    assert "MB" in capsys.readouterr().err
    assert not project.exists()


def test_a_file_that_is_not_there_is_told(project, capsys):
    """With its name."""
    code = run(root, ["partners", "onboard", "bandung", "--sample", "/tidak/ada.json", "--into", str(project), "--yes"])
    assert code == 1
    assert "ada.json" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Bandung", "../bandung", "-x", "bandung/raya", ""])
def test_a_name_that_is_none_is_refused(onboard, project, name):
    """Names become files and paths."""
    code, _, _ = (
        onboard(health_centres(), "--yes", "--", partner=name)
        if name == "-x"
        else onboard(health_centres(), "--yes", partner=name)
    )
    assert code == 2
    assert not project.exists()


def test_a_windows_table_with_semicolons_and_a_title_above_is_read(onboard, project):
    """Encoding and delimiter are found out and written into the partner's file."""
    rows = ["DAFTAR PUSKESMAS;;;", "NO;NAMA PUSKESMAS;ALAMAT;NO TELP"]
    rows += [
        f"{number};Puskesmas Caf\xe9 {number};Jl. Kenanga No. {number};022-555{number:04d}" for number in range(1, 25)
    ]
    code, out, _ = onboard("\r\n".join(rows).encode("windows-1252"), "--yes", "--json", file="puskesmas.csv")
    answer = json.loads(out)
    dataset = tomllib.loads((project / "config/partners/bandung.toml").read_text())["datasets"]["puskesmas"]
    assert code == 0
    assert answer["fields"]["name"]["path"] == '"NAMA PUSKESMAS"'
    assert dataset["options"]["delimiter"] == ";"
    assert dataset["options"]["encoding"] == "windows-1252"


def test_ids_that_come_twice_are_told(onboard):
    """Two records of one id: the answer says how many are lost."""
    rows = health_centres()
    rows = [*rows, {**rows[0], "nm_faskes": "Puskesmas Lain", "almt": "Jl. Lain 1"}, {**rows[1], "almt": "Jl. Lain 2"}]
    _, out, _ = onboard(rows, "--yes", "--json")
    answer = json.loads(out)
    told = " ".join([*answer["notes"], *(one["message"] for one in answer["open"])])
    assert "kd_faskes" in told or answer["fields"]["id"]["path"] != "kd_faskes"


def test_on_a_terminal_a_person_is_asked(tmp_path):
    """Which Bandung it is, which path a doubtful field has, and how it is written; the answers are in the files."""
    rows = [
        {
            "id": number,
            "nama": f"Puskesmas {number}",
            "alamat": f"Jl. Melati No. {number}",
            "kontak": f"02255500{number:02d}",
            "tgl_buka": f"0{number % 9 + 1}-0{number % 7 + 1}-2019",
        }
        for number in range(12)
    ]
    sample = tmp_path / "puskesmas.json"
    sample.write_text(json.dumps(rows))
    ours, theirs = pty.openpty()
    command = (
        sys.executable,
        "-m",
        "gateway",
        "partners",
        "onboard",
        "bandung",
        "--sample",
        sample,
        "--into",
        tmp_path,
    )
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, cwd=ROOT) as asked:
        os.close(theirs)
        os.write(ours, b"32.04\n" + b"\n" * 20)
        table, _ = asked.communicate(timeout=60)
    os.close(ours)
    assert asked.returncode == 0
    assert b"Jl." not in table
    mapping = (tmp_path / "schemas/partners/bandung/puskesmas.mapping.toml").read_text()
    assert 'date = "%d-%m-%Y"' in mapping
    assert "# doubtful" not in mapping
    assert 'kode_wilayah = "32.04"' in (tmp_path / "config/partners/bandung.toml").read_text()
