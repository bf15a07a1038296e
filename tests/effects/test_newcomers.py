"""Who asked about themselves is gone with their answer; a photo of somebody else finds nothing."""

import pytest

from licet.collect import collect
from licet.effects.asking import find_person
from licet.effects.finishing import OUTSIDE
from licet.effects.newcomers import go_live
from licet.effects.scanning import scan_for
from licet.effects.sealed import grant_key, subject_key
from licet.effects.shelf import fresh_gallery
from licet.gallery.contract import Erasure
from licet.ledger.commitment import opens
from licet.ledger.leaf import decode
from licet.rights.answering import refuse_request
from licet.terms.errors import Busy
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Message
from licet.terms.ids import RequestId
from licet.terms.ledger import Entry, EntryKind, Leaf
from licet.terms.plan import EffectKind, PlanKind, WorkState
from licet.terms.rights import Decided, RequestState, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.asking import accepts, asks, attaches, found_for, is_aside, proves, stored, writes
from tests.fakes.deployment import World
from tests.fakes.vision import photo


class _Killed(BaseException):
    """A process that ends here."""


@pytest.fixture(autouse=True)
def unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave packages out: what is in them has tests of its own."""
    for effect in (EffectKind.BUILD_PACKAGE, EffectKind.DELIVER_PACKAGE):
        monkeypatch.setitem(OUTSIDE[PlanKind.ANSWER], effect, lambda _app, _plan: ())


def _album(world: World, **photos: bytes) -> None:
    source = world.source(world.folder(**photos))
    collect(world.app, world.who("steward"), source.id)


def _is_gone(world: World, request_id: RequestId) -> None:
    """Assert that nothing is left of a newcomer but a request that says it was answered."""
    request = stored(world.app, request_id)
    assert request.grant is not None
    with world.app.store.read() as reader:
        grant, subject = reader.grants.get(request.grant), reader.subjects.get(request.subject)
        assert list(reader.templates.all()) == []
        assert reader.suggestions.count() == 0
        assert reader.confirmations.get(request.grant) is None
        assert reader.requests.code(request.id) is None
        wish = RequestWish(RightKind.ACCESS, "anna@example.org", name="anna")
        assert find_person(world.app, reader, wish, wish.contact) is None
    assert grant is not None
    assert grant.state is GrantState.ENDED
    assert subject is not None
    assert (subject.state, subject.sealed_identity) == (SubjectState.ERASED, b"")
    keys = {grant_key(grant.id), subject_key(subject.id)}
    assert world.app.keyring.absent(keys) == keys
    assert fresh_gallery(world.app).erasure_status(grant.id) is Erasure.PHYSICAL


BOUNDARIES = (
    "effect.forget_newcomer.start",
    "newcomer.rows",
    "keyring.shred.begun",
    "keyring.shred.written",
    "keyring.shred.committed",
    "newcomer.keys",
    "newcomer.ended",
    "effect.forget_newcomer.done",
)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_newcomer_is_gone_after_a_crash_at_every_boundary(world: World, boundary: str) -> None:
    """Whatever is killed wherever, the next worker brings it to its end."""
    _album(world, a=photo("anna", "bob"))
    request = asks(world, "anna@example.org", photo("anna", shot=8), name="anna")
    reached: list[str] = []

    def stop(name: str) -> None:
        after = "effect.forget_newcomer.start" in reached or name == "effect.forget_newcomer.start"
        if after:
            reached.append(name)
        if after and name == boundary:
            raise _Killed

    app = world.reopen(stop)
    with pytest.raises(_Killed):
        run_once(app)
    app.close()
    world.clock.go(minutes=3)
    assert run_once(world.app).problems == ()
    _is_gone(world, request)
    assert stored(world.app, request).state is RequestState.DELIVERED


@pytest.mark.parametrize("how", ["answered", "refused", "refused unproved", "never accepted"])
def test_a_newcomer_is_gone_however_the_request_ended(world: World, how: str) -> None:
    """Answered, refused, or a photo that nobody ever accepted."""
    _album(world, a=photo("anna"))
    request = writes(world, "anna@example.org", "anna")
    if how != "refused unproved":
        proves(world, request)
    attaches(world, request, photo("anna", shot=8))
    if how == "answered":
        accepts(world, request, photo("anna", shot=8))
    if how.startswith("refused"):
        officer = world.who("officer")
        done = refuse_request(world.app, officer, request, "nobody answers there", "GDPR 12(6)")
        assert isinstance(done, Decided), done
    if how == "never accepted":
        world.clock.go(days=26)
    run_once(world.app)
    _is_gone(world, request)


def test_the_person_stays_until_their_last_request_is_answered(world: World) -> None:
    """The photo goes with its own request, the person with the last one."""
    first = asks(world, "anna@example.org", photo("anna", shot=8), name="anna")
    second = writes(world, "anna@example.org", "anna", kind=RightKind.COMPLAINT, words="slow")
    run_once(world.app)
    assert stored(world.app, first).state is RequestState.DELIVERED
    with world.app.store.read() as reader:
        assert list(reader.templates.all()) == []
        subject = reader.subjects.get(stored(world.app, second).subject)
    assert subject is not None
    assert subject.state is SubjectState.KNOWN
    done = refuse_request(world.app, world.who("officer"), second, "unfounded", "GDPR 12(5)(b)")
    assert isinstance(done, Decided), done
    run_once(world.app)
    _is_gone(world, first)


def test_who_was_enrolled_meanwhile_stays(world: World) -> None:
    """A request's end is no erasure of what an organisation keeps by a grant."""
    grant, subject = world.enrolled("anna")
    request = asks(world, "anna@example.org", photo("anna", shot=8), name="anna")
    assert stored(world.app, request).subject == subject
    run_once(world.app)
    with world.app.store.read() as reader:
        assert {t.grant for t in reader.templates.all()} == {grant}
        kept = reader.subjects.get(subject)
    assert kept is not None
    assert kept.state is SubjectState.KNOWN


def test_a_replaced_photo_goes_at_once_and_is_accepted_anew(world: World) -> None:
    """Another photo is another grant: what was accepted was the first one."""
    request = writes(world, "anna@example.org")
    attaches(world, request, photo("anna", shot=8))
    accepts(world, request, photo("anna", shot=8))
    assert stored(world.app, request).identity_accepted_at is not None
    first = stored(world.app, request).grant
    attaches(world, request, photo("victim", shot=9))
    assert stored(world.app, request).identity_accepted_at is None
    run_once(world.app)
    with world.app.store.read() as reader:
        assert {t.grant for t in reader.templates.all()} == {stored(world.app, request).grant}
    assert first is not None
    assert world.app.keyring.absent({grant_key(first)})


def test_no_photo_and_no_features_are_in_any_file(world: World) -> None:
    """Neither while the request is open, nor after it."""
    sent = photo("anna", shot=8)
    request = asks(world, "anna@example.org", sent, name="anna")
    seen = world.vision.inspect(sent)
    values = seen.faces[0].template.values  # type: ignore[union-attr]  # it shows one
    needles = [sent, values, b"anna@example.org"]
    assert scan_for(world.app, needles).places == ()
    run_once(world.app)
    assert scan_for(world.app, needles).places == ()
    assert stored(world.app, request).state is RequestState.DELIVERED


# --- a photo of somebody who is enrolled ---


def _asked_with(world: World, contact: str, who: str, shot: int) -> RequestId:
    return asks(world, contact, photo(who, shot=shot))


def _live(world: World, request: RequestId) -> None:
    assert go_live(world.app, request)


def _checked(world: World, request: RequestId) -> Entry:
    with world.app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.get(0, reader.head.size)]
    (found,) = [
        entry
        for entry in entries
        if entry.kind is EntryKind.REQUEST_PHOTO_CHECKED and ("request", request) in entry.objects
    ]
    return found


def test_a_photo_of_an_enrolled_person_finds_nothing(world: World) -> None:
    """Anna is enrolled and in three photos; mallory gets none of them."""
    world.enrolled("anna")
    _album(world, a=photo("anna"), b=photo("anna", "bob"), c=photo("anna", shot=3))
    request = _asked_with(world, "mallory@example.org", "anna", 8)
    _live(world, request)
    assert is_aside(world.app, request)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OUTSIDE[PlanKind.ANSWER], EffectKind.BUILD_PACKAGE, lambda _app, _plan: None)
        run_once(world.app)
        assert found_for(world.app, request) == (0, 0)


def test_the_enrolled_person_is_told_and_nobody_else(world: World) -> None:
    """One letter to her own contact, without a word of who asked; it opens her entry."""
    _, anna = world.enrolled("anna")
    request = _asked_with(world, "mallory@example.org", "anna", 8)
    world.outbox.letters.clear()
    _live(world, request)
    told = {letter.to: letter for letter in world.outbox.letters}
    assert set(told) == {"anna@example.org", "mallory@example.org"}
    assert "resembles you" in told["anna@example.org"].subject
    for word in ("mallory", request, stored(world.app, request).subject):
        assert word not in told["anna@example.org"].text
    about = _checked(world, request).subject
    assert about is not None
    assert opens(about, world.app.keyring.get(subject_key(anna)), anna)


def _decoded(leaf: Leaf) -> Entry:
    return decode(leaf.data)


def test_both_ways_take_the_same_work_and_leave_the_same_traces(world: World) -> None:
    """Same comparisons, same rows of the same length, same entries; only her mailbox differs."""
    world.enrolled("anna")
    _album(world, a=photo("anna"), b=photo("carl"))
    shapes = []
    gallery = fresh_gallery(world.app)
    real = type(gallery).candidates
    for who in ("anna", "carl"):
        compared: list[int] = []

        def counted(self, permit, probes, threshold, limit, compared=compared):  # type: ignore[no-untyped-def]
            compared.append(len(probes))
            return real(self, permit, probes, threshold, limit)

        before, looked_at = world.app.store.head().size, world.vision.inspected
        world.outbox.letters.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(gallery), "candidates", counted)
            request = _asked_with(world, f"x{who}@example.org", who, 8)
            run_once(world.app)
        hers = [m for m in world.outbox.letters if m.to == f"x{who}@example.org"]
        with world.app.store.read() as reader:
            leaves = reader.leaves.get(before, reader.head.size)
        entries = [e for e in map(_decoded, leaves) if e.kind is not EntryKind.EPOCH_TURNED]
        shapes.append(
            (
                compared,
                world.vision.inspected - looked_at,
                [(m.subject, len(m.text)) for m in hers],
                [(e.kind, len(e.objects), [k for k, _ in e.facts]) for e in entries],
                [e.subject is None for e in entries],
                stored(world.app, request).state,
            )
        )
        world.clock.go(days=1)
    assert shapes[0] == shapes[1]


def test_what_is_aside_is_as_long_as_what_is_not(world: World) -> None:
    """Who reads the store without its keys cannot tell either."""
    world.enrolled("anna")
    lengths = []
    for who in ("anna", "carl"):
        request = _asked_with(world, f"x{who}@example.org", who, 8)
        _live(world, request)
        with world.app.store.read() as reader:
            grant = stored(world.app, request).grant
            assert grant is not None
            (row,) = reader.templates.of_grant(grant)
        lengths.append(len(row.sealed))
    assert lengths[0] == lengths[1]


def test_her_mailbox_being_down_loses_no_letter(world: World) -> None:
    """The photo is not used before she was told."""
    world.enrolled("anna")
    request = _asked_with(world, "mallory@example.org", "anna", 8)
    send = world.outbox.send

    def down(message: Message) -> None:
        if message.to == "anna@example.org":
            raise Busy("down", "later")
        send(message)

    world.outbox.send = down  # type: ignore[method-assign]  # a server that is down
    assert go_live(world.app, request) is None
    with world.app.store.read() as reader:
        grant = reader.grants.get(stored(world.app, request).grant)  # type: ignore[arg-type]  # it has one
    assert grant is not None
    assert grant.state is GrantState.PENDING
    world.outbox.send = send  # type: ignore[method-assign]  # up again
    assert go_live(world.app, request)
    assert is_aside(world.app, request)


def test_her_own_erasure_afterwards_opens_nothing(world: World) -> None:
    """What was put aside stays aside when the person it was near is gone."""
    from licet.rights.erase import erase
    from licet.terms.acting import SUBJECT

    _, anna = world.enrolled("anna")
    _album(world, a=photo("anna"))
    request = _asked_with(world, "mallory@example.org", "anna", 8)
    _live(world, request)
    erase(world.app, SUBJECT, anna)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OUTSIDE[PlanKind.ANSWER], EffectKind.BUILD_PACKAGE, lambda _app, _plan: None)
        run_once(world.app)
        assert found_for(world.app, request) == (0, 0)


def test_a_plan_is_over_when_the_person_is_forgotten(world: World) -> None:
    """Nothing is left for a worker to do."""
    asks(world, "anna@example.org", photo("anna", shot=8))
    run_once(world.app)
    with world.app.store.read() as reader:
        assert [p for p in reader.plans.open() if p.state is WorkState.OPEN] == []
