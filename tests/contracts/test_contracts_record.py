"""`gateway contracts record`: what it keeps proves what the real answer proved, and tells of nobody."""

import asyncio
import csv
import io
import json
import re
from datetime import date

import pytest

from gateway.cli.main import root
from gateway.cli.run import run
from gateway.contracts.check_samples import check_samples
from gateway.contracts.record.recording import NotRecorded, recording
from gateway.contracts.record.taking import Taken
from gateway.contracts.report import Outcome
from tests.support.command import ran
from tests.support.contract_files import ContractFiles
from tests.support.platform_server import PlatformServer, answering, hanging

DAY = date(2026, 3, 10)
REPORTS = "sumedang/service-requests"
DATASETS = [
    "jakarta/flood-gates",
    "jakarta/foreign-visitors",
    "jakarta/health-centres",
    "jakarta/hospitals",
    "jakarta/service-requests",
    "jakarta/services",
    "jakarta/specialist-hospitals",
    "jakarta/waste-sites",
    "sumedang/health-facilities",
    "sumedang/health-workers",
    "sumedang/pharmacy-counts",
    "sumedang/population",
    "sumedang/service-requests",
    "sumedang/services",
]
NIK, CARD = "3211054403920001", "3211050101100007"
PHONE, MAIL, PLATE = "0813-9876-5432", "zulaikha@kantor.go.id", "D 8417 QXZ"
NAME = "Siti Zulaikha"
TEXT = f"Lapor {NAME} {NIK} {PHONE} {MAIL} {PLATE}"
TOKENS = (NIK, CARD, "98765432", "zulaikha", "kantor.go.id", "8417 qxz")


@pytest.fixture
def reports(tmp_path):
    """The contract of Sumedang's complaints, in a folder of its own."""
    return ContractFiles(tmp_path, REPORTS)


def pages_of(contract):
    """The recorded samples, as if they came fresh."""
    return [Taken(sample.path.read_bytes(), sample.path.suffix) for sample in contract.samples]


def left_in(content):
    """Which of the planted values stand in a body, however they are written."""
    text = content.decode("utf-8", "replace")
    if "\\u" in text:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    folded = re.sub(r"(?<=\d)[ .\-](?=\d)", "", text.casefold())
    return [token for token in TOKENS if token in folded]


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_recording_proves_what_the_real_answer_proved(tmp_path, dataset):
    """The stage of samples says the same of both: outcome, records, refusals, findings."""
    files = ContractFiles(tmp_path, dataset)
    contract = files.contract()
    before = check_samples(contract)
    made = recording(contract, pages_of(contract), day=DAY)
    for old in files.samples.iterdir():
        old.unlink()
    for name, content in made.files.items():
        (files.samples / name).write_bytes(content)
    after = check_samples(files.contract())
    assert (before.outcome, before.counts) == (after.outcome, after.counts)
    assert [it.code for it in before.findings] == [it.code for it in after.findings]
    assert after.outcome is not Outcome.BROKEN


def planted(document):
    """The document with a person's values everywhere: mapped and not, in texts, keys, numbers, JSON within texts."""
    rows = document["data"]["data"]["data"]
    for row in rows[:5]:
        row |= {"user_name": NAME, "user_email": MAIL, "user_phone": PHONE}
        row |= {"title": TEXT, "description": TEXT, "address_detail": f"Jl. {NAME} No. 8417, {PHONE}"}
        row |= {"opd_name": f"DINAS {NAME.upper()}, hub. {PHONE}", "authority": TEXT}
        row["detail"] = json.dumps({**json.loads(row["detail"]), "keterangan_instruksi": TEXT, "catatan": [TEXT, NIK]})
        row["category"] |= {"name": TEXT}
        row["evidence"] = [{"id": 1, "url": f"https://foto.kantor.go.id/{NIK}.jpg?hp={PHONE}", "keterangan": TEXT}]
        row["nama_ibu"], row["tgl_lahir"] = NAME, "1992-03-04"
        row["nik"], row["no_kk"], row["hp"] = int(NIK), CARD, 81398765432
        row["keluarga"] = {NIK: {"nama": NAME.upper(), "anggota": [NAME, [MAIL], {"kk": CARD}]}}
        row["lain"] = f"3211 0544 0392 0001 / 3211.0544.0392.0001 / +62 813 9876 5432 / {NAME.lower()}"
    document["message"] = TEXT
    document["meta"] = {"diminta_oleh": NAME, MAIL: [int(NIK), "6281398765432"]}
    return document


def test_nothing_of_a_person_is_left_wherever_it_stood(reports):
    """Planted in every kind of place; and what is told of it names places and numbers, and never a value."""
    reports.change_sample("complaints.json", planted)
    contract = reports.contract()
    (page,) = pages_of(contract)
    assert set(left_in(page.content)) == set(TOKENS)
    made = recording(contract, [page], day=DAY)
    (content,) = made.files.values()
    assert [] == left_in(content)
    assert [] == left_in(repr(made.made_up).encode())
    assert {"address", "coordinate", "date", "e-mail", "name", "nik", "phone", "text", "url"} <= {
        it.shape for it in made.made_up
    }
    first = json.loads(content)["data"]["data"]["data"][0]
    assert first["tgl_lahir"] != "1992-03-04"
    assert type(first["nik"]) is int
    assert len({str(first["nik"]), first["no_kk"]}) == 2


def test_what_belongs_together_still_does(reports):
    """The same person is the same made-up one, over all pages."""
    reports.change_sample("complaints.json", planted)
    contract = reports.contract()
    (page,) = pages_of(contract)
    made = recording(contract, [page, page], day=DAY)
    assert ["2026-03-10-page-1.json", "2026-03-10-page-2.json"] == sorted(made.files)
    one, other = made.files.values()
    assert one == other
    rows = json.loads(one)["data"]["data"]["data"][:5]
    assert 1 == len({row["user_name"] for row in rows}) == len({row["nik"] for row in rows})
    assert str(rows[0]["nik"]) in rows[0]["keluarga"]


def test_the_rest_is_as_it_came(reports):
    """Codes, regions, instants, ids, types and the order of members."""
    contract = reports.contract()
    (page,) = pages_of(contract)
    (content,) = recording(contract, [page], day=DAY).files.values()
    before, after = (json.loads(it)["data"]["data"]["data"] for it in (page.content, content))
    for old, new in zip(before, after, strict=True):
        assert list(old) == list(new)
        assert [type(it) for it in old.values()] == [type(it) for it in new.values()]
        for kept in ("id", "complaint_id", "complaint_status_id", "district_id", "created_at", "deadline_at"):
            assert old[kept] == new[kept]
        for key in ("title", "description"):
            assert len(old[key] or "") == len(new[key] or "")


def test_a_seed_makes_the_same_up_again(reports):
    """And without one, every recording is another."""
    contract = reports.contract()
    pages = pages_of(contract)
    same = [recording(contract, pages, day=DAY, key=b"7").files for _ in range(2)]
    others = [recording(contract, pages, day=DAY).files for _ in range(2)]
    assert same[0] == same[1]
    assert others[0] != others[1]


def test_nothing_of_a_person_is_left_in_a_table(tmp_path):
    """In cells of every column, also where the table is in another encoding; its form stays."""
    files = ContractFiles(tmp_path, "sumedang/services")
    (sample,) = files.samples.iterdir()
    rows = list(csv.reader(io.StringIO(sample.read_text(encoding="utf-8")), delimiter=";"))
    place = rows[0].index("Penanganan Pengaduan")
    for row in rows[1:]:
        row[place] += f"|{TEXT}"
        row[rows[0].index("Kanal")] += f"|{PHONE}"
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(rows)
    sample.write_text(written.getvalue(), encoding="utf-8")
    contract = files.contract()
    (content,) = recording(contract, pages_of(contract), day=DAY).files.values()
    made = list(csv.reader(io.StringIO(content.decode()), delimiter=";"))
    assert rows[0] == made[0]
    assert [row[:2] for row in rows] == [row[:2] for row in made]
    assert [] == [
        token for token in left_in(content) if token != "zulaikha"
    ]  # of a name, a table of services knows nothing


def test_nothing_of_a_person_is_left_in_a_feed(tmp_path):
    """In elements, attributes, texts between them and comments."""
    files = ContractFiles(tmp_path, "jakarta/flood-gates")
    (sample,) = files.samples.iterdir()
    text = sample.read_text(encoding="utf-8")
    text = re.sub(r"<CREATED_BY>[^<]*", f"<CREATED_BY>{NAME}", text)
    text = re.sub(r"<LOKASI>[^<]*</LOKASI>", f'<LOKASI petugas="{NAME}">{TEXT}</LOKASI>{PHONE}<!-- {NIK} -->', text)
    sample.write_text(text, encoding="utf-8")
    contract = files.contract()
    (content,) = recording(contract, pages_of(contract), day=DAY).files.values()
    assert [] == left_in(content)
    assert content.count(b"<LOKASI petugas=") == text.count("<LOKASI petugas=")


def test_what_cannot_be_made_up_without_a_difference_is_not_kept(reports):
    """A source schema that admits one person's number only; the place is named, and no value."""

    def only_this(schema):
        item = schema["properties"]["data"]["properties"]["data"]["properties"]["data"]["items"]
        item["properties"]["user_phone"] = {"type": ["string", "null"], "pattern": "^08139876|^0812555"}

    reports.change_source(only_this)
    reports.change_sample("complaints.json", planted)
    contract = reports.contract()
    with pytest.raises(NotRecorded, match="user_phone") as refused:
        recording(contract, pages_of(contract), day=DAY)
    assert [] == left_in(str(refused.value).encode())


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": NaN}', b"\xff\xfe"])
def test_what_is_no_document_is_not_kept(reports, content):
    """And is said so."""
    with pytest.raises(NotRecorded, match="no JSON"):
        recording(reports.contract(), [Taken(content, ".json")], day=DAY)


@pytest.fixture
def record(reports, capsys):
    """The command over a real platform that answers with `body`: exit code, stdout, stderr."""

    async def command(answer, *arguments, name=REPORTS):
        async with PlatformServer(answer) as platform:
            settings = reports.root / "config/partners/sumedang.toml"
            text = settings.read_text(encoding="utf-8")
            text = re.sub(r'base_url = "http[^"]*"', f'base_url = "{platform.url}"', text)
            settings.write_text(text, encoding="utf-8")
            called = ("contracts", "record", name, "--root", reports.root, *arguments)
            return await asyncio.to_thread(ran, capsys, *called)

    return command


@pytest.fixture
def secrets(monkeypatch):
    """What the platforms of the settings ask for."""
    monkeypatch.setenv("SUMEDANG_COMPLAINTS_TOKEN", "k")


def body_of(reports):
    """What the platform answers: a person everywhere."""
    return json.dumps(planted(json.loads((reports.samples / "complaints.json").read_text(encoding="utf-8")))).encode()


async def test_a_fresh_sample_is_taken_over_the_wire(reports, record, secrets):
    """Written beside the others, whole; said what was made up where; and the check takes it."""
    code, out, err = await record(answering(body_of(reports)), "--json")
    assert (0, "") == (code, err)
    answer = json.loads(out)
    (file,) = answer["files"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-page-1\.json", file.rpartition("/")[2])
    content = (reports.samples / file).read_bytes()
    assert [] == left_in(content) == left_in(out.encode())
    assert {"pointer", "shape", "count"} == set(answer["made_up"][0])
    report = await asyncio.to_thread(check_samples, reports.contract())
    assert report.counts["samples"] == 2


async def test_a_sample_of_today_is_not_written_over(reports, record, secrets):
    """Unless that is wanted."""
    first = await record(answering(body_of(reports)))
    second = await record(answering(body_of(reports)))
    third = await record(answering(body_of(reports)), "--force")
    assert [0, 1, 0] == [first[0], second[0], third[0]]
    assert "--force" in second[2]


async def test_one_day_is_one_recording(reports, record, secrets):
    """What was kept of another page of today, by onboarding or by hand, goes; or else its rows would come twice."""
    _, out, _ = await record(answering(body_of(reports)), "--json")
    first = reports.samples / json.loads(out)["files"][0]
    other = first.rename(first.with_name(first.name.replace("page-1.", "page-07.")))
    code, _, err = await record(answering(body_of(reports)))
    assert (code, other.exists(), first.exists()) == (1, True, False)
    assert "of the same day" in err
    assert 0 == (await record(answering(body_of(reports)), "--force"))[0]
    assert (other.exists(), first.exists()) == (False, True)


async def test_a_dry_run_writes_nothing(reports, record, secrets):
    """And says the same; another folder takes the files where one is given."""
    before = sorted(reports.root.rglob("*"))
    assert 0 == (await record(answering(body_of(reports)), "--dry-run"))[0]
    assert before == sorted(reports.root.rglob("*"))
    assert 0 == (await record(answering(body_of(reports)), "--out", reports.root / "else"))[0]
    assert 1 == len(list((reports.root / "else").iterdir()))


async def test_a_platform_that_does_not_answer_leaves_nothing(reports, record, secrets):
    """Nor does one that says that it failed, or whose answer is another one; exit code 1, and why."""
    before = sorted(reports.root.rglob("*"))
    for answer, why in (
        (answering(b"{}", status=503), "503"),
        (answering(b"<html>", content_type="text/html"), "text/html"),
        (hanging, "no answer"),
    ):
        code, _, err = await record(answer, "--deadline", "1")
        assert 1 == code
        assert why in err
    assert before == sorted(reports.root.rglob("*"))


async def test_only_one_dataset_that_can_be_asked_for_is_recorded(record, secrets):
    """Exit code 2 for a name that is none."""
    code, _, err = await record(answering(b"{}"), name="sumedang/nothing")
    assert 2 == code
    assert "no contract" in err


def test_life_events_are_not_asked_for(tmp_path, capsys):
    """They come to us; exit code 2, and what to do."""
    files = ContractFiles(tmp_path, "jakarta/hospital-births")
    assert 2 == run(root, ["contracts", "record", "jakarta/hospital-births", "--root", str(files.root)])
    assert "comes to us" in capsys.readouterr().err
