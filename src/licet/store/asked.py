"""The tables of what people are asked under a grant, and of what was written beside photos."""

from sqlalchemy import Column, Table, UniqueConstraint

from licet.store.columns import METADATA, identity, kept_grant, line, moment, octets, ref
from licet.store.types import Moment

question = Table(
    # What a person is asked under a grant, and what they said, all of it sealed.
    "question",
    METADATA,
    identity(),
    *kept_grant(),
    octets("tag"),
    octets("sealed"),
    Column("until", Moment, nullable=False, index=True),
    UniqueConstraint("grant", "tag"),
)
tracing = Table(
    # Whom a search is to ask first: of one length, whether it found somebody or nobody.
    "tracing",
    METADATA,
    line("search", primary_key=True),
    ref("case"),
    octets("sealed"),
)
sidecar = Table(
    # No foreign key on the item: what stands beside a photo outlives what is kept of it.
    "sidecar",
    METADATA,
    line("item", primary_key=True),
    ref("source", index=True),
    ref("case"),
    octets("sealed"),
    moment("at"),
)
