"""People who come by a link to an album, for tests."""

from starlette.testclient import TestClient

from licet.albums import open_link
from licet.collect import collect
from licet.effects.linking import token_of
from licet.terms.album import AlbumLink, LinkWish
from licet.terms.ids import PurposeId
from licet.terms.source import Source
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.web.own import word_of

FIND = PurposeId("find_my_photos@1")
YAW = {"ahead": 0.0, "left": 25.0, "right": -25.0}
YES = {
    "whose": "mine",
    "name": "Anna Example",
    "born": "1980-05-17",
    "relationship": "guest",
    "yes": "yes",
}


def party(world: World, **photos: bytes) -> Source:
    """Open a source of photos of one evening, collected."""
    taken = photos or {
        "a": photo("anna", "bob", shot=50),
        "b": photo("anna", shot=51),
        "c": photo("bob", shot=52),
    }
    source = world.source(world.folder("party", **taken), "Summer party")
    collect(world.app, world.who("steward"), source.id)
    return source


def link_to(world: World, source: Source, **parts: object) -> tuple[AlbumLink, str]:
    """Open a link to a source; returns it and where it leads."""
    about = {"closes": 7, "days": 30, "most": 50, "presence": False, **parts}
    wish = LinkWish(source=source.id, purpose=FIND, **about)
    link = open_link(world.app, world.who("steward"), wish)
    assert isinstance(link, AlbumLink), link
    return link, f"/album/{token_of(world.app, link.id)}"


def says_yes(here: TestClient, world: World, place: str, contact: str, **fields: str) -> str:
    """Come by a link, give the code back and say yes; returns where one is led."""
    asked = here.post(f"{place}/code", data={"contact": contact})
    assert asked.status_code == 303, asked.text
    back = here.post(f"{place}/code/back", data={"code": world.outbox.code()})
    assert back.headers["location"] == f"{place}/yes"
    done = here.post(f"{place}/yes", data={**YES, **fields, "csrf": word_of(here)})
    assert done.status_code == 303, done.text
    return done.headers["location"]


def before_camera(here: TestClient, place: str, who: str, begin: int = 0) -> dict:
    """Do what the camera asks, as somebody; returns the last answer."""
    word = {"x-csrf-token": word_of(here), "accept": "application/json"}
    told = here.post(f"{place}/camera", headers=word).json()
    for n in range(begin, begin + 20 if "asks" in told else begin):
        frame = photo(who, shot=1000 + n, yaw=YAW[told["asks"]])
        told = here.post(f"{place}/camera/frame", content=frame, headers=word).json()
        if told.get("to") or told.get("failed") or "title" in told:
            return told
    return told


def comes(here: TestClient, world: World, place: str, contact: str, who: str, **fields: str) -> str:
    """Come by a link to the end; returns the place of one's own photos."""
    assert says_yes(here, world, place, contact, **fields) == f"{place}/camera"
    told = before_camera(here, place, who)
    assert told["to"], told
    return str(told["to"])
