"""Where platforms take records, put together."""

from collections.abc import Callable

from adapters.base import Transport
from gateway.agreements.field_classes import field_classes
from gateway.ids import DatasetId
from gateway.life_events.intakes import Intake, Intakes
from gateway.settings import Settings
from gateway.upstream.submitters import build_submitters
from gateway.wiring.contracts import Contracts
from schemas.resources import LIFE_EVENTS


def build_intakes(
    settings: Settings, *, contracts: Contracts, transport: Transport, secrets: Callable[[str], str]
) -> Intakes:
    """Every partner's. Raises `BadConfiguration`, naming file and key."""
    submitters = build_submitters(settings.partners, transport=transport, secrets=secrets)
    knows_keys = {
        DatasetId(f"{partner.id}/{name}"): intake.key_header is not None
        for partner in settings.partners.values()
        for name, intake in partner.intakes.items()
    }
    return Intakes(
        {
            name: Intake(mapping=contracts.mappings[name], submitter=it, knows_keys=knows_keys[name])
            for name, it in submitters.items()
        },
        classes=field_classes(LIFE_EVENTS),
    )
