"""What columns are made of, and where all tables are listed."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    text,
    true,
)

from licet.store.types import Day, Line, Moment, Word

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identity() -> Column[Any]:
    """Return the id of a row, its primary key."""
    return Column("id", Line, primary_key=True)


def line(name: str, nullable: bool = False, **more: Any) -> Column[Any]:
    """Return a column of one line of text."""
    return Column(name, Line, nullable=nullable, **more)


def octets(name: str, nullable: bool = False, **more: Any) -> Column[Any]:
    """Return a column of bytes."""
    return Column(name, LargeBinary, nullable=nullable, **more)


def moment(name: str, nullable: bool = False) -> Column[Any]:
    """Return a column of a moment."""
    return Column(name, Moment, nullable=nullable)


def number(name: str, nullable: bool = False) -> Column[Any]:
    """Return a column of a whole number, ledger indices among them."""
    return Column(name, BigInteger, nullable=nullable)


def day(name: str, nullable: bool = False) -> Column[Any]:
    """Return a column of a day."""
    return Column(name, Day, nullable=nullable)


def yes(name: str) -> Column[Any]:
    """Return a column of yes or no."""
    return Column(name, Boolean, nullable=False)


def ref(target: str, nullable: bool = False, index: bool = False, **more: Any) -> Column[Any]:
    """Return a column with the id of another table's row."""
    key = ForeignKey(f"{target}.id")
    return Column(target, Line, key, nullable=nullable, index=index, **more)


def word(name: str, words: type[StrEnum], nullable: bool = False) -> tuple[Any, ...]:
    """Return a column of words of a closed list, and the rule that keeps it closed."""
    allowed = ", ".join(f"'{word.value}'" for word in words)
    rule = CheckConstraint(f"{name} IN ({allowed})", name=name)
    return Column(name, Word(words), nullable=nullable), rule


def some(column: str, where: str) -> Index:
    """Return an index over some rows alone."""
    # Queries write the condition out as it stands here, or the index is not found.
    return Index(None, column, sqlite_where=text(where), postgresql_where=text(where))


def only_one() -> tuple[Any, ...]:
    """Return the key and the rule of a table that has one row."""
    return Column("one", Integer, primary_key=True), CheckConstraint("one = 1", name="one")


def kept_grant() -> tuple[Any, ...]:
    """Return the columns that tie a row to a kept grant (invariant 1)."""
    # The composite key that makes "no grant, no template" the database's own rule.
    return (
        line("grant"),
        Column("kept", Boolean, nullable=False, server_default=true()),
        CheckConstraint("kept", name="kept"),
        ForeignKeyConstraint(["grant", "kept"], ["grant.id", "grant.kept"]),
    )
