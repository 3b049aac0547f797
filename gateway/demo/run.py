"""The demonstration from beginning to end: platforms, gateway, exchanges, report."""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence

import aiohttp

from gateway.demo.exchanges import PartnerClient
from gateway.demo.faults import Faults
from gateway.demo.installation import SHIPPED, Installation, free_port, installed
from gateway.demo.recorded import FurtherPartner, further_partners
from gateway.demo.report import Report, Reporter
from gateway.demo.seed import PURPOSE
from gateway.demo.stand_ins import DEFAULT_PORT, StandIns
from gateway.settings_file import load_settings
from gateway.wiring.contracts import SCHEMAS


async def demonstrate(
    *, once: bool, port: int | None, faults: bool, show: Callable[[Report], None], tell: Callable[[str], None]
) -> Report:
    """The report, after `show` had it; without `once` only when the user has had enough.

    `port` None takes 8400, or a free one with `once`. `faults` lets the platforms fail as real ones were measured to.
    """
    _cancelled_by_sigterm()
    port = port or (free_port() if once else 8400)
    admin_port = free_port() if once else port + 1
    further = await asyncio.to_thread(_further)
    async with StandIns(faults=Faults(measured=faults), further=further) as stand_ins:
        tell(f"stand-in platforms of {_listed(further)}: {stand_ins.base_url}")
        async with installed(stand_ins, port=port, admin_port=admin_port) as installation:
            tell(f"gateway: {installation.url}")
            report = await _report(installation, further)
            show(report)
            if not once:
                tell(invitation(installation))
                await _until_stopped()
    return report


async def serve_platforms(*, faults: bool, tell: Callable[[str], None]) -> None:
    """Only the stand-in platforms, at the addresses of the shipped settings, for a gateway that is served beside."""
    further = await asyncio.to_thread(_further)
    async with StandIns(port=DEFAULT_PORT, faults=Faults(measured=faults), further=further) as stand_ins:
        tell(f"stand-in platforms of {_listed(further)}: {stand_ins.base_url}\n\nA gateway that asks them needs:\n")
        tell("\n".join(f"export {name}={value}" for name, value in stand_ins.secrets.items()))
        await _until_stopped()


def _further() -> list[FurtherPartner]:
    """The partners of the shipped settings that have only their recorded samples."""
    settings = load_settings(SHIPPED / "gateway.toml", os.environ)
    return further_partners(settings.partners.values(), SCHEMAS, address=f"http://127.0.0.1:{DEFAULT_PORT}")


def _listed(further: Sequence[FurtherPartner]) -> str:
    names = ["Jakarta", "Sumedang", *(one.partner.name for one in further)]
    return f"{', '.join(names[:-1])} and {names[-1]}"


async def _report(installation: Installation, further: Sequence[FurtherPartner]) -> Report:
    async with aiohttp.ClientSession() as http:
        clients = {
            name: PartnerClient(http, url=installation.url, partner=name, credentials=credentials)
            for name, credentials in installation.seeded.clients.items()
        }
        admin = clients.pop("admin")
        return await Reporter(installation, clients=clients, admin=admin, further=further).report()


def invitation(installation: Installation) -> str:
    """What to try next: addresses, a login, and a line to paste in a second terminal."""
    client = installation.seeded.clients["jakarta"]
    admin = installation.seeded.clients["admin"]
    return f"""
API and documentation   {installation.url}/docs
problem pages           {installation.url}/problems
administration          {installation.admin_url}/docs
settings                {installation.config}
waiting for approval    {installation.seeded.waiting}

client of Jakarta       {client.client_id}  secret {client.secret}
administrator           {admin.client_id}  secret {admin.secret}

Paste in a second terminal:

{curl_line(installation)}

Ctrl-C stops everything and leaves nothing behind."""


def curl_line(installation: Installation) -> str:
    """A token, and an exchange with it; needs curl and sed only."""
    client = installation.seeded.clients["jakarta"]
    form = f"-d grant_type=client_credentials -d scope=facilities:read -d purpose={PURPOSE}"
    token = r"""sed 's/.*"access_token": *"\([^"]*\)".*/\1/'"""
    question = f"'{installation.url}/v1/facilities?partner=jakarta,sumedang&limit=5'"
    return (
        f"TOKEN=$(curl -s -u '{client.client_id}:{client.secret}' {form} {installation.url}/oauth/token | {token})"
        f' && curl -s -H "Authorization: Bearer $TOKEN" {question}'
    )


def _cancelled_by_sigterm() -> None:
    """SIGTERM ends like Ctrl-C: the gateway's process is stopped, and the folder removed."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _until_stopped() -> None:
    """Returns at Ctrl-C or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
