"""The commands: where each lives and what it says of itself in one line.

Listing them loads none of them, so that ``licet --help`` costs next to nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """A command: its module below ``licet.cli.commands``, its heading, its one line."""

    module: str
    heading: str
    says: str


BEGIN = "Begin"
GOVERN = "Govern"
PEOPLE = "People"
ITEMS = "Photos"
SEARCH = "Search"
PROVE = "Prove"
ORDERS = "Authorities"
RUN = "Run"

COMMANDS: dict[str, Listed] = {
    "demo": Listed("demo", BEGIN, "Show the main job on real photos, in a sandbox."),
    "init": Listed("init", BEGIN, "Open a new deployment, real or sandbox."),
    "doctor": Listed("doctor", BEGIN, "Examine the deployment and say what to mend."),
    "ready": Listed(
        "ready",
        BEGIN,
        "Ask, draft and file what real people wait for.",
    ),
    "org": Listed("org", GOVERN, "Organisations and their signed agreements."),
    "member": Listed("member", GOVERN, "Members and their own keys."),
    "case": Listed("case", GOVERN, "Cases: one matter, one purpose, bound to its evidence."),
    "act": Listed("act", GOVERN, "Acts of two members that wait for the second to sign."),
    "residence": Listed("residence", GOVERN, "Where each store lies, and who runs it."),
    "transfer": Listed(
        "transfer", GOVERN, "Transfers to other territories, and on what safeguard."
    ),
    "grant": Listed("grant", PEOPLE, "Grants: ask a person for one, and look after them."),
    "confirm": Listed("confirm", PEOPLE, "Give back the code that says yes to a grant."),
    "enrol": Listed("enrol", PEOPLE, "Keep a reference of a person, from several photos."),
    "restrict": Listed("restrict", PEOPLE, "Set a grant aside: kept, and nobody's to use."),
    "release": Listed("release", PEOPLE, "Let a grant that was set aside be used again."),
    "correct": Listed("correct", PEOPLE, "Correct a person's name or contact."),
    "withdraw": Listed("withdraw", PEOPLE, "End a grant, at once and for good."),
    "erase": Listed("erase", PEOPLE, "Destroy everything kept of a person."),
    "certificate": Listed("certificate", PEOPLE, "Write the certificate of an erasure."),
    "hold": Listed("hold", PEOPLE, "Legal holds: what a claim needs is kept a while."),
    "audit": Listed("audit", PEOPLE, "Who searched a person who was erased; read by two."),
    "request": Listed("request", PEOPLE, "People's requests: the inbox, clocks and answers."),
    "source": Listed("source", ITEMS, "Sources: where photos come from, and by what right."),
    "album": Listed("album", ITEMS, "Links by which people find their own photos."),
    "upload": Listed("upload", ITEMS, "Hand photos and videos in to a source."),
    "collect": Listed("collect", ITEMS, "Collect a source, or go on where it was stopped."),
    "backfill": Listed("backfill", ITEMS, "Scan earlier photos again for one grant."),
    "suggestion": Listed("suggestion", ITEMS, "Faces that wait for a person's look."),
    "clearance": Listed("clearance", ITEMS, "Which photos may be shown, by who agreed."),
    "family": Listed("family", ITEMS, "Two who look for each other, and both must agree."),
    "appearance": Listed("appearance", ITEMS, "Kept faces: confirm one, or take it off."),
    "show": Listed("show", ITEMS, "Write a photo with everybody else covered."),
    "redact": Listed("redact", ITEMS, "Cover everybody in a folder of photos and videos."),
    "search": Listed("search", SEARCH, "Search the people who may be found: CASE PHOTO."),
    "report": Listed("report", PROVE, "Reports to publish: searches, and what is processed."),
    "verify": Listed("verify", PROVE, "Check a file that licet handed out, offline."),
    "ledger": Listed("ledger", PROVE, "The ledger's head, key, witnesses and copy."),
    "order": Listed("order", ORDERS, "Orders of supervisory authorities, and where each stands."),
    "letter": Listed("letter", ORDERS, "Letters with authorities: by when, and who answers."),
    "breach": Listed("breach", ORDERS, "Breaches: the register, the 72 hours, whom to tell."),
    "block": Listed("block", ORDERS, "Blocks: what nobody may collect or use for now."),
    "backup": Listed("backup", RUN, "Write a backup of the store."),
    "restore": Listed("restore", RUN, "Bring a backup back, without what was erased since."),
    "worker": Listed("worker", RUN, "Carry on what was begun and end what is over."),
    "serve": Listed("serve", RUN, "Serve pages and the API to browsers and programs."),
    "close": Listed("close", RUN, "End the whole deployment for good."),
    "evaluate": Listed("evaluate", RUN, "Measure how well people are found, on your photos."),
    "bench": Listed("bench", RUN, "Measure speeds against anchors in the same run."),
}
