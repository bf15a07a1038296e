"""Alembic's entry: run the migrations on the connection that ``migration.py`` gives.

It is already inside a transaction, so a migration happens whole or not at all.
"""

from alembic import context

from licet.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite changes a column by building the table anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
