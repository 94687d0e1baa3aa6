"""Environment: what Alembic runs to bring the connection that it is handed to a revision."""

from alembic import context

from meshwright.observe.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
context.run_migrations()
