"""C10: a photo of somebody else opens no file and tells nothing.

The attacks one by one, with real keys, are in tests/redteam/test_own_photo.py. Here the real
models look at real people: one asks about herself and is answered; one asks with the photo
of an enrolled person, is believed by everybody, and gets an answer that is empty.
"""

from email import message_from_bytes
from email.policy import default

import pytest

from licet.app import App
from licet.collect import collect
from licet.demo.stage import GROUPS, Stage, allowed
from licet.effects.finishing import OUTSIDE
from licet.effects.packing import build_package
from licet.effects.plans import Found
from licet.rights.intake import prove, receive
from licet.rights.looking import accept_photo, attach_photo
from licet.terms.errors import Conflict
from licet.terms.granting import FailureToEnrol
from licet.terms.ids import RequestId
from licet.terms.looking import Attached
from licet.terms.plan import EffectKind, Plan, PlanKind
from licet.terms.rights import Proved, RequestState, RequestWish, RightKind
from licet.worker import run_once
from tests.effects.packing import Unpacked, unpack
from tests.fakes.asking import asks, stored
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.scenarios.acts import be_enrolled, open_album

ASKED, NOW = "macron-2014", "macron-2025"
ENROLLED = "ardern-2018"


def _writes(stage: Stage, contact: str) -> RequestId:
    wish = RequestWish(RightKind.ACCESS, contact, photo_follows=True)
    request = allowed(receive(stage.app, stage.who("steward"), wish)).request
    assert isinstance(prove(stage.app, request, stage.code()), Proved)
    return request


def _asks(stage: Stage, contact: str, sent: str) -> RequestId:
    """Let somebody write, prove their contact, send a photo and be believed."""
    request, photos = _writes(stage, contact), (stage.photo(sent),)
    attached = attach_photo(stage.app, stage.who("steward"), request, photos)
    assert isinstance(attached, Attached), attached
    allowed(accept_photo(stage.app, stage.who("officer"), request, photos, "seen at the desk"))
    return request


def _answer(app: App, request: RequestId) -> Unpacked:
    """Let the worker answer, and return what the person would unpack."""
    held: list[Unpacked] = []

    def build(app: App, plan: Plan) -> Found | None:
        found = build_package(app, plan)
        held.append(unpack(app, plan))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OUTSIDE[PlanKind.ANSWER], EffectKind.BUILD_PACKAGE, build)
        assert run_once(app).problems == ()
    assert stored(app, request).state is RequestState.DELIVERED
    return held[0]


def _letters(stage: Stage) -> list[tuple[str, str]]:
    outbox = stage.settings.place(stage.settings.outbox)
    read = [message_from_bytes(f.read_bytes(), policy=default) for f in outbox.glob("*.eml")]
    return [(str(one["To"]), str(one["Subject"])) for one in read]


def test_who_is_not_enrolled_is_told_where_they_are(stage: Stage) -> None:
    """Both group photos that show him, nobody else's face, and nothing of him is left."""
    collect(stage.app, stage.who("steward"), open_album(stage))
    request = _asks(stage, "him@sandbox.invalid", ASKED)
    told = _answer(stage.app, request)
    (source,) = told.data["looked"]
    assert source["read"] == "whole"
    assert (source["items"], source["unreadable"]) == (len(stage.groups), 0)
    found = {item["addresses"][0] for item in told.data["items"] if item["addresses"]}
    assert found == {name for name, people in GROUPS if NOW in people}
    with stage.app.store.read() as reader:
        assert list(reader.templates.all()) == []
        assert reader.suggestions.count() == 0


def test_an_enrolled_persons_photo_opens_nothing(stage: Stage) -> None:
    """She is in two of the photos; who sent hers is told of none, and she is told of it."""
    be_enrolled(stage, "Jacinda Ardern", ENROLLED)
    collect(stage.app, stage.who("steward"), open_album(stage))
    request = _asks(stage, "mallory@sandbox.invalid", ENROLLED)
    told = _answer(stage.app, request)
    assert told.data["appearances"] == told.data["suggestions"] == told.data["items"] == []
    near = [to for to, subject in _letters(stage) if "resembles you" in subject]
    assert near == ["ardern@sandbox.invalid"]


def test_the_answer_has_one_shape(world: World) -> None:
    """For an enrolled person's photo and for one of somebody in no photo: alike, part by part."""
    world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna"), b=photo("bob")))
    collect(world.app, world.who("steward"), source.id)
    shapes = []
    for name in ("anna", "nobody"):
        request = asks(world, f"x{name}@example.org", photo(name, shot=8))
        told = _answer(world.app, request)
        shapes.append(
            (
                sorted(told.files),
                [(one["store"], one["count"]) for one in told.data["manifest"]],
                {name: len(part) for name, part in told.data.items() if isinstance(part, list)},
                [{k: v for k, v in one.items() if k != "at"} for one in told.data["looked"]],
            )
        )
        world.clock.go(days=1)
    assert shapes[0] == shapes[1]


def test_a_photo_of_a_crowd_is_nobodys_photo(stage: Stage) -> None:
    """A clear no, and nothing is kept."""
    request = _writes(stage, "somebody@sandbox.invalid")
    group = next(iter(stage.groups.values()))
    done = attach_photo(stage.app, stage.who("steward"), request, (group,))
    assert isinstance(done, FailureToEnrol), done
    assert "faces were found" in done.reasons[0][1]
    assert stored(stage.app, request).grant is None


def test_who_filed_the_photo_does_not_accept_it(stage: Stage) -> None:
    """One member alone opens nobody's file."""
    request, photos = _writes(stage, "own.mailbox@sandbox.invalid"), (stage.photo(ENROLLED),)
    attach_photo(stage.app, stage.who("steward"), request, photos)
    with pytest.raises(Conflict):
        accept_photo(stage.app, stage.who("steward"), request, photos, "it is me")
