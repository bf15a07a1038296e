"""Every table. A column is called as the field it holds.

Two rules are the database's own, without triggers, so that they hold under races:

* *kept*: ``grant.kept`` is computed from the state and part of a unique key; a template
  or suggestion refers to ``(grant, kept)`` and its own ``kept`` must be true. So a row
  can never belong to an ended grant, and a grant with rows can never end (invariant 1).
* every word of a closed list is a CHECK, every reference a foreign key.

``leaf`` columns hold a ledger index. They are no foreign keys: effects are written before
their leaf, and a restored store may be ahead of its imported leaves for a moment.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
    true,
)

from licet.store.types import Day, Hashes, Line, Moment, OrNobody, Pairs, Sequenced, Word, Words
from licet.terms.basis import Condition, LegalBasis, Relationship
from licet.terms.duties import BreachState, FilingKind, Safeguard, StoreName
from licet.terms.gallery import TemplateKind
from licet.terms.grant import GrantState, SubjectState
from licet.terms.order import ClauseKind, DataKind, OrderState
from licet.terms.organisation import CaseState, MemberState, OrganisationKind, Role
from licet.terms.plan import EffectKind, PlanKind, RunKind, WorkState
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchState
from licet.terms.source import BystanderCondition, Control, ItemPolicy, SourceKind, SourceState

REVISION = "0003"
"""The migration that makes these tables."""
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[Any]:
    return Column("id", Line, primary_key=True)


def _text(name: str, nullable: bool = False, **more: Any) -> Column[Any]:
    return Column(name, Line, nullable=nullable, **more)


def _bytes(name: str, nullable: bool = False, **more: Any) -> Column[Any]:
    return Column(name, LargeBinary, nullable=nullable, **more)


def _moment(name: str, nullable: bool = False) -> Column[Any]:
    return Column(name, Moment, nullable=nullable)


def _number(name: str, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable)


def _day(name: str, nullable: bool = False) -> Column[Any]:
    return Column(name, Day, nullable=nullable)


def _yes(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False)


def _ref(target: str, nullable: bool = False, index: bool = False, **more: Any) -> Column[Any]:
    key = ForeignKey(f"{target}.id")
    return Column(target, Line, key, nullable=nullable, index=index, **more)


def _word(name: str, words: type[StrEnum], nullable: bool = False) -> tuple[Any, ...]:
    allowed = ", ".join(f"'{word.value}'" for word in words)
    rule = CheckConstraint(f"{name} IN ({allowed})", name=name)
    return Column(name, Word(words), nullable=nullable), rule


def _some(column: str, where: str) -> Index:
    # Queries write the condition out as it stands here, or the index is not found.
    return Index(None, column, sqlite_where=text(where), postgresql_where=text(where))


def _only_one() -> tuple[Any, ...]:
    return Column("one", Integer, primary_key=True), CheckConstraint("one = 1", name="one")


def _kept_grant() -> tuple[Any, ...]:
    # The composite key that makes "no grant, no template" the database's own rule.
    return (
        _text("grant"),
        Column("kept", Boolean, nullable=False, server_default=true()),
        CheckConstraint("kept", name="kept"),
        ForeignKeyConstraint(["grant", "kept"], ["grant.id", "grant.kept"]),
    )


# --- the deployment and its ledger ---

deployment = Table(
    "deployment",
    METADATA,
    *_only_one(),
    _text("id"),
    _text("origin"),
    _text("controller"),
    _yes("sandbox"),
    _moment("opened_at"),
    _text("dpia_digest"),
    _text("ai_act_classification"),
    _yes("established_in_eu"),
    _text("eu_representative"),
    Column("fpir_search", Double, nullable=False),
    Column("fpir_collect", Double, nullable=False),
    _number("checkpoint_size"),
    _moment("closing_at", nullable=True),
    _moment("closed_at", nullable=True),
)
generated = Table("generated", METADATA, Column("sha256", Line, primary_key=True))
head = Table(
    "head",
    METADATA,
    *_only_one(),
    _number("size"),
    Column("frontier", Hashes, nullable=False),
    _moment("time"),
)
leaf = Table(
    "leaf",
    METADATA,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    _bytes("data"),
    _bytes("hash"),
    CheckConstraint("length(hash) = 32", name="hash"),
)

# --- governed use ---

organisation = Table(
    "organisation",
    METADATA,
    _id(),
    _text("name", unique=True),
    *_word("kind", OrganisationKind),
    _text("contact", server_default=text("''")),
)
agreement = Table(
    "agreement",
    METADATA,
    _id(),
    _ref("organisation", index=True),
    _text("digest"),
    _moment("valid_from"),
    _moment("valid_to"),
)
member = Table(
    "member",
    METADATA,
    _id(),
    _ref("organisation"),
    _text("name"),
    Column("roles", Words(Role), nullable=False),
    _bytes("public_key"),
    *_word("state", MemberState),
    UniqueConstraint("organisation", "name"),
)
case = Table(
    "case",
    METADATA,
    _id(),
    _ref("organisation"),
    _text("purpose"),
    _text("reference"),
    Column("evidence", Words(), nullable=False),
    Column("cap", Integer, nullable=False),
    *_word("state", CaseState),
    UniqueConstraint("organisation", "reference"),
)
approval = Table(
    "approval",
    METADATA,
    _ref("case", primary_key=True),
    _ref("member", primary_key=True),
    _bytes("signature"),
    _moment("at"),
)

# --- sources and their items ---

source = Table(
    "source",
    METADATA,
    _id(),
    _ref("organisation"),
    _text("name"),
    *_word("kind", SourceKind),
    _text("place"),
    _text("taken_by"),
    _text("people_told"),
    Column("purposes", Words(), nullable=False),
    *_word("bystander_condition", BystanderCondition, nullable=True),
    _text("bystander_evidence"),
    _text("territory", nullable=True),
    *_word("item_policy", ItemPolicy),
    *_word("state", SourceState),
    Column("retention_days", Integer),
    UniqueConstraint("organisation", "name"),
)
authority = Table(
    "authority",
    METADATA,
    _id(),
    _ref("source", index=True),
    *_word("control", Control),
    _text("proof"),
    _text("licence"),
    _moment("valid_from"),
    _moment("valid_to"),
)
item = Table(
    "item",
    METADATA,
    _id(),
    _ref("source"),
    _text("sha256"),
    _bytes("sealed_address"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    _number("first_leaf"),
    _moment("first_seen"),
    UniqueConstraint("source", "sha256"),
    UniqueConstraint("source", "first_leaf", "id"),
)
item_address = Table(
    "item_address",
    METADATA,
    _ref("source", primary_key=True),
    _bytes("tag", primary_key=True),
    _ref("item", index=True),
    _bytes("sealed"),
)
face = Table(
    "face",
    METADATA,
    _id(),
    _ref("item", index=True),
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("w", Integer, nullable=False),
    Column("h", Integer, nullable=False),
    Column("span_start", BigInteger),
    Column("span_end", BigInteger),
    CheckConstraint("(span_start IS NULL) = (span_end IS NULL)", name="span"),
)

# --- data subjects, their grants, what is kept under them ---

subject = Table(
    "subject",
    METADATA,
    _id(),
    _text("residence", nullable=True),
    _bytes("contact_tag", index=True),
    _yes("dependant"),
    _bytes("sealed_identity"),
    *_word("state", SubjectState),
)
grant = Table(
    "grant",
    METADATA,
    _id(),
    _ref("subject", index=True),
    _ref("organisation", nullable=True, index=True),
    _text("purpose"),
    *_word("basis", LegalBasis),
    *_word("condition", Condition),
    *_word("relationship", Relationship),
    _ref("source", nullable=True, index=True),
    Column("territories", Words(), nullable=False),
    _text("notice"),
    _moment("notice_delivered_at", nullable=True),
    _moment("confirmed_at", nullable=True),
    _text("confirmed_by"),
    _text("instrument"),
    _yes("guardian"),
    _yes("captured"),
    _moment("not_before"),
    _moment("expires"),
    *_word("state", GrantState),
    Column("leaf", BigInteger, nullable=False, index=True),
    Column("kept", Boolean, Computed("state <> 'ended'", persisted=True), nullable=False),
    UniqueConstraint("id", "kept"),
    Index(None, "state", "expires"),
    Index(None, "instrument"),
    _some("confirmed_at", "confirmed_by = 'paper'"),
    _some("not_before", "basis = '6(1)(d)'"),
)
confirmation = Table(
    "confirmation",
    METADATA,
    _ref("grant", primary_key=True),
    _bytes("salt"),
    _bytes("digest"),
    Column("tries", Integer, nullable=False),
    _moment("expires"),
)
template = Table(
    "template",
    METADATA,
    _id(),
    *_kept_grant(),
    *_word("kind", TemplateKind),
    _text("model"),
    _bytes("sealed"),
    _moment("lapses_at", nullable=True),
    Column("leaf", BigInteger, nullable=False, index=True),
    _some("lapses_at", "lapses_at IS NOT NULL"),
    Index(None, "grant", "kind"),
)
suggestion = Table(
    "suggestion",
    METADATA,
    _id(),
    *_kept_grant(),
    _bytes("sealed"),
    Column("expires", Moment, nullable=False, index=True),
    _number("leaf"),
    Index(None, "grant"),
)

unlinked = Table(
    # A face that is not this person: an HMAC of the face's id under the grant's key.
    "unlinked",
    METADATA,
    _ref("grant", primary_key=True),
    _bytes("tag", primary_key=True),
)

# --- searches ---

search = Table(
    "search",
    METADATA,
    _id(),
    _ref("case", index=True),
    _ref("member", nullable=True),
    _moment("at"),
    _bytes("probe_tag"),
    _number("threshold"),
    Column("fpir_millionths", Integer, nullable=False),
    Column("in_scope", BigInteger, nullable=False),
    *_word("state", SearchState),
    _bytes("sealed_probe", nullable=True),
    _number("leaf"),
    _moment("probe_until", nullable=True),
    Index(None, "member", "at"),
    _some("probe_until", "probe_until IS NOT NULL"),
)
candidate = Table(
    "candidate",
    METADATA,
    _id(),
    _ref("search", index=True),
    _bytes("subject_tag", index=True),
    _bytes("grant_tag", index=True),
    _bytes("sealed"),
)
verification = Table(
    "verification",
    METADATA,
    _ref("candidate", primary_key=True),
    _ref("member", primary_key=True),
    _bytes("sealed"),
    _moment("at"),
)

# --- work that must reach its end, and blocks ---

plan = Table(
    "plan",
    METADATA,
    _id(),
    *_word("kind", PlanKind),
    _text("cause"),
    Column("subject", OrNobody, ForeignKey("subject.id"), nullable=True, index=True),
    Column("grants", Sequenced, nullable=False),
    _bytes("sealed"),
    *_word("state", WorkState),
    _moment("created_at"),
    _moment("lease_until", nullable=True),
    Index(None, "state"),
)
effect = Table(
    "effect",
    METADATA,
    _ref("plan", primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    *_word("kind", EffectKind),
    *_word("state", WorkState),
    Column("found", Pairs, nullable=False),
)
run = Table(
    "run",
    METADATA,
    _id(),
    *_word("kind", RunKind),
    _ref("source", index=True),
    _ref("grant", nullable=True),
    _text("cursor"),
    *_word("state", WorkState),
    _moment("lease_until", nullable=True),
    Index(None, "state"),
)
block = Table(
    "block",
    METADATA,
    _id(),
    _text("cause"),
    _moment("at"),
    _text("territory", nullable=True),
    _ref("subject", nullable=True),
    _ref("source", nullable=True),
    _yes("collecting"),
    _yes("use"),
    _moment("lifted_at", nullable=True),
    Index(None, "lifted_at"),
)

# --- people's rights ---

request = Table(
    "request",
    METADATA,
    _id(),
    _ref("subject", index=True),
    *_word("kind", RightKind),
    _yes("newcomer"),
    _ref("grant", nullable=True),
    _ref("plan", nullable=True),
    _moment("received_at"),
    _moment("due"),
    _text("regime"),
    _moment("extended_at", nullable=True),
    Column("letters", Integer, nullable=False),
    _text("mandate"),
    _moment("channel_proved_at", nullable=True),
    _moment("identity_accepted_at", nullable=True),
    *_word("state", RequestState),
    _moment("closed_at", nullable=True),
    _bytes("sealed"),
    _number("leaf"),
    Index(None, "state", "due"),
)
request_code = Table(
    "request_code",
    METADATA,
    _ref("request", primary_key=True),
    _bytes("salt"),
    _bytes("digest"),
    Column("tries", Integer, nullable=False),
    _moment("expires"),
)
hold = Table(
    "hold",
    METADATA,
    _id(),
    _ref("subject", index=True),
    Column("grants", Sequenced, nullable=False),
    _text("instrument"),
    _moment("placed_at"),
    _moment("until"),
    _moment("lifted_at", nullable=True),
    _number("leaf"),
)
account = Table(
    "account",
    METADATA,
    _id(),
    # No foreign key: after a restore it may be of an erasure that the backup does not hold.
    _text("plan", index=True),
    _moment("made_at"),
    Column("destroy_at", Moment, nullable=False, index=True),
    _bytes("sealed"),
    _number("leaf"),
)

# --- authorities' orders, and the registers that an authority may ask for ---

order = Table(
    "order",
    METADATA,
    _id(),
    _text("authority"),
    _text("reference"),
    Column("version", Integer, nullable=False),
    *_word("state", OrderState),
    _day("decided"),
    _day("notified"),
    _day("published", nullable=True),
    _text("regime"),
    _text("language"),
    _text("document"),
    Column("territories", Sequenced, nullable=False),
    Column("sources", Sequenced, nullable=False),
    Column("subjects", Sequenced, nullable=False),
    _number("fine", nullable=True),
    _number("per_day", nullable=True),
    _number("cap", nullable=True),
    _text("currency"),
    _moment("registered_at"),
    _moment("confirmed_at", nullable=True),
    _text("checkpoint"),
    Column("found", Pairs, nullable=False),
    _number("proof_leaf", nullable=True),
    _text("pack"),
    _moment("sent_at", nullable=True),
    _moment("closed_at", nullable=True),
    _bytes("sealed"),
    _number("leaf"),
    UniqueConstraint("authority", "reference", "version"),
    Index(None, "state"),
)
clause = Table(
    "clause",
    METADATA,
    _ref("order", primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    *_word("kind", ClauseKind),
    Column("data", Words(DataKind), nullable=False),
    _moment("due"),
    _moment("done_at", nullable=True),
)
order_part = Table(
    "order_part",
    METADATA,
    _ref("order", primary_key=True),
    _ref("plan", primary_key=True, index=True),
    Column("people", Integer, nullable=False),
)
correspondence = Table(
    "correspondence",
    METADATA,
    _id(),
    _ref("order", nullable=True, index=True),
    _text("authority"),
    _yes("outgoing"),
    _text("digest"),
    _moment("at"),
    _moment("answer_by", nullable=True),
    Column("owner", Line, ForeignKey("member.id"), nullable=True),
    _moment("answered_at", nullable=True),
    _text("answer"),
    _moment("alerted_at", nullable=True),
    _bytes("sealed"),
    _number("leaf"),
    Index(None, "answered_at", "answer_by"),
)
breach = Table(
    "breach",
    METADATA,
    _id(),
    _moment("aware_at"),
    _moment("notify_by"),
    *_word("state", BreachState),
    Column("people", Integer, nullable=False),
    _yes("risk_high"),
    _moment("authority_told_at", nullable=True),
    _moment("people_told_at", nullable=True),
    _moment("alerted_at", nullable=True),
    _moment("closed_at", nullable=True),
    _bytes("sealed"),
    _number("leaf"),
    Index(None, "state"),
)
canary = Table(
    "canary",
    METADATA,
    _id(),
    _ref("subject", index=True),
    _moment("placed_at"),
    _moment("touched_at", nullable=True),
    _number("leaf"),
)
filing = Table(
    "filing",
    METADATA,
    _id(),
    _ref("organisation", index=True),
    *_word("kind", FilingKind),
    _text("digest"),
    _moment("filed_at"),
    _moment("valid_to"),
)
residence = Table(
    "residence",
    METADATA,
    Column("store", Word(StoreName), primary_key=True),
    _text("territory"),
    _text("provider"),
    _moment("stated_at"),
    CheckConstraint(
        "store IN ({})".format(", ".join(f"'{name.value}'" for name in StoreName)), name="store"
    ),
)
transfer = Table(
    "transfer",
    METADATA,
    _id(),
    _text("recipient"),
    _text("territory"),
    *_word("safeguard", Safeguard),
    _text("digest"),
    _moment("at"),
    _moment("ended_at", nullable=True),
)
