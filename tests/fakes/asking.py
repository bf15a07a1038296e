"""People who ask about themselves, for tests: their letters, codes, photos, and what is found."""

from licet.app import App
from licet.effects.newcomers import own_photo
from licet.rights.intake import prove, receive
from licet.rights.looking import accept_photo, attach_photo
from licet.terms.acting import Who
from licet.terms.gallery import TemplateKind
from licet.terms.ids import RequestId
from licet.terms.looking import Attached
from licet.terms.rights import Decided, Proved, Received, Request, RequestWish, RightKind
from tests.fakes.deployment import World


def writes(world: World, contact: str, name: str = "", **parts: object) -> RequestId:
    """Let somebody's letter come in, filed by the steward."""
    wish = RequestWish(RightKind.ACCESS, contact, name=name, photo_follows=True)
    wish = RequestWish(**{**{f: getattr(wish, f) for f in wish.__slots__}, **parts})
    done = receive(world.app, world.who("steward"), wish)
    assert isinstance(done, Received), done
    return done.request


def proves(world: World, request: RequestId) -> None:
    """Give back the code of the last letter."""
    done = prove(world.app, request, world.outbox.code())
    assert isinstance(done, Proved), done


def attaches(world: World, request: RequestId, *photos: bytes, who: Who | None = None) -> Attached:
    """Let the steward file photos with a request."""
    done = attach_photo(world.app, who or world.who("steward"), request, photos)
    assert isinstance(done, Attached), done
    return done


def accepts(world: World, request: RequestId, *photos: bytes) -> Decided:
    """Let the officer look at the photos and accept them."""
    done = accept_photo(world.app, world.who("officer"), request, photos, "we met on the quay")
    assert isinstance(done, Decided), done
    return done


def asks(world: World, contact: str, *photos: bytes, name: str = "") -> RequestId:
    """Let somebody write, prove their contact, send photos, and be accepted."""
    request = writes(world, contact, name)
    proves(world, request)
    attaches(world, request, *photos)
    accepts(world, request, *photos)
    return request


def stored(app: App, request: RequestId) -> Request:
    """Return a request as it is stored."""
    with app.store.read() as reader:
        found = reader.requests.get(request)
    assert found is not None
    return found


def found_for(app: App, request: RequestId) -> tuple[int, int]:
    """Return how many appearances and suggestions are kept for a request."""
    with app.store.read() as reader:
        grant = stored(app, request).grant
        assert grant is not None
        kept = reader.templates.of_grant(grant)
        seen = sum(t.kind is TemplateKind.APPEARANCE for t in kept)
        return seen, len(reader.suggestions.of_grant(grant))


def is_aside(app: App, request: RequestId) -> bool:
    """Say whether a request's photo was put aside: only who holds the keys can."""
    with app.store.read() as reader:
        photo = own_photo(app, reader, reader.requests.get(request))
    assert photo is not None
    return bool(photo.payload.aside)
