"""C4: a package holds every store's data with counts, and leaves before its due date by itself."""

from datetime import timedelta

import jsonschema
import pytest
from sqlalchemy import func, select

from licet.collect import collect
from licet.effects.packing import build_package
from licet.effects.packing.stores import NOBODY, PEOPLE
from licet.effects.questions import put_question
from licet.effects.record import record_machine
from licet.effects.requests import open_request
from licet.effects.sealed import grant_key
from licet.granting import ask_grant
from licet.outbox import open_outbox
from licet.reviewing import review
from licet.rights.intake import prove, receive
from licet.search import search
from licet.store import schema
from licet.store.unit import Unit
from licet.terms.acting import SUBJECT
from licet.terms.admission import OwnCode, OwnSession
from licet.terms.asked import ShownPayload
from licet.terms.face import Score
from licet.terms.gallery import TemplateKind
from licet.terms.granting import Message
from licet.terms.ids import (
    AccountId,
    BlockId,
    CopyId,
    FaceId,
    GrantId,
    HoldId,
    SessionId,
    SubjectId,
    SuggestionId,
    new_id,
)
from licet.terms.ledger import EntryKind
from licet.terms.payload import AppearancePayload, SuggestionPayload, from_bytes, to_bytes
from licet.terms.permit import Block
from licet.terms.rights import Account, Hold, Received, RequestState, RequestWish, RightKind
from licet.terms.search import Finding
from licet.terms.source import KeptCopy, Source
from licet.terms.stored import StoredSuggestion
from licet.vault.seal import open_sealed, seal
from licet.worker import run_once
from tests.effects.packing import Unpacked, asked, unpack
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

CONTACT = "anna@example.org"
SHARED = {"leaf"}
"""Tables whose rows are not all of the one person of these tests."""


@pytest.fixture
def anna(world: World) -> SubjectId:
    """Put something of one person, and of nobody else, into every store there is."""
    source = world.source(world.folder(a=photo("anna", "carl", shot=7), b=photo("anna", shot=8)))
    collect(world.app, world.who("steward"), source.id)
    grant, subject = world.enrolled("anna")
    run_once(world.app)
    probe = photo("anna", shot=99)
    done = search(world.app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    review(world.app, world.who("verifier"), done.candidates[0].id, Finding.SAME)
    wish = world.wish("anna", subject=subject, identity=None)
    ask_grant(world.app, world.who("steward"), wish)
    receive(world.app, SUBJECT, RequestWish(RightKind.COMPLAINT, CONTACT))
    earlier = asked(world.app, subject, RightKind.PORTABILITY)
    with world.app.store.unit() as unit:
        later = unit.now + timedelta(days=90)
        _suggest(world, unit, grant)
        _keep_a_copy(unit, source)
        _sign_in(unit, subject)
        unit.unlinked.add(grant, b"\x01" * 32)
        shown = ShownPayload(True, "", "2027-03-01", ("DE",), unit.now)
        put_question(world.app, unit, grant, "shown", shown, later)
        _place(unit, subject, grant)
        leaf = record_machine(unit, EntryKind.HOLD_PLACED)
        unit.accounts.add(Account(AccountId(new_id()), earlier.id, unit.now, later, b"x", leaf))
    build_package(world.app, earlier)
    box = open_outbox(world.app.settings, "The Harbour Archive", sandbox=True)
    box.send(Message(CONTACT, "A copy", "of a letter"))
    box.send(Message("bob@example.org", "A copy", "of another letter"))
    return subject


def test_every_store_is_in_the_package_with_its_count(world: World, anna: SubjectId) -> None:
    """Each count is the number of rows that the database has: they are all one person's."""
    plan = asked(world.app, anna)
    build_package(world.app, plan)
    told = unpack(world.app, plan)
    rows = _rows(world)
    rows["run"] -= 1  # the collecting looked for nobody in particular
    assert {name for name in PEOPLE if not rows[name]} == set(), "a store without a seed"
    for name in PEOPLE.keys() - SHARED:
        assert told.counts[name] == rows[name], name
    assert {told.counts[name] for name in NOBODY} == {0}
    assert told.counts["gallery"] == rows["template"]
    assert told.counts["keyring"] == len(told.data["keys"]) == 1 + 2 + 3
    assert told.counts["mirror"] == told.counts["leaf"] > 10
    assert told.counts["outbox"] == 1
    assert told.counts["packages"] == 1
    assert told.verdict(world.app.ledger_key.vkey).ok
    _in_form(told)


def test_it_leaves_before_its_due_date_without_anybody_acting(
    world: World, anna: SubjectId
) -> None:
    """The person writes and gives back a code. Weeks go by, and only the worker is there."""
    came = receive(world.app, SUBJECT, RequestWish(RightKind.ACCESS, CONTACT))
    assert isinstance(came, Received), came
    prove(world.app, came.request, world.outbox.code())
    world.clock.go(days=23)
    world.outbox.letters.clear()
    run_once(world.app)
    with world.app.store.read() as reader:
        request = reader.requests.get(came.request)
        plan = reader.plans.get(request.plan)
    assert request.state is RequestState.DELIVERED
    assert request.closed_at < request.due - timedelta(days=6)
    answers = [letter for letter in world.outbox.letters if letter.attachments]
    package = [letter for letter in answers if came.request in letter.text]
    assert [letter.to for letter in package] == [CONTACT]
    told = unpack(world.app, plan, [package[0].attachments[0].data])
    assert told.data["about"]["request"] == came.request
    assert told.counts.keys() >= PEOPLE.keys() | NOBODY.keys()
    assert any(told.secret in letter.text for letter in world.outbox.letters)
    assert told.verdict(world.app.ledger_key.vkey).ok


def test_members_learn_nothing_of_what_is_in_it(world: World, anna: SubjectId) -> None:
    """The plan and the ledger tell how large it is, and nothing else."""
    plan = asked(world.app, anna)
    found = dict(build_package(world.app, plan))
    assert found.keys() == {"built", "volumes", "bytes", "digest"}
    told = unpack(world.app, plan)
    assert len(str(found["digest"])) == 64
    with world.app.store.read() as reader:
        request = reader.requests.of_plan(plan.id)
        assert open_request(world.app, request).secret == ""
    assert told.secret.encode() not in request.sealed


def _suggest(world: World, unit: Unit, grant: GrantId) -> None:
    """Keep a suggestion of the other face in one of the photos."""
    key = world.app.keyring.get(grant_key(grant))
    seen = next(t for t in unit.templates.of_grant(grant) if t.kind is TemplateKind.APPEARANCE)
    opened = open_sealed(key, seen.sealed, f"template:{seen.id}")
    payload = from_bytes(AppearancePayload, opened)
    others = [f.id for f in unit.items.faces(payload.item) if f.id != payload.face]
    face = FaceId(others[0]) if others else payload.face
    one = SuggestionId(new_id())
    sealed = SuggestionPayload(face, payload.item, payload.source, Score(3 * 10**8))
    where = f"suggestion:{one}"
    later, leaf = unit.now + timedelta(days=30), unit.head.size
    unit.suggestions.add(
        StoredSuggestion(one, grant, seal(key, to_bytes(sealed), where), later, leaf)
    )


def _keep_a_copy(unit: Unit, source: Source) -> None:
    """Let the operator keep a copy of one of the photos."""
    item, *_ = unit.items.of_source(source.id, None, 1)
    unit.copies.add(KeptCopy(CopyId(new_id()), source.id, item.sha256, b"h", b"n", 7, unit.now))


def _sign_in(unit: Unit, subject: SubjectId) -> None:
    """Let her be at her own page, and ask for a code once more."""
    contact, soon = unit.subjects.get(subject).contact_tag, unit.now + timedelta(minutes=9)
    unit.own.put_code(OwnCode(b"a", contact, b"s", b"d", 0, unit.now, soon))
    unit.own.open_session(OwnSession(SessionId(new_id()), contact, b"t", unit.now, unit.now, soon))


def _place(unit: Unit, subject: SubjectId, grant: GrantId) -> None:
    """Place a hold and a block, both over again: what was is told too."""
    until = unit.now + timedelta(days=90)
    hold = Hold(HoldId(new_id()), subject, (grant,), "ab" * 32, unit.now, until, None, 0)
    unit.holds.add(hold)
    unit.holds.lift(hold.id, unit.now)
    block = BlockId(new_id())
    unit.blocks.add(block, Block(subject=subject), "asked", unit.now)
    unit.blocks.lift(block, unit.now)


def _rows(world: World) -> dict[str, int]:
    """Count every table in the database itself."""
    with world.app.store.read() as reader:
        session = reader.person._session
        return {
            name: session.number(select(func.count()).select_from(table))
            for name, table in schema.METADATA.tables.items()
        }


def _in_form(told: Unpacked) -> None:
    import json

    schema_ = json.loads(told.files["package.schema.json"])
    jsonschema.validate(told.data, schema_, jsonschema.Draft202012Validator)
