"""Which photos may be shown: by who agreed, in counts and days, and never by name."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from licet.appearances import confirm_appearance
from licet.clearance import (
    list_clearance,
    say_shown,
    show_clearance,
    write_clearance,
)
from licet.collect import collect
from licet.effects.beside import keep_true
from licet.governance import close_case, open_case
from licet.granting import withdraw
from licet.rights.erase import erase
from licet.sources.clearing import LIMITED, NONE, NOT_APPLICABLE
from licet.sourcing import cease_source
from licet.terms.acting import SUBJECT
from licet.terms.asked import ShownWish
from licet.terms.clearance import Clearance, ClearancePhoto, ClearanceWish
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.governing import CaseWish
from licet.terms.ids import CaseId, GrantId, ItemId, PurposeId, SubjectId
from licet.terms.permit import Refusal
from licet.terms.source import Control, Source
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.fakes.vision import photo

YES = ShownWish(True)
DAY = timedelta(days=1)


@dataclass
class Archive:
    """A source of four photos, two people who are enrolled, and an approved case."""

    world: World
    place: Path
    source: Source
    case: CaseId
    grants: dict[str, GrantId]
    subjects: dict[str, SubjectId]

    def photos(self, state: Clearance | None = None) -> dict[str, ClearancePhoto]:
        """Return what is listed, by the photo's name."""
        wish = ClearanceWish(self.case, self.source.id, state)
        found = list_clearance(self.world.app, self.world.who("steward"), wish)
        assert not isinstance(found, Refusal), found
        return {one.address.removesuffix(".jpg"): one for one in found.photos}

    def says(self, name: str) -> str:
        """Return the sentence about one photo."""
        return self.photos()[name].says

    def say(self, name: str, wish: ShownWish = YES) -> None:
        """Let a person say whether they may be shown."""
        done = say_shown(self.world.app, SUBJECT, self.grants[name], wish)
        assert isinstance(done, int), done

    def write(self) -> None:
        """Write beside the photos."""
        done = write_clearance(self.world.app, self.world.who("steward"), self.case, self.source.id)
        assert not isinstance(done, Refusal), done

    def beside(self, name: str) -> str:
        """Return what stands beside a photo, empty for nothing."""
        file = self.place / f"{name}.jpg.xmp"
        return file.read_text() if file.exists() else ""


def archive_of(world: World) -> Archive:
    place = world.folder(
        alone=photo("anna", shot=7),
        both=photo("anna", "bert", shot=8),
        crowd=photo("anna", "carl", shot=9),
        empty=photo(shot=10),
    )
    source = world.source(place)
    known = {name: world.enrolled(name) for name in ("anna", "bert")}
    collect(world.app, world.who("steward"), source.id)
    grants = {name: grant for name, (grant, _) in known.items()}
    subjects = {name: subject for name, (_, subject) in known.items()}
    with world.app.store.read() as reader:
        seen = [
            one.id
            for grant in grants.values()
            for one in reader.templates.of_grant(grant)
            if one.lapses_at is not None
        ]
    for one in seen:
        confirm_appearance(world.app, world.who("verifier"), one)
    return Archive(world, place, source, world.case(b"a photo"), grants, subjects)


@pytest.fixture
def archive(world: World) -> Archive:
    made = world.left
    return replace(made, world=world)


def _begun(world: World) -> Archive:
    made = archive_of(world)
    return replace(made, world=None)  # type: ignore[arg-type]


BEGINS = {"archive": _begun}


def test_a_photo_may_be_shown_once_everybody_in_it_agreed(archive: Archive) -> None:
    assert archive.says("alone") == "May not be shown: 1 of 1 face not cleared."
    assert archive.says("empty") == "No face was found in it."
    archive.say("anna")
    assert archive.says("alone").startswith("May be shown until 2027-03-02: everybody")
    assert archive.says("both") == "May not be shown: 1 of 2 faces not cleared."
    one = archive.photos()["both"]
    assert (one.faces, one.cleared, one.asked, one.unlooked) == (2, 1, 1, 0)
    crowd = archive.photos()["crowd"]
    assert (crowd.cleared, crowd.asked) == (1, 0), "a stranger is nobody known"
    archive.say("bert")
    assert archive.photos()["both"].state is Clearance.MAY
    assert archive.photos(Clearance.NOT).keys() == {"crowd"}


def test_the_narrowest_of_what_people_said_counts(archive: Archive) -> None:
    today = archive.world.clock().date()
    archive.say("anna", ShownWish(True, today + 3 * DAY, today + 9 * DAY, ("DE", "FR")))
    archive.say("bert", ShownWish(True, None, today + 5 * DAY, ("FR", "BE")))
    both = archive.photos()["both"]
    assert both.state is Clearance.EMBARGO
    assert both.territories == ("FR",)
    assert both.says == "May not be shown before 2026-03-05; then until 2026-03-07 in FR."
    archive.world.clock.go(days=3)
    assert archive.says("both").startswith("May be shown until 2026-03-07 in FR")
    archive.world.clock.go(days=3)
    assert archive.photos()["both"].cleared == 1, "what was said is over"
    archive.say("bert", ShownWish(True, None, None, ("BE",)))
    assert archive.says("both").startswith("May not be shown: there is no place")


def test_who_withdraws_says_no_or_is_restricted_is_not_cleared(archive: Archive) -> None:
    archive.say("anna")
    archive.say("anna", ShownWish(False, date(2026, 1, 1)))
    assert archive.photos()["alone"].cleared == 0
    archive.say("anna")
    withdraw(archive.world.app, SUBJECT, archive.grants["anna"])
    one = archive.photos()["alone"]
    assert (one.cleared, one.asked) == (0, 0), "as if they had never been here"
    refused = say_shown(archive.world.app, SUBJECT, archive.grants["anna"], YES)
    assert isinstance(refused, Refusal), refused


def test_nobody_is_counted_before_somebody_looked(world: World) -> None:
    source = world.source(world.folder(a=photo("anna", shot=7)))
    grant, _ = world.enrolled("anna")
    collect(world.app, world.who("steward"), source.id)
    say_shown(world.app, SUBJECT, grant, YES)
    wish = ClearanceWish(world.case(b"x"), source.id)
    found = list_clearance(world.app, world.who("steward"), wish)
    (one,) = found.photos
    assert (one.cleared, one.unlooked, one.state) == (0, 1, Clearance.NOT)


def test_it_is_read_in_an_approved_case_of_ones_own(archive: Archive) -> None:
    world, app = archive.world, archive.world.app
    wish = CaseWish(world.organisation, PurposeId("family_tracing@1"), "f/1", frozenset(), 1)
    family = open_case(app, world.who("investigator"), wish)
    asked = ClearanceWish(CaseId(family), archive.source.id)
    refused = list_clearance(app, world.who("steward"), asked)
    assert isinstance(refused, Refusal), refused
    mine = ClearanceWish(archive.case, archive.source.id)
    for name, reason in (("verifier", "wrong_role"), ("approver", "wrong_role")):
        refused = list_clearance(app, world.who(name), mine)
        assert refused.reason == reason
    close_case(app, world.who("investigator"), archive.case)
    refused = write_clearance(app, world.who("steward"), archive.case, archive.source.id)
    assert refused.reason == "case_closed"
    with pytest.raises(NotFound):
        show_clearance(
            app,
            world.who("steward"),
            world.case(b"y", reference="2"),
            archive.source.id,
            ItemId("x"),
        )


def test_a_person_says_what_can_be_meant(archive: Archive) -> None:
    app, anna = archive.world.app, archive.grants["anna"]
    for wrong in (
        ShownWish(True, date(2026, 5, 2), date(2026, 5, 1)),
        ShownWish(True, territories=("de",)),
        ShownWish(True, territories=("DE",) * 61),
    ):
        with pytest.raises(BadInput):
            say_shown(app, SUBJECT, anna, wrong)
    with pytest.raises(NotFound):
        say_shown(app, SUBJECT, GrantId("none"), YES)
    other, _ = archive.world.granted("dora", purpose=PurposeId("find_my_photos@1"))
    with pytest.raises(BadInput):
        say_shown(app, SUBJECT, other, YES)


# --- beside the photos ---


def test_it_is_written_beside_and_kept_true(archive: Archive) -> None:
    world = archive.world
    before = {one.name: one.read_bytes() for one in archive.place.iterdir()}
    archive.say("anna")
    archive.write()
    assert LIMITED in archive.beside("alone")
    assert NONE in archive.beside("both")
    assert NOT_APPLICABLE in archive.beside("empty")
    assert not any("anna" in archive.beside(one) for one in ("alone", "both"))
    assert {name: (archive.place / name).read_bytes() for name in before} == before
    assert archive.photos()["alone"].beside
    run_once(world.app)
    archive.say("bert")
    run_once(world.app)
    assert LIMITED in archive.beside("both")
    withdraw(world.app, SUBJECT, archive.grants["anna"])
    run_once(world.app)
    assert LIMITED not in archive.beside("alone") + archive.beside("both")
    assert archive.photos()["alone"].fewer_since == world.clock().date()


def test_an_end_by_the_calendar_is_written_too(archive: Archive) -> None:
    today = archive.world.clock().date()
    archive.say("anna", ShownWish(True, today + 2 * DAY, today + 3 * DAY))
    archive.write()
    assert NONE in archive.beside("alone")
    archive.world.clock.go(days=2)
    run_once(archive.world.app)
    assert LIMITED in archive.beside("alone")
    archive.world.clock.go(days=2)
    run_once(archive.world.app)
    assert NONE in archive.beside("alone")


def test_who_is_erased_is_not_called_cleared(archive: Archive) -> None:
    archive.say("anna")
    archive.write()
    erase(archive.world.app, SUBJECT, archive.subjects["anna"])
    run_once(archive.world.app)
    assert LIMITED not in archive.beside("alone")


def test_what_was_noted_and_not_written_is_written_by_the_worker(archive: Archive) -> None:
    class Killed(BaseException):
        """Somebody pulled the plug."""

    def kill(boundary: str) -> None:
        if boundary == "clearance.noted":
            raise Killed

    archive.say("anna")
    app = archive.world.reopen(kill)
    with pytest.raises(Killed):
        write_clearance(app, archive.world.who("steward"), archive.case, archive.source.id)
    app.close()
    assert archive.beside("alone") == ""
    run_once(archive.world.app)
    assert LIMITED in archive.beside("alone")


def test_somebody_elses_word_and_another_photo_are_left_alone(archive: Archive) -> None:
    world = archive.world
    theirs = archive.place / "alone.jpg.xmp"
    theirs.write_text(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" plus:ModelReleaseStatus="u"/></rdf:RDF>'
    )
    said = theirs.read_bytes()
    (archive.place / "empty.jpg.xmp").write_bytes(b"no xml")
    archive.say("anna")
    archive.say("bert")
    (archive.place / "both.jpg").write_bytes(photo("carl", shot=3))
    done = write_clearance(world.app, world.who("steward"), archive.case, archive.source.id)
    assert (done.done.theirs, done.done.unread) == (1, 2)
    assert theirs.read_bytes() == said
    assert LIMITED not in archive.beside("both")
    assert keep_true(world.app, archive.source.id).written == 0


def test_a_source_that_ceased_leaves_nothing_of_ours(archive: Archive) -> None:
    archive.say("anna")
    archive.write()
    cease_source(archive.world.app, archive.world.who("steward"), archive.source.id)
    done = run_once(archive.world.app)
    assert done.problems == ()
    assert [one.name for one in archive.place.glob("*.xmp")] == []


def test_what_cannot_be_written_is_said_each_round(archive: Archive) -> None:
    archive.say("anna")
    archive.write()
    withdraw(archive.world.app, SUBJECT, archive.grants["anna"])
    file = archive.place / "alone.jpg.xmp"
    file.unlink()
    file.symlink_to(archive.place / "alone.jpg")
    with pytest.raises(Conflict):
        keep_true(archive.world.app, archive.source.id)
    done = run_once(archive.world.app)
    assert any("beside photos" in one for one in done.problems)
    assert archive.beside("both"), "the others are written all the same"


def test_only_a_folder_of_ones_own_is_written_in(world: World) -> None:
    place = world.folder(a=photo(shot=1))
    source = world.source(place, control=Control.SIGNED_AGREEMENT, agreement="cd" * 32)
    with pytest.raises(BadInput):
        write_clearance(world.app, world.who("steward"), world.case(b"x"), source.id)
    assert list(place.glob("*.xmp")) == []
