"""A sample of which much is gone keeps no source for ever, and is not found in order unseen."""

import hashlib
from pathlib import Path

import pytest

from licet.auditing import Sample, answer_audit, draw_sample
from licet.collect import collect
from licet.consent import ceilings
from licet.ledger.leaf import decode
from licet.sourcing import add_source
from licet.terms.collecting import Collected
from licet.terms.errors import Conflict, NotFound
from licet.terms.governing import AuditSaid
from licet.terms.ids import ItemId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.source import AuditFinding, Source
from tests.fakes.deployment import World
from tests.fakes.vision import photo

PHOTOS = 10


@pytest.fixture
def source(world: World, monkeypatch: pytest.MonkeyPatch) -> Source:
    """Give a source that waits for a look, and whose officer did not open it."""
    monkeypatch.setattr(ceilings, "AUDIT_SAMPLE", 2)
    photos = {f"p{n}": photo(f"somebody{n}") for n in range(PHOTOS)}
    wish = world.source_wish(world.folder("album", **photos))
    opened = add_source(world.app, world.who("steward", "verifier"), wish)
    assert isinstance(opened, Source), opened
    assert isinstance(collect(world.app, world.who("steward"), opened.id), Collected)
    with world.app.store.unit() as unit:
        unit.sources.note_collected(opened.id, ceilings.UNAUDITED_ITEMS - PHOTOS)
        unit.record(Entry(EntryKind.COLLECTED, unit.now))
    world.app.publish()
    return opened


def look(world: World, source: Source, who: str) -> Sample:
    sample = draw_sample(world.app, world.who(who), source.id)
    assert isinstance(sample, Sample), sample
    return sample


def find(world: World, source: Source, who: str, sample: Sample) -> Source | Refusal:
    said = AuditSaid(sample.audit.id, AuditFinding.OK, "as stated")
    return answer_audit(world.app, world.who(who), source.id, said)


def gone(source: Source, items: tuple[ItemId, ...], world: World) -> None:
    """Take the files of items away from where they lie."""
    with world.app.store.read() as reader:
        wanted = {
            one.sha256 for one in reader.items.of_source(source.id, None, 99) if one.id in items
        }
    for file in Path(source.place).iterdir():
        if hashlib.sha256(file.read_bytes()).hexdigest() in wanted:
            file.unlink()


def asked(world: World) -> list[dict[str, object]]:
    with world.app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
    return [dict(one.facts) for one in entries if one.kind is EntryKind.SOURCE_SAMPLED]


def test_where_the_sample_is_gone_the_officer_looks_at_more_of_it(
    world: World, source: Source
) -> None:
    """In the order drawn, so nobody chose them; and whoever else looks still finds nothing ok."""
    drawn = look(world, source, "second")
    gone(source, drawn.items, world)
    unseen = look(world, source, "second")
    assert (unseen.seen, unseen.more) == (False, ())
    with pytest.raises(NotFound):
        find(world, source, "second", unseen)
    made_up = look(world, source, "officer")
    assert made_up.seen
    assert (made_up.items, len(made_up.more), made_up.shown) == (drawn.items, 1, 1)
    assert asked(world)[-1]["looked"] == 3
    with pytest.raises(NotFound):
        find(world, source, "second", made_up)
    assert isinstance(find(world, source, "officer", made_up), Source)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)


def test_where_nothing_can_be_shown_the_officer_finds_nothing_in_order(
    world: World, source: Source
) -> None:
    for file in Path(source.place).iterdir():
        file.unlink()
    sample = look(world, source, "officer")
    assert (sample.seen, sample.shown, len(sample.more)) == (False, 0, 6)
    with pytest.raises(NotFound):
        find(world, source, "officer", sample)


def test_the_officer_who_saw_all_that_is_left_says_what_it_is(world: World, source: Source) -> None:
    with world.app.store.read() as reader:
        every = tuple(one.id for one in reader.items.of_source(source.id, None, 99))
    gone(source, every[1:], world)
    with world.app.store.unit() as unit:
        unit.items.forget(every[4:])
        unit.record(Entry(EntryKind.ITEMS_FORGOTTEN, unit.now))
    sample = look(world, source, "officer")
    assert sample.shown == 1
    assert isinstance(find(world, source, "officer", sample), Source)


def test_a_sample_that_was_forgotten_is_drawn_anew(world: World, source: Source) -> None:
    """Its term was over before anybody answered: nobody finds in order what is not there."""
    drawn = look(world, source, "second")
    with world.app.store.read() as reader:
        every = [one.id for one in reader.items.of_source(source.id, None, 99)]
    with world.app.store.unit() as unit:
        unit.items.forget(every)
        unit.record(Entry(EntryKind.ITEMS_FORGOTTEN, unit.now))
    with pytest.raises(Conflict, match="too few photos"):
        draw_sample(world.app, world.who("second"), source.id)
    again = photo("another")
    (Path(source.place) / "new.jpg").write_bytes(again)
    with world.app.store.unit() as unit:
        unit.sources.note_collected(source.id, -PHOTOS)
        unit.record(Entry(EntryKind.COLLECTED, unit.now))
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    anew = look(world, source, "second")
    assert anew.audit.id == drawn.audit.id
    assert anew.audit.root != drawn.audit.root
    assert not set(anew.items) & set(drawn.items)
    assert anew.shown == len(anew.items)
    assert isinstance(find(world, source, "second", anew), Source)
