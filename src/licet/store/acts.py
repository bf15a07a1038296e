"""The table of acts that wait for a second member's signature."""

from sqlalchemy import Table

from licet.store.columns import METADATA, identity, line, moment, octets, ref

waiting_act = Table(
    "waiting_act",
    METADATA,
    identity(),
    line("kind"),
    ref("organisation", index=True),
    ref("member", index=True),
    line("name"),
    line("object"),
    line("digest"),
    moment("at"),
    octets("sealed"),
    octets("signature"),
    moment("expires"),
)
