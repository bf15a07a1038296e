"""Authorities' orders, letters, breaches, papers filed, where stores lie, transfers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from licet.store.migrations.rules import one_of, word

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

PREPARED = ("source_notice", "role_agreement")
"""Papers that a deployment rests on, beside those it was opened with."""

PLANS = "withdraw erase answer tell"


def upgrade() -> None:
    word("plan", f"{PLANS} order", _plan)
    for name in PREPARED:
        empty = sa.Column(name, TEXT, nullable=False, server_default=sa.text("''"))
        op.add_column("deployment", empty)
    op.add_column("deployment", sa.Column("prepared_at", sa.BigInteger(), nullable=True))
    _order()
    _clause()
    _correspondence()
    _breach()
    _papers()


def downgrade() -> None:
    for table in (
        "transfer",
        "residence",
        "filing",
        "canary",
        "breach",
        "correspondence",
        "order_part",
        "clause",
        "order",
    ):
        op.drop_table(table)
    for name in ("prepared_at", *PREPARED):
        op.drop_column("deployment", name)
    word("plan", PLANS, _plan)


def _plan() -> list[sa.schema.SchemaItem]:
    return [
        _text("id"),
        _text("kind"),
        _text("cause"),
        _text("subject", nullable=True),
        _text("grants"),
        _bytes("sealed"),
        _text("state"),
        _number("created_at"),
        _number("lease_until", nullable=True),
        one_of("plan_state", "state", "open done"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_plan_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
    ]


def _text(name: str, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, TEXT, nullable=nullable)


def _number(name: str, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _bytes(name: str) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _small(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=False)


def _yes(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), nullable=False)


def _order() -> None:
    op.create_table(
        "order",
        _text("id"),
        _text("authority"),
        _text("reference"),
        _small("version"),
        _text("state"),
        _text("decided"),
        _text("notified"),
        _text("published", nullable=True),
        *map(_text, ("regime", "language", "document", "territories", "sources", "subjects")),
        _number("fine", nullable=True),
        _number("per_day", nullable=True),
        _number("cap", nullable=True),
        _text("currency"),
        _number("registered_at"),
        _number("confirmed_at", nullable=True),
        _text("checkpoint"),
        _text("found"),
        _number("proof_leaf", nullable=True),
        _text("pack"),
        _number("sent_at", nullable=True),
        _number("closed_at", nullable=True),
        _bytes("sealed"),
        _number("leaf"),
        _number("alerted_at", nullable=True),
        one_of(
            "order_state",
            "state",
            "proposed final executing proved sent closed appealed superseded",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_order"),
        sa.UniqueConstraint(
            "authority", "reference", "version", name="uq_order_authority_reference_version"
        ),
    )
    op.create_index("ix_order_state", "order", ["state"])


def _clause() -> None:
    op.create_table(
        "clause",
        _text("order"),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        _text("kind"),
        _text("data"),
        _number("due"),
        _number("done_at", nullable=True),
        one_of("clause_kind", "kind", "stop_collecting stop_use answer_access erase prove"),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name="fk_clause_order"),
        sa.PrimaryKeyConstraint("order", "n", name="pk_clause"),
    )
    op.create_table(
        "order_part",
        _text("order"),
        _text("plan"),
        _small("people"),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name="fk_order_part_order"),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name="fk_order_part_plan"),
        sa.PrimaryKeyConstraint("order", "plan", name="pk_order_part"),
    )
    op.create_index("ix_order_part_plan", "order_part", ["plan"])


def _correspondence() -> None:
    op.create_table(
        "correspondence",
        _text("id"),
        _text("order", nullable=True),
        _text("authority"),
        _yes("outgoing"),
        _text("digest"),
        _number("at"),
        _number("answer_by", nullable=True),
        _text("owner", nullable=True),
        _number("answered_at", nullable=True),
        _text("answer"),
        _number("alerted_at", nullable=True),
        _bytes("sealed"),
        _number("leaf"),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name="fk_correspondence_order"),
        sa.ForeignKeyConstraint(["owner"], ["member.id"], name="fk_correspondence_owner"),
        sa.PrimaryKeyConstraint("id", name="pk_correspondence"),
    )
    op.create_index("ix_correspondence_order", "correspondence", ["order"])
    op.create_index(
        "ix_correspondence_answered_at_answer_by", "correspondence", ["answered_at", "answer_by"]
    )


def _breach() -> None:
    op.create_table(
        "breach",
        _text("id"),
        _number("aware_at"),
        _number("notify_by"),
        _text("state"),
        _small("people"),
        _yes("risk_high"),
        _number("authority_told_at", nullable=True),
        _number("people_told_at", nullable=True),
        _number("alerted_at", nullable=True),
        _number("closed_at", nullable=True),
        _bytes("sealed"),
        _number("leaf"),
        one_of("breach_state", "state", "suspected confirmed told closed dismissed"),
        sa.PrimaryKeyConstraint("id", name="pk_breach"),
    )
    op.create_index("ix_breach_state", "breach", ["state"])
    op.create_table(
        "canary",
        _text("id"),
        _text("subject"),
        _number("placed_at"),
        _number("touched_at", nullable=True),
        _number("leaf"),
        _bytes("sealed"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_canary_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_canary"),
    )
    op.create_index("ix_canary_subject", "canary", ["subject"])


def _papers() -> None:
    op.create_table(
        "filing",
        _text("id"),
        _text("organisation"),
        _text("kind"),
        _text("digest"),
        _number("filed_at"),
        _number("valid_to"),
        one_of("filing_kind", "kind", "legal_instrument impact_assessment training_record"),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name="fk_filing_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_filing"),
    )
    op.create_index("ix_filing_organisation", "filing", ["organisation"])
    op.create_table(
        "residence",
        _text("store"),
        _text("territory"),
        _text("provider"),
        _number("stated_at"),
        one_of("residence_store", "store", "records keys ledger objects backups mail"),
        sa.PrimaryKeyConstraint("store", name="pk_residence"),
    )
    op.create_table(
        "transfer",
        _text("id"),
        _text("recipient"),
        _text("territory"),
        _text("safeguard"),
        _text("digest"),
        _number("at"),
        _number("ended_at", nullable=True),
        one_of("transfer_safeguard", "safeguard", "adequacy standard_clauses binding_rules"),
        sa.PrimaryKeyConstraint("id", name="pk_transfer"),
    )
