"""The tables, as SQLAlchemy Core; `migrations/` makes them, and a test proves that both say the same.

Instants are microseconds since 1970 in UTC, so that both engines keep and compare them exactly.
Sets and nested parts are canonical JSON text: they are read whole and never searched.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_ENCODER = msgspec.json.Encoder(order="sorted")


LONGEST_KEY = 200


def is_key(text: str) -> bool:
    """Whether both engines can keep `text` as a key: no NUL, no lone surrogate, no longer than an index takes."""
    return len(text) <= LONGEST_KEY and text.isprintable()


def all_keys(*texts: str | None) -> bool:
    """Whether each of them that is given can be a key."""
    return all(is_key(text) for text in texts if text is not None)


def as_key(text: str) -> str:
    """`text` so that it can be a key: what cannot be kept is left out or cut off."""
    return text if is_key(text) else "".join(filter(str.isprintable, text[:LONGEST_KEY]))


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970; for an instant that UTC has no year for, the nearest it has."""
    return min(max((instant - _EPOCH) // _MICROSECOND, _FIRST), _LAST)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as `microseconds`."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Microseconds, or None."""
        del dialect
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        """The instant in UTC, or None."""
        del dialect
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class JsonText(TypeDecorator[Any]):
    """Anything msgspec encodes, kept as JSON text with sorted members."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """JSON text, or None for None."""
        del dialect
        return None if value is None else _ENCODER.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        """The decoded value, or None."""
        del dialect
        return None if value is None else msgspec.json.decode(value)


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row's values by column, as msgspec converts them: SQLAlchemy's names are a kind of text it does not take."""
    return {str(name): value for name, value in row.items()}


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# One row per gapless sequence. Taking numbers locks the row until the transaction ends, which orders
# the takers across processes, and a rollback gives the numbers back.
counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

# What changed, for the processes' caches. Old rows are pruned; the numbers go on.
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

clients = sa.Table(
    "clients",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("partner", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("profile", sa.Text, nullable=False),
    sa.Column("scopes", JsonText, nullable=False),
    sa.Column("purposes", JsonText, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("jwks", JsonText),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
)

client_secrets = sa.Table(
    "client_secrets",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("client_id", sa.Text, sa.ForeignKey("clients.id"), nullable=False, index=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
)

agreements = sa.Table(
    "agreements",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("provider", sa.Text, nullable=False, index=True),
    sa.Column("consumer", sa.Text, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("resources", JsonText, nullable=False),
    sa.Column("purposes", JsonText, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date, nullable=False),
    sa.Column("quota", JsonText),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("status_reason", sa.Text, nullable=False),
)

denied_tokens = sa.Table(
    "denied_tokens",
    metadata,
    sa.Column("token_id", sa.Text, primary_key=True),
    sa.Column("expires_at", Instant, nullable=False, index=True),
)

denied_clients = sa.Table(
    "denied_clients",
    metadata,
    sa.Column("client_id", sa.Text, primary_key=True),
    sa.Column("issued_until", Instant, nullable=False, index=True),
)

# `leaf` is the record; the other columns are only there to find it.
audit_records = sa.Table(
    "audit_records",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("client_id", sa.Text),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Index("ix_audit_records_client_id_number", "client_id", "number"),
    sa.Index("ix_audit_records_outcome_number", "outcome", "number"),
)
