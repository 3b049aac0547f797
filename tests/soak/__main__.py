"""`python -m tests.soak [embedded|servers]`: the fault test in full, over both pairs of engines or the one named."""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.soak.engines import Embedded, Servers
from tests.soak.soak import new_seed, soak
from tests.soak.verdict import shown

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "50"))
PAIRS = {"embedded": Embedded, "servers": Servers}


def main() -> int:
    """1 where a promise was broken: the folder with its database and log is kept then. 3 where a server is missing."""
    failed, seed = False, new_seed()
    for name in sys.argv[1:] or PAIRS:
        folder = Path(tempfile.mkdtemp(prefix=f"soak-{name}-"))
        try:
            engines = PAIRS[name](folder)
        except FileNotFoundError as error:
            print(error, file=sys.stderr)
            return 3
        print(f"soak {name}: {ROUNDS} rounds, SOAK_SEED={seed}", file=sys.stderr)
        soaked = asyncio.run(soak(engines, folder, rounds=ROUNDS, seed=seed))
        print(soaked, flush=True)
        if soaked.verdict.breaches:
            failed = True
            print(f"{shown(soaked.verdict.breaches)}\nkept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
