"""Every table. A column is called as the field it holds.

Two rules are the database's own, without triggers, so that they hold under races:

* *kept*: ``grant.kept`` is computed from the state and part of a unique key; a template
  or suggestion refers to ``(grant, kept)`` and its own ``kept`` must be true. So a row
  can never belong to an ended grant, and a grant with rows can never end (invariant 1).
* every word of a closed list is a CHECK, every reference a foreign key.

``leaf`` columns hold a ledger index. They are no foreign keys: effects are written before
their leaf, and a restored store may be ahead of its imported leaves for a moment.

The tables of orders and of an operator's registers stand in ``licet.store.registers``, those
of how members come in in ``licet.store.admission``, and are named here with the others.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)

from licet.store.acts import waiting_act
from licet.store.admission import (
    api_key,
    identity_,
    invitation,
    kept_answer,
    own_code,
    own_session,
    passkey,
    session,
)
from licet.store.album import album_link
from licet.store.asked import question, sidecar, tracing
from licet.store.columns import (
    METADATA,
    identity,
    kept_grant,
    line,
    moment,
    number,
    octets,
    only_one,
    ref,
    some,
    word,
    yes,
)
from licet.store.places import audit, authority, kept_copy, source, trace, visit
from licet.store.registers import (
    breach,
    canary,
    clause,
    correspondence,
    filing,
    order,
    order_part,
    residence,
    transfer,
)
from licet.store.types import Hashes, Line, Moment, OrNobody, Pairs, Sequenced, Words
from licet.terms.basis import Condition, LegalBasis, Relationship
from licet.terms.gallery import TemplateKind
from licet.terms.grant import GrantState, SubjectState
from licet.terms.organisation import CaseState, MemberState, OrganisationKind, Role
from licet.terms.plan import EffectKind, PlanKind, RunKind, WorkState
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchState

REVISION = "0016"
"""The migration that makes these tables."""

# --- the deployment and its ledger ---

deployment = Table(
    "deployment",
    METADATA,
    *only_one(),
    line("id"),
    line("origin"),
    line("controller"),
    yes("sandbox"),
    moment("opened_at"),
    line("dpia_digest"),
    line("ai_act_classification"),
    yes("established_in_eu"),
    line("eu_representative"),
    Column("fpir_search", Double, nullable=False),
    Column("fpir_collect", Double, nullable=False),
    number("checkpoint_size"),
    moment("closing_at", nullable=True),
    moment("closed_at", nullable=True),
    line("source_notice", server_default=text("''")),
    line("role_agreement", server_default=text("''")),
    moment("prepared_at", nullable=True),
    line("purposes", server_default=text("''")),
)
generated = Table("generated", METADATA, Column("sha256", Line, primary_key=True))
head = Table(
    "head",
    METADATA,
    *only_one(),
    number("size"),
    Column("frontier", Hashes, nullable=False),
    moment("time"),
)
leaf = Table(
    "leaf",
    METADATA,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    octets("data"),
    octets("hash"),
    CheckConstraint("length(hash) = 32", name="hash"),
)

# --- governed use ---

organisation = Table(
    "organisation",
    METADATA,
    identity(),
    line("name", unique=True),
    *word("kind", OrganisationKind),
    line("contact", server_default=text("''")),
)
agreement = Table(
    "agreement",
    METADATA,
    identity(),
    ref("organisation", index=True),
    line("digest"),
    moment("valid_from"),
    moment("valid_to"),
)
member = Table(
    "member",
    METADATA,
    identity(),
    ref("organisation"),
    line("name"),
    Column("roles", Words(Role), nullable=False),
    octets("public_key"),
    *word("state", MemberState),
    UniqueConstraint("organisation", "name"),
)
case = Table(
    "case",
    METADATA,
    identity(),
    ref("organisation"),
    line("purpose"),
    line("reference"),
    Column("evidence", Words(), nullable=False),
    Column("cap", Integer, nullable=False),
    *word("state", CaseState),
    line("on_behalf_of", nullable=True),
    UniqueConstraint("organisation", "reference"),
)
approval = Table(
    "approval",
    METADATA,
    ref("case", primary_key=True),
    ref("member", primary_key=True),
    octets("signature"),
    moment("at"),
)

# --- sources and their items ---

item = Table(
    "item",
    METADATA,
    identity(),
    ref("source"),
    line("sha256"),
    octets("sealed_address"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    number("first_leaf"),
    moment("first_seen"),
    octets("likeness", nullable=True),
    UniqueConstraint("source", "sha256"),
    UniqueConstraint("source", "first_leaf", "id"),
)
item_address = Table(
    "item_address",
    METADATA,
    ref("source", primary_key=True),
    octets("tag", primary_key=True),
    ref("item", index=True),
    octets("sealed"),
    # The content there when it is not the item's own: the same photo in another size.
    line("sha256", nullable=True, index=True),
)
face = Table(
    "face",
    METADATA,
    identity(),
    ref("item", index=True),
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
    identity(),
    line("residence", nullable=True),
    octets("contact_tag", index=True),
    yes("dependant"),
    octets("sealed_identity"),
    *word("state", SubjectState),
)
grant = Table(
    "grant",
    METADATA,
    identity(),
    ref("subject", index=True),
    ref("organisation", nullable=True, index=True),
    line("purpose"),
    *word("basis", LegalBasis),
    *word("condition", Condition),
    *word("relationship", Relationship),
    ref("source", nullable=True, index=True),
    Column("territories", Words(), nullable=False),
    line("notice"),
    moment("notice_delivered_at", nullable=True),
    moment("confirmed_at", nullable=True),
    line("confirmed_by"),
    line("instrument"),
    yes("guardian"),
    yes("captured"),
    moment("not_before"),
    moment("expires"),
    *word("state", GrantState),
    Column("leaf", BigInteger, nullable=False, index=True),
    Column("kept", Boolean, Computed("state <> 'ended'", persisted=True), nullable=False),
    UniqueConstraint("id", "kept"),
    Index(None, "state", "expires"),
    Index(None, "instrument"),
    some("confirmed_at", "confirmed_by = 'paper'"),
    some("not_before", "basis = '6(1)(d)'"),
)
confirmation = Table(
    "confirmation",
    METADATA,
    ref("grant", primary_key=True),
    octets("salt"),
    octets("digest"),
    Column("tries", Integer, nullable=False),
    moment("expires"),
)
template = Table(
    "template",
    METADATA,
    identity(),
    *kept_grant(),
    *word("kind", TemplateKind),
    line("model"),
    octets("sealed"),
    moment("lapses_at", nullable=True),
    Column("leaf", BigInteger, nullable=False, index=True),
    some("lapses_at", "lapses_at IS NOT NULL"),
    Index(None, "grant", "kind"),
)
suggestion = Table(
    "suggestion",
    METADATA,
    identity(),
    *kept_grant(),
    octets("sealed"),
    Column("expires", Moment, nullable=False, index=True),
    number("leaf"),
    Index(None, "grant"),
)

unlinked = Table(
    # A face that is not this person: an HMAC of the face's id under the grant's key.
    "unlinked",
    METADATA,
    ref("grant", primary_key=True),
    octets("tag", primary_key=True),
    octets("sealed", nullable=True),
)

# --- searches ---

search = Table(
    "search",
    METADATA,
    identity(),
    ref("case", index=True),
    ref("member", nullable=True),
    moment("at"),
    octets("probe_tag"),
    number("threshold"),
    Column("fpir_millionths", Integer, nullable=False),
    Column("in_scope", BigInteger, nullable=False),
    *word("state", SearchState),
    octets("sealed_probe", nullable=True),
    number("leaf"),
    moment("probe_until", nullable=True),
    Index(None, "member", "at"),
    some("probe_until", "probe_until IS NOT NULL"),
)
candidate = Table(
    "candidate",
    METADATA,
    identity(),
    ref("search", index=True),
    octets("subject_tag", index=True),
    octets("grant_tag", index=True),
    octets("sealed"),
)
verification = Table(
    "verification",
    METADATA,
    ref("candidate", primary_key=True),
    ref("member", primary_key=True),
    octets("sealed"),
    moment("at"),
)

# --- work that must reach its end, and blocks ---

plan = Table(
    "plan",
    METADATA,
    identity(),
    *word("kind", PlanKind),
    line("cause"),
    Column("subject", OrNobody, ForeignKey("subject.id"), nullable=True, index=True),
    Column("grants", Sequenced, nullable=False),
    octets("sealed"),
    *word("state", WorkState),
    moment("created_at"),
    moment("lease_until", nullable=True),
    Index(None, "state"),
)
effect = Table(
    "effect",
    METADATA,
    ref("plan", primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    *word("kind", EffectKind),
    *word("state", WorkState),
    Column("found", Pairs, nullable=False),
)
run = Table(
    "run",
    METADATA,
    identity(),
    *word("kind", RunKind),
    ref("source", index=True),
    ref("grant", nullable=True),
    line("cursor"),
    *word("state", WorkState),
    moment("lease_until", nullable=True),
    Index(None, "state"),
)
block = Table(
    "block",
    METADATA,
    identity(),
    line("cause"),
    moment("at"),
    line("territory", nullable=True),
    ref("subject", nullable=True),
    ref("source", nullable=True),
    yes("collecting"),
    yes("use"),
    moment("lifted_at", nullable=True),
    Index(None, "lifted_at"),
)

# --- people's rights ---

request = Table(
    "request",
    METADATA,
    identity(),
    ref("subject", index=True),
    *word("kind", RightKind),
    yes("newcomer"),
    ref("grant", nullable=True),
    ref("plan", nullable=True),
    moment("received_at"),
    moment("due"),
    line("regime"),
    moment("extended_at", nullable=True),
    Column("letters", Integer, nullable=False),
    line("mandate"),
    moment("channel_proved_at", nullable=True),
    moment("identity_accepted_at", nullable=True),
    *word("state", RequestState),
    moment("closed_at", nullable=True),
    moment("alerted_at", nullable=True),
    octets("sealed"),
    number("leaf"),
    Index(None, "state", "due"),
)
request_code = Table(
    "request_code",
    METADATA,
    ref("request", primary_key=True),
    octets("salt"),
    octets("digest"),
    Column("tries", Integer, nullable=False),
    moment("expires"),
)
hold = Table(
    "hold",
    METADATA,
    identity(),
    ref("subject", index=True),
    Column("grants", Sequenced, nullable=False),
    line("instrument"),
    moment("placed_at"),
    moment("until"),
    moment("lifted_at", nullable=True),
    number("leaf"),
)
account = Table(
    "account",
    METADATA,
    identity(),
    # No foreign key: after a restore it may be of an erasure that the backup does not hold.
    line("plan", index=True),
    moment("made_at"),
    Column("destroy_at", Moment, nullable=False, index=True),
    octets("sealed"),
    number("leaf"),
)

__all__ = [
    "METADATA", "REVISION", "account", "agreement", "album_link", "api_key", "approval", "audit",
    "authority",
    "block", "breach", "canary", "candidate", "case", "clause", "confirmation",
    "correspondence", "deployment", "effect", "face", "filing", "generated", "grant", "head",
    "hold", "identity_", "invitation", "item", "item_address", "kept_answer", "kept_copy",
    "leaf", "member", "order", "order_part", "organisation", "own_code", "own_session",
    "passkey", "plan", "question", "request", "request_code", "residence", "run", "search",
    "session", "sidecar", "source", "subject", "suggestion", "template", "trace", "tracing",
    "transfer", "unlinked", "verification", "visit", "waiting_act",
]  # fmt: skip
