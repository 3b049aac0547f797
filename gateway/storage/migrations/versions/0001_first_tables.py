"""The first tables: clients, agreements, denylist, audit trail, and the counters behind them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.bulk_insert(counters, [{"name": "audit", "value": 0}, {"name": "changes", "value": 0}])
    op.create_table(
        "changes",
        sa.Column("sequence", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_changes"),
    )
    _create_clients()
    _create_agreements()
    _create_denylist()
    op.create_table(
        "audit_records",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_records"),
    )
    op.create_index("ix_audit_records_at", "audit_records", ["at"])
    op.create_index("ix_audit_records_client_id_number", "audit_records", ["client_id", "number"])
    op.create_index("ix_audit_records_outcome_number", "audit_records", ["outcome", "number"])


def _create_clients() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("purposes", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("jwks", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clients"),
    )
    op.create_index("ix_clients_partner", "clients", ["partner"])
    op.create_table(
        "client_secrets",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_client_secrets"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_client_secrets_client_id"),
    )
    op.create_index("ix_client_secrets_client_id", "client_secrets", ["client_id"])


def _create_agreements() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("resources", sa.Text, nullable=False),
        sa.Column("purposes", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("quota", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("status_reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
    )
    op.create_index("ix_agreements_provider", "agreements", ["provider"])
    op.create_index("ix_agreements_consumer", "agreements", ["consumer"])


def _create_denylist() -> None:
    op.create_table(
        "denied_tokens",
        sa.Column("token_id", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("token_id", name="pk_denied_tokens"),
    )
    op.create_index("ix_denied_tokens_expires_at", "denied_tokens", ["expires_at"])
    op.create_table(
        "denied_clients",
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("issued_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("client_id", name="pk_denied_clients"),
    )
    op.create_index("ix_denied_clients_issued_until", "denied_clients", ["issued_until"])


def downgrade() -> None:
    for table in (
        "audit_records", "denied_clients", "denied_tokens", "agreements", "client_secrets", "clients", "changes",
        "counters",
    ):
        op.drop_table(table)
