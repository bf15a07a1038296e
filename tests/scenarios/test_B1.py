"""B1: a person is searched by a photo, with the score, its meaning, source and time."""

import pytest

from licet.collect import collect
from licet.demo.stage import CLEARANCE, Stage, allowed
from licet.search import search
from licet.show import show
from licet.terms.errors import BadInput
from licet.terms.search import SearchState
from tests.scenarios.acts import be_enrolled, open_album


def test_a_candidate_comes_with_what_it_means(stage: Stage) -> None:
    """Enrolled from 2018, found in group photos of 2022, by a photo that is evidence."""
    grant, _ = be_enrolled(stage, "Jacinda Ardern", "ardern-2018")
    be_enrolled(stage, "Emmanuel Macron", "macron-2014")
    allowed(collect(stage.app, stage.who("steward"), open_album(stage)))
    probe = stage.photo("ardern-2022")
    case = stage.case(probe)
    found = allowed(search(stage.app, stage.who("investigator"), case, CLEARANCE, probe))
    assert found.state is SearchState.CANDIDATES
    assert (found.in_scope, found.fpir) == (2, 0.01)
    assert found.expected_innocent == pytest.approx(0.01, rel=0.2)
    (candidate,) = found.candidates
    assert (candidate.rank, candidate.grant) == (1, grant)
    assert candidate.score > found.threshold
    assert candidate.expected_innocent < found.expected_innocent
    assert {seen.address for seen in candidate.appearances} == {"gala.jpg", "stage.jpg"}
    assert all(seen.source_name == "gala-2025" for seen in candidate.appearances)
    assert all(seen.first_seen <= stage.app.clock() for seen in candidate.appearances)
    assert "not identifications" in found.caveat


def test_what_is_shown_covers_everybody_else(stage: Stage) -> None:
    """The picture compares with nobody but the data subject any more."""
    grant, _ = be_enrolled(stage, "Jacinda Ardern", "ardern-2018")
    allowed(collect(stage.app, stage.who("steward"), open_album(stage)))
    probe = stage.photo("ardern-2022")
    case = stage.case(probe)
    found = allowed(search(stage.app, stage.who("investigator"), case, CLEARANCE, probe))
    seen = next(s for s in found.candidates[0].appearances if s.address == "gala.jpg")
    shown = allowed(show(stage.app, stage.who("investigator"), seen.item, grant, case))
    assert (len(shown.visible), shown.covered) == (1, 5)
    vision = stage.app.vision
    strangers = [vision.inspect(stage.photo(n)) for n in ("obama", "collins", "hopper", "sunak")]
    left = vision.inspect(shown.picture, thorough=True)
    for stranger in strangers:
        own = stranger.faces[0].template
        assert all(own.compare(f.template) < vision.same_person_threshold() for f in left.faces)


def test_nobody_is_an_answer(stage: Stage) -> None:
    """A stranger's photo gives no candidate, and no probe is kept of it."""
    be_enrolled(stage, "Jacinda Ardern", "ardern-2018")
    probe = stage.photo("obama")
    case = stage.case(probe)
    found = allowed(search(stage.app, stage.who("investigator"), case, CLEARANCE, probe))
    assert (found.state, found.candidates) == (SearchState.NONE, ())
    with stage.app.store.read() as reader:
        kept = reader.searches.get(found.id)
    assert kept is not None
    assert kept.sealed_probe is None


def test_several_faces_ask_which(stage: Stage) -> None:
    """A probe photo of several people is not guessed at."""
    probe = stage.groups["panel.jpg"]
    case = stage.case(probe)
    with pytest.raises(BadInput, match="3 faces"):
        search(stage.app, stage.who("investigator"), case, CLEARANCE, probe)
