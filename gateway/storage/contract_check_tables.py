"""The tables of contract checks: what was found, and whose turn it is. Never a value of a record."""

import sqlalchemy as sa

from gateway.storage.tables import Instant, JsonText, metadata

contract_checks = sa.Table(
    "contract_checks",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("dataset", sa.Text, nullable=False),
    sa.Column("checked_at", Instant, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("report", JsonText, nullable=False),
    sa.Index("ix_contract_checks_dataset_checked_at", "dataset", "checked_at"),
)

# One row per dataset. Whoever moves `due_at` on has the turn, until `busy_until` or until the check is kept.
contract_check_turns = sa.Table(
    "contract_check_turns",
    metadata,
    sa.Column("dataset", sa.Text, primary_key=True),
    sa.Column("due_at", Instant),
    sa.Column("busy_until", Instant),
)
