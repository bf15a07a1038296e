"""The tables of sources: by what right they are read, what was decided there, who looked."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, UniqueConstraint, text

from licet.store.columns import (
    METADATA,
    identity,
    line,
    moment,
    number,
    octets,
    ref,
    word,
    yes,
)
from licet.store.types import Moment, Sequenced, Words
from licet.terms.source import (
    AuditFinding,
    BystanderCondition,
    Control,
    Fate,
    ItemPolicy,
    SourceKind,
    SourceState,
)

source = Table(
    "source",
    METADATA,
    identity(),
    ref("organisation"),
    line("name"),
    *word("kind", SourceKind),
    line("place"),
    line("taken_by"),
    line("people_told"),
    Column("purposes", Words(), nullable=False),
    *word("bystander_condition", BystanderCondition, nullable=True),
    line("bystander_evidence"),
    line("territory", nullable=True),
    *word("item_policy", ItemPolicy),
    *word("state", SourceState),
    Column("retention_days", Integer),
    Column("collected", BigInteger, nullable=False, server_default=text("0")),
    Column("fresh", Sequenced, nullable=False, server_default=text("'[]'")),
    Column("next_ask", Moment, nullable=False, server_default=text("0")),
    Column("leave_out", Words(), nullable=False, server_default=text("'[]'")),
    UniqueConstraint("organisation", "name"),
)
authority = Table(
    "authority",
    METADATA,
    identity(),
    ref("source", index=True),
    *word("control", Control),
    line("proof"),
    line("licence"),
    moment("valid_from"),
    moment("valid_to"),
    Column("proved_at", Moment, nullable=False, server_default=text("0")),
    Column("tried_at", Moment, nullable=False, server_default=text("0")),
    Column("opened_by", Words(), nullable=False, server_default=text("'[]'")),
)
audit = Table(
    "audit",
    METADATA,
    identity(),
    ref("source", index=True),
    ref("member", nullable=True),
    line("root"),
    number("size"),
    number("collected"),
    moment("drawn_at"),
    *word("finding", AuditFinding, nullable=True),
    moment("found_at", nullable=True),
    octets("note"),
)
trace = Table(
    "trace",
    METADATA,
    ref("source", primary_key=True),
    octets("tag", primary_key=True),
    *word("fate", Fate),
    line("rule"),
    octets("sealed"),
    moment("at"),
)
visit = Table(
    "visit",
    METADATA,
    ref("source", primary_key=True),
    octets("tag", primary_key=True),
    octets("sealed"),
    Column("at", Moment, nullable=False, server_default=text("0")),
)
kept_copy = Table(
    "kept_copy",
    METADATA,
    identity(),
    ref("source"),
    line("sha256"),
    octets("handed"),
    octets("sealed"),
    number("size"),
    moment("at"),
    yes("ending"),
    UniqueConstraint("source", "sha256"),
    UniqueConstraint("source", "handed"),
    Index(None, "source", "at"),
    Index(None, "ending"),
)
