"""D2: who is inside a territory is said by residence, capture, source and enrolment.

An authority ordered for people on its territory, whatever their nationality or the company's
seat. Here what ties a person or a photo to a territory is read from all that is known of
them, and what is not known is inside.
"""

from licet.collect import collect
from licet.rights.ordering import Confirmed, Registered, confirm, register
from licet.rights.viewing import PersonReached, Why, preview_people
from licet.search import Choice, search
from licet.terms.collecting import Collected
from licet.terms.gallery import TemplateKind
from licet.terms.grant import SubjectState
from licet.terms.ids import GrantId, SubjectId, Territory
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from licet.terms.source import Source
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.ordering import an_order
from tests.fakes.vision import photo

FR, DE, US = Territory("FR"), Territory("DE"), Territory("US")


def _gallery(world: World, album: Source) -> dict[str, tuple[GrantId, SubjectId]]:
    """Enrol people whom different things tie to France, and two whom nothing does.

    Louise lives there; Walter was enrolled there; Sonja allowed a French source alone; where
    Uma lives nobody knows. Gerda lives in Germany and Amy in America.
    """
    ties: dict[str, dict[str, object]] = {
        "louise": {"residence": FR},
        "walter": {"residence": US, "territories": frozenset({FR})},
        "sonja": {"residence": DE, "source": album.id},
        "uma": {},
        "gerda": {"residence": DE},
        "amy": {"residence": US, "territories": frozenset({DE})},
    }
    return {name: world.enrolled(name, **parts) for name, parts in ties.items()}


def _found(world: World, name: str, case: str) -> tuple[TemplateKind, ...]:
    """Search with the photo that hangs in both albums; who is first on it is found by face."""
    names = ("amy", "gerda", "uma")
    probe = photo(*names, shot=7) if name in names else photo(name, shot=9)
    opened = world.case(probe, reference=case)
    face = Choice(face=names.index(name) + 1 if name in names else None)
    done = search(world.app, world.who("investigator"), opened, CLEARANCE, probe, face)
    assert isinstance(done, SearchResult), done
    return tuple(candidate.kind for candidate in done.candidates)


def test_an_order_for_france_reaches_who_and_what_is_tied_to_france(world: World) -> None:
    """A mixed gallery: who is inside is blocked and then erased, who is not is left alone."""
    group = photo("amy", "gerda", "uma", shot=7)
    french = world.source(world.folder("paris", quay=group), "paris", territory=FR)
    other = world.source(world.folder("hamburg", x=photo("x")), "hamburg", territory=DE)
    people = _gallery(world, french)
    steward = world.who("steward")
    assert isinstance(collect(world.app, steward, french.id), Collected)
    assert _found(world, "gerda", "before") == (TemplateKind.APPEARANCE,)

    wish = an_order()
    listed = preview_people(world.app, world.who("officer"), wish, "")
    assert not isinstance(listed, Refusal)
    assert set(listed) == {
        PersonReached(people["louise"][1], FR, Why.RESIDENCE),
        PersonReached(people["walter"][1], US, Why.GRANT),
        PersonReached(people["sonja"][1], DE, Why.SOURCE),
        PersonReached(people["uma"][1], None, Why.RESIDENCE_UNKNOWN),
    }
    done = register(world.app, steward, wish)
    assert isinstance(done, Registered)

    refused = collect(world.app, steward, french.id)
    assert isinstance(refused, Refusal)
    assert isinstance(collect(world.app, steward, other.id), Collected)
    for name in ("louise", "walter", "uma"):
        assert _found(world, name, name) == ()
    # What a French album showed of a German is set aside; her own reference is not.
    assert _found(world, "gerda", "after") == (TemplateKind.REFERENCE,)
    assert _found(world, "amy", "amy") == (TemplateKind.REFERENCE,)

    two = world.who("officer", "steward")
    assert isinstance(confirm(world.app, two, done.order), Confirmed)
    assert run_once(world.app).problems == ()
    with world.app.store.read() as reader:
        states = {name: reader.subjects.get(one) for name, (_, one) in people.items()}
    erased = {n for n, one in states.items() if one and one.state is SubjectState.ERASED}
    assert erased == {"louise", "walter", "sonja", "uma"}
