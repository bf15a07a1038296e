"""The tables of how members come in: invitations, passkeys, identities, sessions, API keys.

Codes and sessions of data subjects stand beside them, under the contact's tag alone.
"""

from sqlalchemy import Column, Index, Integer, Table, text

from licet.store.columns import METADATA, identity, line, moment, number, octets, ref
from licet.store.types import Moment, Word
from licet.terms.admission import Means

invitation = Table(
    "invitation",
    METADATA,
    identity(),
    ref("member", index=True),
    octets("digest", unique=True),
    moment("expires"),
    moment("used_at", nullable=True),
)
passkey = Table(
    "passkey",
    METADATA,
    identity(),
    ref("member", index=True),
    octets("credential", unique=True),
    octets("public_key"),
    line("relying_party"),
    line("origin"),
    number("counter"),
    Column("failures", Integer, nullable=False),
    moment("locked_until", nullable=True),
    moment("made_at"),
    moment("ended_at", nullable=True),
    line("name", server_default=text("''")),
)
identity_ = Table(
    "identity",
    METADATA,
    identity(),
    ref("member", index=True),
    octets("tag", unique=True),
    Column("failures", Integer, nullable=False),
    moment("locked_until", nullable=True),
    moment("bound_at"),
)
session = Table(
    "session",
    METADATA,
    identity(),
    ref("member", index=True),
    octets("digest", unique=True),
    octets("challenge", unique=True),
    moment("opened_at"),
    moment("seen_at"),
    Column("expires", Moment, nullable=False, index=True),
    moment("ended_at", nullable=True),
    Column("means", Word(Means), nullable=False, server_default=text("'passkey'")),
)
api_key = Table(
    "api_key",
    METADATA,
    identity(),
    ref("member", index=True),
    octets("digest", unique=True),
    line("purpose"),
    moment("made_at"),
    moment("expires"),
    moment("ended_at", nullable=True),
)
kept_answer = Table(
    "kept_answer",
    METADATA,
    line("holder", primary_key=True),
    octets("key", primary_key=True),
    octets("asked"),
    Column("status", Integer, nullable=False),
    octets("sealed"),
    moment("at"),
    Index(None, "at"),
)
own_code = Table(
    "own_code",
    METADATA,
    octets("asked", primary_key=True),
    octets("contact"),
    octets("salt"),
    octets("digest"),
    Column("tries", Integer, nullable=False),
    moment("at"),
    moment("expires"),
    Index(None, "contact", "at"),
    Index(None, "at"),
)
own_session = Table(
    "own_session",
    METADATA,
    identity(),
    octets("contact", index=True),
    octets("digest", unique=True),
    moment("opened_at"),
    moment("seen_at"),
    Column("expires", Moment, nullable=False, index=True),
)
