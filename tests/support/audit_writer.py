"""A process that appends audit records until it is killed; each number it was told goes to stdout, unbuffered.

`python -m tests.support.audit_writer DATABASE_URL NAME [COUNT]`
"""

import asyncio
import os
import sys

from gateway.settings import Database
from gateway.storage.audit_trail import GroupCommitTrail
from gateway.storage.engine import open_engine
from tests.support.registers import an_audit_record


async def _append(trail: GroupCommitTrail, name: str, *, count: int) -> None:
    for _ in range(count):
        record = an_audit_record(client_id=name)
        number = await trail.append(record)
        os.write(1, f"{number} {record.id}\n".encode())


async def _main(url: str, name: str, *, count: int) -> None:
    engine = open_engine(Database(url=url))
    trail = GroupCommitTrail(engine)
    await trail.open()
    await asyncio.gather(*(_append(trail, name, count=count) for _ in range(8)))
    await trail.close()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], count=int(sys.argv[3]) if len(sys.argv) > 3 else 10**9))
