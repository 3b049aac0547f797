"""Life events: events, subscriptions and their deliveries, cases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTERS = sa.table("counters", sa.column("name", sa.Text), sa.column("value", sa.BigInteger))


def upgrade() -> None:
    op.bulk_insert(COUNTERS, [{"name": "events", "value": 0}])
    _create_events()
    _create_subscriptions()
    _create_deliveries()
    _create_cases()


def _create_events() -> None:
    op.create_table("events",
        sa.Column("sequence", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_event_id", sa.Text, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("accepted_at", sa.BigInteger, nullable=False),
        sa.Column("case_id", sa.Text),
        sa.Column("order_key", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_events"),
        sa.UniqueConstraint("id", name="uq_events_id"),
        sa.UniqueConstraint("source", "source_event_id", name="uq_events_source_source_event_id")
    )
    op.create_index("ix_events_accepted_at", "events", ["accepted_at"])
    op.create_index("ix_events_case_id", "events", ["case_id"])
    op.create_index("ix_events_key_id", "events", ["key_id"])
    op.create_index("ix_events_provider_name_sequence", "events", ["provider", "name", "sequence"])
    op.create_table("idempotency_keys",
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("event_ids", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("client_id", "key", name="pk_idempotency_keys")
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])


def _create_subscriptions() -> None:
    op.create_table("subscriptions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("proves_key", sa.Boolean, nullable=False),
        sa.Column("names", sa.Text, nullable=False),
        sa.Column("providers", sa.Text),
        sa.Column("filters", sa.Text, nullable=False),
        sa.Column("fields", sa.Text),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("status_reason", sa.Text, nullable=False),
        sa.Column("max_in_flight", sa.Integer, nullable=False),
        sa.Column("rate_per_s", sa.Float),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("missed_after", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions")
    )
    op.create_index("ix_subscriptions_client_id", "subscriptions", ["client_id"])
    op.create_index("ix_subscriptions_partner", "subscriptions", ["partner"])
    op.create_index("ix_subscriptions_status", "subscriptions", ["status"])
    op.create_table("webhook_secrets",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("subscription_id", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_webhook_secrets_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_secrets")
    )
    op.create_index("ix_webhook_secrets_subscription_id", "webhook_secrets", ["subscription_id"])


def _create_deliveries() -> None:
    op.create_table("delivery_attempts",
        sa.Column("delivery_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("subscription_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("duration_ms", sa.Integer, nullable=False),
        sa.Column("status_code", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("delivery_id", "number", name="pk_delivery_attempts")
    )
    op.create_index("ix_delivery_attempts_subscription_id_at", "delivery_attempts", ["subscription_id", "at"])
    op.create_table("deliveries",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("event_sequence", sa.BigInteger, nullable=False),
        sa.Column("subscription_id", sa.Text, nullable=False),
        sa.Column("order_key", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("first_due_at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("settled_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["event_sequence"], ["events.sequence"], name="fk_deliveries_event_sequence"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_deliveries_subscription_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("subscription_id", "event_sequence", name="uq_deliveries_subscription_id_event_sequence")
    )
    op.create_index("ix_deliveries_event_sequence", "deliveries", ["event_sequence"])
    waiting = {"postgresql_where": sa.text("status = 'waiting'"), "sqlite_where": sa.text("status = 'waiting'")}
    op.create_index("ix_deliveries_waiting_next_at", "deliveries", ["subscription_id", "next_at", "event_sequence"], **waiting)
    op.create_index("ix_deliveries_waiting_order_key", "deliveries", ["subscription_id", "order_key", "event_sequence"], **waiting)


def _create_cases() -> None:
    op.create_table("adoptions",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("adopted_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("partner", "recipe", name="pk_adoptions")
    )
    op.create_table("cases",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("opened_by", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("completed_at", sa.BigInteger),
        sa.Column("missing", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["opened_by"], ["events.sequence"], name="fk_cases_opened_by"),
        sa.PrimaryKeyConstraint("id", name="pk_cases")
    )
    op.create_index("ix_cases_partner_opened_by", "cases", ["partner", "opened_by"])
    op.create_index("ix_cases_partner_recipe_opened_at", "cases", ["partner", "recipe", "opened_at"])
    op.create_table("case_steps",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sa.Column("event_sequence", sa.BigInteger),
        sa.Column("told_late_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_steps_case_id"),
        sa.ForeignKeyConstraint(["event_sequence"], ["events.sequence"], name="fk_case_steps_event_sequence"),
        sa.PrimaryKeyConstraint("case_id", "step", name="pk_case_steps")
    )
    untold = sa.text("done_at IS NULL AND told_late_at IS NULL")
    op.create_index("ix_case_steps_untold_due_at", "case_steps", ["due_at"], postgresql_where=untold, sqlite_where=untold)


def downgrade() -> None:
    for table in (
        "case_steps",
        "webhook_secrets",
        "deliveries",
        "cases",
        "subscriptions",
        "idempotency_keys",
        "events",
        "delivery_attempts",
        "adoptions",
    ):
        op.drop_table(table)
    op.execute(COUNTERS.delete().where(COUNTERS.c.name == "events"))
