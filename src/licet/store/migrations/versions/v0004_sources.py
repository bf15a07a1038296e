"""When control was proved last, why each address was collected or not, who looked at samples."""

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
    nobody = sa.Column("opened_by", TEXT, nullable=False, server_default=sa.text("'[]'"))
    op.add_column("authority", nobody)
    none = sa.Column("collected", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    op.add_column("source", none)
    no_spans = sa.Column("fresh", TEXT, nullable=False, server_default=sa.text("'[]'"))
    op.add_column("source", no_spans)
    # Items that were forgotten since cannot be counted any more.
    here = "(SELECT count(*) FROM item WHERE item.source = source.id)"
    op.execute(f"UPDATE source SET collected = {here}")  # noqa: S608 - no value from outside
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
        "audit",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=True),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("collected", sa.BigInteger(), nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("finding", TEXT, nullable=True),
        sa.Column("found_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        one_of("audit_finding", "finding", "ok wrong"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_audit_member"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_audit_source"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_source", "audit", ["source"])
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
    op.drop_index("ix_audit_source", "audit")
    op.drop_table("audit")
    op.drop_table("trace")
    op.drop_index("ix_item_address_sha256", "item_address")
    op.drop_column("item_address", "sha256")
    op.drop_column("item", "likeness")
    for name in ("collected", "fresh"):
        op.drop_column("source", name)
    for name in (*PROVED, "opened_by"):
        op.drop_column("authority", name)
