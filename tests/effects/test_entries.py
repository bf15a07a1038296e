"""The ledger says what happened and nobody's made-up words; receipts stand on its entries."""

import pytest

from licet.effects.receipts import grant_statement, receipt_for
from licet.effects.scanning import scan_for
from licet.effects.sealed import grant_key
from licet.enrol import enrol
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.ledger.receipt import ReceiptKind
from licet.rights.erase import erase
from licet.search import search
from licet.sourcing import cease_source
from licet.terms.acting import SUBJECT, WORKER, Who
from licet.terms.errors import NotFound
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import MemberId, OrganisationId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import By, Refusal
from licet.terms.search import SearchResult, SearchState
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo


def _last(world: World) -> Entry:
    with world.app.store.read() as reader:
        (leaf,) = reader.leaves.get(reader.head.size - 1, reader.head.size)
    return decode(leaf.data)


def test_a_refusal_names_no_organisation_that_does_not_exist(world: World) -> None:
    """A caller's word may be somebody's name, and an entry is for ever."""
    _, subject = world.enrolled("anna")
    made_up = OrganisationId("anna-lind-1980")
    refused = erase(world.app, world.who("steward"), subject, made_up)
    assert isinstance(refused, Refusal)
    entry = _last(world)
    assert (entry.kind, entry.organisation, entry.actor) == (EntryKind.REFUSED, None, None)


def test_a_refusal_names_no_member_who_does_not_exist(world: World) -> None:
    """The organisation is there, the member is a made-up word: only the first is told."""
    source = world.source(world.folder(a=photo("anna")))
    nobody = Who(By.MEMBER, (MemberId("anna-lind-1980"),))
    assert isinstance(cease_source(world.app, nobody, source.id), Refusal)
    entry = _last(world)
    assert (entry.organisation, entry.actor) == (world.organisation, None)
    assert ("source", str(source.id)) in entry.objects
    assert isinstance(cease_source(world.app, WORKER, source.id), Refusal)
    assert _last(world).actor is None


def test_a_refused_member_is_committed_to_and_not_named(world: World) -> None:
    """Their organisation's key tells who it was; the entry alone does not."""
    source = world.source(world.folder(a=photo("anna")))
    assert isinstance(cease_source(world.app, world.who("verifier"), source.id), Refusal)
    entry = _last(world)
    assert entry.actor is not None
    assert world.people["verifier"] not in str(entry)


def test_a_receipt_stands_on_an_entry_that_is_there(world: World) -> None:
    """Nobody is handed a receipt of nothing."""
    anna, subject = world.granted("anna")
    with world.app.store.read() as reader:
        grant = reader.grants.get(anna)
        statement = grant_statement(world.app, reader, grant, GrantState.ACTIVE, reader.now)
        size = reader.head.size
    with pytest.raises(NotFound, match="no entry"):
        receipt_for(world.app, ReceiptKind.GRANT, size, statement, subject)


def test_a_receipt_of_an_entry_about_nobody_opens_nothing(world: World) -> None:
    """The first entries are the deployment's own: there is no person to open."""
    from licet.ledger.receipt import decode as receipt_of

    anna, subject = world.granted("anna")
    with world.app.store.read() as reader:
        grant = reader.grants.get(anna)
        statement = grant_statement(world.app, reader, grant, GrantState.ACTIVE, reader.now)
    file = receipt_for(world.app, ReceiptKind.GRANT, 0, statement, subject)
    assert receipt_of(file).openings == ()


def test_letters_in_the_outbox_are_the_persons_own(world: World) -> None:
    """They were delivered: the look for the person's bytes leaves them alone, and no other."""
    outbox = world.app.settings.place(world.app.settings.outbox)
    outbox.mkdir(parents=True, exist_ok=True)
    (outbox / "letter.eml").write_text("To: margarethe@example.org")
    assert scan_for(world.app, [b"margarethe@example.org"]).found == 0
    (world.home / "note.txt").write_text("margarethe@example.org")
    (place,) = scan_for(world.app, [b"margarethe@example.org"]).places
    assert place[0].endswith("note.txt")


def test_templates_that_nobody_can_read_do_not_hold_an_erasure_up(world: World) -> None:
    """A grant's key was lost: the rows go unread, and the person is erased."""
    anna, subject = world.enrolled("anna")
    world.app.keyring.shred(grant_key(anna))
    world.app.shelf.gallery = None
    assert not isinstance(erase(world.app, SUBJECT, subject), Refusal)
    with world.app.store.read() as reader:
        assert reader.subjects.get(subject).state is SubjectState.ERASED
        assert reader.templates.of_grant(anna) == ()


def test_a_withdrawal_closes_the_search_that_listed_nobody_else(world: World) -> None:
    """Its probe may be a photo of this very person; another one's list stays open."""
    anna, _ = world.enrolled("anna")
    world.enrolled("bea")
    probes = photo("anna", shot=9), photo("bea", shot=9)
    case = world.case(*probes)
    found = [search(world.app, world.who("investigator"), case, CLEARANCE, p) for p in probes]
    withdraw(world.app, SUBJECT, anna)
    with world.app.store.read() as reader:
        kept = [reader.searches.get(f.id) for f in found if isinstance(f, SearchResult)]
    assert [k.state for k in kept] == [SearchState.CLOSED, SearchState.CANDIDATES]
    assert [k.sealed_probe is None for k in kept] == [True, False]


def test_an_ended_grant_shows_no_photo(world: World) -> None:
    """A search listed it; once its key is gone the case has no claim on it any more."""
    from licet.collect import collect
    from licet.show import show

    anna, _ = world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna")))
    collect(world.app, world.who("steward"), source.id)
    world.clock.go(hours=25)
    probe = photo("anna", shot=9)
    case = world.case(probe)
    investigator = world.who("investigator")
    found = search(world.app, investigator, case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    item = found.candidates[0].appearances[0].item
    assert not isinstance(show(world.app, investigator, item, anna, case), Refusal)
    withdraw(world.app, SUBJECT, anna)
    assert isinstance(show(world.app, investigator, item, anna, case), Refusal)


def test_the_machine_enrols_nobody(world: World) -> None:
    """A worker is no member: the refusal is on record without an actor."""
    anna, _ = world.granted("anna")
    photos = tuple(photo("anna", shot=n) for n in range(3))
    assert isinstance(enrol(world.app, WORKER, anna, photos, 1), Refusal)
    assert _last(world).actor is None
