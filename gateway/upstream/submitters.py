"""What hands records to the platforms that take them, built of the settings."""

from collections.abc import Mapping

from adapters.base import Submitter, Transport
from adapters.config import AdapterMisconfigured, Secrets
from adapters.registry import build_submitter
from gateway.ids import DatasetId
from gateway.settings import Partner
from gateway.upstream.asked_dataset import naming, ways_to


def build_submitters(
    partners: Mapping[str, Partner], *, transport: Transport, secrets: Secrets
) -> dict[DatasetId, Submitter]:
    """One for each intake of every partner; those of one platform share its token.

    Raises `BadConfiguration`, naming file and key.
    """
    submitters: dict[DatasetId, Submitter] = {}
    for partner in partners.values():
        used = dict.fromkeys(it.platform for it in partner.intakes.values() if it.platform in partner.platforms)
        ways = ways_to(partner, used, transport=transport, secrets=secrets)
        for name, intake in partner.intakes.items():
            with naming(partner, f"intakes.{name}"):
                if intake.platform not in partner.platforms:
                    raise AdapterMisconfigured("platform", f"there is no platform {intake.platform}")
                platform = partner.platforms[intake.platform]
                submitters[DatasetId(f"{partner.id}/{name}")] = build_submitter(
                    platform.adapter,
                    platform=platform,
                    intake=intake,
                    transport=ways[intake.platform].transport,
                    authentication=ways[intake.platform].authentication,
                )
    return submitters
