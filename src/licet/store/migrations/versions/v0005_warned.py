"""When somebody was warned last that the time to answer a request runs out."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request", sa.Column("alerted_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("request", "alerted_at")
