"""Joining by a link, past every page: no code, no capture, no member, no grant."""

from hashlib import sha256

import pytest

from licet.albums import close_link, list_links, open_link, see_person, show_link
from licet.coming import ask_code, sign_in
from licet.effects.capturing import Capture
from licet.effects.linking import token_of
from licet.effects.record import record_machine
from licet.joining import YesWish, begin, join
from licet.terms.acting import Who
from licet.terms.album import AlbumLink, Begun, Joined, LinkWish
from licet.terms.basis import Relationship
from licet.terms.capturing import Pose
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.grant import Identity
from licet.terms.ids import LinkId, PurposeId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.permit import By, Refusal
from tests.fakes.deployment import World
from tests.fakes.vision import photo

FIND = PurposeId("find_my_photos@1")
ANNA = "anna@example.org"


def linked(world: World, **parts: object) -> AlbumLink:
    source = world.source(world.folder("party", a=photo("anna", shot=9)), "Summer party")
    about = {"closes": 7, "days": 30, "most": 50, "presence": False, **parts}
    link = open_link(world.app, world.who("steward"), LinkWish(source.id, FIND, **about))
    assert isinstance(link, AlbumLink), link
    return link


def came(world: World, contact: str = ANNA) -> Who:
    asking = ask_code(world.app, contact, "en")
    asking.send()
    done = sign_in(world.app, asking.word, world.outbox.code())
    assert done is not None
    return Who(By.SUBJECT, bearer=sha256(done.token.encode()).digest())


def yes(link: AlbumLink, contact: str = ANNA, **parts: object) -> YesWish:
    identity = Identity("Anna Example", contact, "1980-05-17", "de")
    return YesWish(link.id, identity, Relationship.GUEST, **parts)


def seen_by_camera(world: World, who: str) -> Capture:
    capture = Capture((Pose.AHEAD, Pose.LEFT, Pose.AHEAD))
    for n, yaw in enumerate((0.0, 25.0, 0.0)):
        capture.take(world.app, photo(who, shot=500 + n, yaw=yaw))
    assert capture.over
    return capture


def test_who_does_all_of_it_is_given_a_grant(world: World) -> None:
    link, who = linked(world), came(world)
    begun = begin(world.app, who, yes(link))
    assert isinstance(begun, Begun), begun
    assert "Sie haben über einen Link" in world.outbox.letters[-1].text
    with world.app.store.read() as reader:
        assert reader.subjects.get(begun.subject.id) is None
    joined = join(world.app, who, begun, seen_by_camera(world, "anna"), seen=False)
    assert isinstance(joined, Joined), joined
    with world.app.store.read() as reader:
        assert reader.links.get(link.id).joined == 1
        assert len(reader.templates.of_grant(joined.grant)) == 1


def test_a_capture_that_is_not_over_gives_nothing(world: World) -> None:
    link, who = linked(world), came(world)
    begun = begin(world.app, who, yes(link))
    with pytest.raises(BadInput):
        join(world.app, who, begun, Capture(), seen=True)
    half = Capture((Pose.AHEAD, Pose.LEFT))
    half.take(world.app, photo("anna"))
    with pytest.raises(BadInput):
        join(world.app, who, begun, half, seen=True)


def test_nobody_joins_on_another_address(world: World) -> None:
    link, who = linked(world), came(world)
    with pytest.raises(NotFound):
        begin(world.app, who, yes(link, "bob@example.org"))
    with pytest.raises(NotFound):
        begin(world.app, Who(By.SUBJECT), yes(link))
    begun = begin(world.app, who, yes(link))
    stranger = came(world, "mallory@example.org")
    with pytest.raises(NotFound):
        join(world.app, stranger, begun, seen_by_camera(world, "anna"), seen=True)


def test_a_link_that_asks_for_presence_gives_nothing_unseen(world: World) -> None:
    link, who = linked(world, presence=True), came(world)
    begun = begin(world.app, who, yes(link))
    refused = join(world.app, who, begun, seen_by_camera(world, "anna"), seen=False)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_seen"
    with world.app.store.read() as reader:
        assert list(reader.grants.kept()) == []
    assert isinstance(see_person(world.app, world.who("steward"), link.id), int)
    assert isinstance(join(world.app, who, begun, seen_by_camera(world, "anna"), seen=True), Joined)


def test_a_restored_deployment_has_no_open_link(world: World) -> None:
    link = linked(world)
    with world.app.store.unit() as unit:
        assert unit.links.close_all(unit.now) == 1
        record_machine(unit, EntryKind.RESTORED)
    shown = show_link(world.app, token_of(world.app, link.id), "fr")
    assert shown is not None
    assert not shown.open


def test_links_are_the_stewards(world: World) -> None:
    link = linked(world)
    for act in (close_link, see_person):
        refused = act(world.app, world.who("verifier"), link.id)
        assert isinstance(refused, Refusal)
        with pytest.raises(NotFound):
            act(world.app, world.who("steward"), LinkId("none"))
    wish = LinkWish(SourceId("none"), FIND, 7, 30, 50)
    with pytest.raises(NotFound):
        open_link(world.app, world.who("steward"), wish)
    (line,) = list_links(world.app, world.who("steward"))
    assert line.live
    assert not isinstance(close_link(world.app, world.who("steward"), link.id), Refusal)
    with pytest.raises(Conflict):
        close_link(world.app, world.who("steward"), link.id)
    assert show_link(world.app, "none", "en") is None
    nowhere = YesWish(LinkId("none"), yes(link).identity, Relationship.NONE)
    with pytest.raises(NotFound):
        begin(world.app, came(world), nowhere)
