"""Acts that one member signed and that wait for another's signature."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "waiting_act",
        *(sa.Column(name, TEXT, nullable=False) for name in ("id", "kind", "organisation")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("member", "name", "object", "digest")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name="fk_waiting_act_organisation"
        ),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_waiting_act_member"),
        sa.PrimaryKeyConstraint("id", name="pk_waiting_act"),
    )
    op.create_index("ix_waiting_act_organisation", "waiting_act", ["organisation"])
    op.create_index("ix_waiting_act_member", "waiting_act", ["member"])


def downgrade() -> None:
    op.drop_index("ix_waiting_act_member", "waiting_act")
    op.drop_index("ix_waiting_act_organisation", "waiting_act")
    op.drop_table("waiting_act")
