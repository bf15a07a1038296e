"""Identities that a provider vouches for, by what a session began, what a passkey is called."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("bound_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_identity_member"),
        sa.PrimaryKeyConstraint("id", name="pk_identity"),
        sa.UniqueConstraint("tag", name="uq_identity_tag"),
    )
    op.create_index("ix_identity_member", "identity", ["member"])
    passkey = sa.Column("means", TEXT, nullable=False, server_default=sa.text("'passkey'"))
    op.add_column("session", passkey)
    unnamed = sa.Column("name", TEXT, nullable=False, server_default=sa.text("''"))
    op.add_column("passkey", unnamed)


def downgrade() -> None:
    op.drop_column("passkey", "name")
    op.drop_column("session", "means")
    op.drop_index("ix_identity_member", "identity")
    op.drop_table("identity")
