"""What is handed in: who may, what is not kept, what is, and how all of it ends."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet import uploading
from licet.backfill import backfill
from licet.collect import collect
from licet.doctor import examine
from licet.effects.scanning import scan_for
from licet.effects.sealed import copy_key
from licet.effects.shelving import end_copies, sweep_copies
from licet.effects.sourcing import open_source
from licet.rights.erase import erase
from licet.show import Shown, show
from licet.sourcing import add_source, cease_source
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.errors import BadInput, Busy, NotFound
from licet.terms.ids import CopyId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from licet.terms.source import Control, ItemPolicy, Source, SourceKind, SourceState
from licet.terms.uploading import Handed, KeptNot, NotKept, Uploaded
from licet.uploading import upload
from licet.worker import run_once
from tests.fakes.deployment import World, settings_of
from tests.fakes.vision import NOTES, photo, video

AGREED = "cd" * 32
SECRET = b"48.8583 N, 2.2945 E, by Jacinda"


def shelf(world: World, name: str = "handed in", **parts: object) -> Source:
    """Open a source for uploads."""
    wish = {"kind": SourceKind.UPLOAD, "retention_days": 30, **parts}
    return world.source(Path("upload:"), name, **wish)


def hand_in(world: World, source: Source, name: str = "party.jpg", content: bytes = b"") -> object:
    content = content or photo("ada", scene=name)
    return upload(world.app, world.who("steward"), source.id, Handed(name, content))


def kept(world: World, source: Source, name: str = "party.jpg", content: bytes = b"") -> Uploaded:
    done = hand_in(world, source, name, content)
    assert isinstance(done, Uploaded), done
    return done


def files(world: World) -> list[Path]:
    return sorted(one for one in (world.home / "copies").rglob("*") if one.is_file())


def entries(world: World) -> list[EntryKind]:
    from licet.ledger.leaf import decode

    with world.app.store.read() as reader:
        return [decode(leaf.data).kind for leaf in reader.leaves.iterate(0)]


def collected(world: World, source: Source) -> Collected:
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    return done


def test_what_is_handed_in_is_collected_found_and_shown(world: World) -> None:
    grant, _ = world.enrolled("ada")
    source = shelf(world)
    done = kept(world, source, content=photo("ada", "ben") + NOTES + SECRET)
    assert not done.known
    found = collected(world, source)
    assert (found.items, found.appearances, found.unreadable_count) == (1, 1, 0)
    with world.app.store.read() as reader:
        [item] = reader.items.of_source(source.id, None, 10)
    shown = show(world.app, SUBJECT, item.id, grant)
    assert isinstance(shown, Shown)
    assert collected(world, source).items == 0


def test_nothing_of_it_lies_in_clear_and_no_metadata_anywhere(world: World) -> None:
    source = shelf(world)
    content = photo("ada")
    kept(world, source, "Jacinda at the lake.jpg", content + NOTES + SECRET)
    scan = scan_for(world.app, [SECRET, b"Jacinda at the lake", content[20:60]])
    assert scan.places == ()
    [file] = files(world)
    assert file.parent.name == source.id
    place = open_source(world.app, source)
    assert [place.read(one) for one in place.walk()] == [content]


def test_the_same_bytes_twice_are_one_copy(world: World) -> None:
    source = shelf(world)
    first = kept(world, source)
    again = kept(world, source, "another name.jpg", photo("ada", scene="party.jpg"))
    assert (again.copy, again.known) == (first.copy, True)
    other = kept(world, source, "same.jpg", photo("ada", scene="party.jpg") + NOTES + b"later")
    assert (other.copy, other.known) == (first.copy, True)
    assert len(files(world)) == 1
    with world.app.store.read() as reader:
        assert reader.copies.count() == 1
    assert world.app.keyring.absent([copy_key(first.copy)]) == frozenset()
    mine = [key for key in world.app.keyring.ids() if key.startswith("copy:")]
    assert mine == [copy_key(first.copy)]


def test_a_copy_that_is_ending_is_nobodys_copy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who hands the same in meanwhile, with other notes, is not told that it is kept."""
    source = shelf(world)
    first = kept(world, source)
    with world.app.store.unit() as unit:
        end_copies(unit, unit.copies.oldest(source.id, 1))
    noted = photo("ada", scene="party.jpg") + NOTES + b"later"
    with monkeypatch.context() as slow:
        slow.setattr(uploading, "destroy_copies", lambda _app: 0)
        with pytest.raises(Busy):
            hand_in(world, source, content=noted)
    assert [one.name for one in files(world)] == [first.copy]
    again = kept(world, source, content=noted)
    assert not again.known
    assert [one.name for one in files(world)] == [again.copy]


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("notes.txt", b"no photo at all", KeptNot.UNREADABLE),
        ("empty.jpg", b"", KeptNot.UNREADABLE),
        ("broken.jpg", b"\xff\xd8\xff\xe0 and nothing", KeptNot.UNREADABLE),
        ("IMG-20240101-WA0001.jpg", photo("ada"), KeptNot.MARKER),
        ("passport.jpg", photo("ada"), KeptNot.MARKER),
        ("fb.jpg", photo("ada") + NOTES + b"FBMD01000", KeptNot.MARKER),
        ("mine.jpg", photo("ada") + b"DMI-PROHIBITED-AIMLTRAINING", KeptNot.RESERVED),
    ],
)
def test_what_may_not_be_kept_is_not(
    world: World, name: str, content: bytes, rule: KeptNot
) -> None:
    source = shelf(world)
    handed = Handed(name, io.BytesIO(content))
    done = upload(world.app, world.who("steward"), source.id, handed)
    assert isinstance(done, NotKept), done
    assert done.rule is rule
    assert done.reason
    assert done.remedy
    assert files(world) == []
    assert not [key for key in world.app.keyring.ids() if key.startswith("copy:")]
    assert entries(world)[-1] is EntryKind.COPY_NOT_KEPT
    with world.app.store.read() as reader:
        assert reader.copies.count() == 0


def test_large_files_are_not_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    source = shelf(world)
    for what, most in ((photo("ada"), "MOST_BYTES"), (video(("ada", 0, 900)), "MOST_VIDEO_BYTES")):
        monkeypatch.setattr(f"licet.effects.taking.{most}", 20)
        done = hand_in(world, source, content=what)
        assert isinstance(done, NotKept)
        assert done.rule is KeptNot.TOO_LARGE
    assert files(world) == []


def test_what_can_be_read_only_once_is_not_handed_in(world: World) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    source = shelf(world)
    with pytest.raises(BadInput, match="only once"):
        upload(world.app, world.who("steward"), source.id, Handed("a.jpg", Pipe(photo("ada"))))
    with pytest.raises(NotFound):
        upload(world.app, world.who("steward"), SourceId("none"), Handed("a.jpg", photo("ada")))


def test_nobody_hands_in_who_may_not(world: World) -> None:
    source = shelf(world)
    for name in ("investigator", "officer", "verifier"):
        done = upload(world.app, world.who(name), source.id, Handed("a.jpg", photo("ada")))
        assert isinstance(done, Refusal)
        assert done.reason == "wrong_role"
    asked = upload(world.app, SUBJECT, source.id, Handed("a.jpg", photo("ada")))
    assert isinstance(asked, Refusal)
    folder = world.source(world.folder(a=photo("ada")))
    done = hand_in(world, folder)
    assert isinstance(done, Refusal)
    assert done.reason == "no_uploads"
    assert files(world) == []


def test_without_a_live_authority_no_byte_is_kept(world: World) -> None:
    source = shelf(world, valid_to=world.clock() + timedelta(days=10))
    kept(world, source)
    world.clock.go(days=10)
    done = hand_in(world, source, "later.jpg")
    assert isinstance(done, Refusal)
    assert done.reason == "no_authority"
    assert len(files(world)) == 1


@pytest.mark.parametrize(
    ("days", "reason"), [(None, "retention_not_stated"), (731, "retention_too_long")]
)
def test_a_source_that_keeps_copies_says_for_how_long(
    world: World, days: int | None, reason: str
) -> None:
    wish = world.source_wish(Path("upload:"), kind=SourceKind.UPLOAD, retention_days=days)
    done = add_source(world.app, world.who("steward", "officer"), wish)
    assert isinstance(done, Refusal)
    assert done.reason == reason


def test_a_cease_in_between_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The source ceases while the photo is sealed: nothing of it stays."""
    source = shelf(world)
    other = world.reopen()

    def at(name: str) -> None:
        if name == "upload.sealed":
            ceased = cease_source(other, world.who("steward"), source.id)
            assert isinstance(ceased, Source)

    app = world.reopen(at)
    done = upload(app, world.who("steward"), source.id, Handed("a.jpg", photo("ada")))
    assert isinstance(done, Refusal)
    assert done.reason == "source_ceased"
    assert files(world) == []
    app.close()
    other.close()


def test_a_source_that_ceased_leaves_nothing(world: World) -> None:
    world.enrolled("ada")
    source, beside = shelf(world), shelf(world, "beside")
    one, two = kept(world, source), kept(world, source, "two.jpg")
    left = kept(world, beside)
    collected(world, source)
    ceased = cease_source(world.app, world.who("steward"), source.id)
    assert isinstance(ceased, Source)
    assert ceased.state is SourceState.PURGED
    assert [file.name for file in files(world)] == [left.copy]
    assert world.app.keyring.absent([copy_key(c.copy) for c in (one, two)]) == {
        copy_key(one.copy),
        copy_key(two.copy),
    }
    with world.app.store.read() as reader:
        assert reader.copies.count() == 1
        assert reader.items.count(source.id) == 0


def test_copies_end_when_their_time_is_over_collected_or_not(world: World) -> None:
    world.enrolled("ada")
    source = shelf(world, retention_days=5)
    kept(world, source, "one.jpg")
    collected(world, source)
    kept(world, source, "never collected.jpg", photo("ben"))
    world.clock.go(days=3)
    run_once(world.app)
    late = kept(world, source, "late.jpg", photo("cleo"))
    assert len(files(world)) == 3
    world.clock.go(days=2)
    run_once(world.app)
    assert [file.name for file in files(world)] == [late.copy]
    with world.app.store.read() as reader:
        assert reader.items.count(source.id) == 0
        assert [copy.id for copy in reader.copies.of_source(source.id, "", 9)] == [late.copy]
    assert EntryKind.COPIES_ENDED in entries(world)


@pytest.mark.parametrize("policy", ItemPolicy)
def test_with_a_person_the_copy_goes_as_the_source_says(world: World, policy: ItemPolicy) -> None:
    """Alone in it: always. With others: where the source takes photos down."""
    _, subject = world.enrolled("ada")
    world.enrolled("ben")
    source = shelf(world, item_policy=policy)
    kept(world, source, "alone.jpg", photo("ada"))
    both = kept(world, source, "both.jpg", photo("ada", "ben"))
    none = kept(world, source, "ben.jpg", photo("ben"))
    assert collected(world, source).appearances == 4
    erase(world.app, SUBJECT, subject)
    run_once(world.app)
    left = {file.name for file in files(world)}
    stays = policy is ItemPolicy.LEAVE_AT_SOURCE
    assert left == ({both.copy, none.copy} if stays else {none.copy})
    with world.app.store.read() as reader:
        assert {copy.id for copy in reader.copies.of_source(source.id, "", 9)} == left
        assert reader.copies.ending(9) == ()
        assert reader.items.count(source.id) == 2


def test_what_a_hold_on_somebody_else_needs_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, subject = world.enrolled("ada")
    grant, _ = world.enrolled("ben")
    source = shelf(world, item_policy=ItemPolicy.ASK_SOURCE)
    kept(world, source, "alone.jpg", photo("ada"))
    both = kept(world, source, "both.jpg", photo("ada", "ben"))
    assert collected(world, source).appearances == 3
    monkeypatch.setattr("licet.effects.purging.held_grants", lambda _reader: {grant})
    erase(world.app, SUBJECT, subject)
    assert {file.name for file in files(world)} == {both.copy}


def test_videos_are_handed_in_too(world: World) -> None:
    grant, _ = world.enrolled("ada")
    source = shelf(world)
    content = video(("ada", 0, 900), ("ben", 100, 2000)) + NOTES + SECRET
    kept(world, source, "clip.mp4", content)
    found = collected(world, source)
    assert (found.items, found.appearances) == (1, 1)
    assert scan_for(world.app, [SECRET]).places == ()
    with world.app.store.read() as reader:
        [item] = reader.items.of_source(source.id, None, 9)
    assert isinstance(show(world.app, SUBJECT, item.id, grant), Shown)


def test_who_enrols_later_is_looked_for_in_the_copies(world: World) -> None:
    source = shelf(world)
    kept(world, source, content=photo("ada"))
    assert collected(world, source).appearances == 0
    grant, _ = world.enrolled("ada")
    done = backfill(world.app, grant, source.id)
    assert isinstance(done, Collected)
    assert done.appearances == 1


def test_what_is_handed_in_as_from_a_camera_puts_the_source_on_hold(world: World) -> None:
    source = shelf(world)
    done: object = None
    for number in range(7):
        done = hand_in(world, source, f"{number}.jpg", photo("ada", shot=number))
        if isinstance(done, Refusal):
            break
        world.clock.go(minutes=5)
    assert isinstance(done, Refusal)
    assert done.reason == "stream_like"
    with world.app.store.read() as reader:
        found = reader.sources.get(source.id)
        assert reader.copies.count() == 5
    assert found is not None
    assert found.state is SourceState.ON_HOLD
    assert len(files(world)) == 5


def test_an_old_album_is_no_feed(world: World) -> None:
    source = shelf(world)
    made = world.clock() - timedelta(days=300)
    for number in range(8):
        handed = Handed(f"{number}.jpg", photo("ada", shot=number), made)
        done = upload(world.app, world.who("steward"), source.id, handed)
        assert isinstance(done, Uploaded)
        world.clock.go(minutes=5)


def test_a_copy_that_is_damaged_or_gone_is_said_to_be(world: World) -> None:
    source = shelf(world)
    for number in range(2):
        kept(world, source, f"{number}.jpg", photo("ada", shot=number))
    bent, gone = files(world)
    data = bent.read_bytes()
    bent.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    gone.unlink()
    found = collected(world, source)
    assert (found.items, found.unreadable_count) == (0, 2)
    said = [one.says for one in _examined(world)]
    assert any("1 of 2 copies" in one for one in said), said


def _examined(world: World) -> list[object]:
    found = examine(settings_of(world.home, world.url), world.clock, lambda _s: world.reopen())
    return [one for one in found.findings if one.part == "copies"]


def test_a_file_that_nobody_finished_is_swept(world: World) -> None:
    source = shelf(world)
    copy = CopyId("11111111-1111-4111-8111-111111111111")
    world.app.keyring.create(copy_key(copy))
    with world.app.blobs.write(source.id, copy, world.app.keyring.get(copy_key(copy))) as out:
        out.write(b"half")
    assert sweep_copies(world.app) == 0  # somebody may be at it
    world.clock.go(days=2)
    assert sweep_copies(world.app) == 1
    assert files(world) == []
    assert world.app.keyring.absent([copy_key(copy)])


def test_somebody_elses_photos_come_by_a_signed_agreement(world: World) -> None:
    for kind, place in (
        (SourceKind.UPLOAD, "upload:"),
        (SourceKind.FOLDER, str(world.folder(a=photo("ada")))),
    ):
        source = world.source(
            Path(place),
            f"theirs, a {kind.value}",
            kind=kind,
            retention_days=60,
            control=Control.SIGNED_AGREEMENT,
            agreement=AGREED,
            valid_to=world.clock() + timedelta(days=50),
        )
        with world.app.store.read() as reader:
            authority = reader.sources.authority_at(source.id, reader.now)
        assert authority is not None
        assert (authority.control, authority.proof) == (
            Control.SIGNED_AGREEMENT,
            f"agreement sha256 {AGREED}",
        )
        if kind is SourceKind.UPLOAD:
            kept(world, source)
        else:
            collected(world, source)
    world.clock.go(days=35)
    collected(world, source)
    world.clock.go(days=15)
    assert isinstance(collect(world.app, world.who("steward"), source.id), Refusal)


def test_an_agreement_is_named_by_its_digest(world: World) -> None:
    two = world.who("steward", "officer")
    for agreement in ("", "see the mail"):
        wish = world.source_wish(
            Path("upload:"),
            kind=SourceKind.UPLOAD,
            retention_days=9,
            control=Control.SIGNED_AGREEMENT,
            agreement=agreement,
        )
        with pytest.raises(BadInput, match="agreement"):
            add_source(world.app, two, wish)
    wish = world.source_wish(
        Path("upload:"), kind=SourceKind.SITE, control=Control.SIGNED_AGREEMENT, agreement=AGREED
    )
    with pytest.raises(BadInput, match="not proved"):
        add_source(world.app, two, replace(wish, place="https://example.org/"))
