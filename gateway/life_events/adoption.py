"""An adoption: a partner runs a recipe, with its own clients in the recipe's roles."""

from datetime import datetime

import msgspec

from gateway.ids import ClientId, PartnerId


class Adoption(msgspec.Struct, frozen=True, kw_only=True):
    """One partner's. Once it has ended no case is opened any more; those that are open go on with these roles."""

    partner: PartnerId
    recipe: str
    roles: dict[str, tuple[ClientId, ...]]
    adopted_at: datetime
    ended_at: datetime | None = None

    def roles_of(self, client_id: ClientId) -> frozenset[str]:
        """The roles that the client fills."""
        return frozenset(role for role, clients in self.roles.items() if client_id in clients)
