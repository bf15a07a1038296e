"""A5: a crowd with one enrolled person leaves that person's template and nobody else's."""

import struct

from licet.collect import collect
from licet.demo.stage import Stage, allowed
from licet.effects.scanning import scan_for
from licet.terms.collecting import Collected
from licet.terms.face import ONE, Inspection, Template
from licet.terms.gallery import TemplateKind
from tests.fakes.deployment import World
from tests.fakes.vision import photo
from tests.scenarios.acts import be_enrolled, open_album

STRANGERS = 300


def test_one_template_at_rest_and_no_other_in_any_file(stage: Stage) -> None:
    """One person of six is enrolled; every file is read for the others' features."""
    grant, _ = be_enrolled(stage, "Jacinda Ardern", "ardern-2018")
    done = collect(stage.app, stage.who("steward"), open_album(stage))
    assert isinstance(done, Collected), done
    faces = _faces(stage)
    assert done.faces == len(faces) == 16
    with stage.app.store.read() as reader:
        kept = list(reader.templates.all())
        assert {template.grant for template in kept} == {grant}
        appearances = [t for t in kept if t.kind is TemplateKind.APPEARANCE]
        assert len(appearances) == done.appearances == 2
        assert reader.suggestions.count() == done.suggestions == 0
    scan = scan_for(stage.app, [form for face in faces for form in _forms(face)])
    assert scan.files > 20
    assert scan.places == ()


def test_the_scan_would_find_a_template_in_clear(stage: Stage) -> None:
    """The scan above can fail: one stray file with one face's features is found."""
    face = _faces(stage)[0]
    stray = stage.settings.home / "stray.bin"
    stray.write_bytes(b"x" * 100 + face.values + b"x")
    scan = scan_for(stage.app, list(_forms(face)))
    assert [place for place, _, _ in scan.places] == [str(stray.resolve())]


def test_nothing_is_kept_of_a_crowd_without_anybody_enrolled(stage: Stage) -> None:
    """Boxes alone, so that they can be covered."""
    done = allowed(collect(stage.app, stage.who("steward"), open_album(stage)))
    with stage.app.store.read() as reader:
        assert reader.templates.count() == reader.suggestions.count() == 0
        items = reader.items.of_source(_source(stage), None, 10)
        assert sum(len(reader.items.faces(item.id)) for item in items) == done.faces == 16


def test_the_rate_on_strangers_photos_is_measured(world: World) -> None:
    """About one stranger in a thousand may be kept; of 300 here at most three are."""
    world.enrolled("anna")
    names = {f"s{n}": photo(f"stranger {n}") for n in range(STRANGERS)}
    source = world.source(world.folder(**names))
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    assert done.faces == STRANGERS
    assert done.appearances <= 3
    with world.app.store.read() as reader:
        assert reader.templates.count() == 1 + done.appearances


def _source(stage: Stage):
    with stage.app.store.read() as reader:
        return reader.sources.all()[0].id


def _faces(stage: Stage) -> list[Template]:
    found = []
    for data in stage.groups.values():
        seen = stage.app.vision.inspect(data)
        assert isinstance(seen, Inspection), seen
        found.extend(face.template for face in seen.faces)
    return found


def _forms(face: Template) -> tuple[bytes, bytes]:
    """Return the features as they would stand in a file: integers, and floats cut to three."""
    floats = [value / ONE**0.5 for value in face.integers()[:3]]
    return face.values, struct.pack("<3f", *floats)
