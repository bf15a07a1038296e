"""Asking about oneself with somebody else's photo, and staff who would like to know.

Real keys, a real deployment: a photo is not a proof of who sends it, members see no
findings, and nobody's answer tells of anybody else (row C10).
"""

import time

import pytest

from licet.appearances import list_appearances
from licet.backfill import backfill
from licet.cli import signing
from licet.cli.signing import About
from licet.effects.finishing import OUTSIDE, finish
from licet.effects.looked import looked
from licet.effects.newcomers import go_live
from licet.enrol import enrol
from licet.granting import ask_grant, confirm, withdraw
from licet.ledger.leaf import decode
from licet.listing import about_grant, list_suggestions, show_grant
from licet.rights.answering import accept_identity
from licet.rights.inbox import show_request, showing
from licet.rights.intake import prove, receive
from licet.rights.looking import accept_photo, attach_photo
from licet.search import search
from licet.show import show
from licet.standing import restrict
from licet.suggesting import accept
from licet.terms.acting import SUBJECT, Who
from licet.terms.basis import Relationship
from licet.terms.errors import BadInput, Conflict
from licet.terms.grant import GrantState, Identity
from licet.terms.granting import Enrolled, FailureToEnrol, GrantWish
from licet.terms.ids import GrantId, RequestId
from licet.terms.ledger import EntryKind
from licet.terms.looking import Attached
from licet.terms.organisation import Role
from licet.terms.permit import Action, By, Refusal, Register
from licet.terms.plan import EffectKind, PlanKind
from licet.terms.rights import Decided, Proved, Received, RequestWish, RightKind
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.asking import found_for, is_aside, stored
from tests.fakes.vision import photo
from tests.redteam.holes import refused
from tests.redteam.real import RealWorld

RIGHTS = "rights_request@1"


@pytest.fixture(autouse=True)
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold answers before their package, so that what was found can be looked at."""
    monkeypatch.setitem(OUTSIDE[PlanKind.ANSWER], EffectKind.BUILD_PACKAGE, lambda _a, _p: None)


def _writes(real: RealWorld, contact: str, member: str = "steward", **parts: object) -> RequestId:
    wish = RequestWish(RightKind.ACCESS, contact, photo_follows=True, **parts)  # type: ignore[arg-type]  # as the wish has them
    done = receive(real.app, real.signed(signing.receiving(wish), member), wish)
    assert isinstance(done, Received), done
    return done.request


def _proves(real: RealWorld, request: RequestId) -> None:
    assert isinstance(prove(real.app, request, real.outbox.code()), Proved)


def _attaches(real: RealWorld, request: RequestId, *photos: bytes, by: str = "steward") -> object:
    about = signing.answering(request, "attach", *photos)
    return attach_photo(real.app, real.signed(about, by), request, photos)


def _accepts(real: RealWorld, request: RequestId, *photos: bytes, by: str = "officer") -> object:
    about = signing.answering(request, "accept photo", "we met", *photos)
    return accept_photo(real.app, real.signed(about, by), request, photos, "we met")


def _asks(real: RealWorld, contact: str, sent: bytes) -> RequestId:
    request = _writes(real, contact)
    _proves(real, request)
    assert isinstance(_attaches(real, request, sent), Attached)
    assert isinstance(_accepts(real, request, sent), Decided)
    return request


def _album(real: RealWorld, **photos: bytes) -> None:
    real.collected(real.source(real.folder(**photos)))


def _grant(real: RealWorld, request: RequestId) -> GrantId:
    grant = stored(real.app, request).grant
    assert grant is not None
    return grant


def test_the_way_it_is_meant(real: RealWorld) -> None:
    """Every attack below is a change of this, which works."""
    _album(real, a=photo("anna"))
    request = _asks(real, "anna@example.org", photo("anna", shot=8))
    run_once(real.app)
    assert found_for(real.app, request) == (1, 0)


# --- opening somebody else's file ---


def test_no_code_no_look(real: RealWorld) -> None:
    """A photo and a member's yes are not enough: the contact gave nothing back."""
    _album(real, a=photo("anna"))
    request = _writes(real, "mallory@example.org")
    assert isinstance(_attaches(real, request, photo("anna", shot=8)), Attached)
    assert isinstance(_accepts(real, request, photo("anna", shot=8)), Decided)
    run_once(real.app)
    assert go_live(real.app, request) is False
    real.clock.go(days=40)
    run_once(real.app)
    assert all(
        letter.to != "mallory@example.org" or "code" in letter.text
        for letter in real.outbox.letters
    )
    with real.app.store.read() as reader:
        assert all(
            t.grant != stored(real.app, request).grant or t.lapses_at is None
            for t in reader.templates.all()
        )


def test_no_look_by_a_human_no_look_by_a_machine(real: RealWorld) -> None:
    """Nobody accepted the photo: a week before the last day the answer goes out without."""
    _album(real, a=photo("anna"))
    request = _writes(real, "mallory@example.org")
    _proves(real, request)
    assert isinstance(_attaches(real, request, photo("anna", shot=8)), Attached)
    real.clock.go(days=26)
    run_once(real.app)
    assert stored(real.app, request).plan is not None
    assert found_for(real.app, request) == (0, 0)
    with real.app.store.read() as reader:
        assert looked(real.app, reader, stored(real.app, request)).photo is False


def test_who_filed_it_does_not_accept_it(real: RealWorld) -> None:
    """A steward with a mailbox of their own would be both ends of the request."""
    request = _writes(real, "steward.second.mailbox@example.org")
    _proves(real, request)
    _attaches(real, request, photo("anna", shot=8))
    with pytest.raises(Conflict):
        _accepts(real, request, photo("anna", shot=8), by="steward")
    # Neither does who filed the letter, when another one filed the photo.
    other = _writes(real, "second@example.org", "officer")
    _proves(real, other)
    _attaches(real, other, photo("anna", shot=8), by="steward")
    with pytest.raises(Conflict):
        _accepts(real, other, photo("anna", shot=8), by="officer")


def test_accepting_who_somebody_is_accepts_no_photo(real: RealWorld) -> None:
    """The doubt about a name and the look at a photo are two acts."""
    request = _writes(real, "mallory@example.org")
    _proves(real, request)
    _attaches(real, request, photo("anna", shot=8))
    about = signing.answering(request, "accept", "it is them")
    with pytest.raises(Conflict):
        accept_identity(real.app, real.signed(about, "officer"), request, "it is them")


def test_the_photo_is_not_swapped_after_the_look(real: RealWorld) -> None:
    """What was accepted was another photo: it is looked at anew, or the answer is under way."""
    _album(real, a=photo("anna"), b=photo("mallory"))
    request = _writes(real, "mallory@example.org")
    _attaches(real, request, photo("mallory", shot=8))
    assert isinstance(_accepts(real, request, photo("mallory", shot=8)), Decided)
    assert isinstance(_attaches(real, request, photo("anna", shot=8)), Attached)
    _proves(real, request)
    run_once(real.app)
    assert stored(real.app, request).identity_accepted_at is None
    assert found_for(real.app, request) == (0, 0)
    later = _asks(real, "m2@example.org", photo("mallory", shot=8))
    with pytest.raises(Conflict):
        _attaches(real, later, photo("anna", shot=8))


def test_the_photo_is_not_swapped_before_the_look(real: RealWorld) -> None:
    """Who accepts shows what they looked at, and it is held against what is there."""
    request = _writes(real, "mallory@example.org")
    _proves(real, request)
    _attaches(real, request, photo("anna", shot=8))
    with pytest.raises(BadInput):
        _accepts(real, request, photo("mallory", shot=8))


def test_two_faces_are_not_averaged_into_one(real: RealWorld) -> None:
    """Photos of two people, or with two people, are no photos of oneself."""
    request = _writes(real, "mallory@example.org")
    for photos in (
        (photo("mallory"), photo("anna")),
        (photo("mallory", "anna"),),
        (photo("mallory", blurred=True),),
        (b"not a photo",),
    ):
        assert isinstance(_attaches(real, request, *photos), FailureToEnrol)
    assert stored(real.app, request).grant is None
    with pytest.raises(BadInput):
        _attaches(real, request)


def test_nothing_is_added_to_a_photo_that_is_in_use(real: RealWorld) -> None:
    """Neither by members nor by the person, who would be told whose face is near."""
    real.enrolled("anna")
    request = _asks(real, "mallory@example.org", photo("mallory", shot=8))
    run_once(real.app)
    grant = _grant(real, request)
    photos = (photo("anna", shot=8), photo("anna", shot=9))
    by_members = real.signed(signing.enrolling(real.grant(grant), photos, 1), "steward", "officer")
    for who in (by_members, SUBJECT, Who(By.SUBJECT)):
        assert isinstance(enrol(real.app, who, grant, photos, 1), Refusal)
    with real.app.store.read() as reader:
        kept = reader.grants.get(grant)
    assert kept is not None
    assert kept.state is GrantState.ACTIVE


def test_a_code_makes_no_such_grant_live(real: RealWorld) -> None:
    """The usual way of a yes is closed before a human looked."""
    request = _writes(real, "mallory@example.org")
    _proves(real, request)
    _attaches(real, request, photo("anna", shot=8))
    assert refused(lambda: confirm(real.app, _grant(real, request), "AAAAABBBBB"))
    run_once(real.app)
    assert real.grant(_grant(real, request)).state is GrantState.PENDING


def test_nobody_asks_for_such_a_grant_without_a_request(real: RealWorld) -> None:
    """Neither a member nor somebody who says that they are the person."""
    wish = GrantWish(
        real.organisation,
        RIGHTS,  # type: ignore[arg-type]  # a purpose of the list
        Relationship.NONE,
        identity=Identity("Anna", "anna@example.org", "1980-05-17"),
    )
    who = real.signed(signing.asking_grant(wish), "steward")
    assert refused(lambda: ask_grant(real.app, who, wish))
    assert refused(lambda: ask_grant(real.app, SUBJECT, wish))


def test_a_strangers_word_attaches_nothing(real: RealWorld) -> None:
    """Who is no member and holds no receipt is nobody; nor does an old signature do."""
    request = _writes(real, "anna@example.org")
    sent = (photo("anna", shot=8),)
    assert isinstance(attach_photo(real.app, SUBJECT, request, sent), Refusal)
    who = real.signed(signing.answering(request, "attach", photo("other")), "steward")
    assert isinstance(attach_photo(real.app, who, request, sent), Refusal)
    about = signing.answering(request, "attach", *sent)
    assert isinstance(
        attach_photo(real.app, real.signed(about, "verifier"), request, sent), Refusal
    )
    real.add("outsider", Role.INVESTIGATOR)
    outsider = real.signed(about, "outsider")
    assert isinstance(attach_photo(real.app, outsider, request, sent), Refusal)
    assert stored(real.app, request).grant is None


# --- an enrolled person's photo ---


def test_an_enrolled_persons_photo_opens_nothing_and_she_is_told(real: RealWorld) -> None:
    """Every gate was passed, everybody was fooled, and still: nothing."""
    anna, _ = real.enrolled("anna")
    _album(real, a=photo("anna"), b=photo("anna", "bob"))
    request = _asks(real, "mallory@example.org", photo("anna", shot=8))
    run_once(real.app)
    assert is_aside(real.app, request)
    assert found_for(real.app, request) == (0, 0)
    (told,) = [m for m in real.outbox.letters if "resembles" in m.subject]
    assert told.to == "anna@example.org"
    assert "mallory" not in told.text
    with real.app.store.read() as reader:
        leaves = reader.leaves.get(0, reader.head.size)
    checked = [
        e
        for e in map(decode, [x.data for x in leaves])
        if e.kind is EntryKind.REQUEST_PHOTO_CHECKED
    ]
    assert len(checked) == 1
    assert anna not in str(checked[0])


def test_neither_staff_nor_who_asks_sees_that_she_is_enrolled(real: RealWorld) -> None:
    """What the steward and the one who asks are shown is the same for anna and for nobody."""
    real.enrolled("anna")
    _album(real, a=photo("anna"))
    seen = []
    for name in ("anna", "nobody"):
        request = _asks(real, f"x{name}@example.org", photo(name, shot=8))
        real.outbox.letters.clear()
        done = run_once(real.app)
        letters = [m for m in real.outbox.letters if m.to == f"x{name}@example.org"]
        hers = [(m.subject, len(m.text)) for m in letters]
        number = _grant(real, request)
        who = real.signed(signing.listing(about_grant(number)), "officer")
        grant = show_grant(real.app, who, number)
        who = real.signed(signing.listing(showing(request)), "officer")
        shown = show_request(real.app, who, request)
        assert not isinstance(shown, Refusal)
        assert not isinstance(grant, Refusal)
        seen.append(
            (
                done.plans,
                done.waiting,
                done.problems,
                hers,
                (grant.templates, grant.suggestions, grant.grant.state),
                (shown.photo, shown.accepted, shown.steps_done, shown.steps, shown.request.state),
            )
        )
        real.clock.go(days=1)
    assert seen[0][3:] == seen[1][3:]
    assert seen[0][4] == (None, None, GrantState.ACTIVE)


def test_it_takes_as_long_for_one_as_for_the_other(real: RealWorld) -> None:
    """The work is the same work; the clock is only asked whether it is of one size."""
    for n in range(20):
        real.enrolled(f"p{n}")
    spent: dict[str, list[float]] = {"p0": [], "nobody": []}
    for n in range(4):
        for name, times in spent.items():
            request = _writes(real, f"{name}{n}@example.org")
            _proves(real, request)
            began = time.perf_counter()
            _attaches(real, request, photo(name, shot=30 + n))
            times.append(time.perf_counter() - began)
            _accepts(real, request, photo(name, shot=30 + n))
            plan = stored(real.app, request).plan
            assert plan is not None
            finish(real.app, plan)
    quick, slow = sorted(min(times) for times in spent.values())
    assert slow < 3 * quick


def test_enrolling_does_not_tell_that_somebody_asks(real: RealWorld) -> None:
    """Anna asked about herself and is enrolled a day later: nothing is held."""
    _asks(real, "anna2@example.org", photo("anna", shot=8))
    run_once(real.app)
    grant, _ = real.granted("anna")
    photos = tuple(photo("anna", shot=n) for n in range(3))
    about = signing.enrolling(real.grant(grant), photos, 1)
    done = enrol(real.app, real.signed(about, "steward", "officer"), grant, photos, 1)
    assert isinstance(done, Enrolled), done


# --- members who would like to know ---


def test_members_see_no_findings(real: RealWorld) -> None:
    """Not by lists, not by counts, not by looking again, not by a picture."""
    _album(real, a=photo("anna"), b=photo("anna", "anna"))
    request = _asks(real, "anna@example.org", photo("anna", shot=8))
    run_once(real.app)
    assert found_for(real.app, request) == (2, 1)
    real.clock.go(days=2)
    grant = _grant(real, request)
    for role in ("steward", "officer", "verifier"):
        reading = real.signed(About(Action.LIST, digest=_digest(Register.SUGGESTIONS)), role)
        lines = list_suggestions(real.app, reading)
        assert isinstance(lines, Refusal) or all(one.grant != grant for one in lines)
        reading = real.signed(About(Action.LIST, digest=_digest(Register.APPEARANCES)), role)
        rows = list_appearances(real.app, reading)
        assert isinstance(rows, Refusal) or all(one.grant != grant for one in rows)
    with real.app.store.read() as reader:
        (source,) = reader.sources.all()
        (item, *_) = reader.items.of_source(source.id, None, 10)
        suggestion = reader.suggestions.of_grant(grant)[0].id
    assert isinstance(backfill(real.app, grant, source.id), Refusal)
    about = signing.accepting(real.grant(grant), suggestion)
    assert refused(lambda: accept(real.app, real.signed(about, "verifier"), suggestion))
    case = real.case(photo("anna", shot=9))
    about = signing.showing(real.grant(grant), real.matter(case), item.id)
    who = real.signed(about, "investigator")
    assert refused(lambda: show(real.app, who, item.id, grant, case))
    assert refused(lambda: show(real.app, SUBJECT, item.id, grant))


def test_no_search_finds_who_asks_about_themselves(real: RealWorld) -> None:
    """They are in no organisation's scope."""
    _album(real, a=photo("anna"))
    request = _asks(real, "anna@example.org", photo("anna", shot=8))
    run_once(real.app)
    assert found_for(real.app, request) == (1, 0)
    real.clock.go(days=2)
    probe = photo("anna", shot=9)
    case = real.case(probe)
    who = real.signed(real.searching(case, probe), "investigator")
    found = search(real.app, who, case, "archive_rights_clearance@1", probe)  # type: ignore[arg-type]  # a purpose
    assert isinstance(found, SearchResult)
    assert (found.candidates, found.in_scope) == ((), 0)


def test_members_do_not_empty_an_answer(real: RealWorld) -> None:
    """A grant that a member restricts or takes back finds nothing: so no member does."""
    _album(real, a=photo("anna"))
    request = _asks(real, "anna@example.org", photo("anna", shot=8))
    plan = stored(real.app, request).plan
    assert plan is not None
    finish(real.app, plan)
    grant = real.grant(_grant(real, request))
    about = signing.on_standing(Action.RESTRICT, grant)
    assert refused(lambda: restrict(real.app, real.signed(about, "officer"), grant.id))
    about = signing.on_grant(Action.WITHDRAW, grant)
    assert refused(lambda: withdraw(real.app, real.signed(about, "steward"), grant.id))
    run_once(real.app)
    assert found_for(real.app, request) == (1, 0)


def test_the_ledger_says_nothing_of_what_was_found(real: RealWorld) -> None:
    """No entry counts appearances for one person."""
    _album(real, a=photo("anna"))
    before = real.app.store.head().size
    _asks(real, "anna@example.org", photo("anna", shot=8))
    run_once(real.app)
    with real.app.store.read() as reader:
        leaves = reader.leaves.get(before, reader.head.size)
    for entry in (decode(leaf.data) for leaf in leaves):
        assert not {"appearances", "suggestions", "candidates"} & {name for name, _ in entry.facts}


def test_asking_without_a_photo_tells_of_no_face(real: RealWorld) -> None:
    """Counts of items in a time and in a place that is public anyway, and no address."""
    _album(real, party=photo("anna", "bob"), b=photo("carl"))
    request = _writes(
        real,
        "mallory@example.org",
        since=real.clock().date(),
        places=("party.jpg", "not-there.jpg", "party"),
    )
    with real.app.store.read() as reader:
        found = looked(real.app, reader, stored(real.app, request))
    (named,) = found.named
    assert (found.photo, found.sources) == (False, ())
    assert (named.items, named.addresses) == (2, 1)
    assert "party" not in str(named)


def _digest(register: Register) -> str:
    from licet.effects.listing import About as Read

    return Read(register).digest
