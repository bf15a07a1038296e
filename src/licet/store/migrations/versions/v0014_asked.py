"""What people are asked under a grant and said; searches that ask first; files beside photos."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("grant", TEXT, nullable=False),
        sa.Column("kept", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kept", name="kept"),
        sa.ForeignKeyConstraint(
            ["grant", "kept"], ["grant.id", "grant.kept"], name="fk_question_grant_kept"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.UniqueConstraint("grant", "tag", name="uq_question_grant_tag"),
    )
    op.create_index("ix_question_until", "question", ["until"])
    op.create_table(
        "tracing",
        sa.Column("search", TEXT, nullable=False),
        sa.Column("case", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name="fk_tracing_case"),
        sa.PrimaryKeyConstraint("search", name="pk_tracing"),
    )
    op.create_table(
        "sidecar",
        sa.Column("item", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("case", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_sidecar_source"),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name="fk_sidecar_case"),
        sa.PrimaryKeyConstraint("item", name="pk_sidecar"),
    )
    op.create_index("ix_sidecar_source", "sidecar", ["source"])


def downgrade() -> None:
    op.drop_index("ix_sidecar_source", "sidecar")
    op.drop_table("sidecar")
    op.drop_table("tracing")
    op.drop_index("ix_question_until", "question")
    op.drop_table("question")
