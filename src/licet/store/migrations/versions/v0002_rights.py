"""People's rights: requests, holds, accountability records, faces unlinked, dated terms."""

from functools import partial

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from licet.store.migrations.rules import one_of, word

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

PLANS = "withdraw erase"
EFFECTS = (
    "deliver_history delete_rows shred_keys end_grants turn_epoch check_unfindable check_keys "
    "check_bytes certify scan_bytes certify_scan forget_plan"
)
RUNS = "collect backfill"
COUNTED = (
    ("grant", "confirmed_at", "confirmed_by = 'paper'"),
    ("grant", "not_before", "basis = '6(1)(d)'"),
    ("search", "probe_until", "probe_until IS NOT NULL"),
)
MORE_EFFECTS = (
    "seal_account tell_recipients forget_items deliver_certificate scan_sources build_package "
    "deliver_package close_request forget_newcomer"
)


def upgrade() -> None:
    word("plan", f"{PLANS} answer tell", partial(_plan, about_many=True))
    _about_many("plan", allowed=True)
    word("effect", f"{EFFECTS} {MORE_EFFECTS}", _effect)
    word("run", f"{RUNS} scan purge", _run)
    op.add_column("deployment", sa.Column("closing_at", sa.BigInteger(), nullable=True))
    op.add_column("deployment", sa.Column("closed_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "organisation", sa.Column("contact", TEXT, nullable=False, server_default=sa.text("''"))
    )
    op.add_column("source", sa.Column("retention_days", sa.Integer(), nullable=True))
    op.add_column("search", sa.Column("probe_until", sa.BigInteger(), nullable=True))
    _probe_terms()
    _for_counting()
    _unlinked()
    _request()
    _hold_and_account()


def downgrade() -> None:
    for table in ("account", "hold", "request_code", "request", "unlinked"):
        op.drop_table(table)
    for table, column, _ in COUNTED:
        op.drop_index(f"ix_{table}_{column}", table)
    for table, column in (
        ("search", "probe_until"),
        ("source", "retention_days"),
        ("organisation", "contact"),
        ("deployment", "closed_at"),
        ("deployment", "closing_at"),
    ):
        op.drop_column(table, column)
    word("run", RUNS, _run)
    word("effect", EFFECTS, _effect)
    word("plan", PLANS, _plan)
    _about_many("plan", allowed=False)


def _about_many(table: str, *, allowed: bool) -> None:
    """Let a plan be about the grants of many people; SQLite's table was built anew with it."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column(table, "subject", nullable=allowed)


def _plan(*, about_many: bool = False) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=about_many),
        sa.Column("grants", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        one_of("plan_state", "state", "open done"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_plan_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
    ]


def _effect() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("found", TEXT, nullable=False),
        one_of("effect_state", "state", "open done"),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name="fk_effect_plan"),
        sa.PrimaryKeyConstraint("plan", "n", name="pk_effect"),
    ]


def _run() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("grant", TEXT, nullable=True),
        sa.Column("cursor", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        one_of("run_state", "state", "open done"),
        sa.ForeignKeyConstraint(["grant"], ["grant.id"], name="fk_run_grant"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_run_source"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    ]


def _probe_terms() -> None:
    # Probes that are kept today get the term that was only a rule of the worker until now.
    term = 30 * 24 * 60 * 60 * 1000
    search = sa.table(
        "search", sa.column("at"), sa.column("probe_until"), sa.column("sealed_probe")
    )
    kept = search.c.sealed_probe.is_not(None)
    op.execute(sa.update(search).where(kept).values(probe_until=search.c.at + term))


def _for_counting() -> None:
    # What is counted or looked for among millions of rows that do not matter to it.
    for table, column, where in COUNTED:
        rule = sa.text(where)
        name = f"ix_{table}_{column}"
        op.create_index(name, table, [column], sqlite_where=rule, postgresql_where=rule)


def _unlinked() -> None:
    op.create_table(
        "unlinked",
        sa.Column("grant", TEXT, nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["grant"], ["grant.id"], name="fk_unlinked_grant"),
        sa.PrimaryKeyConstraint("grant", "tag", name="pk_unlinked"),
    )


def _request() -> None:
    op.create_table(
        "request",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("newcomer", sa.Boolean(), nullable=False),
        sa.Column("grant", TEXT, nullable=True),
        sa.Column("plan", TEXT, nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("regime", TEXT, nullable=False),
        sa.Column("extended_at", sa.BigInteger(), nullable=True),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("mandate", TEXT, nullable=False),
        sa.Column("channel_proved_at", sa.BigInteger(), nullable=True),
        sa.Column("identity_accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        one_of(
            "request_kind",
            "kind",
            "access rectification erasure restriction portability objection withdrawal complaint",
        ),
        one_of(
            "request_state", "state", "received identity_asked open fulfilling delivered refused"
        ),
        sa.ForeignKeyConstraint(["grant"], ["grant.id"], name="fk_request_grant"),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name="fk_request_plan"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_request_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
    )
    op.create_index("ix_request_subject", "request", ["subject"])
    op.create_index("ix_request_state_due", "request", ["state", "due"])
    op.create_table(
        "request_code",
        sa.Column("request", TEXT, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_request_code_request"),
        sa.PrimaryKeyConstraint("request", name="pk_request_code"),
    )


def _hold_and_account() -> None:
    op.create_table(
        "hold",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("grants", TEXT, nullable=False),
        sa.Column("instrument", TEXT, nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_hold_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
    )
    op.create_index("ix_hold_subject", "hold", ["subject"])
    op.create_table(
        "account",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("destroy_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
    )
    op.create_index("ix_account_plan", "account", ["plan"])
    op.create_index("ix_account_destroy_at", "account", ["destroy_at"])
