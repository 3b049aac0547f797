"""Tables of offices without an API, over real PostgreSQL and MariaDB."""

import asyncio
import json
import os
import shutil
import tempfile
import uuid
from pathlib import Path

import pytest

from adapters.base import Fault, Question
from adapters.config import AdapterMisconfigured, Auth, Paging
from tests.support.adapter_cases import RECORDS, SIZE
from tests.support.adapter_promises import AnyAdapter, failure, walk
from tests.support.certificates import Certificates
from tests.support.tables import READER, Tables, mariadb_tables, postgres_tables


class Rows:
    """How rows of `daftar` become the suite's records."""

    by_id = True
    filter_name = "kode"

    @staticmethod
    def rows(document):
        return [{**it, "id": str(it["id"])} for it in document]


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request):
    """Each product in turn: the URL of an empty database, or a server that one can be made on."""
    return request.getfixturevalue("postgres_url" if request.param == "postgresql" else "mariadb_server")


@pytest.fixture
async def tables(server):
    """A database of its own."""
    if isinstance(server, str):
        made = await postgres_tables(server)
    else:
        made = await mariadb_tables(server, f"uji_{uuid.uuid4().hex[:12]}")
    yield made
    await made.close()


@pytest.fixture
def case():
    """The rows as the suite's records."""
    return Rows()


@pytest.fixture
def offer(tables):
    """Changes the rows of the table."""
    return tables.fill


@pytest.fixture
async def adapter(tables):
    """The adapter over the whole suite's records."""
    await tables.fill(RECORDS)
    return tables.adapter(filters={"f": "kode"})


class TestTables(AnyAdapter):
    """What every adapter promises, of tables too."""


async def rows(adapter, **question):
    """The rows of one document."""
    return json.loads((await adapter.fetch(Question(**question))).body)


async def test_a_table_that_is_small_is_one_document(tables):
    """And one that is not is said to be too large, rather than cut."""
    await tables.fill(RECORDS)
    whole = tables.adapter(paging=Paging())
    assert RECORDS == Rows.rows(await rows(whole))
    short = tables.adapter(paging=Paging(), options={"max_rows": str(len(RECORDS) - 1)})
    assert Fault.TOO_LARGE == (await failure(short)).fault


async def test_a_document_that_is_too_large_is_not_read_to_its_end(tables):
    """The rows stop coming at the limit."""
    await tables.fill(RECORDS)
    adapter = tables.adapter(options={"max_bytes": "200"})
    assert Fault.TOO_LARGE == (await failure(adapter)).fault
    assert [RECORDS[0]] == Rows.rows(await rows(adapter, source_id="1"))


async def test_only_the_columns_that_are_listed_are_read(tables):
    """The id comes along, as the table is walked by it."""
    await tables.fill(RECORDS[:1])
    assert [{"nama": RECORDS[0]["nama"], "id": 1}] == await rows(tables.adapter(options={"columns": "nama"}))


@pytest.mark.parametrize("name", ['na"ma', "na`ma", "na'ma; DROP TABLE daftar --", "100%s %(x)s", "$1", "nama lengkap"])
async def test_a_name_is_an_identifier_whatever_it_holds(tables, name):
    """Of a column, in the list and as the id."""
    quoted = "`" + name.replace("`", "``") + "`" if tables.server else '"' + name.replace('"', '""') + '"'
    await tables.run(f"CREATE TABLE aneh ({quoted} varchar(20)); INSERT INTO aneh VALUES ('a'), ('b')")
    adapter = tables.adapter(path="aneh", by_id=name, filters={"f": name})
    assert [{name: "a"}, {name: "b"}] == await rows(adapter)
    assert [{name: "b"}] == await rows(adapter, source_id="b") == await rows(adapter, filters={name: "b"})


@pytest.mark.parametrize(
    "value", ["' OR '1'='1", "\\' OR 1=1 -- ", '" OR ""="', "%", "x'; DROP TABLE daftar; --", "\0"]
)
async def test_a_value_is_only_ever_a_value(tables, value):
    """In a filter, as an id and in a position: it finds nothing, and the table is still there."""
    await tables.run("CREATE TABLE teks (id varchar(50), kode varchar(50))")
    await tables.run("INSERT INTO teks VALUES ('a', 'b'), ('c', 'd')")
    adapter = tables.adapter(path="teks", filters={"a": "kode", "b": "kode^=", "c": "id"})
    for name in ("kode", "kode^=", "id"):
        assert [] == await rows(adapter, filters={name: value})
    assert Fault.NOT_FOUND == (await failure(adapter, source_id=value)).fault
    behind = await failure(adapter, position="k\0") if value == "\0" else await rows(adapter, position=f"k{value}")
    assert behind is not None
    assert 2 == len(await rows(adapter))


async def test_a_filter_must_be_one_that_is_allowed(tables):
    """A column that is there but not listed is not filtered by; nor is it named."""
    error = await failure(tables.adapter(filters={"f": "nama"}), filters={"kode": "32.11.01"})
    assert (Fault.UNREADABLE, False) == (error.fault, "32.11" in error.message)


async def test_filters_begin_and_compare(tables):
    """`^=` finds what lies within a region, `>=` what has changed since."""
    types = tables.words
    await tables.run(
        f"CREATE TABLE ubah (id int, kode varchar(20), saat {types['time']} NULL, jam {types['clock']} NULL, hari date)"
    )
    zone = "" if tables.server else "+00"
    for number in (1, 2, 3):
        instant = f"'2026-01-0{number} 02:00:00{zone}'"
        session = "SET time_zone = '+00:00'; " if tables.server else ""
        await tables.run(
            f"{session}INSERT INTO ubah VALUES ({number}, '32.1{number}.04', {instant}, "
            f"'2026-01-0{number} 09:00:00', '2026-01-0{number}')"
        )
    names = ("kode^=", "saat>=", "saat<=", "jam>=", "hari", "id")
    adapter = tables.adapter(path="ubah", filters={f"f{number}": name for number, name in enumerate(names)})

    async def found(**filters):
        return [it["id"] for it in await rows(adapter, filters=filters)]

    assert [1] == await found(**{"kode^=": "32.11"})
    assert [1, 2, 3] == await found(**{"kode^=": "32"})
    assert [2, 3] == await found(**{"saat>=": "2026-01-02T09:00:00+07:00"})
    assert [1, 2] == await found(**{"saat<=": "2026-01-02T02:00:00+00:00"})
    assert [2, 3] == await found(**{"jam>=": "2026-01-02T09:00:00"})
    assert [3] == await found(hari="2026-01-03")
    assert [] == await found(hari="bukan tanggal")
    assert [] == await found(id="9" * 30)
    for name, text in (("jam>=", "2026-01-02T09:00:00+07:00"), ("saat>=", "2026-01-02T09:00:00")):
        error = await failure(adapter, filters={name: text})
        assert "takes a time" in error.message


async def test_values_are_what_the_mapping_language_reads(tables):
    """Decimals keep their digits, instants have an offset, wall clocks none, bytes are base64, JSON is JSON."""
    types = tables.words
    await tables.run(
        "CREATE TABLE nilai (id int, biaya numeric(20,2), besar bigint, rasio " + types["float"] + ", "
        f"saat {types['time']} NULL, jam {types['clock']} NULL, hari date, foto {types['bytes']}, "
        f"data {types['json']}, kosong text, teks char(6))"
    )
    as_bytes = "x'00ff'" if tables.server else r"'\x00ff'"
    session = "SET time_zone = '+00:00'; " if tables.server else ""
    zone = "" if tables.server else "+00"
    await tables.run(
        f"{session}INSERT INTO nilai VALUES (1, 12345678901234567.50, 9007199254740993, 0.1, "
        f"'2026-01-02 03:04:05{zone}', '2026-01-02 10:04:05', '2026-01-02', {as_bytes}, "
        """'{"a": [1, null]}', NULL, 'élok')"""
    )
    body = (await tables.adapter(path="nilai").fetch(Question())).body.decode()
    assert '"biaya":12345678901234567.50' in body
    (row,) = json.loads(body)
    assert (9007199254740993, 0.1, "2026-01-02T03:04:05Z", "2026-01-02T10:04:05", "2026-01-02") == (
        row["besar"], row["rasio"], row["saat"], row["jam"], row["hari"],
    )  # fmt: skip
    given = json.loads(row["data"]) if tables.server else row["data"]  # MariaDB's JSON is text
    assert ("AP8=", {"a": [1, None]}, None, "élok") == (row["foto"], given, row["kosong"], row["teks"].strip())


async def test_rows_without_an_id_come_once_and_equal_ids_stay_together(tables):
    """They are broken, and the mapping says so; a walk must neither lose them nor go round."""
    await tables.run("CREATE TABLE rusak (id int, nama text)")
    ids = ["NULL", *"1222334", "NULL", "5"]
    await tables.run("INSERT INTO rusak VALUES " + ", ".join(f"({it}, 'x')" for it in ids))
    adapter, found, position = tables.adapter(path="rusak"), [], None
    while True:
        document = await adapter.fetch(Question(size=4, position=position))
        found += [it["id"] for it in json.loads(document.body)]
        position = document.next_position
        if position is None:
            break
    assert sorted(ids) == sorted("NULL" if it is None else str(it) for it in found)
    error = await failure(adapter, size=2, position="k1")
    assert "same id" in error.message


async def test_text_ids_are_exact(tables):
    """Where MySQL itself takes `A` for `a` and blanks at the end for nothing."""
    await tables.run("CREATE TABLE teks (id varchar(20)); INSERT INTO teks VALUES ('a-1'), ('é'), ('z')")
    adapter = tables.adapter(path="teks")
    assert [{"id": "a-1"}] == await rows(adapter, source_id="a-1")
    for other in ("A-1", "a-1 ", "e", "%"):
        assert Fault.NOT_FOUND == (await failure(adapter, source_id=other)).fault
    assert 3 == len(await walk(tables.adapter(path="teks"), Rows()))


async def test_a_view_in_a_schema_is_a_table(tables):
    """Which is what an office will offer."""
    await tables.fill(RECORDS)
    schema = tables.base_url.rpartition("/")[2] if tables.server else "layanan"
    create = "" if tables.server else "CREATE SCHEMA layanan; "
    await tables.run(f"{create}CREATE VIEW {schema}.v_daftar AS SELECT id, nama FROM daftar WHERE id < 3")
    assert [1, 2] == [it["id"] for it in await rows(tables.adapter(path=f"{schema}.v_daftar"))]


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        ({"path": "tiada"}, "there is no table tiada"),
        ({"by_id": "idd"}, "no column idd; did you mean id?"),
        ({"options": {"columns": "nma"}}, "no column nma; did you mean nama?"),
        ({"filters": {"f": "kodee"}}, "no column kodee; did you mean kode?"),
    ],
)
async def test_a_name_that_is_not_there_is_said(tables, dataset, said):
    """With the nearest that is."""
    error = await failure(tables.adapter(**dataset))
    assert Fault.UNREADABLE == error.fault
    assert said in error.message


async def test_a_table_that_changes_is_looked_at_again(tables):
    """A column that goes breaks one question, not all that follow."""
    await tables.fill(RECORDS[:1])
    adapter = tables.adapter()
    await rows(adapter)
    await tables.run("ALTER TABLE daftar DROP COLUMN kode")
    assert Fault.UNREADABLE == (await failure(adapter)).fault
    assert [{"id": 1, "nama": RECORDS[0]["nama"]}] == await rows(adapter)


async def test_nothing_can_be_written(tables):
    """Not even by a view that tries, as the transaction only reads."""
    if tables.server:
        body = "MODIFIES SQL DATA BEGIN DELETE FROM daftar; RETURN 1; END"
        await tables.run(f"DELIMITER //\nCREATE FUNCTION tulis() RETURNS int {body}//\nDELIMITER ;")
        tables.server.run(f"GRANT ALL ON *.* TO '{tables.auth.user}'@'127.0.0.1'")
    else:
        await tables.run("CREATE FUNCTION tulis() RETURNS int LANGUAGE sql AS 'DELETE FROM daftar; SELECT 1'")
    await tables.fill(RECORDS)
    await tables.run("CREATE VIEW jahat AS SELECT tulis() AS id")
    assert Fault.UNREADABLE == (await failure(tables.adapter(path="jahat"))).fault
    assert RECORDS == await walk(tables.adapter(), Rows())


async def test_a_statement_that_takes_too_long_is_ended(tables):
    """By the database itself, so that it does not work on for nobody; the next question is answered."""
    sleep = "SLEEP(30)" if tables.server else "(SELECT 1 FROM pg_sleep(30))::int"
    await tables.run(f"CREATE VIEW lama AS SELECT {sleep} AS id")
    await tables.fill(RECORDS)
    slow = tables.adapter(path="lama", platform={"timeout_s": 0.4})
    error = await failure(slow)
    assert (Fault.TIMEOUT, True) == (error.fault, error.is_transient)
    assert SIZE == len(await rows(tables.adapter(), size=SIZE))


async def test_many_questions_share_few_connections(tables):
    """They wait for one another, and each is answered."""
    await tables.fill(RECORDS)
    adapter = tables.adapter()
    answers = await asyncio.gather(*(rows(adapter, source_id=str(n)) for n in range(1, 21)))
    assert RECORDS[:20] == [Rows.rows(it)[0] for it in answers]


async def test_a_connection_that_the_database_ended_is_not_used_again(tables):
    """After a restart or an administrator's act, the next question is answered."""
    await tables.fill(RECORDS)
    adapter = tables.adapter()
    await rows(adapter)
    if tables.server:
        await tables.run(f"KILL USER '{tables.auth.user}'@'127.0.0.1'")
    else:
        ours = "application_name = 'pertukaran' AND datname = current_database()"
        await tables.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")
    await asyncio.sleep(0.1)
    assert [RECORDS[6]] == Rows.rows(await rows(adapter, source_id="7"))


async def test_a_closed_adapter_leaves_no_connection(tables):
    """The database counts them."""
    await tables.fill(RECORDS)
    adapter = tables.adapter()
    await asyncio.gather(rows(adapter), rows(adapter))
    await adapter.close()
    await asyncio.sleep(0.1)
    if tables.server:
        statement = f"SELECT 1 DIV (COUNT(*) = 0) FROM information_schema.processlist WHERE user = '{tables.auth.user}'"
        await tables.run(
            f"SET sql_mode = 'ERROR_FOR_DIVISION_BY_ZERO,STRICT_ALL_TABLES'; CREATE TABLE n AS {statement}"
        )
    else:
        ours = "application_name = 'pertukaran' AND datname = current_database()"
        await tables.run(f"SELECT 1 / (count(*) = 0)::int FROM pg_stat_activity WHERE {ours}")


async def test_a_question_that_is_given_up_leaves_the_connections_sound(tables):
    """The next one does not read what was meant for it."""
    await tables.fill(RECORDS)
    adapter = tables.adapter()
    for _ in range(5):
        task = asyncio.create_task(rows(adapter))
        await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [RECORDS[6]] == Rows.rows(await rows(adapter, source_id="7"))


async def test_a_wrong_user_is_refused(tables):
    """And no word of the server's, nor a secret, is repeated."""
    adapter = tables.adapter(platform={"auth": Auth(kind="basic", user="orang-lain", secret="SALAH")})
    error = await failure(adapter)
    assert (Fault.REFUSED_US, False) == (error.fault, error.is_transient)
    assert not any(word in str(error) for word in ("orang-lain", "sandi", "rahasia"))


async def test_a_database_that_is_away_is_unreachable(tables):
    """And may be back in a moment."""
    base_url = f"{tables.base_url.partition('://')[0]}://127.0.0.1:1/x"
    error = await failure(tables.adapter(platform={"base_url": base_url}))
    assert (Fault.UNREACHABLE, True) == (error.fault, error.is_transient)


async def test_what_is_no_database_is_a_fault(tables):
    """A server that hangs up or talks of other things."""

    async def talk(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    base_url = f"{tables.base_url.partition('://')[0]}://127.0.0.1:{port}/x"
    error = await failure(tables.adapter(platform={"base_url": base_url}))
    assert error.fault in {Fault.UNREACHABLE, Fault.UNREADABLE}
    server.close()


async def test_a_database_that_says_nothing_times_out(tables):
    """After the platform's own timeout."""
    server = await asyncio.start_server(lambda *_: asyncio.sleep(60), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    base_url = f"{tables.base_url.partition('://')[0]}://127.0.0.1:{port}/x"
    error = await failure(tables.adapter(platform={"base_url": base_url, "timeout_s": 0.2}))
    assert (Fault.TIMEOUT, True) == (error.fault, error.is_transient)
    server.close()


async def test_a_position_of_another_list_is_refused(tables):
    """Before the database is asked for rows."""
    for position in ("7", "kx", "k" + "9" * 1000):
        assert "position" in (await failure(tables.adapter(), position=position)).message


async def test_tls_is_verified_where_an_authority_is_named(mariadb_server):
    """The right one is trusted, a stranger is not, and a password never goes where there is no TLS."""
    tables = await mariadb_tables(mariadb_server, f"uji_{uuid.uuid4().hex[:12]}")
    await tables.fill(RECORDS)
    trusted = tables.adapter(options={"ca_file": str(mariadb_server.certificates.authority)})
    assert RECORDS == await walk(trusted, Rows())
    strange = tables.adapter(options={"ca_file": str(mariadb_server.certificates.stranger)})
    assert "certificate is not trusted" in (await failure(strange)).message
    await tables.close()


def give_to_postgres(folder):
    """A server that was started by root does not run as root."""
    for path in (folder, *folder.rglob("*")):
        if os.geteuid() == 0:
            shutil.chown(path, "postgres")


async def test_postgresqls_tls_is_verified_too(postgres_url, tmp_path):
    """With a server that was given a certificate while it ran."""
    if "GATEWAY_TEST_POSTGRES_URL" in os.environ:
        pytest.skip("the server is not ours to change")
    folder = Path(tempfile.mkdtemp(prefix="tls-"))
    certificates = Certificates(folder / "tls")
    give_to_postgres(folder)
    tables = await postgres_tables(postgres_url)
    await tables.fill(RECORDS)
    try:
        for setting in (
            f"ssl_cert_file = '{certificates.certificate}'",
            f"ssl_key_file = '{certificates.key}'",
            "ssl = on",
        ):
            await tables.run(f"ALTER SYSTEM SET {setting}")
        await tables.run("SELECT pg_reload_conf()")
        await asyncio.sleep(0.3)
        assert RECORDS == await walk(tables.adapter(options={"ca_file": str(certificates.authority)}), Rows())
        error = await failure(tables.adapter(options={"ca_file": str(certificates.stranger)}))
        assert "certificate is not trusted" in error.message
    finally:
        await tables.run("ALTER SYSTEM SET ssl = off")
        await tables.run("SELECT pg_reload_conf()")
        await tables.close()
        shutil.rmtree(folder)


async def test_no_word_is_said_to_a_mysql_without_tls(monkeypatch):
    """The server's greeting is enough to know; nothing is sent after it."""
    heard = bytearray()

    async def greet(reader, writer):
        flags = (0xFFFF & ~0x0800).to_bytes(2, "little") + (45).to_bytes(1, "little") + b"\x02\x00" + b"\xff\xdf\x15"
        greeting = b"\x0a8.0.36\0" + b"\x01\0\0\0" + b"12345678\0" + flags + b"\0" * 10 + b"123456789012\0"
        body = greeting + b"mysql_clear_password\0"
        writer.write(len(body).to_bytes(3, "little") + b"\0" + body)
        await writer.drain()
        heard.extend(await reader.read(1000))
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    monkeypatch.setattr("adapters.sql_table.address._is_loopback", lambda host: False)
    base_url = f"mysql://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    tables = Tables("MySQL", base_url, Auth(kind="basic", user=READER, secret="KEY"), {})
    error = await failure(tables.adapter())
    assert "offers no TLS" in error.message
    assert b"" == bytes(heard)
    server.close()


async def test_no_word_is_said_to_a_postgresql_without_tls(postgres_url, monkeypatch):
    """A database elsewhere is spoken to over TLS or not at all."""
    tables = await postgres_tables(postgres_url)
    monkeypatch.setattr("adapters.sql_table.address._is_loopback", lambda host: False)
    error = await failure(tables.adapter())
    assert Fault.UNREACHABLE == error.fault
    await tables.close()


@pytest.mark.parametrize(
    ("base_url", "dataset", "key"),
    [
        ("postgresql://h", {}, "base_url"),
        ("mysql://h/a/b", {}, "base_url"),
        ("postgresql://u:p@h/x", {}, "base_url"),
        ("postgresql://h/x?sslmode=disable", {}, "base_url"),
        ("postgresql://h:x/x", {}, "base_url"),
        ("postgresql://h/x", {"path": "a.b.c"}, "path"),
        ("postgresql://h/x", {"path": ""}, "path"),
        ("postgresql://h/x", {"by_id": None}, "by_id"),
        ("postgresql://h/x", {"paging": Paging(kind="page")}, "paging.kind"),
        ("postgresql://h/x", {"options": {"columns": "a,,b"}}, "options.columns"),
        ("postgresql://h/x", {"filters": {"region": "a<>"}}, "filters.region"),
        ("postgresql://h/x", {"options": {"max_rows": "0"}}, "options.max_rows"),
        ("postgresql://h/x", {"options": {"ca_file": "/tiada"}}, "options.ca_file"),
        ("postgresql://h/x", {"options": {"sslmode": "x"}}, "options.sslmode"),
        ("postgresql://h/x", {"query": {"a": "b"}}, "query"),
    ],
)
def test_what_cannot_work_is_said_when_it_is_built(base_url, dataset, key):
    """By the key that is wrong; a password in an address is not repeated."""
    with pytest.raises(AdapterMisconfigured) as caught:
        Tables("x", base_url, Auth(), {}).adapter(**dataset)
    assert (key, False) == (caught.value.key, "u:p" in str(caught.value))


@pytest.mark.parametrize("auth", [Auth(kind="bearer", secret="KEY"), Auth(kind="basic", user="x", secret="TIADA")])
def test_a_database_needs_a_user_and_a_secret(auth):
    """That there are."""
    with pytest.raises(AdapterMisconfigured) as caught:
        Tables("x", "postgresql://h/x", auth, {}).adapter()
    assert caught.value.key in {"auth.kind", "auth.secret"}
