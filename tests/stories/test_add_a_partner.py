"""`docs/add-a-partner.md`: its commands are run in their order on a fresh copy, and answer as the page shows."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.engines import missing
from tests.support.served import free_port

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / "docs" / f"add-a-partner{name}.md").read_text(encoding="utf-8") for name in ("", ".id")}
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COPIED = ("adapters", "config", "gateway", "schemas", "Makefile", "pyproject.toml", "requirements.txt")
PLATFORM = "127.0.0.1:8491"
GATEWAY = "127.0.0.1:8400"
END = "--- end of block {} ---"


def blocks(page):
    """The page's commands, each with what it shows of their answer, or None."""
    found = [(kind, body) for kind, body in BLOCK.findall(page)]
    return [
        (body, after[1] if (after := found[at + 1 : at + 2] and found[at + 1]) and after[0] == "text" else None)
        for at, (kind, body) in enumerate(found)
        if kind == "sh"
    ]


@pytest.fixture(scope="module")
def copy():
    """What a developer has after a checkout and an installation, in a folder of its own; gone afterwards."""
    if not shutil.which("make") or not shutil.which("curl"):
        missing("make or curl is missing: apt-get install make curl")
    folder = Path(tempfile.mkdtemp(prefix="partner-"))  # short: a Unix socket's path has 107 characters at most
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    commands = folder / ".venv/bin"
    commands.mkdir(parents=True)
    for name, call in (("python", ""), ("gateway", " -m gateway")):
        (commands / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{call} "$@"\n')
        (commands / name).chmod(0o755)
    (folder / ".venv/.runtime").touch()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def answers(copy):
    """What each block of commands answered, stdout and stderr together; the addresses are the page's."""
    platform, gateway = (f"127.0.0.1:{free_port()}" for _ in range(2))
    lines = ["set -euo pipefail", "exec 2>&1"]
    for at, (commands, _) in enumerate(blocks(PAGES[""])):
        there = commands.replace(PLATFORM, platform).replace("8491", platform.partition(":")[2])
        lines += [there.replace(GATEWAY, gateway), f"echo; echo '{END.format(at)}'"]
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "COLUMNS"))},
        "GATEWAY__SERVER__PORT": gateway.partition(":")[2],
        "GATEWAY__SERVER__ADMIN_PORT": str(free_port()),
        "GATEWAY__SERVER__PUBLIC_URL": f"http://{gateway}",
        "GATEWAY_BY": "Petugas Contoh",
    }
    (copy / ".venv/page.sh").write_text("\n".join(lines))
    with (copy / ".venv/said.txt").open("w+") as answered:
        script = subprocess.Popen(
            ["bash", ".venv/page.sh"], cwd=copy, env=environ, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=answered,
        )  # fmt: skip
        with suppress(subprocess.TimeoutExpired):  # then what was answered so far tells
            script.wait(120)
        _end(script)
        answered.seek(0)
        said = answered.read()
    said = said.replace(platform, PLATFORM).replace(gateway, GATEWAY).replace(f"{copy}/", "")
    assert script.returncode == 0, said
    found = re.split(r"\n" + END.format(r"\d+") + r"\n", said)
    return found[:-1]


def _end(script):
    """Ends whatever a script has left behind: it is a session of its own."""
    try:
        os.killpg(script.pid, signal.SIGTERM)
    except ProcessLookupError:
        return


def as_pattern(line):
    """A line of the page as an expression: `…` stands for anything."""
    return ".*".join(re.escape(part) for part in line.split("…"))


def test_both_pages_have_the_same_commands_and_answers():
    """The Indonesian one tells them in Indonesian."""
    assert blocks(PAGES[""]) == blocks(PAGES[".id"])
    assert 10 == len(re.findall(r"^## \d+\. ", PAGES[""], re.MULTILINE))
    assert 10 == len(re.findall(r"^## \d+\. ", PAGES[".id"], re.MULTILINE))


def test_every_command_does_what_the_page_shows(answers):
    """From nothing to served data and drift that is found: each line that the page shows is answered, in its order."""
    shown = blocks(PAGES[""])
    assert len(shown) == len(answers)
    for (commands, expected), said in zip(shown, answers, strict=True):
        lines = [line for line in (expected or "").splitlines() if line.strip() not in {"", "…"}]
        pattern = r".*?^".join(as_pattern(line.rstrip()) + r"\s*?$" for line in lines)
        assert re.search(rf"^{pattern}" if lines else "", said, re.DOTALL | re.MULTILINE), f"{commands}\n{said}"


def test_no_python_was_touched(copy, answers):
    """A settings file, and a folder of the partner's contracts; the rest is as it was."""
    assert answers
    changed = {
        str(file.relative_to(copy).parent)
        for house in ("adapters", "config", "gateway", "schemas")
        for file in (copy / house).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and not _is_same(file, ROOT / file.relative_to(copy))
    }
    assert changed == {
        "config/partners",
        "schemas/partners/garut",
        "schemas/partners/garut/samples/faskes",
    }


def _is_same(file, original):
    return original.exists() and file.read_bytes() == original.read_bytes()
