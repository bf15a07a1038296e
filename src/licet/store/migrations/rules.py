"""What migrations share: rules on words, which SQLite cannot change in place."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op


def word(table: str, words: str, columns: Callable[[], list[sa.schema.SchemaItem]]) -> None:
    """Let the column ``kind`` hold these words and no others.

    SQLite cannot change a rule, so there the table is built anew and its rows are moved.
    """
    rule = one_of(f"{table}_kind", "kind", words)
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(f"ck_{table}_kind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, str(rule.sqltext))
        return
    former = f"{table}_former"
    indexes = sa.inspect(op.get_bind()).get_indexes(table)
    for index in indexes:
        op.drop_index(str(index["name"]), table)
    # Other tables go on naming this one: a rename must not take their references along.
    op.execute("PRAGMA legacy_alter_table=ON")
    op.rename_table(table, former)
    op.execute("PRAGMA legacy_alter_table=OFF")
    parts = columns()
    op.create_table(table, *parts, rule)
    names = ", ".join(f'"{part.name}"' for part in parts if isinstance(part, sa.Column))
    move = f'INSERT INTO "{table}" ({names}) SELECT {names} FROM "{former}"'  # noqa: S608 - ours
    op.execute(move)
    op.drop_table(former)
    for index in indexes:
        op.create_index(str(index["name"]), table, [str(c) for c in index["column_names"]])


def one_of(name: str, column: str, words: str) -> sa.CheckConstraint:
    """Return the rule that a column holds one of these words."""
    allowed = ", ".join(f"'{word}'" for word in words.split())
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=op.f(f"ck_{name}"))
