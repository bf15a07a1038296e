"""The table of links by which people ask for a grant themselves. It holds nobody."""

from sqlalchemy import Column, Integer, Table, text

from licet.store.columns import METADATA, identity, line, moment, octets, ref, yes

album_link = Table(
    "album_link",
    METADATA,
    identity(),
    ref("organisation", index=True),
    ref("source", index=True),
    line("purpose"),
    octets("digest", unique=True),
    moment("opened_at"),
    moment("expires"),
    moment("closed_at", nullable=True),
    Column("days", Integer, nullable=False),
    Column("most", Integer, nullable=False),
    yes("presence"),
    Column("joined", Integer, nullable=False, server_default=text("0")),
    Column("today", Integer, nullable=False, server_default=text("0")),
    line("on", server_default=text("''")),
)
