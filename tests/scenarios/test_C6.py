"""C6: no photo, no identity card, no form; a doubt needs a reason on record."""

import re
from dataclasses import MISSING, fields

import pytest
import typer

from licet.cli.commands import request as command
from licet.collect import collect
from licet.effects.looked import looked
from licet.rights.answering import accept_identity, ask_identity
from licet.rights.inbox import list_requests
from licet.rights.intake import prove, receive
from licet.rights.looking import accept_photo, attach_photo
from licet.terms.errors import BadInput
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.rights import Decided, Proved, Received, RequestState, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.web.doors import browser, door_of

ANNA = "anna@example.org"


def test_two_fields_and_no_more() -> None:
    """What is asked for, and where the answer goes: by the function and at the command line."""
    needed = [one.name for one in fields(RequestWish) if one.default is MISSING]
    assert needed == ["kind", "contact"]
    form = typer.main.get_command(command.app).commands["receive"]  # type: ignore[attr-defined]
    assert [one.name for one in form.params if one.required] == ["kind", "contact"]


def test_the_page_asks_for_no_more(world: World) -> None:
    """In a browser: the same two fields, words that may stay empty, and nowhere a file."""
    with browser(door_of(world.app)) as here:
        page = here.get("/ask").text.split("<main")[1]
    assert re.findall(r' name="(\w+)"[^>]* required', page) == ["kind", "contact"]
    assert set(re.findall(r' name="(\w+)"', page)) == {"kind", "contact", "words"}
    assert 'type="file"' not in page


@pytest.mark.parametrize("kind", RightKind)
def test_with_two_fields_every_right_is_under_way(world: World, kind: RightKind) -> None:
    """No kind of request asks for a photo or a paper."""
    world.granted("anna")
    done = receive(world.app, world.who("officer"), RequestWish(kind, ANNA))
    assert isinstance(done, Received)
    assert isinstance(prove(world.app, done.request, world.outbox.code()), Proved)
    inbox = list_requests(world.app, world.who("officer"))
    assert not isinstance(inbox, Refusal)
    waits = [one.waits_for for one in inbox]
    assert "person" not in waits, "nothing more is asked of the person"


def test_a_doubt_has_a_reason_on_record_and_the_person_reads_it(world: World) -> None:
    world.granted("anna")
    wish = RequestWish(RightKind.COMPLAINT, ANNA)
    done = receive(world.app, world.who("officer"), wish)
    assert isinstance(done, Received)
    prove(world.app, done.request, world.outbox.code())
    with pytest.raises(BadInput, match="a reason is missing"):
        ask_identity(world.app, world.who("officer"), done.request, "  ")
    said = ask_identity(world.app, world.who("officer"), done.request, "two people write from it")
    assert isinstance(said, Decided)
    assert "two people write from it" in world.outbox.letters[-1].text
    assert "need not send a copy of an identity card" in world.outbox.letters[-1].text
    with world.app.store.read() as reader:
        (leaf,) = reader.leaves.get(said.leaf, said.leaf + 1)
    assert EntryKind.REQUEST_IDENTITY_ASKED.value.encode() in leaf.data


def test_a_representative_with_a_mandate_is_heard(world: World) -> None:
    """The person says yes once, a member looks, and the answer goes where it was asked for."""
    world.enrolled("anna")
    wish = RequestWish(
        RightKind.ACCESS,
        "rita@example.org",
        representative="Rita Berg",
        mandate="cd" * 32,
        person_contact=ANNA,
    )
    done = receive(world.app, world.who("officer"), wish)
    assert isinstance(done, Received)
    prove(world.app, done.request, world.outbox.code())
    accepted = accept_identity(world.app, world.who("steward"), done.request, "a notary's stamp")
    assert isinstance(accepted, Decided)
    prove(world.app, done.request, world.outbox.code())
    run_once(world.app)
    with world.app.store.read() as reader:
        request = reader.requests.get(done.request)
    assert request is not None
    assert request.state is RequestState.DELIVERED
    assert world.outbox.letters[-1].to == "rita@example.org"


def test_who_is_not_enrolled_needs_no_photo(world: World) -> None:
    """A stranger names a time and an address: answered, and no letter asks for more."""
    source = world.source(world.folder(party=photo("anna"), b=photo("bob")))
    collect(world.app, world.who("steward"), source.id)
    world.outbox.letters.clear()
    wish = RequestWish(
        RightKind.ACCESS, "dora@example.org", since=world.clock().date(), places=("party.jpg",)
    )
    done = receive(world.app, world.who("steward"), wish)
    assert isinstance(done, Received)
    assert isinstance(prove(world.app, done.request, world.outbox.code()), Proved)
    with world.app.store.read() as reader:
        request = reader.requests.get(done.request)
        assert request is not None
        (named,) = looked(world.app, reader, request).named
    assert (named.items, named.addresses) == (2, 1)
    run_once(world.app)
    with world.app.store.read() as reader:
        answered = reader.requests.get(done.request)
    assert answered is not None
    assert answered.state is RequestState.DELIVERED
    assert not any("send a photo" in letter.text for letter in world.outbox.letters)


@pytest.mark.parametrize("kind", [kind for kind in RightKind if kind is not RightKind.ACCESS])
def test_a_photo_is_not_taken_where_none_is_needed(world: World, kind: RightKind) -> None:
    """Even who sends one: it is not measured into anything that is kept."""
    done = receive(world.app, world.who("steward"), RequestWish(kind, "dora@example.org"))
    assert isinstance(done, Received)
    answer = attach_photo(world.app, world.who("steward"), done.request, (photo("dora"),))
    assert isinstance(answer, Refusal)
    assert answer.reason == "photo_not_needed"
    with world.app.store.read() as reader:
        assert list(reader.templates.all()) == []


def test_a_photo_is_accepted_for_a_reason_on_record(world: World) -> None:
    wish = RequestWish(RightKind.ACCESS, "dora@example.org", photo_follows=True)
    done = receive(world.app, world.who("steward"), wish)
    assert isinstance(done, Received)
    attach_photo(world.app, world.who("steward"), done.request, (photo("dora"),))
    officer, shown = world.who("officer"), (photo("dora"),)
    with pytest.raises(BadInput, match="a reason is missing"):
        accept_photo(world.app, officer, done.request, shown, " ")
    assert isinstance(
        accept_photo(world.app, officer, done.request, shown, "seen at the desk"), Decided
    )
