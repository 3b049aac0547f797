"""The demonstration from beginning to end: platforms, gateway, exchanges, report."""

import asyncio
import os
import shlex
import signal
from collections.abc import Callable, Sequence

import aiohttp

from gateway.demo.faults import Faults
from gateway.demo.installation import SHIPPED, Installation, free_port, installed
from gateway.demo.invitation import invitation
from gateway.demo.life_events.region import RegionSystems
from gateway.demo.life_events.story import NewbornCase, NewbornStory
from gateway.demo.partner_client import PartnerClient
from gateway.demo.recorded import FurtherPartner, further_partners
from gateway.demo.report import Report, Reporter
from gateway.demo.seed import Credentials
from gateway.demo.stand_ins import DEFAULT_PORT, StandIns
from gateway.settings_file import load_settings
from gateway.wiring.contracts import SCHEMAS


async def demonstrate(
    *, once: bool, port: int | None, faults: Faults, show: Callable[[Report], None], tell: Callable[[str], None]
) -> Report:
    """The report, after `show` had it; without `once` only when the user has had enough.

    `port` None takes 8400, or a free one with `once`. `faults` are how the platforms fail.
    """
    _cancelled_by_sigterm()
    port = port or (free_port() if once else 8400)
    admin_port = free_port() if once else port + 1
    further = await asyncio.to_thread(_further)
    async with StandIns(faults=faults, further=further) as stand_ins:
        tell(f"stand-in platforms of {_listed(further)}: {stand_ins.base_url}")
        async with (
            installed(stand_ins, port=port, admin_port=admin_port) as installation,
            aiohttp.ClientSession() as http,
        ):
            tell(f"gateway: {installation.url}")
            cases = await _cases(installation, stand_ins, http)
            report = await _report(installation, http, further=further, cases=cases)
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
        tell(exports())
        await _until_stopped()


def exports() -> str:
    """What a gateway beside the stand-in platforms needs in its environment, as a shell's commands."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in StandIns().secrets.items())


def _further() -> list[FurtherPartner]:
    """The partners of the shipped settings that have only their recorded samples."""
    settings = load_settings(SHIPPED / "gateway.toml", os.environ)
    return further_partners(settings.partners.values(), SCHEMAS, address=f"http://127.0.0.1:{DEFAULT_PORT}")


def _listed(further: Sequence[FurtherPartner]) -> str:
    names = ["Jakarta", "Sumedang", *(one.partner.name for one in further)]
    return f"{', '.join(names[:-1])} and {names[-1]}"


async def _cases(installation: Installation, stand_ins: StandIns, http: aiohttp.ClientSession) -> list[NewbornCase]:
    """A birth in every region, side by side, each followed until its case is complete."""
    stories = [
        await connected_story(it, installation, http=http, base_url=stand_ins.base_url) for it in stand_ins.regions
    ]
    return list(await asyncio.gather(*(story.tell() for story in stories)))


async def _report(
    installation: Installation,
    http: aiohttp.ClientSession,
    *,
    further: Sequence[FurtherPartner],
    cases: list[NewbornCase],
) -> Report:
    clients = {
        name: PartnerClient(http, url=installation.url, partner=name, credentials=credentials)
        for name, credentials in installation.seeded.clients.items()
    }
    admin = clients.pop("admin")
    return await Reporter(installation, clients=clients, admin=admin, further=further).report(cases)


async def connected_story(
    systems: RegionSystems, installation: Installation, *, http: aiohttp.ClientSession, base_url: str
) -> NewbornStory:
    """The region's systems, subscribed; and its story, ready to be told."""
    offices = installation.offices[systems.partner]

    def client(credentials: Credentials) -> PartnerClient:
        return PartnerClient(http, url=installation.url, partner=systems.partner, credentials=credentials)

    subscription = await systems.connect(offices, client=client, base_url=base_url)
    return NewbornStory(
        systems,
        hospital=client(offices.hospital),
        offices={"civil-registry": client(offices.civil_registry), "notifier": client(offices.notifier)},
        subscription=subscription,
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
