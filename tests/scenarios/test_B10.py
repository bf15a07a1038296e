"""B10: scripted mass enrolment of scraped portraits yields nothing."""

import os
from hashlib import sha256

import pytest

from licet.albums import open_link
from licet.coming import ask_code, sign_in
from licet.effects.capturing import Capture
from licet.enrol import enrol
from licet.granting import ask_grant, confirm
from licet.joining import YesWish, begin, join
from licet.terms.acting import Who
from licet.terms.album import AlbumLink, Begun, LinkWish
from licet.terms.basis import Relationship
from licet.terms.capturing import Pose
from licet.terms.errors import BadInput, Conflict
from licet.terms.grant import Identity
from licet.terms.granting import Asked, WrongCode
from licet.terms.ids import PurposeId
from licet.terms.permit import By, Refusal
from tests.fakes.deployment import World
from tests.fakes.vision import photo

SOAKING = os.environ.get("LICET_SOAK") == "1"
PORTRAITS = {"sqlite": 1000 if SOAKING else 150, "postgresql": 50}
"""The thousand in ``make scenarios`` and ``make soak``; each of them is decided alike."""


def test_a_thousand_scripted_grants_make_nobody_findable(world: World) -> None:
    """Members can ask; only the person can make a grant live, with a code sent to them."""
    before = world.vision.inspected
    portraits = PORTRAITS[world.url.partition(":")[0].partition("+")[0]]
    refused = 0
    for n in range(portraits):
        name = f"portrait{n}"
        asked = ask_grant(world.app, world.who("steward"), world.wish(name))
        assert isinstance(asked, Asked), asked
        two = (photo(name), photo(name, shot=1))
        guessed = confirm(world.app, asked.grant, "AAAAAAAAAA")
        assert isinstance(guessed, WrongCode)
        answer = enrol(world.app, world.who("steward", "officer"), asked.grant, two, 1)
        assert isinstance(answer, Refusal)
        assert answer.reason == "grant_pending"
        refused += 1
    assert refused == portraits
    assert world.vision.inspected == before
    with world.app.store.read() as reader:
        assert reader.templates.count() == 0
        assert reader.subjects.count_enrolled() == 0


def test_one_mailbox_stands_for_one_adult(world: World) -> None:
    """A script that reads one mailbox of its own confirms one adult there and no more."""
    wish = world.wish("one")
    identity = wish.identity
    assert identity is not None
    world.granted("one")
    second = world.wish("two")
    from dataclasses import replace

    shared = replace(second, identity=replace(second.identity, contact=identity.contact))
    answer = ask_grant(world.app, world.who("steward"), shared)
    assert isinstance(answer, Refusal)
    assert answer.reason == "contact_taken"


def test_scripted_guests_of_a_link_make_nobody_findable(world: World) -> None:
    """With mailboxes of their own and portraits: a picture that is held up does not turn.

    And where a member sees who comes, not even pictures that turn make a grant.
    """
    source = world.source(world.folder("party", a=photo("x", shot=1)), "Summer party")
    wish = LinkWish(source.id, PurposeId("find_my_photos@1"), 7, 30, 500)
    link = open_link(world.app, world.who("steward"), wish)
    assert isinstance(link, AlbumLink), link
    portraits = PORTRAITS[world.url.partition(":")[0].partition("+")[0]] // 5
    for n in range(portraits):
        contact = f"guest{n}@example.org"
        asking = ask_code(world.app, contact, "en")
        asking.send()
        session = sign_in(world.app, asking.word, world.outbox.code())
        assert session is not None
        who = Who(By.SUBJECT, bearer=sha256(session.token.encode()).digest())
        identity = Identity(f"guest {n}", contact, "1980-05-17")
        begun = begin(world.app, who, YesWish(link.id, identity, Relationship.GUEST))
        assert isinstance(begun, Begun), begun
        still = Capture()
        for shot in range(4):
            still.take(world.app, photo(f"portrait{n}", shot=shot))
        with pytest.raises(BadInput):
            join(world.app, who, begun, still, seen=False)
        bent = Capture((Pose.AHEAD, Pose.LEFT))
        for shot, yaw in enumerate((0.0, 25.0)):
            bent.take(world.app, photo(f"portrait{n}", shot=shot, yaw=yaw))
        refused = join(world.app, who, begun, bent, seen=False)
        assert isinstance(refused, Refusal)
        assert refused.reason == "not_seen"
    with world.app.store.read() as reader:
        assert reader.templates.count() == 0
        assert list(reader.grants.kept()) == []
        assert reader.subjects.count_enrolled() == 0


def test_codes_cannot_be_tried_out(world: World) -> None:
    """Five wrong codes, and the right one does not help any more."""
    asked = ask_grant(world.app, world.who("steward"), world.wish("anna"))
    assert isinstance(asked, Asked)
    for left in (4, 3, 2, 1, 0):
        assert confirm(world.app, asked.grant, "AAAAAAAAAA") == WrongCode(left)
    try:
        confirm(world.app, asked.grant, world.outbox.code())
    except Conflict as over:
        assert "too often" in str(over)  # noqa: PT017 - the class is asserted too
    else:
        raise AssertionError("a code was taken after five wrong ones")


def test_photos_of_somebody_else_do_not_enrol(world: World) -> None:
    """Scraped portraits beside a witnessed photo of the script's author are left out."""
    grant, _ = world.granted("author")
    scraped = tuple(photo("victim", shot=n) for n in range(3))
    done = enrol(world.app, world.who("steward", "officer"), grant, (photo("author"), *scraped), 1)
    with world.app.store.read() as reader:
        assert reader.templates.of_grant(grant) == ()
    assert not hasattr(done, "leaf")
