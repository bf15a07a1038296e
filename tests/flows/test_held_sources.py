"""Letting a source on hold go on: two people, a written reason, and no cause left."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest

from licet.auditing import Sample, answer_audit, draw_sample
from licet.collect import collect
from licet.consent.reasons import Reason
from licet.effects.reporting.register import sections
from licet.ledger.leaf import decode
from licet.recovery import back_up, restore
from licet.sourcing import add_source, release_source
from licet.terms.collecting import Collected
from licet.terms.errors import NotFound
from licet.terms.governing import AuditSaid
from licet.terms.ids import BlockId, SourceId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Block, Refusal
from licet.terms.source import AuditFinding, Source, SourceKind, SourceState
from licet.terms.uploading import Handed
from licet.uploading import upload
from tests.fakes.deployment import START, World, settings_of
from tests.fakes.vision import photo

WHY = hashlib.sha256(b"The clock of the copying machine was wrong.").hexdigest()
MINUTE = timedelta(minutes=1)


def entries(world: World, kind: EntryKind) -> list[Entry]:
    with world.app.store.read() as reader:
        found = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
    return [one for one in found if one.kind is kind]


def state(world: World, source: Source) -> SourceState:
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
    assert found is not None
    return found.state


def released(world: World, source: Source, *who: str) -> SourceState | str:
    """Release with these members; return the state it is in, or why not."""
    done = release_source(world.app, world.who(*(who or ("officer", "verifier"))), source.id, WHY)
    return done.reason if isinstance(done, Refusal) else done.state


def frames(world: World) -> Path:
    """Write what a camera writes in forty minutes."""
    place = world.folder(**{f"f{n:02}": photo("x", shot=n) for n in range(40)})
    for n in range(40):
        made = (START + MINUTE * n).timestamp()
        os.utime(place / f"f{n:02}.jpg", (made, made))
    return place


@pytest.fixture
def fed(world: World) -> Source:
    """Give a source that the steward and the only officer opened, on hold as a feed."""
    source = world.source(frames(world))
    world.clock.now = START + MINUTE * 40
    refused = collect(world.app, world.who("steward"), source.id)
    assert isinstance(refused, Refusal)
    assert state(world, source) is SourceState.ON_HOLD
    return source


def test_a_feed_stays_on_hold_until_nothing_arrives_as_one(world: World, fed: Source) -> None:
    assert released(world, fed) == Reason.STREAM_LIKE
    world.clock.go(hours=1)
    assert released(world, fed) == Reason.STREAM_LIKE
    assert state(world, fed) is SourceState.ON_HOLD
    world.clock.go(hours=1)
    assert released(world, fed) is state(world, fed) is SourceState.AUTHORISED
    (entry,) = entries(world, EntryKind.SOURCE_RELEASED)
    assert entry.objects == (("source", fed.id),)
    assert dict(entry.facts)["reason"] == WHY
    done = collect(world.app, world.who("steward"), fed.id)
    assert isinstance(done, Collected)
    with world.app.store.read() as reader:
        assert reader.items.count(fed.id) == 40


def test_the_register_tells_of_the_hold_and_of_its_end(world: World, fed: Source) -> None:
    world.clock.go(days=1)
    released(world, fed)
    with world.app.store.read() as reader:
        told = dict(sections(world.app, reader)[-1].rows)
    assert told["Put on hold"] == "2026-03-02: photos arrived as from a camera"
    assert told["Hold ended"] == (
        f"2026-03-03: by the officer and a member who did not open it; their reason is {WHY}"
    )


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (("officer",), Reason.TWO_SIGNERS_NEEDED),
        (("officer", "officer"), Reason.TWO_SIGNERS_NEEDED),
        (("officer", "steward"), Reason.OPENER_MAY_NOT_RELEASE),
        (("steward", "verifier"), Reason.WRONG_ROLE),
        (("verifier", "officer"), Reason.WRONG_ROLE),
    ],
)
def test_nobody_else_releases_it(
    world: World, fed: Source, who: tuple[str, ...], reason: Reason
) -> None:
    world.clock.go(days=1)
    assert released(world, fed, *who) == reason
    assert state(world, fed) is SourceState.ON_HOLD


def test_what_is_not_on_hold_or_lapsed_is_not_released(world: World, fed: Source) -> None:
    world.clock.go(days=31)
    assert released(world, fed) == Reason.PROOF_TOO_OLD
    with world.app.store.unit() as unit:
        unit.sources.set_state(fed.id, SourceState.AUTHORISED)
        unit.record(Entry(EntryKind.SOURCE_AUTHORISED, unit.now))
    assert released(world, fed) == Reason.SOURCE_NOT_ON_HOLD
    with pytest.raises(NotFound):
        release_source(world.app, world.who("officer", "verifier"), SourceId("none"), WHY)


def test_a_reason_is_a_paper(world: World, fed: Source) -> None:
    world.clock.go(days=1)
    who = world.who("officer", "verifier")
    done = release_source(world.app, who, fed.id, "we looked")
    assert isinstance(done, Refusal)
    assert done.reason == Reason.EVIDENCE_NOT_A_DIGEST


def test_files_that_bear_a_mark_still_keep_it_on_hold(world: World) -> None:
    place = world.folder(**{f"p{n}": photo(f"s{n}") for n in range(5)})
    source = world.source(place)
    (place / "IMG-20260301-WA0007.jpg").write_bytes(photo("x"))
    assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)
    assert state(world, source) is SourceState.ON_HOLD
    assert released(world, source) == Reason.PLATFORM_ITEMS
    (place / "IMG-20260301-WA0007.jpg").unlink()
    assert released(world, source) is SourceState.AUTHORISED


def test_a_mark_within_a_file_counts_by_its_trace(world: World) -> None:
    """A file whose name says nothing was left out for what stands in it."""
    place = world.folder(**{f"p{n}": photo(f"s{n}") for n in range(5)})
    source = world.source(place)
    marked = photo("x") + b"FBMD01000a9f"
    (place / "plain.jpg").write_bytes(marked)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)
    assert released(world, source) == Reason.PLATFORM_ITEMS
    (place / "plain.jpg").unlink()
    assert released(world, source) is SourceState.AUTHORISED


def test_what_was_found_wrong_is_looked_at_before_more_comes(world: World) -> None:
    place = world.folder(a=photo("anna"))
    source = world.source(place)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)
    for finding in (AuditFinding.WRONG, AuditFinding.OK):
        sample = draw_sample(world.app, world.who("verifier"), source.id)
        assert isinstance(sample, Sample), sample
        said = AuditSaid(sample.audit.id, finding, "")
        answer_audit(world.app, world.who("verifier"), source.id, said)
        if finding is AuditFinding.WRONG:
            assert released(world, source, "officer", "second") is SourceState.AUTHORISED
            refused = collect(world.app, world.who("steward"), source.id)
            assert isinstance(refused, Refusal)
            assert refused.reason == Reason.SOURCE_NOT_AUDITED
    assert isinstance(collect(world.app, world.who("steward"), source.id), Collected)


def test_a_block_that_comes_while_the_place_is_looked_at_wins(world: World, fed: Source) -> None:
    world.clock.go(days=1)

    def block(name: str) -> None:
        if name == "release.looked":
            with world.app.store.unit() as unit:
                unit.blocks.add(BlockId(new_id()), Block(source=fed.id), "asked", unit.now)
                unit.record(Entry(EntryKind.BLOCK_PLACED, unit.now))

    app = world.reopen(block)
    done = release_source(app, world.who("officer", "verifier"), fed.id, WHY)
    app.close()
    assert isinstance(done, Refusal)
    assert done.reason == Reason.BLOCKED
    assert state(world, fed) is SourceState.ON_HOLD


def test_a_restore_leaves_it_on_hold(world: World, fed: Source, fresh_url: str) -> None:
    """What was allowed since a backup is allowed again by people, not by a restore."""
    world.clock.go(days=1)
    back_up(world.app, file := world.home.parent / "backup.licet")
    assert released(world, fed) is SourceState.AUTHORISED
    world.app.close()
    restore(settings_of(world.home, fresh_url), file, world.clock)
    world.url = fresh_url
    world.app = world.reopen()
    assert state(world, fed) is SourceState.ON_HOLD


def test_another_officer_may_still_look(world: World) -> None:
    """The officer who did not open it ends the hold by a look; that is told too."""
    wish = world.source_wish(world.folder("gala", a=photo("anna")), "gala")
    gala = add_source(world.app, world.who("steward", "second"), wish)
    assert isinstance(gala, Source)
    collect(world.app, world.who("steward"), gala.id)
    for who, finding in (("verifier", AuditFinding.WRONG), ("officer", AuditFinding.OK)):
        sample = draw_sample(world.app, world.who(who), gala.id)
        assert isinstance(sample, Sample)
        answer_audit(world.app, world.who(who), gala.id, AuditSaid(sample.audit.id, finding, ""))
    with world.app.store.read() as reader:
        told = dict(sections(world.app, reader)[-1].rows)
    assert told["Put on hold"].endswith("a sample of it was not what it should be")
    assert told["Hold ended"].endswith("the officer looked at a sample and found it in order")


def _handed(world: World, source: Source, shot: int) -> str:
    """Hand a picture in as a camera does; return why it was not kept, or nothing."""
    handed = Handed(f"{shot}.jpg", photo("x", shot=shot))
    done = upload(world.app, world.who("steward"), source.id, handed)
    return done.reason if isinstance(done, Refusal) else ""


def _shots(world: World, source: Source, first: int, number: int) -> list[str]:
    told = []
    for shot in range(first, first + number):
        world.clock.go(minutes=5)
        told.append(_handed(world, source, shot))
    return told


def test_what_is_handed_in_as_a_feed_stays_on_hold_while_it_goes_on(world: World) -> None:
    """Nothing lies at the place to be listed: when it came is what shows that it does."""
    source = world.source(Path("upload:"), "handed in", kind=SourceKind.UPLOAD, retention_days=9)
    told = _shots(world, source, 0, 7)
    assert told == ["", "", "", "", "", Reason.STREAM_LIKE, Reason.SOURCE_ON_HOLD]
    assert released(world, source) == Reason.STREAM_LIKE
    world.clock.go(minutes=115)  # what came first is fresh no more
    assert set(_shots(world, source, 7, 6)) == {Reason.SOURCE_ON_HOLD}
    assert released(world, source) == Reason.STREAM_LIKE, "the camera was never stopped"
    world.clock.go(hours=2)
    assert released(world, source) is SourceState.AUTHORISED
    assert _shots(world, source, 20, 6) == ["", "", "", "", "", Reason.STREAM_LIKE]
