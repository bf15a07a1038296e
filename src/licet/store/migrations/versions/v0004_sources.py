"""When control of a source was proved last, and why each address was collected or not."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from licet.store.migrations.rules import one_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

PROVED = ("proved_at", "tried_at")


def upgrade() -> None:
    for name in PROVED:
        never = sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0"))
        op.add_column("authority", never)
    # Control was proved when the source was opened, and each time it was collected since.
    op.execute("UPDATE authority SET proved_at = valid_from, tried_at = valid_from")
    op.add_column("item", sa.Column("likeness", sa.LargeBinary(), nullable=True))
    op.add_column("item_address", sa.Column("sha256", TEXT, nullable=True))
    op.create_index("ix_item_address_sha256", "item_address", ["sha256"])
    op.create_table(
        "trace",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("fate", TEXT, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        one_of("trace_fate", "fate", "collected left_out unreadable"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_trace_source"),
        sa.PrimaryKeyConstraint("source", "tag", name="pk_trace"),
    )
    op.create_table(
        "visit",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_visit_source"),
        sa.PrimaryKeyConstraint("source", "tag", name="pk_visit"),
    )


def downgrade() -> None:
    op.drop_table("visit")
    op.drop_table("trace")
    op.drop_index("ix_item_address_sha256", "item_address")
    op.drop_column("item_address", "sha256")
    op.drop_column("item", "likeness")
    for name in PROVED:
        op.drop_column("authority", name)
