"""kill -9 in the middle of load: every answer that a client received has its audit record."""

import asyncio
import signal
import threading
import time

import httpx
import sqlalchemy as sa

from gateway.settings import Database
from gateway.storage.engine import open_engine
from tests.support.process import installation, stand_ins_in_thread

KILLS = {"embedded": 20, "servers": 5}  # the second only shows that the engine makes no difference
CLIENTS = 4
LOAD_S = 0.25


def test_no_answer_is_without_its_record_however_often_the_process_is_killed(engine_pair, tmp_path):
    """Kill after kill under load; each answer of status 200 that came whole is in the trail, numbered without a gap."""
    answered = []
    kills = KILLS["servers" if engine_pair else "embedded"]
    with stand_ins_in_thread() as stand_ins, installation(tmp_path, stand_ins, **engine_pair) as installed:
        seeded = installed.seed()
        for _ in range(kills):
            process = installed.start()
            headers = {"Authorization": f"Bearer {installed.token(seeded, 'sumedang')}"}
            ended = threading.Event()
            threads = [threading.Thread(target=ask, args=(installed, headers, answered, ended)) for _ in range(CLIENTS)]
            for thread in threads:
                thread.start()
            time.sleep(LOAD_S)
            process.send_signal(signal.SIGKILL)
            process.wait()
            ended.set()
            for thread in threads:
                thread.join()
        url = engine_pair.get("GATEWAY__DATABASE__URL", f"sqlite:///{tmp_path}/var/gateway.db")
        rows = asyncio.run(trail(url))
        installed.start().terminate()  # the embedded store, orphaned by the last kill, is taken over and ended
    kept = {leaf.decode().partition('"request_id":"')[2].partition('"')[0] for _, leaf in rows}
    assert len(answered) > kills
    assert [] == [it for it in answered if it not in kept]
    assert list(range(1, len(rows) + 1)) == [number for number, _ in rows]


async def trail(url):
    """The number and the leaf of every audit record, oldest first."""
    engine = open_engine(Database(url=url))
    async with engine.connect() as connection:
        found = await connection.execute(sa.text("SELECT number, leaf FROM audit_records ORDER BY number"))
        rows = [(number, bytes(leaf)) for number, leaf in found]
    await engine.dispose()
    return rows


def ask(installed, headers, answered, ended):
    """Asks until the process is gone; keeps the ids of the answers that came whole."""
    with httpx.Client(trust_env=False, timeout=5) as http:
        while not ended.is_set():
            try:
                answer = http.get(f"{installed.url}/v1/services?partner=jakarta&limit=5", headers=headers)
            except httpx.HTTPError:
                return
            if answer.status_code == 200:
                answered.append(answer.headers["x-request-id"])
