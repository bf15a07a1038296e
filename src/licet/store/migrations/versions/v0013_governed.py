"""The list of purposes that was assessed, and for whom else a case is opened."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    empty = sa.Column("purposes", TEXT, nullable=False, server_default=sa.text("''"))
    op.add_column("deployment", empty)
    op.add_column("case", sa.Column("on_behalf_of", TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("case", "on_behalf_of")
    op.drop_column("deployment", "purposes")
