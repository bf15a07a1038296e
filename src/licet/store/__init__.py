"""The only SQL: what is kept, in units that hold or never were.

``migrate`` makes or brings up a database; ``licet.store.store.Store`` opens one. SQLite
and PostgreSQL run the same code. Nothing heavy is imported before it is used.
"""


def migrate(url: str) -> None:
    """Create the database's tables, or bring them up to this version of licet.

    ``url`` is ``sqlite:///path`` or ``postgresql+psycopg://...``. Doing it again changes
    nothing. Raises ``Setup`` for a wrong url, a folder that cannot be written, a server
    that cannot be reached, or a database that is not licet's; ``Corrupt`` for a damaged
    file.
    """
    from licet.store.migration import upgrade

    upgrade(url)
