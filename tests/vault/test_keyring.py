"""The keyring's promises, without accidents."""

import sqlite3
import stat
from datetime import UTC, datetime, timedelta

import pytest

from licet.terms.errors import Corrupt, Ended, KeyAbsent, Setup
from licet.terms.ids import KeyId
from licet.vault.keyring import Keyring
from tests.vault.place import A, B, C, Place


def test_a_new_keyring_is_empty_sound_and_private(place: Place) -> None:
    ring = place.ring()
    assert (ring.ids(), ring.reports, ring.check()) == ((), (), ())
    assert {stat.S_IMODE(p.stat().st_mode) for p in ring.files()} == {0o600}
    assert place.service().epochs() == (ring.epoch(),)


def test_created_keys_differ_last_and_stay_the_same(place: Place) -> None:
    ring = place.ring()
    assert ring.create(A, B) == 2
    first = ring.get_many((A, B))
    assert len(set(first.values())) == 2
    assert {len(key) for key in first.values()} == {32}
    assert ring.create(A, B, C) == 1
    place.close()
    again = place.ring()
    assert again.get_many((A, B)) == first
    assert again.get(C) not in first.values()
    assert again.ids() == (A, B, C)


def test_a_key_twice_in_one_call_is_one_key(place: Place) -> None:
    assert place.ring().create(A, A) == 1


@pytest.mark.parametrize("odd", ["", "grant", "grant:", ":x", "grant:é", "grant:a\nb"])
def test_an_odd_id_is_refused(place: Place, odd: str) -> None:
    ring = place.ring()
    with pytest.raises(ValueError, match="<kind>:<object id>"):
        ring.create(KeyId(odd))
    assert ring.ids() == ()


def test_shredded_is_gone_and_shredding_again_is_well(place: Place) -> None:
    ring = place.ring()
    ring.create(A, B)
    assert ring.shred(A, C) == 1
    assert ring.shred(A) == 0
    assert ring.shred() == 0
    with pytest.raises(KeyAbsent, match="grant:a is not in the keyring"):
        ring.get(A)
    assert ring.get_many((A, B)).keys() == {B}
    assert (ring.has(A), ring.has(B)) == (False, True)
    assert ring.absent((A, B, C)) == {A, C}
    assert ring.check() == ()


def test_a_shredded_key_leaves_no_wrapped_bytes_in_any_file(place: Place) -> None:
    ring = place.ring()
    ring.create(A, B)
    wrapped = [
        sqlite3.connect(path).execute("SELECT wrapped FROM key WHERE id = ?", (A,)).fetchone()[0]
        for path in (place.main, place.replica)
    ]
    assert wrapped[0] == wrapped[1]
    assert all(wrapped[0] in path.read_bytes() for path in ring.files())
    ring.shred(A)
    assert not any(wrapped[0] in path.read_bytes() for path in ring.files())
    assert not any(A.encode() in path.read_bytes() for path in ring.files())


def test_a_turn_keeps_keys_and_destroys_the_old_epoch(place: Place) -> None:
    ring = place.ring()
    ring.create(A, B, C)
    before, old = ring.get_many((A, B, C)), ring.epoch()
    turn = ring.turn()
    assert (turn.old, turn.keys) == (old, 3)
    assert turn.new == ring.epoch() != old
    assert place.service().epochs() == (turn.new,)
    assert ring.get_many((A, B, C)) == before
    assert ring.check() == ()
    place.close()
    assert place.ring().get_many((A, B, C)) == before


def test_after_a_turn_old_copies_of_both_replicas_open_nothing(place: Place) -> None:
    ring = place.ring()
    ring.create(A)
    kept = [path.read_bytes() for path in (place.main, place.replica)]
    ring.shred(A)
    ring.turn()
    place.close()
    place.main.write_bytes(kept[0])
    place.replica.write_bytes(kept[1])
    with pytest.raises(KeyAbsent, match="is not in the key service"):
        place.ring()


def test_a_turn_of_nothing_turns(place: Place) -> None:
    ring = place.ring()
    assert ring.turn().keys == 0
    assert ring.check() == ()


def test_many_keys_take_the_bulk_ways(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.vault.keyring._MANY", 5)
    monkeypatch.setattr("licet.vault.keyring._CHUNK", 7)
    ring = place.ring()
    ids = [KeyId(f"grant:{n:03d}") for n in range(40)]
    assert ring.create(*ids) == 40
    before = ring.get_many(ids)
    assert ring.turn().keys == 40
    assert ring.get_many(ids) == before
    assert ring.get_many(ids[:20]).keys() == set(ids[:20])
    assert ring.absent([*ids, A]) == {A}
    assert ring.shred(*ids[:30]) == 30
    assert ring.get_many(ids).keys() == set(ids[30:])


def test_orphans_are_found_by_age(place: Place) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    ring = Keyring.open(place.main, place.replica, place.service(), clock=lambda: now[0])
    ring.create(A)
    now[0] += timedelta(hours=1)
    ring.create(B)
    assert ring.older_than(now[0]) == (A,)
    assert ring.older_than(now[0] + timedelta(milliseconds=1)) == (A, B)
    ring.turn()
    assert ring.older_than(now[0]) == (A,)
    ring.close()


def test_one_file_is_not_two_replicas(place: Place) -> None:
    with pytest.raises(Setup, match="one file"):
        Keyring.open(place.main, place.main, place.service())


def test_an_epoch_that_was_lost_closes_every_key_and_says_so(place: Place) -> None:
    ring = place.ring()
    ring.create(A)
    next(place.epochs.iterdir()).unlink()
    with pytest.raises(KeyAbsent, match=r"epoch key .* is not there. Bring that file back"):
        ring.get(A)
    with pytest.raises(KeyAbsent):
        ring.create(B)
    assert [("is not there" in line) for line in ring.check()] == [True]
    with pytest.raises(KeyAbsent):
        ring.turn()
    place.close()
    with pytest.raises(KeyAbsent, match="Bring the epoch key back"):
        place.ring()


def test_a_stale_epoch_is_never_destroyed_while_the_current_one_is_away(place: Place) -> None:
    ring = place.ring()
    ring.create(A)
    current = ring.epoch()
    place.close()
    (place.epochs / f"{current}.epoch").rename(place.folder / "away")
    other = place.service().new_epoch()
    with pytest.raises(KeyAbsent):
        place.ring()
    assert place.service().epochs() == (other,)
    (place.folder / "away").rename(place.epochs / f"{current}.epoch")
    assert place.ring().has(A)
    assert place.service().epochs() == (current,)


def test_a_damaged_key_is_named_among_many_and_stops_a_turn(place: Place) -> None:
    ring = place.ring()
    ids = [KeyId(f"grant:{n}") for n in range(20)]
    ring.create(*ids)
    other = sqlite3.connect(place.main)
    other.execute("UPDATE key SET wrapped = zeroblob(60) WHERE id = 'grant:13'")
    other.commit()
    other.close()
    with pytest.raises(Corrupt, match="grant:13 does not open"):
        ring.get_many(ids)
    with pytest.raises(Corrupt, match="grant:13"):
        ring.turn()
    assert ring.get(ids[0])
    findings = ring.check()
    assert any("1 keys" in line and str(place.main) in line for line in findings)
    assert any("grant:13 does not open" in line for line in findings)
    assert any("stale" in line for line in findings)
    place.close()
    place.main.unlink()
    mended = place.ring()
    assert mended.check() == ()
    assert mended.get_many(ids).keys() == set(ids)


def test_a_turn_sweeps_an_epoch_left_by_another(place: Place) -> None:
    ring = place.ring()
    ring.create(A)
    place.service().new_epoch()
    assert any("stale" in line for line in ring.check())
    turn = ring.turn()
    assert place.service().epochs() == (turn.new,)


# --- the end


def test_an_ended_keyring_holds_nothing_and_never_will(place: Place) -> None:
    ring = place.ring()
    ring.create(A, B)
    assert ring.end() == 2
    assert ring.end() == 0, "again is well"
    assert ring.ids() == ()
    assert place.service().epochs() == ()
    assert ring.check() == ()
    assert ring.get_many((A, B)) == {}
    with pytest.raises(KeyAbsent):
        ring.get(A)
    for deed in (lambda: ring.create(C), lambda: ring.shred(A), ring.turn):
        with pytest.raises(Ended):
            deed()
    place.close()
    again = place.ring()
    assert again.ids() == ()
    assert place.service().epochs() == ()


def test_an_old_replica_brings_no_key_of_an_ended_keyring_back(place: Place) -> None:
    """Whoever puts a copy from before in the place of one replica gets nothing from it."""
    ring = place.ring()
    ring.create(A)
    old = place.copy(place.replica)
    ring.end()
    place.close()
    old.replace(place.replica)
    again = place.ring()
    assert again.ids() == ()
    assert place.service().epochs() == ()
