"""Contract checks: their history, and whose turn it is."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("contract_checks",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("checked_at", sa.BigInteger, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contract_checks")
    )
    op.create_index("ix_contract_checks_dataset_checked_at", "contract_checks", ["dataset", "checked_at"])
    op.create_table("contract_check_turns",
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("busy_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("dataset", name="pk_contract_check_turns")
    )


def downgrade() -> None:
    op.drop_table("contract_check_turns")
    op.drop_table("contract_checks")
