"""A10: a source that was opened for one purpose refuses every act for an incompatible one.

A club's album is opened for its club. Anna agreed that an archive clears rights: nothing of
the album is compared with her for that, whoever asks, and the archive's search shows nothing
of it. The same photo in a folder that was made for the archive shows that each no is the
purpose's and nothing else's.
"""

from licet.backfill import backfill
from licet.collect import collect
from licet.ledger.leaf import decode
from licet.search import search
from licet.sourcing import add_source
from licet.terms.collecting import Collected
from licet.terms.permit import Refusal
from licet.terms.search import Found, SearchResult
from licet.terms.source import Origin, Source
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

PROBE = photo("anna", shot=9)
CLUB = Origin("the club's members", "told at the door", frozenset({"club_album"}))
ARCHIVE = Origin("our photographer", "posters at the door", frozenset({"archive"}))


def opened(world: World, name: str, origin: Origin) -> Source:
    """Open a folder with one photo of Anna in it."""
    place = world.folder(name, a=photo("anna", shot=4))
    return world.source(place, name, origin=origin)


def found(world: World) -> Found:
    """Let an investigator search a case for the archive's purpose: Anna is the candidate."""
    case = world.case(PROBE)
    done = search(world.app, world.who("investigator"), case, CLEARANCE, PROBE)
    assert isinstance(done, SearchResult), done
    (candidate,) = done.candidates
    return candidate


def test_collecting_compares_with_nobody_of_another_purpose(world: World) -> None:
    """Her photo is an item, and the search for the archive shows nothing of the album."""
    world.enrolled("anna")
    done = collect(world.app, world.who("steward"), opened(world, "club", CLUB).id)
    assert isinstance(done, Collected), done
    assert (done.items, done.faces, done.appearances, done.suggestions) == (1, 1, 0, 0)
    assert found(world).appearances == ()


def test_the_same_photo_of_a_compatible_source_is_found(world: World) -> None:
    """The test above can fail: the purpose is all that is between her and the album."""
    world.enrolled("anna")
    done = collect(world.app, world.who("steward"), opened(world, "archive", ARCHIVE).id)
    assert isinstance(done, Collected), done
    assert done.appearances == 1
    (seen,) = found(world).appearances
    assert seen.source_name == "archive"


def test_looking_again_for_one_person_is_refused_with_its_article(world: World) -> None:
    """Who enrols later is not looked for there, and the ledger says why."""
    club = opened(world, "club", CLUB)
    collect(world.app, world.who("steward"), club.id)
    grant, _ = world.enrolled("anna")
    before = world.vision.inspected
    answer = backfill(world.app, grant, club.id)
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.article) == ("incompatible_purpose", "GDPR 5(1)(b)")
    assert world.vision.inspected == before
    with world.app.store.read() as reader:
        last = decode(reader.leaves.get(reader.head.size - 1, reader.head.size)[0].data)
    assert dict(last.facts) == {"action": "backfill", "reason": "incompatible_purpose"}
    again = backfill(world.app, grant, opened(world, "archive", ARCHIVE).id)
    assert isinstance(again, Collected), again


def test_a_source_made_for_nothing_that_is_known_is_not_opened(world: World) -> None:
    """A purpose that no purpose of the list is compatible with opens no source."""
    for made_for in ("door_camera", "house_rules", "any"):
        place = world.folder(made_for, a=photo("anna"))
        origin = Origin("somebody", "a sign", frozenset({made_for}))
        wish = world.source_wish(place, made_for, origin=origin)
        answer = add_source(world.app, world.who("steward", "officer"), wish)
        assert isinstance(answer, Refusal), made_for
        assert answer.reason == "unknown_origin_purpose"
    with world.app.store.read() as reader:
        assert reader.sources.all() == ()
