"""When a page of a site was read last, and when a site may be asked next."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What was remembered until now counts as old: its pages are read whole once more.
COLUMNS = (("visit", "at"), ("source", "next_ask"))


def upgrade() -> None:
    for table, name in COLUMNS:
        never = sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0"))
        op.add_column(table, never)


def downgrade() -> None:
    for table, name in COLUMNS:
        op.drop_column(table, name)
