"""What hands records to the platforms that take them, built of the settings."""

from collections.abc import Mapping

from adapters.base import Submitter, Transport
from adapters.config import AdapterMisconfigured, Secrets
from adapters.registry import build_authentication_of, build_submitter
from gateway.ids import DatasetId
from gateway.settings import Partner
from gateway.upstream.asked_dataset import naming


def build_submitters(
    partners: Mapping[str, Partner], *, transport: Transport, secrets: Secrets
) -> dict[DatasetId, Submitter]:
    """One for each intake of every partner; those of one platform share its token.

    Raises `BadConfiguration`, naming file and key.
    """
    submitters: dict[DatasetId, Submitter] = {}
    for partner in partners.values():
        authentications = {}
        for name in dict.fromkeys(it.platform for it in partner.intakes.values() if it.platform in partner.platforms):
            with naming(partner, f"platforms.{name}"):
                authentications[name] = build_authentication_of(
                    partner.platforms[name], transport=transport, secrets=secrets
                )
        for name, intake in partner.intakes.items():
            with naming(partner, f"intakes.{name}"):
                if intake.platform not in partner.platforms:
                    raise AdapterMisconfigured("platform", f"there is no platform {intake.platform}")
                platform = partner.platforms[intake.platform]
                submitters[DatasetId(f"{partner.id}/{name}")] = build_submitter(
                    platform.adapter,
                    platform=platform,
                    intake=intake,
                    transport=transport,
                    authentication=authentications[intake.platform],
                )
    return submitters
