"""Links by which people ask for a grant themselves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    nothing = sa.text("0")
    op.create_table(
        "album_link",
        *(sa.Column(name, TEXT, nullable=False) for name in ("id", "organisation", "source")),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("presence", sa.Boolean(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False, server_default=nothing),
        sa.Column("today", sa.Integer(), nullable=False, server_default=nothing),
        sa.Column("on", TEXT, nullable=False, server_default=sa.text("''")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name="fk_album_link_organisation"
        ),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_album_link_source"),
        sa.PrimaryKeyConstraint("id", name="pk_album_link"),
        sa.UniqueConstraint("digest", name="uq_album_link_digest"),
    )
    op.create_index("ix_album_link_organisation", "album_link", ["organisation"])
    op.create_index("ix_album_link_source", "album_link", ["source"])


def downgrade() -> None:
    op.drop_index("ix_album_link_source", "album_link")
    op.drop_index("ix_album_link_organisation", "album_link")
    op.drop_table("album_link")
