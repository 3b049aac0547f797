"""What `pytest` says before it starts: which programs the tests will talk to."""

import os
import shutil
from pathlib import Path


def pytest_report_header():
    """One line for each service, and where it comes from."""
    initdb = [str(it) for it in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1:]]
    found = {
        "PostgreSQL": _named("GATEWAY_TEST_POSTGRES_URL") or (initdb[0] if initdb else shutil.which("initdb")),
        "MariaDB": shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin"),
        "Redis": _named("GATEWAY_TEST_REDIS_URL") or shutil.which("redis-server") or shutil.which("valkey-server"),
        "Chromium": _named("GATEWAY_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser"),
        "PHP": shutil.which("php"),
        "nginx": shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"),
    }
    return [f"{name}: {where or 'not found'}" for name, where in found.items()]


def _named(variable: str) -> str:
    """That the environment names one; not which, as its address may hold a password."""
    return f"as ${variable} says" if os.environ.get(variable) else ""
