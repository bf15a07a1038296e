"""A sandbox in which there is something of everything, and a sound call of every operation."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from licet.collect import collect
from licet.deeds import Named, begin
from licet.effects.ordering.reading import spell_order
from licet.governance import add_member
from licet.rights.blocking import place
from licet.rights.breaching import report
from licet.rights.corresponding import file_letter
from licet.rights.ordering import Registered, register
from licet.search import search
from licet.store import migrate
from licet.terms.breaching import BreachWish
from licet.terms.corresponding import LetterWish
from licet.terms.gallery import TemplateKind
from licet.terms.governing import MemberWish
from licet.terms.ids import MemberId, Territory
from licet.terms.organisation import Role
from licet.terms.permit import Block
from licet.terms.search import SearchResult
from licet.terms.waiting import Parked
from tests.fakes.asking import writes
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.fakes.ordering import an_order
from tests.fakes.vision import photo

PROBE = photo("anna", shot=9)
PAPER = "ab" * 32
EVERY = frozenset({Role.STEWARD, Role.DATA_PROTECTION_OFFICER, Role.VERIFIER})


@dataclass
class House:
    """A world, and what there is in it by the names that addresses use."""

    world: World
    things: dict[str, str]

    def act(self) -> str:
        """An act that the steward signed and that waits."""
        member = Named(self.world.people["investigator"])
        parked = begin(self.world.app, self.world.who("steward"), "invite_member", member)
        assert isinstance(parked, Parked)
        return parked.act

    def asked(self, here: TestClient, path: str, method: str, name: str) -> Response:
        """Call one operation as it is meant to be called."""
        latest = self.world.app.tiles.latest()
        assert latest is not None
        # The last tile of hashes is another one with every entry.
        tile = f"0/000.p/{latest.size}" if latest.size < 256 else "0/000"
        act = self.act() if "{act}" in path else ""
        things = {**self.things, "act": act, "path": tile}
        return here.request(method, path.format(**things), **call_of(self, name))


def new_house(folder: Path) -> House:
    """Open a sandbox and let something of everything be there."""
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    world = new_world(folder / "home", url)
    app, two = world.app, world.who("steward", "officer")
    every = MemberWish(world.organisation, "everybody", EVERY, bytes([59]) * 32)
    world.people["everybody"] = MemberId(str(add_member(app, two, every)))
    request = writes(world, "zoe@example.org", "Zoe")
    grant, subject = world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna"), b=photo("bruno")))
    collect(app, world.who("steward"), source.id)
    case = world.case(PROBE, cap=5)
    found = search(app, world.who("investigator"), case, CLEARANCE, PROBE)
    assert isinstance(found, SearchResult), found
    with app.store.read() as reader:
        kept = reader.templates.of_grant(grant)
    appearance = next(one.id for one in kept if one.kind is TemplateKind.APPEARANCE)
    order = register(app, world.who("officer"), an_order(), spell_order(an_order()))
    assert isinstance(order, Registered), order
    letter = file_letter(app, world.who("officer"), LetterWish("The Office", PAPER, "a question"))
    breach = report(app, world.who("officer"), BreachWish("a lost key", world.clock(), 1))
    things = {
        "case": case,
        "source": source.id,
        "grant": grant,
        "search": found.id,
        "candidate": found.candidates[0].id,
        "appearance": appearance,
        "suggestion": "missing",
        "request": request,
        "order": order.order,
        "block": str(place(app, world.who("officer"), Block(territory=Territory("IS")))),
        "letter": letter.letter,  # type: ignore[union-attr] - the officer may file it
        "breach": str(breach),
        "subject": subject,
    }
    return House(world, things)


def call_of(house: House, name: str) -> dict[str, Any]:
    """Return the body of a sound call of an operation; nothing where it has none."""
    if name == "search":
        files = {"photo": ("p.jpg", PROBE, "image/jpeg")}
        return {"data": {"purpose": CLEARANCE}, "files": files}
    if name == "hand_in":
        return {"files": {"file": ("p.jpg", PROBE, "image/jpeg")}}
    if name == "record_order_sent":
        return {"files": {"pack": ("p.zip", b"no pack", "application/zip")}}
    if name in QUERIES:
        return {"params": QUERIES[name]}
    found = bodies(house).get(name)
    return {} if found is None else {"json": found}


QUERIES: dict[str, dict[str, Any]] = {
    "prove_inclusion": {"index": 0},
    "prove_consistency": {"old": 1},
}


def bodies(house: House) -> dict[str, dict[str, Any]]:
    """Return the JSON of a sound call, by operation."""
    world, order = house.world, an_order(reference="2026-099")
    organisation, later = world.organisation, (world.clock() + timedelta(days=90)).isoformat()
    identity = {"name": "Berta", "contact": "berta@example.org", "born": "1970-01-01"}
    why = {"reason": "we met on the quay"}
    return {
        "begin_act": {
            "kind": "invite_member",
            "parts": {"id": world.people["investigator"]},
        },
        "ask_grant": {
            "organisation": organisation,
            "purpose": CLEARANCE,
            "relationship": "pictured",
            "identity": identity,
        },
        "cease_source": {"notice": {"digest": PAPER, "sender": "operator"}},
        "review_candidate": {"finding": "unsure"},
        "receive_request": {"kind": "access", "contact": "carl@example.org"},
        "doubt_request": why,
        "accept_requester": why,
        "extend_request": why,
        "refuse_request": {**why, "article": "GDPR 12(5)"},
        "answer_request": {"words": "This is our answer."},
        "preview_order": {"order": spell_order(order)},
        "register_order": {"order": spell_order(order)},
        "place_block": {"territory": "NO"},
        "lift_block": {"digest": PAPER},
        "file_letter": {"authority": "The Office", "digest": PAPER, "says": "a question"},
        "answer_letter": {"digest": PAPER},
        "assign_letter": {"owner": world.people["officer"]},
        "report_breach": {"what": "a key", "aware_at": world.clock().isoformat(), "people": 1},
        "confirm_breach": {
            "what": "a key",
            "consequences": "none known",
            "measures": "it was changed",
            "people": 1,
            "risk": "likely",
        },
        "tell_authority_of_breach": {"authority": "The Office", "paper": PAPER},
        "file_paper": {"kind": "training_record", "digest": PAPER, "valid_to": later},
        "open_case": {
            "organisation": organisation,
            "purpose": CLEARANCE,
            "reference": "2026-44",
            "evidence": [hashlib.sha256(PROBE).hexdigest()],
            "cap": 2,
        },
        "make_report": {"kind": "usage", "period": "2026-03", "organisation": organisation},
    }
