"""The manifest: every place where anything is kept, and how much of it is one person's.

A table is in one of two lists, and a test fails for one that is in neither (invariant 9):
``PEOPLE`` are the tables that hold rows about a data subject, with the list of the package
that holds them; ``NOBODY`` are those that do not, each with the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from licet.effects.packing.asker import Asker
from licet.effects.packing.faces import Faces
from licet.effects.packing.parts import Recipient, SearchPart, Store
from licet.effects.packing.records import Records
from licet.effects.shelf import fresh_gallery
from licet.terms.ids import ItemId


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read of one person, before it is put in order."""

    records: Records
    faces: Faces
    searches: tuple[SearchPart, ...]
    recipients: tuple[Recipient, ...]
    entries: int
    packages: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table that holds rows about people: what of it is whose, and where to find it."""

    part: str
    says: str
    count: Callable[[Asker, Gathered], int]


def _grant_codes(asker: Asker, _gathered: Gathered) -> int:
    found = (asker.reader.confirmations.get(grant.id) for grant in asker.grants)
    return sum(code is not None for code in found)


def _addresses(asker: Asker, gathered: Gathered) -> int:
    items = [ItemId(item.id) for item in gathered.faces.items]
    return sum(len(found) for found in asker.reader.person.addresses(items).values())


def _copies(asker: Asker, gathered: Gathered) -> int:
    return len(asker.reader.copies.of_items([ItemId(item.id) for item in gathered.faces.items]))


def _own_codes(asker: Asker, _gathered: Gathered) -> int:
    return asker.reader.own.count(asker.subject.contact_tag)[0]


def _own_sessions(asker: Asker, _gathered: Gathered) -> int:
    return asker.reader.own.count(asker.subject.contact_tag)[1]


PEOPLE: dict[str, Table] = {
    "subject": Table("person", "who the person is", lambda _a, _g: 1),
    "own_code": Table("", "codes sent to see their own page, for a day", _own_codes),
    "own_session": Table("", "when they were signed in to their own page", _own_sessions),
    "grant": Table("grants", "what they allowed", lambda _a, g: len(g.records.grants)),
    "confirmation": Table("", "codes sent for grants, in codes", _grant_codes),
    "template": Table(
        "",
        "features of their face, in references and appearances",
        lambda _a, g: len(g.faces.references) + len(g.faces.appearances),
    ),
    "suggestion": Table("suggestions", "faces to look at", lambda _a, g: len(g.faces.suggestions)),
    "unlinked": Table("unlinked", "faces that are not theirs", lambda _a, g: len(g.faces.unlinked)),
    "question": Table(
        "questions", "what they are asked, and what they said", lambda _a, g: len(g.faces.questions)
    ),
    "item": Table("items", "photos they may be in", lambda _a, g: len(g.faces.items)),
    "item_address": Table("", "where these were met, in items, or of a suggestion", _addresses),
    "kept_copy": Table("", "copies that the operator keeps of these photos, in items", _copies),
    "face": Table(
        "",
        "boxes in these photos; those of other people are not theirs",
        lambda _a, g: sum(item.faces for item in g.faces.items),
    ),
    "source": Table("sources", "where photos came from", lambda _a, g: len(g.faces.sources)),
    "search": Table(
        "", "searches that listed them, in searches", lambda _a, g: len({s.id for s in g.searches})
    ),
    "candidate": Table("searches", "places on such lists", lambda _a, g: len(g.searches)),
    "verification": Table(
        "",
        "what verifiers said of them, in searches",
        lambda _a, g: sum(len(search.findings) for search in g.searches),
    ),
    "organisation": Table("recipients", "who got anything", lambda _a, g: len(g.recipients)),
    "plan": Table("plans", "work about them", lambda _a, g: len(g.records.plans)),
    "effect": Table(
        "", "its steps, in plans", lambda _a, g: sum(len(p.steps) for p in g.records.plans)
    ),
    "run": Table("runs", "walks that look for them", lambda _a, g: len(g.records.runs)),
    "block": Table("blocks", "blocks on them", lambda _a, g: len(g.records.blocks)),
    "request": Table("requests", "what they asked for", lambda _a, g: len(g.records.requests)),
    "request_code": Table(
        "",
        "codes sent for requests, in codes",
        lambda a, g: len(g.records.codes) - _grant_codes(a, g),
    ),
    "hold": Table("holds", "legal holds", lambda _a, g: len(g.records.holds)),
    "account": Table("accounts", "sealed records", lambda _a, g: len(g.records.accounts)),
    "leaf": Table("", "entries about them, in the folder ledger", lambda _a, g: g.entries),
}
"""Tables with rows about people, each counted in every package."""

NOBODY: dict[str, str] = {
    "deployment": "one row: what this deployment is",
    "generated": "digests of photos that a program drew: they show nobody",
    "head": "one row: the size of the ledger",
    "agreement": "what organisations signed; it names nobody",
    "member": "who acts for an organisation; not who is searched, and asked of the organisation",
    "invitation": "leave for a member to add a passkey; by its SHA-256",
    "passkey": "with what a member signs in; of members, as member",
    "identity": "whom the identity provider vouches for, by a tag; of members, as member",
    "session": "when a member was signed in; of members, as member",
    "api_key": "with what a program asks in a member's name; by its SHA-256",
    "waiting_act": "what one member signed and another must sign too; of members, as member",
    "album_link": "links by which people ask for a grant themselves; how many came, not who",
    "kept_answer": "what a program was answered, for a day; only its own word opens it",
    "case": "an organisation's matter; its searches that listed the person are told one by one",
    "approval": "who approved such a matter",
    "order": "an authority's order; whom it reaches is told with blocks and plans",
    "clause": "what such an order demands, and by when",
    "order_part": "which plans carry it out; they are told themselves",
    "correspondence": "letters with authorities; they are about the operator",
    "breach": "what happened to the deployment; who it touched is told in a letter",
    "canary": "people who do not exist, and so nobody's data",
    "filing": "papers of organisations, by their SHA-256",
    "residence": "in which territory each store lies",
    "transfer": "to which territories data goes, and on what safeguard",
    "authority": "by what right a source is read; it is told with the source and names nobody",
    "audit": "who looked at a random sample of a source, and what they found; nobody in it",
    "visit": "what a website's pages named when they were read; no face of it",
    "tracing": "whom a search is to ask first; who is asked has a question instead at once",
    "sidecar": "what was written beside a photo: counts and days, of nobody by name",
    "trace": "why a file was collected or not; of a photo they are in, items tells its address",
}
"""Tables without rows about a data subject, each with the reason."""


def manifest_of(asker: Asker, gathered: Gathered) -> tuple[Store, ...]:
    """Return every store with its count, zeros included: tables first, then the others."""
    tables = [
        Store(name, "table", table.count(asker, gathered), table.part, table.says)
        for name, table in PEOPLE.items()
    ]
    without = [Store(name, "table", 0, "", says) for name, says in NOBODY.items()]
    return (*tables, *without, *_others(asker, gathered))


def _others(asker: Asker, gathered: Gathered) -> tuple[Store, ...]:
    gallery = fresh_gallery(asker.app)
    rows = sum(gallery.rows_of(grant.id) for grant in asker.grants)
    keys = len(gathered.records.keys)
    letters = _letters(asker, gathered)
    copies = _copies(asker, gathered)
    return (
        Store("keyring", "keys", keys, "keys", "keys that open what is theirs; names alone"),
        Store("gallery", "memory", rows, "", "the templates above, in memory while a search runs"),
        Store("mirror", "files", gathered.entries, "", "the same entries, outside the database"),
        Store("outbox", "files", letters, "", "copies of letters to them; a sandbox alone has any"),
        Store("copies", "files", copies, "", "the bytes of such copies, sealed"),
        Store("packages", "files", gathered.packages, "", "earlier answers, locked, on their way"),
        Store("backup", "files", 0, "", "copies of the tables, sealed; they hold no keys"),
        Store("logs", "files", 0, "", "they name nobody"),
    )


def _letters(asker: Asker, gathered: Gathered) -> int:
    """Count the letters to the person's contacts that lie in the outbox's folder."""
    folder = asker.app.settings.place(asker.app.settings.outbox)
    asked = {request.contact for request in gathered.records.requests}
    contacts = {contact for contact in asked | {gathered.records.person.contact} if contact}
    return sum(_is_to(file, contacts) for file in folder.glob("*.eml"))


def _is_to(file: Path, contacts: set[str]) -> bool:
    letter = message_from_bytes(file.read_bytes(), policy=default)
    return str(letter["To"]).strip() in contacts
