"""Photo libraries as sources, and the tags by which a source leaves photos out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from licet.store.migrations.rules import one_of, word

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

KINDS = "folder upload video site bucket"


def upgrade() -> None:
    word("source", f"{KINDS} library", _source)
    none = sa.Column("leave_out", TEXT, nullable=False, server_default=sa.text("'[]'"))
    op.add_column("source", none)


def downgrade() -> None:
    op.drop_column("source", "leave_out")
    word("source", KINDS, _source)


def _source() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("taken_by", TEXT, nullable=False),
        sa.Column("people_told", TEXT, nullable=False),
        sa.Column("purposes", TEXT, nullable=False),
        sa.Column("bystander_condition", TEXT, nullable=True),
        sa.Column("bystander_evidence", TEXT, nullable=False),
        sa.Column("territory", TEXT, nullable=True),
        sa.Column("item_policy", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("collected", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("fresh", TEXT, nullable=False, server_default=sa.text("'[]'")),
        one_of(
            "source_bystander_condition",
            "bystander_condition",
            "all_pictured_consented law_cited prior_consultation",
        ),
        one_of("source_item_policy", "item_policy", "leave_at_source ask_source"),
        one_of("source_state", "state", "declared authorised lapsed on_hold ceased purged"),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name="fk_source_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("organisation", "name", name="uq_source_organisation_name"),
    ]
