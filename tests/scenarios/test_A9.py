"""A9: without a bystander condition not one face is compared, and not one photo is read."""

from licet.collect import collect
from licet.ledger.leaf import decode
from licet.sourcing import add_source
from licet.terms.ids import SourceId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from tests.fakes.deployment import World
from tests.fakes.vision import photo


def test_no_condition_no_source_no_comparison(world: World) -> None:
    """The source is refused with its article, in the ledger, before anything is looked at."""
    world.enrolled("anna")
    looked_at = world.vision.inspected
    place = world.folder(a=photo("anna", "bystander"))
    wish = world.source_wish(place, bystander_condition=None, bystander_evidence="")
    answer = add_source(world.app, world.who("steward", "officer"), wish)
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.article) == ("no_bystander_condition", "GDPR 9(1)")
    assert world.vision.inspected == looked_at
    with world.app.store.read() as reader:
        assert reader.sources.all() == ()
        last = decode(reader.leaves.get(reader.head.size - 1, reader.head.size)[0].data)
    assert last.kind is EntryKind.REFUSED
    assert dict(last.facts)["reason"] == "no_bystander_condition"


def test_a_condition_without_its_evidence_is_none(world: World) -> None:
    """Saying the word is not enough: the evidence behind it is named."""
    place = world.folder(a=photo("bystander"))
    wish = world.source_wish(place, bystander_evidence="  ")
    answer = add_source(world.app, world.who("steward", "officer"), wish)
    assert isinstance(answer, Refusal)
    assert answer.reason == "no_bystander_condition"


def test_a_source_that_is_not_there_is_not_collected(world: World) -> None:
    """Nothing is collected but what was opened."""
    source = world.source(world.folder(a=photo("x")))
    before = world.vision.inspected
    world.clock.go(days=400)
    answer = collect(world.app, world.who("steward"), source.id)
    assert isinstance(answer, Refusal), SourceId(new_id())
    assert world.vision.inspected == before
