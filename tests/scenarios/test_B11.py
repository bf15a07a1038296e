"""B11: an organisation sees an item a day after its hash entered the ledger, at every door.

The person sees it at once. Nobody is followed by what was just taken: neither by a search, a
picture, a list, a suggestion nor a confirmation; no jump of a clock makes the day shorter, and
a source that is brought as a feed is put on hold (AI Act 5(1)(h)).
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from licet.appearances import about_appearances, confirm_appearance, list_appearances
from licet.cli import signing
from licet.collect import collect
from licet.effects.listing import About
from licet.effects.packing import build_package
from licet.enrol import enrol
from licet.granting import ask_grant, confirm
from licet.listing import list_suggestions
from licet.search import Choice, search
from licet.show import Shown, show
from licet.suggesting import accept
from licet.terms.acting import Who
from licet.terms.collecting import Accepted, Collected
from licet.terms.errors import NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.granting import Asked, Enrolled
from licet.terms.ids import CaseId, GrantId, ItemId, SubjectId, SuggestionId, TemplateId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Action, By, Refusal, Register
from licet.terms.rectifying import Confirmed
from licet.terms.search import SearchResult
from licet.terms.source import SourceState
from tests.effects.packing import asked, unpack
from tests.fakes.deployment import CLEARANCE, START
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld, new_real_world

PROBE = photo("anna", shot=9)
DAY = timedelta(days=1)


@dataclass
class Seen:
    """A real deployment with one item in which Anna appears, and is suggested once more."""

    world: RealWorld
    case: CaseId
    grant: GrantId
    subject: SubjectId
    herself: Who
    item: ItemId
    template: TemplateId
    suggestion: SuggestionId

    def by(self, about: object, name: str) -> Who:
        return self.world.signed(about, name)  # type: ignore[arg-type]  # what is signed


def enrolled(world: RealWorld) -> tuple[GrantId, SubjectId, Who]:
    """Let Anna be asked, say yes and be enrolled; return her grant, and her with her receipt."""
    wish = world.wish("anna")
    sent = ask_grant(world.app, world.signed(signing.asking_grant(wish), "steward"), wish)
    assert isinstance(sent, Asked), sent
    said = confirm(world.app, sent.grant, world.outbox.code())
    assert not isinstance(said, Refusal)
    photos = tuple(photo("anna", shot=n) for n in range(3))
    who = world.signed(signing.enrolling(world.grant(sent.grant), photos, 1), "steward", "officer")
    done = enrol(world.app, who, sent.grant, photos, 1)
    assert isinstance(done, Enrolled), done
    return sent.grant, sent.subject, Who(By.SUBJECT, proof=said.receipt)


@pytest.fixture
def seen(tmp_path: Path, store_url: str) -> Iterator[Seen]:
    """Collect a photo of Anna an hour before it is looked at."""
    world = new_real_world(tmp_path / "home", store_url)
    grant, subject, herself = enrolled(world)
    case = world.case(PROBE)
    sure, unsure = photo("anna"), photo("anna", shot=5, noise=2.8)
    place = world.folder(a=sure, b=unsure)
    old = START.timestamp() - 86_400
    for one in ("a.jpg", "b.jpg"):
        os.utime(place / one, (old, old))
    done = world.collected(world.source(place))
    assert isinstance(done, Collected), done
    with world.app.store.read() as reader:
        (source,) = reader.sources.all()
        item = reader.items.find(source.id, hashlib.sha256(sure).hexdigest())
        (suggested,) = reader.suggestions.of_grant(grant)
        kept = reader.templates.of_grant(grant)
    assert item is not None
    (appearance,) = [one for one in kept if one.kind is TemplateKind.APPEARANCE]
    world.clock.go(hours=1)
    yield Seen(world, case, grant, subject, herself, item.id, appearance.id, suggested.id)
    world.app.close()


def _searched(seen: Seen) -> bool:
    choice = Choice(face=1)
    about = signing.searching(seen.world.matter(seen.case), CLEARANCE, PROBE, choice)
    who = seen.by(about, "investigator")
    found = search(seen.world.app, who, seen.case, CLEARANCE, PROBE, choice)
    assert isinstance(found, SearchResult), found
    (candidate,) = found.candidates
    return bool(candidate.appearances)


def _shown(seen: Seen) -> bool:
    world = seen.world
    about = signing.showing(world.grant(seen.grant), world.matter(seen.case), seen.item)
    who = seen.by(about, "investigator")
    try:
        return isinstance(show(world.app, who, seen.item, seen.grant, seen.case), Shown)
    except NotFound:
        return False


def _listed(seen: Seen) -> bool:
    who = seen.by(signing.listing(about_appearances()), "verifier")
    lines = list_appearances(seen.world.app, who)
    assert not isinstance(lines, Refusal), lines
    return bool(lines)


def _suggested(seen: Seen) -> bool:
    who = seen.by(signing.listing(About(Register.SUGGESTIONS)), "verifier")
    lines = list_suggestions(seen.world.app, who)
    assert not isinstance(lines, Refusal), lines
    return bool(lines)


def _accepted(seen: Seen) -> bool:
    about = signing.accepting(seen.world.grant(seen.grant), seen.suggestion)
    try:
        done = accept(seen.world.app, seen.by(about, "verifier"), seen.suggestion)
    except NotFound:
        return False
    return isinstance(done, Accepted)


def _confirmed(seen: Seen) -> bool:
    grant = seen.world.grant(seen.grant)
    about = signing.on_appearance(Action.CONFIRM_APPEARANCE, grant, seen.template)
    try:
        done = confirm_appearance(seen.world.app, seen.by(about, "verifier"), seen.template)
    except NotFound:
        return False
    return isinstance(done, Confirmed)


DOORS: tuple[Callable[[Seen], bool], ...] = (
    _searched,
    _shown,
    _listed,
    _suggested,
    _accepted,
    _confirmed,
)


def test_at_every_door_an_organisation_waits_a_day(seen: Seen) -> None:
    """Each door says nothing for the whole day, and all that it has to say after it."""
    assert [door.__name__ for door in DOORS if door(seen)] == []
    seen.world.clock.now = START + DAY - timedelta(minutes=2)
    assert [door.__name__ for door in DOORS[1:] if door(seen)] == []
    seen.world.clock.now = START + DAY + timedelta(hours=1)
    assert [door.__name__ for door in DOORS if not door(seen)] == []


def test_the_person_sees_it_at_once(seen: Seen) -> None:
    """Their own list, the picture and the package have it an hour after it was met."""
    app = seen.world.app
    lines = list_appearances(app, seen.herself, seen.subject)
    assert not isinstance(lines, Refusal), lines
    assert [one.id for one in lines] == [seen.template]
    assert isinstance(show(app, seen.herself, seen.item, seen.grant), Shown)
    plan = asked(app, seen.subject)
    build_package(app, plan)
    appearances = unpack(app, plan).data["appearances"]
    assert isinstance(appearances, list)
    assert len(appearances) == 1


@pytest.mark.parametrize("back", [timedelta(days=2), timedelta(days=300)])
def test_a_clock_that_was_set_back_makes_no_item_older(
    tmp_path: Path, store_url: str, back: timedelta
) -> None:
    """What is met under a clock that is set back counts from the ledger's last entry."""
    world = new_real_world(tmp_path / "home", store_url)
    world.enrolled("anna")
    place = world.folder(a=photo("anna"))
    os.utime(place / "a.jpg", (0, 0))
    source = world.source(place)
    world.clock.now -= back
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Refusal), "nobody's signature is from the past"
    with world.app.store.unit() as unit:
        assert unit.now >= START
        unit.record(Entry(EntryKind.BACKED_UP, unit.now))
    world.clock.now = START + timedelta(hours=1)
    assert isinstance(world.collected(source), Collected)
    with world.app.store.read() as reader:
        (item,) = reader.items.of_source(source.id, None, 10)
    assert item.first_seen >= START
    world.clock.now -= back
    with world.app.store.unit() as unit:
        assert unit.now >= item.first_seen
        unit.record(Entry(EntryKind.BACKED_UP, unit.now))
    world.app.close()


def test_a_frame_a_minute_for_an_hour_puts_the_source_on_hold(
    tmp_path: Path, store_url: str
) -> None:
    """Whoever collects every quarter of an hour is stopped in the second one, for good."""
    world = new_real_world(tmp_path / "home", store_url)
    world.enrolled("anna")
    source = world.source(world.folder())
    answers = []
    for quarter in range(4):
        for minute in range(15 * quarter, 15 * quarter + 15):
            file = (
                world.folder(**{f"f{minute:02}": photo("anna", shot=minute)}) / f"f{minute:02}.jpg"
            )
            made = (START + timedelta(minutes=minute)).timestamp()
            os.utime(file, (made, made))
        world.clock.now = START + timedelta(minutes=15 * quarter + 15)
        done = world.collected(source)
        answers.append(done.reason if isinstance(done, Refusal) else "collected")
    assert answers == ["collected", "stream_like", "source_on_hold", "source_on_hold"]
    with world.app.store.read() as reader:
        (held,) = reader.sources.all()
        assert held.state is SourceState.ON_HOLD
        assert reader.items.count(source.id) == 15
    world.app.close()
