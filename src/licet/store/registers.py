"""The tables of authorities' orders, and of the registers that an authority may ask for."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from licet.store.columns import (
    METADATA,
    day,
    identity,
    line,
    moment,
    number,
    octets,
    ref,
    word,
    yes,
)
from licet.store.types import Line, Pairs, Sequenced, Word, Words
from licet.terms.duties import BreachState, FilingKind, Safeguard, StoreName
from licet.terms.order import ClauseKind, DataKind, OrderState

order = Table(
    "order",
    METADATA,
    identity(),
    line("authority"),
    line("reference"),
    Column("version", Integer, nullable=False),
    *word("state", OrderState),
    day("decided"),
    day("notified"),
    day("published", nullable=True),
    line("regime"),
    line("language"),
    line("document"),
    Column("territories", Sequenced, nullable=False),
    Column("sources", Sequenced, nullable=False),
    Column("subjects", Sequenced, nullable=False),
    number("fine", nullable=True),
    number("per_day", nullable=True),
    number("cap", nullable=True),
    line("currency"),
    moment("registered_at"),
    moment("confirmed_at", nullable=True),
    line("checkpoint"),
    Column("found", Pairs, nullable=False),
    number("proof_leaf", nullable=True),
    line("pack"),
    moment("sent_at", nullable=True),
    moment("closed_at", nullable=True),
    octets("sealed"),
    number("leaf"),
    moment("alerted_at", nullable=True),
    UniqueConstraint("authority", "reference", "version"),
    Index(None, "state"),
)
clause = Table(
    "clause",
    METADATA,
    ref("order", primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    *word("kind", ClauseKind),
    Column("data", Words(DataKind), nullable=False),
    moment("due"),
    moment("done_at", nullable=True),
)
order_part = Table(
    "order_part",
    METADATA,
    ref("order", primary_key=True),
    ref("plan", primary_key=True, index=True),
    Column("people", Integer, nullable=False),
)
correspondence = Table(
    "correspondence",
    METADATA,
    identity(),
    ref("order", nullable=True, index=True),
    line("authority"),
    yes("outgoing"),
    line("digest"),
    moment("at"),
    moment("answer_by", nullable=True),
    Column("owner", Line, ForeignKey("member.id"), nullable=True),
    moment("answered_at", nullable=True),
    line("answer"),
    moment("alerted_at", nullable=True),
    octets("sealed"),
    number("leaf"),
    Index(None, "answered_at", "answer_by"),
)
breach = Table(
    "breach",
    METADATA,
    identity(),
    moment("aware_at"),
    moment("notify_by"),
    *word("state", BreachState),
    Column("people", Integer, nullable=False),
    yes("risk_high"),
    moment("authority_told_at", nullable=True),
    moment("people_told_at", nullable=True),
    moment("alerted_at", nullable=True),
    moment("closed_at", nullable=True),
    octets("sealed"),
    number("leaf"),
    Index(None, "state"),
)
canary = Table(
    "canary",
    METADATA,
    identity(),
    ref("subject", index=True),
    moment("placed_at"),
    moment("touched_at", nullable=True),
    number("leaf"),
    octets("sealed"),
)
filing = Table(
    "filing",
    METADATA,
    identity(),
    ref("organisation", index=True),
    *word("kind", FilingKind),
    line("digest"),
    moment("filed_at"),
    moment("valid_to"),
)
residence = Table(
    "residence",
    METADATA,
    Column("store", Word(StoreName), primary_key=True),
    line("territory"),
    line("provider"),
    moment("stated_at"),
    CheckConstraint(
        "store IN ({})".format(", ".join(f"'{name.value}'" for name in StoreName)), name="store"
    ),
)
transfer = Table(
    "transfer",
    METADATA,
    identity(),
    line("recipient"),
    line("territory"),
    *word("safeguard", Safeguard),
    line("digest"),
    moment("at"),
    moment("ended_at", nullable=True),
)
