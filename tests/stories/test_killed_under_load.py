"""kill -9 in the middle of load: every answer that a client received has its audit record."""

import signal
import sqlite3
import threading
import time

import httpx

from tests.support.process import installation, stand_ins_in_thread

KILLS = 20
CLIENTS = 4
LOAD_S = 0.25


def test_no_answer_is_without_its_record_however_often_the_process_is_killed(tmp_path):
    """Twenty kills under load; each answer of status 200 that arrived whole is in the trail, numbered without a gap."""
    answered = []
    with stand_ins_in_thread() as stand_ins, installation(tmp_path, stand_ins) as installed:
        seeded = installed.seed()
        for _ in range(KILLS):
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
        database = sqlite3.connect(tmp_path / "var" / "gateway.db")
        rows = database.execute("SELECT number, leaf FROM audit_records ORDER BY number").fetchall()
        installed.start().terminate()  # the embedded store, orphaned by the last kill, is taken over and ended
    kept = {leaf.decode().partition('"request_id":"')[2].partition('"')[0] for _, leaf in rows}
    assert len(answered) > KILLS
    assert [] == [it for it in answered if it not in kept]
    assert list(range(1, len(rows) + 1)) == [number for number, _ in rows]


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
