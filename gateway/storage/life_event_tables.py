"""The tables of life events: what was taken, who is told, what follows. Personal data is sealed, never in the clear."""

import sqlalchemy as sa

from gateway.storage.tables import Instant, JsonText, metadata

# `sequence` is gapless, taken in the accepting transaction. `sealed` is the common record under the key `key_id`.
events = sa.Table(
    "events",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("dataset", sa.Text, nullable=False),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_event_id", sa.Text, nullable=False),
    sa.Column("time", Instant, nullable=False),
    sa.Column("accepted_at", Instant, nullable=False, index=True),
    sa.Column("case_id", sa.Text, index=True),
    sa.Column("order_key", sa.Text, nullable=False),
    sa.Column("facts", JsonText, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("source", "source_event_id", name="uq_events_source_source_event_id"),
    sa.Index("ix_events_provider_name_sequence", "provider", "name", "sequence"),
)

# What a client sent under an `Idempotency-Key`, so that a repetition gets the same answer.
idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("client_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("event_ids", JsonText, nullable=False),
    sa.Column("created_at", Instant, nullable=False, index=True),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False, index=True),
    sa.Column("partner", sa.Text, nullable=False, index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("proves_key", sa.Boolean, nullable=False),
    sa.Column("names", JsonText, nullable=False),
    sa.Column("providers", JsonText),
    sa.Column("filters", JsonText, nullable=False),
    sa.Column("fields", JsonText),
    sa.Column("target", JsonText, nullable=False),
    sa.Column("status", sa.Text, nullable=False, index=True),
    sa.Column("status_reason", sa.Text, nullable=False),
    sa.Column("max_in_flight", sa.Integer, nullable=False),
    sa.Column("rate_per_s", sa.Float),
    sa.Column("failing_since", Instant),
    sa.Column("missed_after", sa.BigInteger),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
)

# Signing secrets of webhooks, sealed; two live while one is rotated.
webhook_secrets = sa.Table(
    "webhook_secrets",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("subscription_id", sa.Text, sa.ForeignKey("subscriptions.id"), nullable=False, index=True),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
)

# The outbox. Of one subscription and order key, only the earliest that waits may be attempted. `failures` counts the
# attempts since it was last put in line, and decides when the next one is; `reason` is why it stands where it stands.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("event_sequence", sa.BigInteger, sa.ForeignKey("events.sequence"), nullable=False, index=True),
    sa.Column("subscription_id", sa.Text, sa.ForeignKey("subscriptions.id"), nullable=False),
    sa.Column("order_key", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("first_due_at", Instant, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_until", Instant),
    sa.Column("settled_at", Instant),
    sa.UniqueConstraint("subscription_id", "event_sequence", name="uq_deliveries_subscription_id_event_sequence"),
    # Only what waits is searched by time and by order, so that what has arrived costs nothing.
    sa.Index(
        "ix_deliveries_waiting_next_at",
        "subscription_id",
        "next_at",
        "event_sequence",
        postgresql_where=sa.text("status = 'waiting'"),
        sqlite_where=sa.text("status = 'waiting'"),
    ),
    sa.Index(
        "ix_deliveries_waiting_order_key",
        "subscription_id",
        "order_key",
        "event_sequence",
        postgresql_where=sa.text("status = 'waiting'"),
        sqlite_where=sa.text("status = 'waiting'"),
    ),
)

delivery_attempts = sa.Table(
    "delivery_attempts",
    metadata,
    sa.Column("delivery_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("subscription_id", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("duration_ms", sa.Integer, nullable=False),
    sa.Column("status_code", sa.Integer),
    sa.Column("reason", sa.Text),
    sa.Index("ix_delivery_attempts_subscription_id_at", "subscription_id", "at"),
)

# A partner runs a recipe; `roles` binds the recipe's roles to the partner's own clients.
adoptions = sa.Table(
    "adoptions",
    metadata,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("recipe", sa.Text, primary_key=True),
    sa.Column("roles", JsonText, nullable=False),
    sa.Column("adopted_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("recipe", sa.Text, nullable=False),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("opened_by", sa.BigInteger, sa.ForeignKey("events.sequence"), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("completed_at", Instant),
    # Fields that the recipe needs, and the event that opened the case did not say.
    sa.Column("missing", JsonText, nullable=False),
    sa.Index("ix_cases_partner_opened_by", "partner", "opened_by"),
    sa.Index("ix_cases_partner_recipe_opened_at", "partner", "recipe", "opened_at"),
)

case_steps = sa.Table(
    "case_steps",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    sa.Column("event_sequence", sa.BigInteger, sa.ForeignKey("events.sequence")),
    sa.Column("told_late_at", Instant),
    # What is looked for again and again: what is late, and nobody has been told of.
    sa.Index(
        "ix_case_steps_untold_due_at",
        "due_at",
        postgresql_where=sa.text("done_at IS NULL AND told_late_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL AND told_late_at IS NULL"),
    ),
)
