"""Alembic's entry: `gateway.storage.migrate` hands it the connection, with a transaction begun."""

from alembic import context

from gateway.storage import contract_check_tables, life_event_tables  # noqa: F401 (their tables join the metadata)
from gateway.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
