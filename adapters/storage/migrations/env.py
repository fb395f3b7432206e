"""Run by Alembic: migrate over the connection, and within the transaction, that it was handed."""

from alembic import context

from adapters.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
