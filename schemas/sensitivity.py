"""How sensitive a field is (UU 27/2022), and how a field of the common model is described."""

from enum import StrEnum
from typing import Any

import msgspec


class Sensitivity(StrEnum):
    """Who may see a field, at most.

    `PUBLIC`: anybody registered. `RESTRICTED`: under an agreement, by class or by name.
    `PERSONAL`: personal data (UU 27/2022 art. 4); only where an agreement grants the field by name,
    and only to clients that prove a private key.
    """

    PUBLIC = "public"
    RESTRICTED = "restricted"
    PERSONAL = "personal"


def described(sensitivity: Sensitivity, *, id: str, en: str, doc: str = "") -> msgspec.Meta:
    """The `Meta` of one field: labels in Indonesian and English, and sensitivity.

    Limits stand on the field's type (`Line`, `KodeWilayah` …), so that an optional field keeps them.
    """
    extra: dict[str, Any] = {"x-label": {"id": id, "en": en}, "x-sensitivity": sensitivity.value}
    return msgspec.Meta(title=en, description=doc or en, extra_json_schema=extra)


def public(id: str, en: str, doc: str = "") -> msgspec.Meta:
    """Describes a Public field."""
    return described(Sensitivity.PUBLIC, id=id, en=en, doc=doc)


def restricted(id: str, en: str, doc: str = "") -> msgspec.Meta:
    """Describes a Restricted field."""
    return described(Sensitivity.RESTRICTED, id=id, en=en, doc=doc)


def personal(id: str, en: str, doc: str = "") -> msgspec.Meta:
    """Describes a Personal field."""
    return described(Sensitivity.PERSONAL, id=id, en=en, doc=doc)


def sensitivities(struct: type[msgspec.Struct]) -> dict[str, Sensitivity]:
    """The sensitivity of each field of a resource, in the fields' order. A field without one is a `TypeError`."""
    found: dict[str, Sensitivity] = {}
    for field in msgspec.inspect.type_info(struct).fields:  # type: ignore[attr-defined]
        extra = getattr(field.type, "extra_json_schema", None) or {}
        if "x-sensitivity" not in extra:
            message = f"{struct.__name__}.{field.name} does not say how sensitive it is"
            raise TypeError(message)
        found[field.name] = Sensitivity(extra["x-sensitivity"])
    return found
