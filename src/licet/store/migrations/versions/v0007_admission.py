"""How members come in through a browser or a program: invitations, passkeys, sessions, keys."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    _of_member(
        "invitation",
        _octets("digest"),
        _moment("expires"),
        _moment("used_at", nullable=True),
        unique=("digest",),
    )
    _of_member(
        "passkey",
        _octets("credential"),
        _octets("public_key"),
        _line("relying_party"),
        _line("origin"),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("locked_until", nullable=True),
        _moment("made_at"),
        _moment("ended_at", nullable=True),
        unique=("credential",),
    )
    _of_member(
        "session",
        _octets("digest"),
        _octets("challenge"),
        _moment("opened_at"),
        _moment("seen_at"),
        _moment("expires"),
        _moment("ended_at", nullable=True),
        unique=("digest", "challenge"),
    )
    op.create_index("ix_session_expires", "session", ["expires"])
    _of_member(
        "api_key",
        _octets("digest"),
        _line("purpose"),
        _moment("made_at"),
        _moment("expires"),
        _moment("ended_at", nullable=True),
        unique=("digest",),
    )
    op.create_table(
        "kept_answer",
        _line("holder"),
        _octets("key"),
        _octets("asked"),
        sa.Column("status", sa.Integer(), nullable=False),
        _octets("sealed"),
        _moment("at"),
        sa.PrimaryKeyConstraint("holder", "key", name="pk_kept_answer"),
    )
    op.create_index("ix_kept_answer_at", "kept_answer", ["at"])


def downgrade() -> None:
    for table in ("kept_answer", "api_key", "session", "passkey", "invitation"):
        op.drop_table(table)


def _of_member(table: str, *columns: "sa.Column[Any]", unique: tuple[str, ...]) -> None:
    op.create_table(
        table,
        _line("id"),
        _line("member"),
        *columns,
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=f"fk_{table}_member"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        *(sa.UniqueConstraint(one, name=f"uq_{table}_{one}") for one in unique),
    )
    op.create_index(f"ix_{table}_member", table, ["member"])


def _line(name: str) -> "sa.Column[Any]":
    return sa.Column(name, TEXT, nullable=False)


def _octets(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _moment(name: str, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.BigInteger(), nullable=nullable)
