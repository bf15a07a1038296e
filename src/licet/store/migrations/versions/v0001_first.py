"""The first tables: deployment, ledger, governed use, sources, grants, searches, work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Text compared by its bytes on both databases.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

TABLES = (
    "deployment generated head leaf "
    "organisation agreement member case approval "
    "source authority "
    "item item_address face "
    "subject grant confirmation "
    "template suggestion "
    "search candidate verification "
    "plan effect run block "
)


def _one_of(name: str, column: str, words: str) -> sa.CheckConstraint:
    allowed = ", ".join(f"'{word}'" for word in words.split())
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=op.f(f"ck_{name}"))


def upgrade() -> None:
    _deployment()
    _governance()
    _sources()
    _items()
    _grants()
    _templates()
    _searches()
    _work()


def downgrade() -> None:
    for table in reversed(TABLES.split()):
        op.drop_table(table)


def _deployment() -> None:
    op.create_table(
        "deployment",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("controller", TEXT, nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("dpia_digest", TEXT, nullable=False),
        sa.Column("ai_act_classification", TEXT, nullable=False),
        sa.Column("established_in_eu", sa.Boolean(), nullable=False),
        sa.Column("eu_representative", TEXT, nullable=False),
        sa.Column("fpir_search", sa.Double(), nullable=False),
        sa.Column("fpir_collect", sa.Double(), nullable=False),
        sa.Column("checkpoint_size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_deployment_one")),
        sa.PrimaryKeyConstraint("one", name="pk_deployment"),
    )
    op.create_table(
        "generated",
        sa.Column("sha256", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_generated"),
    )
    op.create_table(
        "head",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_head_one")),
        sa.PrimaryKeyConstraint("one", name="pk_head"),
    )
    op.create_table(
        "leaf",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_leaf_hash")),
        sa.PrimaryKeyConstraint("index", name="pk_leaf"),
    )
    # The empty ledger: no entry, no frontier, the beginning of time.
    op.execute("INSERT INTO head (one, size, frontier, time) VALUES (1, 0, '', 0)")


def _governance() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        _one_of("organisation_kind", "kind", "controller joint_controller processor recipient"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("name", name="uq_organisation_name"),
    )
    op.create_table(
        "agreement",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name="fk_agreement_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agreement"),
    )
    op.create_index("ix_agreement_organisation", "agreement", ["organisation"])
    op.create_table(
        "member",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("roles", TEXT, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        _one_of("member_state", "state", "active ended"),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name="fk_member_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("organisation", "name", name="uq_member_organisation_name"),
    )
    op.create_table(
        "case",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("evidence", TEXT, nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        _one_of("case_state", "state", "open closed"),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_case_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_case"),
        sa.UniqueConstraint("organisation", "reference", name="uq_case_organisation_reference"),
    )
    op.create_table(
        "approval",
        sa.Column("case", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name="fk_approval_case"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_approval_member"),
        sa.PrimaryKeyConstraint("case", "member", name="pk_approval"),
    )


def _sources() -> None:
    op.create_table(
        "source",
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
        _one_of(
            "source_bystander_condition",
            "bystander_condition",
            "all_pictured_consented law_cited prior_consultation",
        ),
        _one_of("source_item_policy", "item_policy", "leave_at_source ask_source"),
        _one_of("source_kind", "kind", "folder upload video site bucket"),
        _one_of("source_state", "state", "declared authorised lapsed on_hold ceased purged"),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name="fk_source_organisation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("organisation", "name", name="uq_source_organisation_name"),
    )
    op.create_table(
        "authority",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("control", TEXT, nullable=False),
        sa.Column("proof", TEXT, nullable=False),
        sa.Column("licence", TEXT, nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        _one_of(
            "authority_control",
            "control",
            "own_storage well_known_token dns_record signed_agreement",
        ),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_authority_source"),
        sa.PrimaryKeyConstraint("id", name="pk_authority"),
    )
    op.create_index("ix_authority_source", "authority", ["source"])


def _items() -> None:
    op.create_table(
        "item",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("first_leaf", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_item_source"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("source", "first_leaf", "id", name="uq_item_source_first_leaf_id"),
        sa.UniqueConstraint("source", "sha256", name="uq_item_source_sha256"),
    )
    op.create_table(
        "item_address",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name="fk_item_address_item"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_item_address_source"),
        sa.PrimaryKeyConstraint("source", "tag", name="pk_item_address"),
    )
    op.create_index("ix_item_address_item", "item_address", ["item"])
    op.create_table(
        "face",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("w", sa.Integer(), nullable=False),
        sa.Column("h", sa.Integer(), nullable=False),
        sa.Column("span_start", sa.BigInteger(), nullable=True),
        sa.Column("span_end", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(span_start IS NULL) = (span_end IS NULL)", name=op.f("ck_face_span")),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name="fk_face_item"),
        sa.PrimaryKeyConstraint("id", name="pk_face"),
    )
    op.create_index("ix_face_item", "face", ["item"])


def _grants() -> None:
    op.create_table(
        "subject",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("residence", TEXT, nullable=True),
        sa.Column("contact_tag", sa.LargeBinary(), nullable=False),
        sa.Column("dependant", sa.Boolean(), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        _one_of("subject_state", "state", "known blocked erasing erased"),
        sa.PrimaryKeyConstraint("id", name="pk_subject"),
    )
    op.create_index("ix_subject_contact_tag", "subject", ["contact_tag"])
    op.create_table(
        "grant",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("organisation", TEXT, nullable=True),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("basis", TEXT, nullable=False),
        sa.Column("condition", TEXT, nullable=False),
        sa.Column("relationship", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=True),
        sa.Column("territories", TEXT, nullable=False),
        sa.Column("notice", TEXT, nullable=False),
        sa.Column("notice_delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", TEXT, nullable=False),
        sa.Column("instrument", TEXT, nullable=False),
        sa.Column("guardian", sa.Boolean(), nullable=False),
        sa.Column("captured", sa.Boolean(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.Column(
            "kept", sa.Boolean(), sa.Computed("state <> 'ended'", persisted=True), nullable=False
        ),
        _one_of("grant_basis", "basis", "6(1)(a) 6(1)(d)"),
        _one_of("grant_condition", "condition", "9(2)(a) 9(2)(c)"),
        _one_of(
            "grant_relationship",
            "relationship",
            "none guest club_member family pictured "
            "employment custody asylum schooling care_dependence",
        ),
        _one_of("grant_state", "state", "pending active restricted ending ended"),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.id"], name="fk_grant_organisation"
        ),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_grant_source"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_grant_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_grant"),
        sa.UniqueConstraint("id", "kept", name="uq_grant_id_kept"),
    )
    op.create_index("ix_grant_instrument", "grant", ["instrument"])
    op.create_index("ix_grant_leaf", "grant", ["leaf"])
    op.create_index("ix_grant_organisation", "grant", ["organisation"])
    op.create_index("ix_grant_source", "grant", ["source"])
    op.create_index("ix_grant_state_expires", "grant", ["state", "expires"])
    op.create_index("ix_grant_subject", "grant", ["subject"])
    op.create_table(
        "confirmation",
        sa.Column("grant", TEXT, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["grant"], ["grant.id"], name="fk_confirmation_grant"),
        sa.PrimaryKeyConstraint("grant", name="pk_confirmation"),
    )


def _templates() -> None:
    op.create_table(
        "template",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("grant", TEXT, nullable=False),
        sa.Column("kept", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("lapses_at", sa.BigInteger(), nullable=True),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        _one_of("template_kind", "kind", "reference appearance"),
        sa.CheckConstraint("kept", name=op.f("ck_template_kept")),
        sa.ForeignKeyConstraint(
            ["grant", "kept"], ["grant.id", "grant.kept"], name="fk_template_grant_kept"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template"),
    )
    op.create_index("ix_template_grant_kind", "template", ["grant", "kind"])
    op.create_index(
        "ix_template_lapses_at",
        "template",
        ["lapses_at"],
        unique=False,
        sqlite_where=sa.text("lapses_at IS NOT NULL"),
        postgresql_where=sa.text("lapses_at IS NOT NULL"),
    )
    op.create_index("ix_template_leaf", "template", ["leaf"])
    op.create_table(
        "suggestion",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("grant", TEXT, nullable=False),
        sa.Column("kept", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kept", name=op.f("ck_suggestion_kept")),
        sa.ForeignKeyConstraint(
            ["grant", "kept"], ["grant.id", "grant.kept"], name="fk_suggestion_grant_kept"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion"),
    )
    op.create_index("ix_suggestion_expires", "suggestion", ["expires"])
    op.create_index("ix_suggestion_grant", "suggestion", ["grant"])


def _searches() -> None:
    op.create_table(
        "search",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("case", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("probe_tag", sa.LargeBinary(), nullable=False),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("fpir_millionths", sa.Integer(), nullable=False),
        sa.Column("in_scope", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("sealed_probe", sa.LargeBinary(), nullable=True),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        _one_of("search_state", "state", "none candidates verifying lead closed"),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name="fk_search_case"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_search_member"),
        sa.PrimaryKeyConstraint("id", name="pk_search"),
    )
    op.create_index("ix_search_case", "search", ["case"])
    op.create_index("ix_search_member_at", "search", ["member", "at"])
    op.create_table(
        "candidate",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("search", TEXT, nullable=False),
        sa.Column("subject_tag", sa.LargeBinary(), nullable=False),
        sa.Column("grant_tag", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["search"], ["search.id"], name="fk_candidate_search"),
        sa.PrimaryKeyConstraint("id", name="pk_candidate"),
    )
    op.create_index("ix_candidate_grant_tag", "candidate", ["grant_tag"])
    op.create_index("ix_candidate_search", "candidate", ["search"])
    op.create_index("ix_candidate_subject_tag", "candidate", ["subject_tag"])
    op.create_table(
        "verification",
        sa.Column("candidate", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidate.id"], name="fk_verification_candidate"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_verification_member"),
        sa.PrimaryKeyConstraint("candidate", "member", name="pk_verification"),
    )


def _work() -> None:
    op.create_table(
        "plan",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("grants", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        _one_of("plan_kind", "kind", "withdraw erase"),
        _one_of("plan_state", "state", "open done"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_plan_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
    )
    op.create_index("ix_plan_state", "plan", ["state"])
    op.create_index("ix_plan_subject", "plan", ["subject"])
    op.create_table(
        "effect",
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("found", TEXT, nullable=False),
        _one_of(
            "effect_kind",
            "kind",
            "deliver_history delete_rows shred_keys end_grants turn_epoch check_unfindable "
            "check_keys check_bytes certify scan_bytes certify_scan forget_plan",
        ),
        _one_of("effect_state", "state", "open done"),
        sa.ForeignKeyConstraint(["plan"], ["plan.id"], name="fk_effect_plan"),
        sa.PrimaryKeyConstraint("plan", "n", name="pk_effect"),
    )
    op.create_table(
        "run",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("grant", TEXT, nullable=True),
        sa.Column("cursor", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        _one_of("run_kind", "kind", "collect backfill"),
        _one_of("run_state", "state", "open done"),
        sa.ForeignKeyConstraint(["grant"], ["grant.id"], name="fk_run_grant"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_run_source"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_index("ix_run_source", "run", ["source"])
    op.create_index("ix_run_state", "run", ["state"])
    op.create_table(
        "block",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("territory", TEXT, nullable=True),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("source", TEXT, nullable=True),
        sa.Column("collecting", sa.Boolean(), nullable=False),
        sa.Column("use", sa.Boolean(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_block_source"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_block_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_block"),
    )
    op.create_index("ix_block_lifted_at", "block", ["lifted_at"])
