"""Photos and videos that were handed in: which are kept, since when, under which name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "kept_copy",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("handed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ending", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_kept_copy_source"),
        sa.PrimaryKeyConstraint("id", name="pk_kept_copy"),
        sa.UniqueConstraint("source", "sha256", name="uq_kept_copy_source_sha256"),
        sa.UniqueConstraint("source", "handed", name="uq_kept_copy_source_handed"),
    )
    op.create_index("ix_kept_copy_source_at", "kept_copy", ["source", "at"])
    op.create_index("ix_kept_copy_ending", "kept_copy", ["ending"])


def downgrade() -> None:
    op.drop_index("ix_kept_copy_ending", "kept_copy")
    op.drop_index("ix_kept_copy_source_at", "kept_copy")
    op.drop_table("kept_copy")
