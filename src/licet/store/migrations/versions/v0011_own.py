"""Codes and sessions by which data subjects come to their own page."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "own_code",
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("asked", name="pk_own_code"),
    )
    op.create_index("ix_own_code_contact_at", "own_code", ["contact", "at"])
    op.create_index("ix_own_code_at", "own_code", ["at"])
    op.create_table(
        "own_session",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_session"),
        sa.UniqueConstraint("digest", name="uq_own_session_digest"),
    )
    op.create_index("ix_own_session_contact", "own_session", ["contact"])
    op.create_index("ix_own_session_expires", "own_session", ["expires"])


def downgrade() -> None:
    op.drop_table("own_session")
    op.drop_table("own_code")
