"""Asking partners, against real platforms and a real shared store."""

import asyncio

import pytest

from adapters.base import Question
from adapters.config import Auth
from gateway.errors import BadConfiguration, PartnerUnavailable, UnavailableCode
from gateway.settings import Dataset, Partner, Platform, Shared, Upstream
from gateway.storage.redis_breaker_board import RedisBreakerBoard
from gateway.storage.redis_document_cache import RedisDocumentCache
from gateway.storage.shared_store import open_shared
from gateway.upstream import ask
from gateway.upstream.asked_dataset import build_asked_datasets
from gateway.upstream.http import HttpTransport
from tests.support.platform_server import PlatformServer, answering, endless, hanging

A, B, PRIVATE = "kota/a", "kota/b", "desa/warga"
SETTINGS = {"deadline_s": 2.0, "max_bytes": 100_000, "breaker_threshold": 50, "breaker_open_s": 0.2}


class Region:
    """Two partners with a platform each; the first has two datasets. Their answers are the test's."""

    def __init__(self):
        self.answers = {A: answering(b'["a"]'), B: answering(b'["b"]'), PRIVATE: answering(b'["nik"]')}
        self.asked = []
        self.server = PlatformServer(self.answer)

    async def answer(self, request):
        dataset = "/".join(request.path.split("/")[1:3])
        self.asked.append((dataset, request))
        return await self.answers[dataset](request)

    def count(self, dataset):
        return sum(1 for it, _ in self.asked if it == dataset)

    def partners(self, **dataset):
        def partner(name, *sets):
            platform = Platform(adapter="rest_json", base_url=f"{self.server.url}/{name}", timeout_s=1.5)
            datasets = {it: Dataset(platform="p", path=f"/{it}", by_id=f"/{it}/{{id}}", **dataset) for it in sets}
            return Partner(id=name, name=name, kode_wilayah="32", platforms={"p": platform}, datasets=datasets)

        return {"kota": partner("kota", "a", "b"), "desa": partner("desa", "warga")}


@pytest.fixture
async def region():
    """Running."""
    region = Region()
    async with region.server:
        yield region


@pytest.fixture
async def make(region, cache, breakers, clock, meter):
    """Makes one process's `Upstream` after another, with settings of its own."""
    opened = []

    async def make(*, settings=None, board=None, **dataset):
        chosen = Upstream(**{**SETTINGS, **(settings or {})})
        transport = HttpTransport(chosen)
        await transport.open()
        datasets = build_asked_datasets(
            region.partners(**dataset), transport=transport, secrets={}.__getitem__, personal={PRIVATE}
        )
        upstream = ask.Upstream(
            datasets, cache=cache, breakers=board or breakers, settings=chosen, clock=clock, meter=meter
        )
        opened.append((upstream, transport))
        return upstream

    yield make
    for upstream, transport in opened:
        await upstream.close()
        await transport.close()


async def code_of(asking):
    """The code of the failure."""
    with pytest.raises(PartnerUnavailable) as caught:
        await asking
    return caught.value.code


async def test_a_reply_tells_what_was_said_and_when(make, clock):
    """Body, time, and a digest that follows the body."""
    upstream = await make()
    reply = await upstream.ask(A, Question())
    other = await upstream.ask(B, Question())
    assert (A, b'["a"]', clock.at, False, True) == (
        reply.dataset, reply.body, reply.fetched_at, reply.stale, reply.found,
    )  # fmt: skip
    assert reply.digest != other.digest


async def test_a_fresh_document_answers_without_asking(make, region, clock, meter):
    """Until its time is over."""
    upstream = await make(fresh_for_s=60)
    first = await upstream.ask(A, Question())
    clock.at += 59
    assert first == await upstream.ask(A, Question())
    assert (1, 1) == (region.count(A), meter.count("served_cached"))
    clock.at += 1
    await upstream.ask(A, Question())
    assert 2 == region.count(A)


async def test_a_fresh_document_answers_in_every_process(make, region):
    """Through the shared store."""
    first = await make()
    reply = await first.ask(A, Question())
    await first.close()
    assert reply == await (await make()).ask(A, Question())
    assert 1 == region.count(A)


async def test_another_question_has_another_answer(make, region):
    """By position, size, filters and id; and by the settings of the dataset."""
    upstream = await make()
    for question in (
        Question(),
        Question(position="2"),
        Question(size=7),
        Question(filters={"x": "1"}),
        Question(filters={"y": "1"}),
        Question(source_id="2"),
    ):
        await upstream.ask(A, question)
    await upstream.close()
    await (await make(title_en="Another title")).ask(A, Question())
    assert 7 == region.count(A)


async def test_an_unchanged_document_is_taken_again(make, region, clock):
    """By its mark: the body does not travel, and its digest stays, so nothing is mapped anew."""
    upstream = await make(fresh_for_s=10)
    region.answers[A] = answering(b'["a"]', ETag='"v1"')
    first = await upstream.ask(A, Question())
    clock.at += 11
    region.answers[A] = answering(status=304, content_type=None)
    again = await upstream.ask(A, Question())
    assert '"v1"' == region.asked[-1][1].headers["If-None-Match"]
    assert (first.body, first.digest, clock.at) == (again.body, again.digest, again.fetched_at)


async def test_an_old_document_answers_for_a_platform_that_fails(make, region, clock, meter):
    """Marked stale, with its own time; and no longer than the settings say."""
    upstream = await make(fresh_for_s=10, stale_if_error_s=100, settings={"retries": 0})
    first = await upstream.ask(A, Question())
    region.answers[A] = answering(status=500)
    clock.at += 50
    stale = await upstream.ask(A, Question())
    assert (first.body, first.fetched_at, True) == (stale.body, stale.fetched_at, True)
    assert (1, 1) == (meter.count("served_stale"), meter.count("failed"))
    clock.at += 61
    assert UnavailableCode.UNREACHABLE == await code_of(upstream.ask(A, Question()))


async def test_a_live_question_asks_its_platform_and_no_store(make, region, monkeypatch, cache):
    """Each time; what is kept for the day the platform fails is neither waited for nor looked up."""
    upstream = await make(fresh_for_s=0)

    async def never(*_):
        raise AssertionError

    monkeypatch.setattr(cache, "get", never)

    async def stuck(*_):
        await asyncio.Event().wait()

    monkeypatch.setattr(cache, "put", stuck)
    for size in (1, 2, 1):
        assert not (await upstream.ask(A, Question(size=size))).stale
    assert 3 == region.count(A)
    for task in upstream._documents._puts:
        task.cancel()


@pytest.mark.parametrize("failing", [answering(status=500), hanging], ids=["fails", "hangs"])
async def test_a_live_platform_that_fails_is_answered_for_from_what_another_process_kept(make, region, failing):
    """Within the deadline, also where the platform uses it up; the process need never have asked before."""
    other = await make(fresh_for_s=0)
    first = await other.ask(A, Question())
    await other.close()
    region.answers[A] = failing
    upstream = await make(fresh_for_s=0, settings={"deadline_s": 0.6, "retries": 0})
    stale = await upstream.ask(A, Question())
    assert (first.body, first.fetched_at, True) == (stale.body, stale.fetched_at, True)


async def test_a_live_platform_that_fails_with_nothing_kept_is_a_failure(make, region):
    """For a question that nobody has asked before."""
    upstream = await make(fresh_for_s=0, settings={"retries": 0})
    await upstream.ask(A, Question())
    region.answers[A] = answering(status=500)
    assert UnavailableCode.UNREACHABLE == await code_of(upstream.ask(A, Question(size=7)))


async def test_a_slow_platform_costs_the_others_nothing(make, region, clock):
    """At the deadline it is a failure, or its old document; the rest is answered."""
    upstream = await make(fresh_for_s=10, settings={"deadline_s": 0.6})
    await upstream.ask(B, Question())
    clock.at += 11
    region.answers[A] = region.answers[B] = hanging
    slow, old, fine = await upstream.ask_all([(A, Question()), (B, Question()), (PRIVATE, Question())])
    assert UnavailableCode.TIMEOUT == slow.code
    assert {"partner": "kota", "dataset": A, "retry_after_s": None} == dict(slow.parameters)
    assert (b'["b"]', True) == (old.body, old.stale)
    assert (b'["nik"]', False) == (fine.body, fine.stale)


async def test_a_shorter_deadline_leaves_the_question_on_its_way(make, region):
    """Its answer is there for the next who asks."""
    upstream = await make()
    release = asyncio.Event()

    async def slow(request):
        await release.wait()
        return await answering(b'["late"]')(request)

    region.answers[A] = slow
    assert UnavailableCode.TIMEOUT == await code_of(upstream.ask(A, Question(), deadline_s=0.05))
    release.set()
    assert b'["late"]' == (await upstream.ask(A, Question())).body
    assert 1 == region.count(A)


async def test_a_question_is_put_once_for_all_who_wait(make, region):
    """Twenty ask, one of them goes away; the platform is asked once."""
    upstream = await make()
    region.answers[A] = delayed(answering(b'["a"]'))
    asking = [asyncio.create_task(upstream.ask(A, Question())) for _ in range(20)]
    await asyncio.sleep(0.01)
    asking[0].cancel()
    replies = await asyncio.gather(*asking[1:])
    assert {b'["a"]'} == {it.body for it in replies}
    assert 1 == region.count(A)


async def test_questions_are_put_side_by_side(make, region):
    """Each platform waits for the other to be asked too; one after the other, neither would answer."""
    upstream = await make()
    both = asyncio.Barrier(2)

    async def together(request):
        await both.wait()
        return await answering(b"[]")(request)

    region.answers[A] = region.answers[PRIVATE] = together
    replies = await upstream.ask_all([(A, Question()), (PRIVATE, Question())])
    assert [b"[]", b"[]"] == [it.body for it in replies]


async def test_what_may_pass_is_tried_again(make, region, meter):
    """A 500, a 503; the third time it answers."""
    upstream = await make()
    answers = [answering(status=500), answering(status=503), answering(b'["a"]')]

    async def recovering(request):
        return await answers.pop(0)(request)

    region.answers[A] = recovering
    assert b'["a"]' == (await upstream.ask(A, Question())).body
    assert 2 == meter.count("retried")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answering(status=401), UnavailableCode.REFUSED_US),
        (answering(status=404), UnavailableCode.UNREADABLE),
        (answering(b"<html>", content_type="text/html"), UnavailableCode.UNREADABLE),
        (answering(b'["rahas'), UnavailableCode.UNREADABLE),
        (endless(b" " * 65_536, "application/json", written=[]), UnavailableCode.TOO_LARGE),
    ],
    ids=["401", "404", "html", "truncated", "1 GB"],
)
async def test_what_will_not_pass_is_not_tried_again(make, region, answer, code):
    """Its code says what happened; its message holds nothing of the answer."""
    upstream = await make()
    region.answers[A] = answer
    (failure,) = await upstream.ask_all([(A, Question())])
    assert (code, 1) == (failure.code, region.count(A))
    assert "rahas" not in str(failure)


async def test_a_platform_that_fails_wholly_is_not_flooded(make, region):
    """A hundred questions cost the budget's share of retries more, not three hundred."""
    upstream = await make(settings={"breaker_threshold": 10_000, "retry_budget": 0.1, "retries": 2})
    region.answers[A] = answering(status=500)
    for size in range(1, 101, 10):
        await upstream.ask_all([(A, Question(size=it)) for it in range(size, size + 10)])
    assert 100 < region.count(A) <= 100 + 10 + 10


async def test_a_platform_that_asks_for_quiet_gets_it(make, region, clock):
    """`Retry-After` beyond the deadline: no retry, and the next question is not put."""
    upstream = await make(fresh_for_s=10)
    await upstream.ask(B, Question())
    clock.at += 11
    region.answers[A] = answering(status=429, retry_after="30")
    (refused,) = await upstream.ask_all([(A, Question())])
    (waiting,) = await upstream.ask_all([(A, Question(size=1))])
    stale = await upstream.ask(B, Question())
    assert (UnavailableCode.UNREACHABLE, 30.0) == (refused.code, refused.parameters["retry_after_s"])
    assert UnavailableCode.CIRCUIT_OPEN == waiting.code
    assert 29 < waiting.parameters["retry_after_s"] <= 30
    assert (True, 1, 1) == (stale.stale, region.count(A), region.count(B))


async def test_a_circuit_opens_for_every_process_and_closes_again(make, region, store, meter):
    """After its threshold of failures; then one question tries, and its success closes it."""
    settings = {"breaker_threshold": 3, "breaker_open_s": 0.6, "retries": 0}
    one, other = [await make(settings=settings, board=RedisBreakerBoard(store)) for _ in range(2)]
    region.answers[A] = answering(status=500)
    for size in range(1, 4):
        assert UnavailableCode.UNREACHABLE == await code_of(one.ask(A, Question(size=size)))
    assert UnavailableCode.CIRCUIT_OPEN == await code_of(other.ask(A, Question(size=4)))
    assert UnavailableCode.CIRCUIT_OPEN == await code_of(one.ask(B, Question()))
    assert b'["nik"]' == (await one.ask(PRIVATE, Question())).body
    assert ([("circuit_opened", "kota/p")], 3) == ([it for it in meter.told if "opened" in it[0]], region.count(A))
    region.answers[A] = answering(b'["a"]')
    await asyncio.sleep(0.65)
    assert b'["a"]' == (await other.ask(A, Question(size=5))).body
    assert b'["b"]' == (await one.ask(B, Question())).body


async def test_a_circuit_that_opens_ends_the_retries(make, region):
    """The third failure opens it; the question is not put a fourth time."""
    upstream = await make(settings={"breaker_threshold": 2, "breaker_open_s": 5.0, "retries": 5})
    region.answers[A] = answering(status=503)
    assert UnavailableCode.UNREACHABLE == await code_of(upstream.ask(A, Question()))
    assert 2 == region.count(A)


async def test_what_one_dataset_cannot_show_does_not_close_its_platform(make, region):
    """An unreadable document speaks against itself alone."""
    upstream = await make(settings={"breaker_threshold": 2})
    region.answers[A] = answering(b"<html>", content_type="text/html")
    for size in range(1, 6):
        assert UnavailableCode.UNREADABLE == await code_of(upstream.ask(A, Question(size=size)))
    assert b'["b"]' == (await upstream.ask(B, Question())).body


async def test_personal_documents_stay_out_of_the_shared_store(make, store, region, clock):
    """They answer from this process while fresh, and never when stale."""
    upstream = await make(fresh_for_s=10)
    await upstream.ask(PRIVATE, Question())
    await upstream.ask(PRIVATE, Question())
    await upstream.ask(A, Question())
    await upstream.close()
    keys = [key.decode() async for key in store.scan_iter("*") if b"document:" in key]
    assert 1 == len(keys)
    assert keys[0].startswith("document:kota/a:")
    assert 1 == region.count(PRIVATE)
    clock.at += 11
    region.answers[PRIVATE] = answering(status=404)
    assert UnavailableCode.UNREADABLE == await code_of(upstream.ask(PRIVATE, Question()))


async def test_a_personal_document_is_forgotten_when_it_is_no_longer_fresh(make):
    """Also where nobody asks again."""
    upstream = await make(fresh_for_s=0.05)
    await upstream.ask(PRIVATE, Question())
    assert 1 == len(upstream._documents._recent._kept)
    await asyncio.sleep(0.1)
    assert {} == dict(upstream._documents._recent._kept)


async def test_a_record_that_is_not_there_is_no_failure(make, region, meter):
    """The platform answered; there is no such record, and that is not kept."""
    upstream = await make()
    region.answers[A] = answering(status=404)
    reply = await upstream.ask(A, Question(source_id="9"))
    await upstream.ask(A, Question(source_id="9"))
    assert (False, b"") == (reply.found, reply.body)
    assert (2, 0) == (region.count(A), meter.count("failed"))


async def test_a_fault_of_ours_costs_the_others_nothing(make):
    """An adapter that breaks is its dataset's failure."""
    upstream = await make()

    class Broken:
        finds_by_id = False

        async def fetch(self, _):
            return 1 // 0

    from msgspec.structs import replace

    upstream._datasets[A] = replace(upstream._datasets[A], adapter=Broken())
    broken, fine = await upstream.ask_all([(A, Question()), (B, Question())])
    assert (UnavailableCode.UNREADABLE, b'["b"]') == (broken.code, fine.body)


async def test_without_the_shared_store_partners_are_still_asked(region, clock, tmp_path):
    """Cache and breakers fail open."""
    shared = await open_shared(Shared(url=f"unix://{tmp_path}/none.sock", timeout_s=0.2))
    async with HttpTransport(Upstream()) as transport:
        datasets = build_asked_datasets(region.partners(), transport=transport, secrets={}.__getitem__, personal=set())
        upstream = ask.Upstream(
            datasets,
            cache=RedisDocumentCache(shared.client),
            breakers=RedisBreakerBoard(shared.client),
            settings=Upstream(),
            clock=clock,
        )
        assert b'["a"]' == (await upstream.ask(A, Question())).body
        await upstream.close()
    await shared.close()


async def test_closing_ends_what_is_on_its_way(make, region):
    """Those who wait get a failure, not an error."""
    upstream = await make()
    region.answers[A] = hanging
    asking = asyncio.create_task(upstream.ask_all([(A, Question())]))
    await asyncio.sleep(0.05)
    await upstream.close()
    ((failure,),) = (await asking,)
    assert UnavailableCode.UNREACHABLE == failure.code


@pytest.mark.parametrize(
    ("platform", "dataset", "words"),
    [
        ({"adapter": "soap"}, {}, "partners/x.toml: datasets.d.adapter: soap is unknown"),
        (
            {"auth": Auth(kind="bearer", secret="GONE")},
            {},
            "partners/x.toml: platforms.p.auth.secret: there is no secret GONE",
        ),
        ({}, {"platform": "q"}, "partners/x.toml: datasets.d.platform: there is no platform q"),
        ({}, {"by_id": "/satu"}, "partners/x.toml: datasets.d.by_id: must hold {id}"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(platform, dataset, words):
    """Naming file and key."""
    partner = Partner(
        id="x",
        name="x",
        kode_wilayah="32",
        platforms={"p": Platform(**{"adapter": "rest_json", "base_url": "http://x", **platform})},
        datasets={"d": Dataset(**{"platform": "p", **dataset})},
    )
    with pytest.raises(BadConfiguration) as caught:
        build_asked_datasets(
            {"x": partner}, transport=HttpTransport(Upstream()), secrets={}.__getitem__, personal=set()
        )
    assert str(caught.value).startswith(words)


def delayed(answer):
    """The answer, a little later."""

    async def later(request):
        await asyncio.sleep(0.05)
        return await answer(request)

    return later
