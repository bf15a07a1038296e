"""Family tracing: nobody learns of anybody before both agreed."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from licet.family import answer, list_questions, meet, seek, stop_seeking
from licet.governance import approve_case, close_case, open_case
from licet.granting import withdraw
from licet.ledger.leaf import decode
from licet.listing import list_searches, show_search
from licet.people import see_photos
from licet.reviewing import review
from licet.search import Choice, search
from licet.terms.acting import SUBJECT
from licet.terms.asked import OwnQuestion, Said, SeekWish
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.governing import CaseWish
from licet.terms.ids import CaseId, GrantId, PurposeId, QuestionId, SubjectId
from licet.terms.permit import Refusal
from licet.terms.search import Finding, SearchResult, SearchState
from licet.verifying import list_waiting, look
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo

FAMILY = PurposeId("family_tracing@1")
WISH = SeekWish("Nadia", "a sister", "at the office, Tuesdays")
PHOTO = photo("bert", shot=50)
DAY = timedelta(days=1)


@dataclass
class Tracing:
    """A case for somebody who looks for a brother, and the brother, who may be here."""

    world: World
    case: CaseId
    seeker: GrantId
    seeking: SubjectId
    brother: GrantId | None = None
    subject: SubjectId | None = None

    def search(self) -> SearchResult:
        """Let the organisation search, and the worker do its rounds."""
        choice = Choice(asking=self.seeker)
        who = self.world.who("investigator")
        found = search(self.world.app, who, self.case, FAMILY, PHOTO, choice)
        assert isinstance(found, SearchResult), found
        assert run_once(self.world.app).problems == ()
        return found

    def asked(self) -> list[OwnQuestion]:
        """Return who looks for the brother, as he reads it."""
        found = list_questions(self.world.app, SUBJECT, self.subject)
        assert not isinstance(found, Refusal), found
        return [one for one in found if one.asked == "found"]

    def say(self, said: Said, channel: str = "") -> None:
        """Let the brother answer."""
        (one,) = self.asked()
        assert answer(self.world.app, SUBJECT, one.id, said, channel) is None


def _case(world: World, here: bool) -> Tracing:
    seeker, seeking = world.enrolled("anna", purpose=FAMILY)
    evidence = frozenset({hashlib.sha256(PHOTO).hexdigest()})
    wish = CaseWish(world.organisation, FAMILY, "2026-17", evidence, 5)
    case = CaseId(str(open_case(world.app, world.who("investigator"), wish)))
    approve_case(world.app, world.who("approver"), case)
    assert isinstance(seek(world.app, SUBJECT, seeker, WISH), int)
    found = world.enrolled("bert" if here else "carl", purpose=FAMILY)
    return Tracing(world, case, seeker, seeking, *found)


def _here(world: World) -> Tracing:
    return replace(_case(world, here=True), world=None)  # type: ignore[arg-type]


def _away(world: World) -> Tracing:
    return replace(_case(world, here=False), world=None)  # type: ignore[arg-type]


BEGINS = {"tracing": _here, "away": _away}


@pytest.fixture
def tracing(world: World) -> Tracing:
    return replace(world.left, world=world)


@pytest.fixture
def away(world: World) -> Tracing:
    return replace(world.left, world=world)


def observed(tracing: Tracing, found: SearchResult) -> object:
    """Return all that a member, the seeker, and a reader of the ledger can make out."""
    app, who = tracing.world.app, tracing.world.who
    ids = {found.id: "search", tracing.case: "case", tracing.seeker: "seeker"}
    lines = list_searches(app, who("investigator"), tracing.case)
    shown = show_search(app, who("investigator"), found.id)
    waiting = list_waiting(app, who("verifier"))
    met = meet(app, who("verifier"), tracing.case)
    own = list_questions(app, SUBJECT, tracing.seeking)
    with app.store.read() as reader:
        leaves = [decode(one.data) for one in reader.leaves.get(found.leaf, reader.head.size)]
    entries = [
        (
            one.kind,
            [(role, ids.get(value, "")) for role, value in one.objects],
            [(name, value) for name, value in one.facts if name not in {"permit", "probe"}],
        )
        for one in leaves
    ]
    line = [(x.state, x.candidates, x.withdrawn, x.in_scope, x.threshold, x.fpir) for x in lines]
    seen = (shown.search.state, shown.search.candidates, shown.candidates)
    result = (found.state, found.candidates, found.threshold, found.in_scope, found.caveat)
    letters = [one.text for one in tracing.world.outbox.letters if one.to.startswith("anna")]
    questions = [replace(one, id=None, grant=GrantId("")) for one in own]
    return entries, line, seen, result, waiting, met, questions, len(letters)


@pytest.mark.parametrize("said", [None, Said.NO, Said.LATER])
def test_not_here_silence_no_and_not_now_look_alike(
    world: World, tmp_path_factory: pytest.TempPathFactory, said: Said | None
) -> None:
    """An abusive husband with a photo of his wife learns nothing, wherever he looks."""
    seen = []
    for here in (True, False):
        one = _case(world if here else _another(world, tmp_path_factory), here)
        found = one.search()
        if here and said is not None:
            one.say(said)
        else:  # the same number of looks at one's own page
            one.asked()
            if said is not None:
                one.asked()
        seen.append(observed(one, found))
    assert seen[0] == seen[1]


def _another(world: World, made: pytest.TempPathFactory) -> World:
    from tests.fakes.deployment import new_world

    home = made.mktemp("another")
    return new_world(home / "home", f"sqlite:///{home / 'other.db'}")


def test_what_is_kept_of_a_search_has_one_length(tracing: Tracing) -> None:
    who, choice = tracing.world.who("investigator"), Choice(asking=tracing.seeker)
    search(tracing.world.app, who, tracing.case, FAMILY, PHOTO, choice)
    with tracing.world.app.store.read() as reader:
        (kept,) = reader.questions.waiting()
    withdraw(tracing.world.app, SUBJECT, tracing.brother)
    search(tracing.world.app, who, tracing.case, FAMILY, PHOTO, choice)
    with tracing.world.app.store.read() as reader:
        lengths = {len(one.sealed) for one in reader.questions.waiting()}
    assert lengths == {len(kept.sealed)}


def test_both_agreed_two_verifiers_looked_and_they_meet(tracing: Tracing) -> None:
    world, app = tracing.world, tracing.world.app
    before = len(world.outbox.letters)
    found = tracing.search()
    (letter,) = world.outbox.letters[before:]
    assert letter.to == "bert@example.org"
    assert "family" not in letter.text.casefold()
    assert "Nadia" not in letter.text
    (one,) = tracing.asked()
    assert (one.told_as, one.relation, one.said) == ("Nadia", "a sister", Said.OPEN)
    assert one.channel == "", "how to reach who looks is not told before both agreed"
    tracing.say(Said.YES, "my neighbour, 030 1234")
    assert meet(app, world.who("verifier"), tracing.case) == ()
    ((waiting,),) = [one.candidates for one in list_waiting(app, world.who("verifier"))]
    assert look(app, world.who("verifier"), waiting).appearances == ()
    assert review(app, world.who("verifier"), waiting, Finding.SAME).lead is False
    assert review(app, world.who("second"), waiting, Finding.SAME).lead is True
    (both,) = meet(app, world.who("second"), tracing.case)
    assert (both.seeker_channel, both.found_channel) == (WISH.channel, "my neighbour, 030 1234")
    assert isinstance(meet(app, world.who("investigator"), tracing.case), Refusal)
    with pytest.raises(Conflict):
        answer(app, SUBJECT, one.id, Said.NO)
    withdraw(app, SUBJECT, tracing.brother)
    refused = meet(app, world.who("second"), tracing.case)
    assert isinstance(refused, Refusal) or refused == ()
    assert found.state is SearchState.NONE


def test_nobody_is_looked_for_without_the_seekers_own_word(tracing: Tracing) -> None:
    stop_seeking(tracing.world.app, SUBJECT, tracing.seeker)
    with pytest.raises(BadInput):
        tracing.search()
    with pytest.raises(BadInput):
        seek(tracing.world.app, SUBJECT, tracing.seeker, SeekWish("", "a sister", "x"))
    other, _ = tracing.world.granted("dora")
    with pytest.raises(BadInput):
        seek(tracing.world.app, SUBJECT, other, WISH)
    with pytest.raises(NotFound):
        seek(tracing.world.app, SUBJECT, GrantId("none"), WISH)
    refused = seek(tracing.world.app, tracing.world.who("steward"), tracing.seeker, WISH)
    assert isinstance(refused, Refusal), "nobody seeks in somebody's name"


@pytest.mark.parametrize("said", [Said.NO, Said.LATER, Said.OPEN])
def test_nobody_is_asked_again_and_again(tracing: Tracing, said: Said) -> None:
    world = tracing.world
    tracing.search()
    if said is not Said.OPEN:
        tracing.say(said)
    before = len(world.outbox.letters)
    world.clock.go(days=40)
    tracing.search()
    assert len(world.outbox.letters) == before
    assert [one.said for one in tracing.asked()] == ([] if said is Said.OPEN else [said])
    world.clock.go(days=181)
    tracing.search()
    again = [one.to for one in world.outbox.letters[before:]]
    assert again == ([] if said is Said.NO else ["bert@example.org"])


def test_a_question_vanishes_with_who_asks(tracing: Tracing) -> None:
    app = tracing.world.app
    tracing.search()
    (one,) = tracing.asked()
    for nobody in (Said.OPEN, Said.YES):
        with pytest.raises(BadInput):
            answer(app, SUBJECT, one.id, nobody)
    with pytest.raises(NotFound):
        answer(app, SUBJECT, QuestionId("none"), Said.NO)
    withdraw(app, SUBJECT, tracing.seeker)
    assert tracing.asked() == []
    with pytest.raises(NotFound):
        answer(app, SUBJECT, one.id, Said.NO)


def test_a_question_ends_with_its_month_and_its_case(tracing: Tracing) -> None:
    tracing.search()
    (one,) = tracing.asked()
    close_case(tracing.world.app, tracing.world.who("investigator"), tracing.case)
    assert tracing.asked() == []
    tracing.world.clock.go(days=31)
    with pytest.raises(NotFound):
        answer(tracing.world.app, SUBJECT, one.id, Said.YES, "here")


def test_no_place_is_told_even_then(tracing: Tracing) -> None:
    tracing.search()
    tracing.say(Said.YES, "here")
    world = tracing.world
    told = see_photos(world.app, world.who("investigator"), tracing.brother, tracing.case)
    assert isinstance(told, Refusal) or told.faces == ()


def test_who_is_not_here_is_asked_nothing(away: Tracing) -> None:
    away.search()
    assert away.asked() == []
    assert all("question" not in one.subject for one in away.world.outbox.letters)
