"""A random sample of a source: who looks, how it is drawn, and what stops until then."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet import auditing
from licet.app import App
from licet.auditing import Sample, answer_audit, draw_sample, listed
from licet.cli import signing
from licet.collect import collect
from licet.consent import ceilings
from licet.consent.reasons import Reason
from licet.effects.drawing import Among, sample_of
from licet.effects.redoing import audit_again
from licet.effects.sealed import source_key
from licet.ledger import tree
from licet.ledger.leaf import decode
from licet.sourcing import add_source, cease_source
from licet.terms.collecting import Collected
from licet.terms.errors import Conflict, NotFound
from licet.terms.face import Unreadable
from licet.terms.governing import AuditSaid
from licet.terms.ids import SourceId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from licet.terms.source import AuditFinding, Source, SourceState
from licet.vault.seal import open_sealed
from tests.fakes.deployment import World
from tests.fakes.vision import photo, video


@pytest.fixture
def source(world: World) -> Iterator[Source]:
    """Give a source that was collected, and of which one item less may come than is there."""
    photos = {f"p{n}": photo(f"somebody{n}") for n in range(3)}
    opened = world.source(world.folder("album", **photos))
    done = collect(world.app, world.who("steward"), opened.id)
    assert isinstance(done, Collected)
    _met(world, opened.id, ceilings.UNAUDITED_ITEMS - 3)
    return opened


def _met(world: World, source: SourceId, more: int) -> None:
    with world.app.store.unit() as unit:
        unit.sources.note_collected(source, more)
        unit.record(Entry(EntryKind.COLLECTED, unit.now))
    world.app.publish()


def _state(world: World, source: Source) -> Source:
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
    assert found is not None
    return found


def _looked(world: World, source: Source, who: str) -> Sample:
    sample = draw_sample(world.app, world.who(who), source.id)
    assert isinstance(sample, Sample), sample
    return sample


def _said(world: World, source: Source, who: str, finding: AuditFinding) -> Source | Refusal:
    said = AuditSaid(_looked(world, source, who).audit.id, finding, "Anna's wedding, as stated")
    return answer_audit(world.app, world.who(who), source.id, said)


def _entries(world: World, kind: EntryKind) -> list[Entry]:
    with world.app.store.read() as reader:
        entries = [decode(leaf.data) for leaf in reader.leaves.iterate(0)]
    return [one for one in entries if one.kind is kind]


def test_ten_thousand_items_wait_for_a_look(world: World, source: Source) -> None:
    (Path(source.place) / "new.jpg").write_bytes(photo("anna"))
    refused = collect(world.app, world.who("steward"), source.id)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.article) == (Reason.SOURCE_NOT_AUDITED, "GDPR 5(2)")
    after = _said(world, source, "verifier", AuditFinding.OK)
    assert isinstance(after, Source)
    found = collect(world.app, world.who("steward"), source.id)
    assert isinstance(found, Collected)
    assert found.items == 1
    _met(world, source.id, ceilings.ITEMS_AN_AUDIT)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)


def test_what_is_wrong_holds_it_until_the_officer_looks(world: World, source: Source) -> None:
    held = _said(world, source, "verifier", AuditFinding.WRONG)
    assert isinstance(held, Source)
    assert held.state is SourceState.ON_HOLD
    assert _state(world, source).state is SourceState.ON_HOLD
    refused = collect(world.app, world.who("steward"), source.id)
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.SOURCE_ON_HOLD
    assert len(_entries(world, EntryKind.SOURCE_HELD)) == 1
    again = draw_sample(world.app, world.who("second"), source.id)
    assert isinstance(again, Refusal)
    assert again.reason == Reason.OFFICER_NEEDED
    opener = draw_sample(world.app, world.who("officer"), source.id)
    assert isinstance(opener, Refusal)
    assert opener.reason == Reason.OPENER_MAY_NOT_AUDIT


def test_the_officer_who_did_not_open_it_lets_it_go_on(world: World) -> None:
    wish = world.source_wish(world.folder("gala", a=photo("anna")), "gala")
    gala = add_source(world.app, world.who("steward", "second"), wish)
    assert isinstance(gala, Source)
    assert isinstance(collect(world.app, world.who("steward"), gala.id), Collected)
    assert isinstance(_said(world, gala, "verifier", AuditFinding.WRONG), Source)
    freed = _said(world, gala, "officer", AuditFinding.OK)
    assert isinstance(freed, Source)
    assert freed.state is _state(world, gala).state is SourceState.AUTHORISED
    assert isinstance(collect(world.app, world.who("steward"), gala.id), Collected)


@pytest.mark.parametrize("who", ["steward", "officer", "investigator"])
def test_who_opened_it_or_has_another_role_does_not_look(
    world: World, source: Source, who: str
) -> None:
    assert isinstance(draw_sample(world.app, world.who(who), source.id), Refusal)
    assert isinstance(_said_of_another(world, source, who), Refusal)


def _said_of_another(world: World, source: Source, who: str) -> Source | Refusal:
    said = AuditSaid(_looked(world, source, "verifier").audit.id, AuditFinding.OK, "")
    return answer_audit(world.app, world.who(who), source.id, said)


def test_only_who_looked_says_what_was_seen(world: World, source: Source) -> None:
    with pytest.raises(NotFound, match="you looked at"):
        _said_of_another(world, source, "second")
    assert isinstance(_said(world, source, "second", AuditFinding.OK), Source)
    with pytest.raises(NotFound):
        _said_twice(world, source)


def _said_twice(world: World, source: Source) -> None:
    with world.app.store.read() as reader:
        (done,) = reader.sources.audits(source.id)
    said = AuditSaid(done.id, AuditFinding.OK, "")
    answer_audit(world.app, world.who("second"), source.id, said)


def test_a_sample_is_drawn_by_the_root_and_not_anew(
    world: World, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the ledger draws it again; asking again brings no other one."""
    monkeypatch.setattr(ceilings, "AUDIT_SAMPLE", 2)
    first = _looked(world, source, "verifier")
    with world.app.store.read() as reader:
        hashes = [leaf.hash for leaf in reader.leaves.iterate(0)][: first.audit.size]
        items = [one.id for one in reader.items.of_source(source.id, None, 9)]
    frontier: tuple[bytes, ...] = ()
    for size, one in enumerate(hashes):
        frontier = tree.grow(frontier, size, one)
    root = tree.root(frontier, len(hashes))
    assert first.audit.root == root.hex()
    order = sorted(items, key=lambda one: hashlib.sha256(root + one.encode()).digest())
    assert [one.item for one in first.photos] == order[:2]
    again = _looked(world, source, "second")
    assert [one.item for one in again.photos] == order[:2]
    assert (again.audit.id, again.audit.root) == (first.audit.id, first.audit.root)
    last = decode_of(world, first.audit.size - 1)
    assert last.kind is EntryKind.SOURCE_SAMPLED
    assert last.actor is not None
    assert len(last.actor.nonce) == 16, "nobody knows the root before the entry is there"


def decode_of(world: World, index: int) -> Entry:
    with world.app.store.read() as reader:
        return decode(reader.leaves.get(index, index + 1)[0].data)


def test_everybody_is_covered_and_what_is_gone_is_told(world: World, source: Source) -> None:
    place = Path(source.place)
    (place / "p1.jpg").write_bytes(photo("another"))
    sample = _looked(world, source, "verifier")
    shown = [one for one in sample.photos if one.picture]
    assert len(sample.photos) == 3
    assert len(shown) == 2
    assert all(one.why_not for one in sample.photos if not one.picture)
    assert shown[0].picture != (place / "p2.jpg").read_bytes()


def test_of_a_video_frames_are_shown_with_everybody_covered(world: World) -> None:
    clip = video(("anna", 2000, 4000), ("bert", 3000, 9000))
    opened = world.source(world.folder("films", clip=clip, still=photo("anna")), "films")
    assert isinstance(collect(world.app, world.who("steward"), opened.id), Collected)
    sample = _looked(world, opened, "verifier")
    assert sample.seen
    assert len(sample.items) == 2
    frames = {one.at: json.loads(one.picture) for one in sample.photos if one.at is not None}
    assert {0, 2000, 3000} <= set(frames), "the beginning, and who is seen first and last"
    assert [len(frames[at]["covered"]) for at in (0, 2000, 3000)] == [0, 1, 2]


def test_what_nobody_could_see_is_not_found_in_order(world: World, source: Source) -> None:
    for name in ("p0", "p1"):
        (Path(source.place) / f"{name}.jpg").unlink()
    sample = _looked(world, source, "verifier")
    assert not sample.seen
    assert dict(_entries(world, EntryKind.SOURCE_SAMPLED)[-1].facts)["shown"] == 1
    ok, wrong = (
        AuditSaid(sample.audit.id, one, "") for one in (AuditFinding.OK, AuditFinding.WRONG)
    )
    with pytest.raises(NotFound, match="you looked at"):
        answer_audit(world.app, world.who("verifier"), source.id, ok)
    held = answer_audit(world.app, world.who("verifier"), source.id, wrong)
    assert isinstance(held, Source)
    assert held.state is SourceState.ON_HOLD


def test_the_note_lies_sealed_and_in_no_entry(world: World, source: Source) -> None:
    assert isinstance(_said(world, source, "verifier", AuditFinding.OK), Source)
    with world.app.store.read() as reader:
        (audit,) = reader.sources.audits(source.id)
        leaves = b"".join(leaf.data for leaf in reader.leaves.iterate(0))
    assert b"wedding" not in leaves + audit.note
    key = world.app.keyring.get(source_key(source.id))
    assert open_sealed(key, audit.note, f"audit:{audit.id}") == b"Anna's wedding, as stated"


def test_a_restored_store_knows_what_was_found_since(world: World, source: Source) -> None:
    assert isinstance(_said(world, source, "verifier", AuditFinding.WRONG), Source)
    (entry,) = _entries(world, EntryKind.SOURCE_AUDITED)
    bare = world.source(world.folder("bare"), "bare")
    objects = (("audit", "later"), ("source", bare.id))
    with world.app.store.unit() as unit:
        audit_again(unit, entry, 0)
        audit_again(unit, replace(entry, objects=objects), 0)
        gone = (("audit", "later"), ("source", "gone"))
        audit_again(unit, replace(entry, objects=gone), 0)
        (known,) = unit.sources.audits(source.id)
        (later,) = unit.sources.audits(bare.id)
        assert unit.sources.get(bare.id) == replace(bare, collected=ceilings.UNAUDITED_ITEMS)
        unit.record(Entry(EntryKind.RESTORED, unit.now))
    assert (known.finding, known.member) == (AuditFinding.WRONG, None)
    assert later.collected == ceilings.UNAUDITED_ITEMS


def test_nothing_is_drawn_that_may_not_be_seen_yet(world: World, source: Source) -> None:
    """Outside a sandbox nobody sees an item on its first day, by a sample neither."""
    real = replace(world.app, deployment=replace(world.app.deployment, sandbox=False))
    with pytest.raises(Conflict, match="may be seen yet"):
        draw_sample(real, world.who("verifier"), source.id)
    world.clock.now += timedelta(days=1)
    sample = draw_sample(real, world.who("verifier"), source.id)
    assert isinstance(sample, Sample)
    assert len(sample.photos) == 3
    with world.app.store.read() as reader:
        young = sample_of(reader, sample.audit, world.clock.now - timedelta(days=2))
    assert young == ()


def test_what_ceases_meanwhile_is_looked_at_no_further(world: World, source: Source) -> None:
    """Fifty photos take a while, and a source that ceased is not read for the next one."""
    read: list[int] = []

    def tell(done: int, _total: int) -> None:
        read.append(done)
        cease_source(world.app, world.who("steward"), source.id)

    refused = draw_sample(world.app, world.who("verifier"), source.id, tell)
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.SOURCE_CEASED
    assert read == [1]


def test_without_a_live_authority_no_photo_is_read(world: World, source: Source) -> None:
    world.clock.now += timedelta(days=400)
    assert isinstance(draw_sample(world.app, world.who("verifier"), source.id), Refusal)
    cease_source(world.app, world.who("steward"), source.id)
    assert isinstance(draw_sample(world.app, world.who("verifier"), source.id), Refusal)
    with pytest.raises(NotFound):
        draw_sample(world.app, world.who("verifier"), SourceId("none"))


def test_a_member_signs_for_this_very_finding(world: World, source: Source) -> None:
    sample = _looked(world, source, "verifier")
    yes = signing.answering_audit(source, AuditSaid(sample.audit.id, AuditFinding.OK, ""))
    no = signing.answering_audit(source, AuditSaid(sample.audit.id, AuditFinding.WRONG, ""))
    assert yes.digest != no.digest
    assert yes.object == source.id


def test_a_photo_the_detector_cannot_read_is_told_in_the_sample(
    world: World, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    bent = Unreadable("it is bent", "Use another.")
    monkeypatch.setattr(world.vision, "faces", lambda _photo: bent)
    sample = _looked(world, source, "verifier")
    assert {(one.picture, one.why_not) for one in sample.photos} == {(b"", "it is bent")}


def test_an_outsider_draws_the_sample_again(world: World, source: Source) -> None:
    """From the list, of which the digest stood in the ledger before the root was known."""
    assert isinstance(_said(world, source, "verifier", AuditFinding.OK), Source)
    (asked, *_again) = _entries(world, EntryKind.SOURCE_SAMPLED)
    (found,) = _entries(world, EntryKind.SOURCE_AUDITED)
    with world.app.store.read() as reader:
        (audit,) = reader.sources.audits(source.id)
    items = listed(world.app, audit)
    said, signed = dict(asked.facts), dict(found.facts)
    assert said["items"] == hashlib.sha256(items).hexdigest()
    assert said["among"] == len(items.splitlines()) == 3
    root = bytes.fromhex(str(signed["root"]))
    order = sorted(items.split(), key=lambda one: hashlib.sha256(root + one).digest())
    drawn = b"".join(one + b"\n" for one in order[: ceilings.AUDIT_SAMPLE])
    assert signed["sample"] == hashlib.sha256(drawn).hexdigest()


def test_what_was_forgotten_meanwhile_is_not_listed(
    world: World, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever came between listing and drawing: the entry holds the list that is drawn from."""
    first = auditing._among

    def late(app: App, asked: SourceId) -> Among:
        found = first(app, asked)
        with world.app.store.unit() as unit:
            gone = unit.items.of_source(source.id, None, 1)
            unit.items.forget([gone[0].id])
            unit.record(Entry(EntryKind.ITEMS_FORGOTTEN, unit.now))
        return found

    monkeypatch.setattr(auditing, "_among", late)
    sample = _looked(world, source, "verifier")
    (asked,) = _entries(world, EntryKind.SOURCE_SAMPLED)
    items = listed(world.app, sample.audit)
    assert dict(asked.facts)["items"] == hashlib.sha256(items).hexdigest()
