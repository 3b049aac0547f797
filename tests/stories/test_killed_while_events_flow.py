"""The fault test in its short form: `make soak` runs it in full."""

import os
import re
import subprocess
import sys

from tests.soak.soak import new_seed
from tests.support.engines import missing
from tests.support.process import ROOT

ROUNDS = "5"
PAIRS = ("embedded", "servers")
NOT_READY = 3


def test_no_accepted_event_is_lost_whatever_is_killed(capsys):
    """What was accepted has arrived, in order, or is a dead letter; nobody else got it; all is in the trail."""
    environ = os.environ | {"SOAK_ROUNDS": ROUNDS, "SOAK_SEED": new_seed()}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.soak", pair],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for pair in PAIRS  # side by side: most of it is waiting
    ]
    said = [process.communicate(timeout=300) for process in started]
    with capsys.disabled():
        print("", *(out.strip() for out, _ in said), sep="\n")
    for process, (out, talk) in zip(started, said, strict=True):
        if process.returncode == NOT_READY:
            missing(talk.splitlines()[-1])
        assert 0 == process.returncode, talk
        counts = {name: int(count) for name, count in re.findall(r"(\w+) (\d+)", out)}
        assert 0 == counts["lost"]
        assert 20 < counts["accepted"] < counts["delivered"]
        assert counts["serve"] + counts["worker"] >= int(ROUNDS) / 2
        assert counts["valkey"] if "valkey" in counts else counts["postgresql"] and counts["redis"]
