"""One page of 100 records over HTTP: the gateway, live and cached, beside its peers, in one run.

Every side serves from one process, asked by `wrk` with 50 connections on one thread; the platform is
nginx, answering a file. The cached gateway is asked with 100 as well: half of those who ask wait for the
disk, so 50 leave its process idle for a third of the time, as they leave no peer's. The machine's cores
are shared by client, server and platform, so the ratios count and the figures do not. What each side
does is said in its row.

`live`: the dataset is never fresh and each question differs (`updated_since`), so that each asks the
platform and none shares another's flight; the platform says the same each time, or, `changing`, never
the same, so that each answer is mapped anew. `cached`: the platform's answer is fresh. FastAPI answers
both ways too: live it asks the platform each time; cached it keeps the body and validates, maps and
encodes anew, as its code does.
"""

import base64
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.benchmarks.hospital_rows import hospital_rows

ROOT = Path(__file__).parents[2]
SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
RECORDS = 100
PYTHON = sys.executable
_DIFFERING = """
local n = 0
request = function()
  n = n + 1
  local part = function(of, size) return math.floor(n / of) % size end
  return wrk.format(nil, string.format("/v1/facilities?limit={records}&updated_since=20%02d-01-%02dT%02d:%02d:%02dZ",
    part(2419200, 20), part(86400, 28) + 1, part(3600, 24), part(60, 60), part(1, 60)))
end
"""
"""A question that no cache has seen: an instant one second later each time."""


class Side(msgspec.Struct):
    """One row of the table. `script` is Lua for wrk; `pid` is the serving process, for its memory and CPU."""

    name: str
    does: str
    url: str
    token: str = ""
    script: str = ""
    pid: int = 0
    connections: int = 50
    rate: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    errors: int = 0
    memory_mb: float = 0.0
    cpu_us: float = 0.0


def main() -> None:
    """Starts everything, measures each side, prints the table; fails if any side answered wrongly."""
    missing = [name for name in ("wrk", "nginx") if not _program(name)]
    if missing:
        print(f"http: needs {', '.join(missing)}: apt-get install wrk nginx-light", file=sys.stderr)
        sys.exit(3)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        platform = stack.enter_context(_nginx(folder))
        sides = [
            Side("nginx, the platform itself", "sends a file", f"{platform}/hospitals"),
            Side("nginx, plain proxy", "passes the platform's answer on unread", f"{platform}/proxied"),
            *stack.enter_context(_litestar()),
            *stack.enter_context(_fastapi(platform)),
            *stack.enter_context(_gateways(folder, platform)),
        ]
        for side in sides:
            _check(side)
            _measure(side)
    _print(sides)
    if any(side.errors for side in sides):
        sys.exit(1)


@contextlib.contextmanager
def _nginx(folder: Path) -> Iterator[str]:
    """The platform, and a plain proxy before it."""
    port = _free_port()
    (folder / "hospitals.json").write_bytes(hospital_rows(RECORDS))
    (folder / "nginx.conf").write_text(
        f"""
        worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log stderr error;
        events {{ worker_connections 1024; }}
        http {{
          access_log off; keepalive_requests 1000000; types {{}} default_type application/json;
          upstream platform {{ server 127.0.0.1:{port}; keepalive 64; keepalive_requests 1000000; }}
          server {{
            listen 127.0.0.1:{port};
            location /hospitals {{ alias {folder}/hospitals.json; }}
            location /changing/hospitals {{ alias {folder}/hospitals.json; sub_filter_types *; sub_filter_once on;
                                           sub_filter '"status"' '"as_of": "$request_id", "status"'; }}
            location /proxied {{ proxy_pass http://platform/hospitals; proxy_http_version 1.1;
                                proxy_set_header Connection ""; }}
          }}
        }}"""
    )
    with _running([_program("nginx") or "nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], port=port):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def _litestar() -> Iterator[list[Side]]:
    port = _free_port()
    command = [PYTHON, "-m", "granian", "--interface", "asgi", "--port", str(port), "--log-level", "error"]
    with _running([*command, "--no-ws", "tests.benchmarks.peer_litestar:app"], port=port) as pid:
        url = f"http://127.0.0.1:{port}/v1/facilities"
        yield [Side("bare Litestar", "sends bytes made at start; the framework's ceiling", url, pid=pid)]


@contextlib.contextmanager
def _fastapi(platform: str) -> Iterator[list[Side]]:
    """The same job by hand, live and with the platform's body kept."""
    sides = []
    with contextlib.ExitStack() as stack:
        for kind, does in (
            ("live", "asks, validates, maps, encodes; no token, agreement, limit or record"),
            ("cached", "validates, maps, encodes the kept body; nothing else"),
        ):
            port = _free_port()
            environment = {"PEER_PLATFORM": f"{platform}/hospitals", "PEER_CACHE": "1" if kind == "cached" else ""}
            command = [PYTHON, "-m", "uvicorn", "--port", str(port), "--log-level", "error", "--no-access-log"]
            command += ["--loop", "uvloop", "--http", "httptools", "tests.benchmarks.peer_fastapi:app"]
            pid = stack.enter_context(_running(command, port=port, environment=environment))
            sides.append(
                Side(f"FastAPI + httpx + pydantic, {kind}", does, f"http://127.0.0.1:{port}/v1/facilities", pid=pid)
            )
        yield sides


@contextlib.contextmanager
def _gateways(folder: Path, platform: str) -> Iterator[list[Side]]:
    """A gateway of its own for each way of asking."""
    script = folder / "differing.lua"
    script.write_text(_DIFFERING.format(records=RECORDS))
    everything = "token, agreement, limit, "
    with contextlib.ExitStack() as stack:
        sides = []
        for name, base_url, fresh_for_s, does in (
            ("live", platform, 0, everything + "asks, narrows, durable record"),
            ("live, changing", f"{platform}/changing", 0, everything + "asks, maps, narrows, durable record"),
            ("cached", platform, 3600, everything + "narrowed page, durable record"),
        ):
            own = folder / name.replace(", ", "-")
            side = stack.enter_context(_gateway(own, base_url, fresh_for_s=fresh_for_s))
            side.name, side.does, side.script = f"gateway, {name}", does, "" if fresh_for_s else str(script)
            sides.append(side)
        sides.append(msgspec.structs.replace(sides[-1], name=f"{sides[-1].name}, 100 connections", connections=100))
        yield sides


@contextlib.contextmanager
def _gateway(folder: Path, platform: str, *, fresh_for_s: int) -> Iterator[Side]:
    """One with one partner, one client and one agreement, made by its own commands."""
    port, admin = _free_port(), _free_port()
    settings = _settings(folder, platform, ports=(port, admin), fresh_for_s=fresh_for_s)
    secret = _seed(folder, settings)
    with _running([PYTHON, "-m", "gateway", "serve", "--config", str(settings)], port=port) as pid:
        base = f"http://127.0.0.1:{port}"
        yield Side("gateway", "", f"{base}/v1/facilities?limit={RECORDS}", _token(base, secret), pid=pid)


def _settings(folder: Path, platform: str, *, ports: tuple[int, int], fresh_for_s: int) -> Path:
    (folder / "config" / "partners").mkdir(parents=True)
    shutil.copy(ROOT / "config" / "purposes.toml", folder / "config")
    (folder / "config" / "partners" / "jakarta.toml").write_text(
        f"""
        id = "jakarta"
        name = "Jakarta"
        kode_wilayah = "31"
        [platforms.api]
        adapter = "rest_json"
        base_url = "{platform}"
        success = {{ absent = ["errors"] }}
        [datasets.hospitals]
        platform = "api"
        path = "/hospitals"
        fresh_for_s = {fresh_for_s}
        filters = {{ updated_since = "since" }}
        """
    )
    path = folder / "config" / "gateway.toml"
    path.write_text(
        f"""
        [server]
        public_url = "http://127.0.0.1:{ports[0]}"
        port = {ports[0]}
        admin_port = {ports[1]}
        [access]
        rate_limit = 100000000
        rate_burst = 1000000
        token_ttl_s = 3600
        [logs]
        level = "warning"
        """
    )
    return path


def _seed(folder: Path, settings: Path) -> str:
    (folder / "agreement.toml").write_text(
        """
        provider = "jakarta"
        consumer = "jakarta"
        title = "Benchmark"
        purposes = ["pelayanan-publik"]
        valid_from = 2020-01-01
        valid_until = 2099-12-31
        [[resources]]
        resource = "facility"
        fields = [{ name = "@public", legal_basis = "UU 14/2008" }]
        """
    )
    why = ["--by", "bench", "--reason", "benchmark", "--config", str(settings), "--json"]
    registered = _command(
        "clients", "register", "--partner", "jakarta", "--name", "bench", "--id", "bench", "--profile", "basic",
        "--scope", "facilities:read", "--purpose", "pelayanan-publik", *why,
    )  # fmt: skip
    agreement = _command("agreements", "draft", str(folder / "agreement.toml"), *why)["id"]
    for step in ("submit", "approve"):
        _command("agreements", step, agreement, *why)
    return str(registered["secret"])


def _command(*arguments: str) -> dict[str, str]:
    made = subprocess.run([PYTHON, "-m", "gateway", *arguments], cwd=ROOT, capture_output=True, check=False, text=True)
    if made.returncode:
        sys.exit(f"gateway {' '.join(arguments)}: {made.stderr}")
    answer: dict[str, str] = json.loads(made.stdout)
    return answer


def _token(base: str, secret: str, *, scope: str = "facilities:read", purpose: str = "pelayanan-publik") -> str:
    form = f"grant_type=client_credentials&scope={scope}&purpose={purpose}"
    request = urllib.request.Request(f"{base}/oauth/token", data=form.encode())
    request.add_header("Authorization", "Basic " + base64.b64encode(f"bench:{secret}".encode()).decode())
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(json.load(response)["access_token"])


def _check(side: Side) -> None:
    """The side answers 100 records, or the benchmark would measure something else."""
    headers = {"Authorization": f"Bearer {side.token}"} if side.token else {}
    with urllib.request.urlopen(urllib.request.Request(side.url, headers=headers), timeout=10) as response:
        answer = json.load(response)
    if len(answer["data"]) != RECORDS:
        sys.exit(f"{side.name} answered {len(answer['data'])} records instead of {RECORDS}")


def _measure(side: Side) -> None:
    command = ["wrk", "-t1", f"-c{side.connections}", f"-d{SECONDS}s", "--latency", "--timeout", "10s"]
    command += ["-H", f"Authorization: Bearer {side.token}"] if side.token else []
    command += ["-s", side.script] if side.script else []
    subprocess.run([*command[:3], "-d1s", *command[4:], side.url], capture_output=True, check=True)
    before = _cpu_s(side.pid) if side.pid else 0.0
    out = subprocess.run([*command, side.url], capture_output=True, check=True, text=True).stdout
    if side.pid:
        side.cpu_us = (_cpu_s(side.pid) - before) * 1e6 / int(re.search(r"(\d+) requests in", out)[1])
    side.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
    side.p50_ms, side.p99_ms = (_milliseconds(re.search(rf"{share}%\s+([\d.]+[a-z]+)", out)[1]) for share in (50, 99))
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    side.errors = int(failed[1]) if failed else 0
    side.memory_mb = _memory_mb(side.pid) if side.pid else 0.0


def _print(sides: list[Side]) -> None:
    rates = {side.name: side.rate for side in sides}
    print(f"\n(b) one page of {RECORDS} records over HTTP; 50 connections unless said, {SECONDS} s each\n")
    print(f"{'side':<36}{'req/s':>9}{'CPU us':>9}{'p50 ms':>9}{'p99 ms':>9}{'MB':>7}{'failed':>8}  what it does")
    for side in sides:
        memory = f"{side.memory_mb:.0f}" if side.memory_mb else "-"
        cpu = f"{side.cpu_us:.0f}" if side.cpu_us else "-"
        figures = f"{side.rate:>9.0f}{cpu:>9}{side.p50_ms:>9.1f}{side.p99_ms:>9.1f}{memory:>7}{side.errors:>8}"
        print(f"{side.name:<36}{figures}  {side.does}")
    print()
    for kind, aim in (("live", 5), ("live, changing", 5), ("cached", 25), ("cached, 100 connections", 25)):
        ours = rates[f"gateway, {kind}"]
        for peer in ("live", "cached"):
            ratio = ours / rates[f"FastAPI + httpx + pydantic, {peer}"]
            print(f"gateway {kind} / FastAPI {peer}: {ratio:.1f}" + (f"   (aim: {aim})" if peer == "live" else ""))


@contextlib.contextmanager
def _running(command: list[str], *, port: int, environment: dict[str, str] | None = None) -> Iterator[int]:
    """The process id of a server, once it accepts connections; it is ended afterwards."""
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended with {process.returncode}")
            time.sleep(0.1)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


def _cpu_s(pid: int) -> float:
    """CPU time of the process and its children, all threads: what a busy machine does not change much."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in (pid, *children)]
    return sum(int(it[11]) + int(it[12]) for it in fields) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float:
    """Resident memory of the largest of the process and its children: the one that serves."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = [Path(f"/proc/{each}/status") for each in (pid, *children)]
    sizes = [
        int(found[1]) for path in status if path.exists() and (found := re.search(r"VmRSS:\s+(\d+)", path.read_text()))
    ]
    return max(sizes) / 1024


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)([a-z]+)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[unit]


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
