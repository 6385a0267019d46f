"""What does Alembic need to know? The connection, whose transaction is its caller's, and nothing else."""

from alembic import context

from service.store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=False,  # the transaction is begun and committed by the caller, around all steps
)
context.run_migrations()
