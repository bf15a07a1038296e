"""A photo that reserves itself is left out with the reason, and nothing of it is kept."""

import json

from licet.collect import collect
from licet.terms.collecting import Collected
from tests.fakes.deployment import World
from tests.fakes.vision import START, photo


def _photo(who: str, note: str) -> bytes:
    return START + json.dumps({"faces": [{"who": who, "noise": 0.1}], "note": note}).encode()


def test_a_photo_that_reserves_itself_is_left_out_with_its_words(world: World) -> None:
    grant, _ = world.enrolled("Anna")
    place = world.folder(
        a=photo("Anna", shot=7),
        b=_photo("Anna", "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"),
        c=_photo("Anna", "http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"),
    )
    source = world.source(place)
    before = world.app.vision.inspected  # type: ignore[attr-defined]
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected)
    assert (done.items, done.unreadable_count) == (2, 1)
    [(address, why)] = done.unreadable
    assert address.startswith("b")
    assert why == "left out: it reserves itself (DMI-PROHIBITED-AIMLTRAINING)"
    assert world.app.vision.inspected == before + 2  # type: ignore[attr-defined]
    with world.app.store.read() as reader:
        assert len(reader.templates.of_grant(grant)) == 3
        assert reader.items.count(source.id) == 2
