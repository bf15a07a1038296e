"""Recipients are told, or stand on the register of those who could not be (GDPR 19)."""

from licet.effects.closing import OPEN_SEARCHES
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.listing import show_search
from licet.rights.audit import list_untold
from licet.rights.erase import erase
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy
from licet.terms.granting import Message
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult, SearchState
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.recipient import add_auditor, add_recipient
from tests.fakes.vision import photo

CONTACT = "club@example.net"


def _found(world: World, name: str, reference: str = "2026-40") -> SearchResult:
    probe = photo(name, shot=9)
    case = world.case(probe, reference=reference)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    assert found.candidates
    return found


def _told(world: World) -> list[Entry]:
    with world.app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.iterate()]
    return [entry for entry in entries if entry.kind is EntryKind.RECIPIENT_TOLD]


def _to(world: World, contact: str) -> list[Message]:
    return [letter for letter in world.outbox.letters if letter.to == contact]


def test_a_withdrawal_tells_who_was_shown_the_person(world: World) -> None:
    """By the case's reference and the search's number; the person is not named."""
    club = add_recipient(world, contact=CONTACT)
    anna, _ = club.enrolled("anna")
    found = _found(club, "anna")
    withdraw(world.app, SUBJECT, anna)
    assert _to(world, CONTACT) == [], "telling is the worker's, and holds nothing up"
    run_once(world.app)
    (letter,) = _to(world, CONTACT)
    assert "case 2026-40" in letter.text
    assert found.id in letter.text
    assert "anna" not in (letter.text + letter.html).lower()
    (entry,) = _told(world)
    assert entry.organisation == club.organisation
    assert dict(entry.facts) == {"told": True, "searches": 1}
    assert entry.objects == ()
    run_once(world.app)
    assert len(_to(world, CONTACT)) == 1


def test_an_erasure_tells_everybody_whose_searches_ever_surfaced_the_person(world: World) -> None:
    """Also under a grant that was withdrawn before; each organisation in one letter."""
    club = add_recipient(world, contact=CONTACT)
    other = add_recipient(world, "The Choir", "choir@example.net")
    grant, subject = club.enrolled("anna")
    other.enrolled("anna")
    first, second = _found(club, "anna"), _found(club, "anna", "2026-41")
    _found(other, "anna")
    withdraw(world.app, SUBJECT, grant)
    run_once(world.app)
    erase(world.app, SUBJECT, subject)
    run_once(world.app)
    withdrawn, erased = _to(world, CONTACT)
    for letter in (withdrawn, erased):
        assert first.id in letter.text
        assert second.id in letter.text
    assert len(_to(world, "choir@example.net")) == 1
    assert len(_told(world)) == 3


def test_the_controller_is_no_recipient_of_its_own_data(world: World) -> None:
    """It searched itself: nobody has to be told."""
    anna, _ = world.enrolled("anna")
    _found(world, "anna")
    withdraw(world.app, SUBJECT, anna)
    run_once(world.app)
    assert _told(world) == []


def test_who_has_no_address_stands_on_the_register(world: World) -> None:
    """At once, with the searches, so that a human can tell them."""
    add_auditor(world)
    club = add_recipient(world)
    anna, _ = club.enrolled("anna")
    found = _found(club, "anna")
    withdraw(world.app, SUBJECT, anna)
    listed = list_untold(world.app, world.who("auditor"))
    assert not isinstance(listed, Refusal)
    (one,) = listed
    assert (one.organisation, one.case, one.search) == ("The Rowing Club", "2026-40", found.id)


def test_a_dead_mailbox_holds_nothing_up_and_ends_on_the_register(world: World) -> None:
    """Tried for two weeks; the grant has ended all along."""
    add_auditor(world)
    club = add_recipient(world, contact=CONTACT)
    anna, _ = club.enrolled("anna")
    found = _found(club, "anna")
    send = world.outbox.send

    def down(message: Message) -> None:
        if message.to == CONTACT:
            raise Busy("the mail server does not answer", "Try again later.")
        send(message)

    world.outbox.send = down  # type: ignore[method-assign]
    withdraw(world.app, SUBJECT, anna)
    assert run_once(world.app).waiting == 1
    with world.app.store.read() as reader:
        grant = reader.grants.get(anna)
    assert grant is not None
    assert not grant.kept
    assert list_untold(world.app, world.who("auditor")) == ()
    world.clock.go(days=15)
    done = run_once(world.app)
    assert (done.waiting, done.problems) == (0, ())
    listed = list_untold(world.app, world.who("auditor"))
    assert not isinstance(listed, Refusal)
    assert [one.search for one in listed] == [found.id]


def test_a_search_says_that_somebody_on_its_list_is_gone(world: World) -> None:
    """Withdrawn or erased: the organisation sees that nothing may follow, and not who it was."""
    club = add_recipient(world, contact=CONTACT)
    anna, _ = club.enrolled("anna")
    _, bea = club.enrolled("bea")
    withdrawn, erased = _found(club, "anna"), _found(club, "bea", "2026-41")
    withdraw(world.app, SUBJECT, anna)
    erase(world.app, SUBJECT, bea)
    for one in (withdrawn, erased):
        details = show_search(world.app, club.who("investigator"), one.id)
        assert not isinstance(details, Refusal)
        assert (details.search.withdrawn, details.candidates) == (1, ())
        assert details.search.state is SearchState.CLOSED
        assert details.search.state not in OPEN_SEARCHES
