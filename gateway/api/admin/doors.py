"""All doors of the administrators."""

from litestar.handlers import HTTPRouteHandler

from gateway.agreements.agreement import Agreement
from gateway.api.admin.acting import Counter
from gateway.api.admin.adopt_recipe import AdoptionRequest, adoption_doors
from gateway.api.admin.client_views import ClientView, ClientWithSecret
from gateway.api.admin.decide_agreement import decide_agreement_doors
from gateway.api.admin.draft_agreement import AgreementDraft, draft_agreement_door
from gateway.api.admin.list_agreements import list_agreements_doors
from gateway.api.admin.list_clients import list_clients_doors
from gateway.api.admin.read_audit import read_audit_door
from gateway.api.admin.reasons import Reason
from gateway.api.admin.register_client import ClientRegistration, register_client_door
from gateway.api.admin.replace_keys import KeyReplacement, replace_keys_door
from gateway.api.admin.revoke_secret import SecretRevocation, revoke_secret_door
from gateway.api.admin.rotate_secret import SecretRotation, rotate_secret_door
from gateway.api.admin.switch_client import switch_client_doors
from gateway.audit.record import AuditRecord
from gateway.life_events.adoption import Adoption

SCHEMAS: tuple[type, ...] = (
    Adoption,
    AdoptionRequest,
    Agreement,
    AgreementDraft,
    AuditRecord,
    ClientRegistration,
    ClientView,
    ClientWithSecret,
    KeyReplacement,
    Reason,
    SecretRevocation,
    SecretRotation,
)
"""The shapes that the doors' descriptions refer to."""


def admin_doors(counter: Counter) -> list[HTTPRouteHandler]:
    """Each act, and reading."""
    return [
        register_client_door(counter),
        *list_clients_doors(counter),
        *switch_client_doors(counter),
        rotate_secret_door(counter),
        revoke_secret_door(counter),
        replace_keys_door(counter),
        draft_agreement_door(counter),
        *decide_agreement_doors(counter),
        *list_agreements_doors(counter),
        *adoption_doors(counter),
        read_audit_door(counter),
    ]
