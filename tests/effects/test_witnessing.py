"""The ledger before real witnesses and a real timestamp authority, over HTTP on this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from licet.app import App
from licet.consent import ceilings
from licet.consent.ceilings import WITNESS_LAG
from licet.consent.reasons import Reason
from licet.effects import witnessing
from licet.effects.outside import let_others_see, show_when_due
from licet.effects.stamping import authorities, last_stamp, stamp_due, stamp_ledger
from licet.effects.trying import Trying
from licet.effects.witnessing import (
    seen_enough,
    show_to_witnesses,
    what_was_seen,
    witnesses_due,
)
from licet.granting import ask_grant, withdraw
from licet.ledger import checkpoint as checkpoints
from licet.ledger.note import VerifierKey
from licet.ledger.stamp import Stamp, check
from licet.post import Answer, HttpPost, Question
from licet.terms.errors import BadInput, Busy, Conflict, Corrupt, Setup
from licet.terms.permit import Refusal
from licet.worker import run_once
from tests.fakes.authority import LocalAuthority
from tests.fakes.deployment import World, new_world
from tests.fakes.web import http_server
from tests.fakes.witness import LocalWitness


@dataclass
class Harbour:
    """A world whose ledger two witnesses and a timestamp authority may see."""

    world: World
    app: App
    one: LocalWitness
    two: LocalWitness
    authority: LocalAuthority

    @property
    def witnesses(self) -> tuple[LocalWitness, LocalWitness]:
        return self.one, self.two

    def grow(self) -> int:
        """Let something happen; returns how many entries there are."""
        self.world.case(reference=f"2026-{self.app.store.head().size}")
        return self.app.store.head().size

    def with_settings(self, **changed: object) -> App:
        """The same deployment under other settings, as another process would open it."""
        return replace(self.app, settings=self.app.settings.model_copy(update=changed))


@pytest.fixture
def harbour(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[Harbour]:
    """A ledger that others may see; what they see is files, the same on both databases."""
    world = new_world(tmp_path / "home", new_database("sqlite"))
    yield from _before_others(world, tmp_path)
    world.app.close()


@pytest.fixture
def either(world: World, tmp_path: Path) -> Iterator[Harbour]:
    """The same on each database, where the store is read."""
    yield from _before_others(world, tmp_path)


def _before_others(world: World, tmp_path: Path) -> Iterator[Harbour]:
    vkey = world.app.ledger_key.vkey
    one = LocalWitness("w.example/1", 11, tmp_path / "w1.json").knows(vkey)
    two = LocalWitness("w.example/2", 12, tmp_path / "w2.json").knows(vkey)
    authority = LocalAuthority(clock=world.clock)
    roots = tmp_path / "roots.txt"
    roots.write_bytes(authority.pem)
    with ExitStack() as served:
        urls = [served.enter_context(http_server(w.answer)) for w in (one, two)]
        time = served.enter_context(http_server(authority.answer))
        made = Harbour(world, world.app, one, two, authority)
        made.app = made.with_settings(
            witnesses=(one.vkey, two.vkey),
            # A prefix may end in a slash or not.
            witness_urls=(urls[0], f"{urls[1]}/ledgers/"),
            timestamp_url=time,
            timestamp_authorities=roots,
        )
        yield made


def _keys(harbour: Harbour) -> list[VerifierKey]:
    return [VerifierKey.read(one.vkey) for one in harbour.witnesses]


def test_both_witnesses_see_the_ledger_grow(harbour: Harbour) -> None:
    app = harbour.app
    first = app.store.head().size
    seen = show_to_witnesses(app)
    assert [(s.witness, s.size, s.problem) for s in seen] == [
        ("w.example/1", first, ""), ("w.example/2", first, ""),
    ]  # fmt: skip
    assert seen[0].at == datetime.fromtimestamp(harbour.one.clock(), UTC)
    published = app.tiles.latest()
    assert published is not None
    assert len(checkpoints.witnesses(published.note, _keys(harbour))) == 2
    assert app.publish() == published, "what is published carries the cosignatures"
    # Nothing new: nobody is asked again.
    assert show_to_witnesses(app) == seen
    assert [len(w.asked) for w in harbour.witnesses] == [1, 1]
    # It grows: they are shown how the new one continues the one they saw.
    size = harbour.grow()
    assert [s.size for s in show_to_witnesses(app)] == [size, size]
    assert harbour.one.asked == [(0, first, 200), (first, size, 200)]
    assert app.kept.sizes() == (first, size)
    assert app.kept.last() == app.kept.at(size) == app.tiles.latest()
    assert what_was_seen(app) == show_to_witnesses(app)


def test_a_witness_that_is_down_holds_nothing_up_and_catches_up(harbour: Harbour) -> None:
    app = harbour.app
    harbour.two.says = (500, "text/plain", b"")
    first = app.store.head().size
    one, two = show_to_witnesses(app)
    assert (one.size, one.problem) == (first, "")
    assert (two.size, two.problem, two.alarm) == (None, "w.example/2 answered 500", False)
    size = harbour.grow()
    show_to_witnesses(app)
    harbour.two.says = None
    assert [s.size for s in show_to_witnesses(app)] == [size, size]
    assert harbour.two.asked == [(0, size, 200)]
    kept = app.kept.at(size)
    assert kept is not None
    assert len(checkpoints.witnesses(kept.note, _keys(harbour))) == 2


def test_a_witness_says_itself_how_much_it_saw(harbour: Harbour) -> None:
    """What it cosigned was lost here: asked from nothing, it names the size it saw."""
    app = harbour.app
    first = app.store.head().size
    show_to_witnesses(app)
    mirror = app.settings.place(app.settings.tiles)
    (mirror / "witnessed").unlink()
    for kept in (mirror / "checkpoints").glob("[0-9]*"):
        kept.unlink()
    size = harbour.grow()
    assert [s.size for s in show_to_witnesses(app)] == [size, size]
    assert harbour.one.asked[1:] == [(0, size, 409), (first, size, 200)]


def _rewritten(harbour: Harbour) -> None:
    """Let a witness have seen another history of the same length."""
    state = {harbour.app.deployment.origin: (harbour.app.store.head().size, "ab" * 32)}
    harbour.one.state.write_text(json.dumps(state))


def test_another_history_is_an_alarm_and_is_never_cosigned(harbour: Harbour) -> None:
    app = harbour.app
    _rewritten(harbour)
    one, two = show_to_witnesses(app)
    assert (one.size, one.alarm) == (None, True)
    assert one.problem == "w.example/1 saw another history of this ledger"
    assert (two.alarm, two.size) == (False, app.store.head().size), "the other saw it all the same"
    harbour.grow()
    one, _ = show_to_witnesses(app)
    assert one.problem == "w.example/1 saw another history of this ledger"
    assert not harbour.one.signed


def test_a_witness_that_saw_more_tells_that_an_older_copy_is_here(harbour: Harbour) -> None:
    size = harbour.app.store.head().size
    state = {harbour.app.deployment.origin: (size + 5, "ab" * 32)}
    harbour.one.state.write_text(json.dumps(state))
    one, _ = show_to_witnesses(harbour.app)
    assert one.alarm
    assert f"saw {size + 5} entries, more than the {size} that are signed here" in one.problem


def test_nothing_smaller_than_what_was_signed_is_shown(harbour: Harbour) -> None:
    app = harbour.app
    mirror = app.settings.place(app.settings.tiles)
    older = (mirror / "checkpoint").read_text()
    harbour.grow()
    show_to_witnesses(app)
    asked = len(harbour.one.asked)
    (mirror / "checkpoint").write_text(older)
    with pytest.raises(Conflict, match="the mirror ends before"):
        show_to_witnesses(app)
    with pytest.raises(Conflict, match="the mirror ends before"):
        stamp_ledger(app)
    assert len(harbour.one.asked) == asked
    assert not harbour.authority.asked


ODD = [
    ((404, "text/plain", b""), "w.example/1 does not know this ledger", True),
    ((403, "text/plain", b""), "w.example/1 does not know this ledger's key", True),
    ((422, "text/plain", b""), "w.example/1 saw another history of this ledger", True),
    ((409, "text/plain", b"many\n"), "a witness answered with no size", True),
    ((200, "text/plain", b""), "w.example/1 answered without its own cosignature", True),
    ((200, "text/plain", b"\xff"), "w.example/1 did not answer in signature lines", True),
    ((200, "text/plain", b"yes\n"), "w.example/1 did not answer in signature lines", True),
    ((302, "text/plain", b"http://127.0.0.1:1/"), "w.example/1 answered 302", False),
    ((200, "text/plain", b"x" * 70_000), "127.0.0.1 answered with more than 65536 bytes", True),
]


def test_odd_answers_have_their_words(harbour: Harbour) -> None:
    for says, problem, alarm in ODD:
        harbour.one.says = says
        one, two = show_to_witnesses(harbour.app)
        assert (one.problem, one.alarm, one.size) == (problem, alarm, None)
        assert two.problem == ""


def test_only_a_cosignature_that_holds_is_kept(harbour: Harbour) -> None:
    """Of another key, over another text, or the other witness's: none of it counts."""
    app = harbour.app
    note = app.tiles.latest()
    assert note is not None
    text = note.note.partition("\n\n")[0] + "\n"
    stranger = LocalWitness("w.example/1", 66, harbour.one.state)
    for line in (stranger.line(text), harbour.one.line("other\n"), harbour.two.line(text)):
        harbour.one.says = (200, "text/plain", line.encode())
        one, _ = show_to_witnesses(app)
        assert one.problem, line
    # Its own among others is taken alone.
    harbour.one.says = (200, "text/plain", (stranger.line(text) + harbour.one.line(text)).encode())
    one, _ = show_to_witnesses(app)
    assert (one.problem, one.size) == ("", note.size)
    kept = app.kept.last()
    assert kept is not None
    assert stranger.line(text) not in kept.note


def test_nobody_there_is_no_alarm(harbour: Harbour) -> None:
    dead = harbour.with_settings(witness_urls=("http://127.0.0.1:9", "http://127.0.0.1:9"))
    assert [(s.problem, s.alarm) for s in show_to_witnesses(dead)] == [
        ("127.0.0.1 cannot be reached", False)
    ] * 2


@dataclass
class Impatient:
    """Waits for one address hardly at all."""

    address: str

    def ask(self, question: Question) -> Answer:
        return HttpPost(0.1 if question.address.startswith(self.address) else 30).ask(question)


def test_a_silent_witness_is_left_after_its_time(harbour: Harbour) -> None:
    release = threading.Event()

    def silent(_path: str, _body: bytes) -> tuple[int, str, bytes]:
        release.wait(5)
        return 200, "text/plain", b""

    with http_server(silent) as url:
        app = harbour.with_settings(witness_urls=(url, harbour.app.settings.witness_urls[1]))
        one, two = show_to_witnesses(replace(app, post=Impatient(url)))
        release.set()
    assert (one.problem, one.alarm) == ("127.0.0.1 did not answer in time", False)
    assert two.size is not None


def test_one_process_asks_at_a_time(harbour: Harbour) -> None:
    with witnessing._turn(harbour.app), pytest.raises(Busy, match="another process"):
        show_to_witnesses(harbour.app)
    assert show_to_witnesses(harbour.app)[0].size is not None


def test_settings_that_cannot_work_are_named(harbour: Harbour) -> None:
    says: list[tuple[dict[str, object], str]] = [
        ({"witness_urls": ()}, "no witness has an address"),
        ({"witness_urls": ("http://127.0.0.1",)}, "2 witnesses and 1 addresses"),
        ({"witnesses": ("nonsense", "more")}, "witnesses in licet.toml: this is not a key"),
    ]
    for changed, words in says:
        with pytest.raises(Setup, match=words):
            show_to_witnesses(harbour.with_settings(**changed))


def test_the_ledgers_own_key_witnesses_nothing(harbour: Harbour) -> None:
    """An operator cannot be its own second eye under another name."""
    own = VerifierKey("w.example/own", 4, harbour.app.ledger_key.verifier.public)
    for lines, says in ((own.text, "the ledger's own key"), (harbour.app.ledger_key.vkey, "not a")):
        app = harbour.with_settings(witnesses=(lines,), witness_urls=("http://127.0.0.1",))
        with pytest.raises(Setup, match=says):
            show_to_witnesses(app)


# -- the gate


def _enough(harbour: Harbour, app: App | None = None) -> bool:
    app = app or harbour.app
    with app.store.read() as reader:
        return seen_enough(app, reader, reader.now)


def test_a_day_may_pass_before_what_nobody_saw_closes_the_gate(either: Harbour) -> None:
    app, clock = either.app, either.world.clock
    assert not _enough(either), "nobody saw anything yet"
    show_to_witnesses(app)
    clock.go(days=90)
    assert _enough(either), "nothing happened since"
    either.grow()
    clock.now += WITNESS_LAG
    assert _enough(either)
    clock.go(seconds=1)
    assert not _enough(either)
    show_to_witnesses(app)
    assert _enough(either)
    assert not _enough(either, either.with_settings(witnesses=(), witness_urls=()))


def test_what_was_cosigned_counts_only_while_it_is_this_ledger(harbour: Harbour) -> None:
    app = harbour.app
    show_to_witnesses(app)
    last = app.settings.place(app.settings.tiles) / "witnessed"
    whole = last.read_text()
    last.write_text(whole[:-5])
    assert not _enough(harbour), "a damaged file is no proof, and no error for who enrols"
    with pytest.raises(Corrupt):
        app.kept.last()
    origin, size = app.deployment.origin, app.store.head().size
    for other in (size, size + 3):
        forged = checkpoints.sign(origin, other, bytes(32), app.ledger_key)
        line = harbour.one.line(forged.note.partition("\n\n")[0] + "\n")
        last.write_text(forged.note + line)
        assert not _enough(harbour), "of another history, or of more than there is"
    last.write_text(whole)
    assert _enough(harbour)


# -- timestamps


def test_a_timestamp_is_kept_and_asked_for_once(harbour: Harbour) -> None:
    app = harbour.app
    stamp = stamp_ledger(app)
    assert (stamp.at, stamp.authority) == (harbour.world.clock(), "CN=Harbour Time")
    size = app.store.head().size
    assert last_stamp(app) == (size, stamp)
    show_to_witnesses(app)  # cosignatures that come later spoil nothing
    assert stamp_ledger(app) == stamp
    assert len(harbour.authority.asked) == 1
    kept = app.kept.at(size)
    assert kept is not None
    assert len(checkpoints.witnesses(kept.note, _keys(harbour))) == 2
    assert app.kept.stamped() == (size,)


def test_an_answer_that_does_not_hold_is_not_kept(harbour: Harbour) -> None:
    says = {
        "down": (Busy, "answered 503"),
        "refuses": (Corrupt, "the timestamp authority refused"),
        "nonce": (Corrupt, "it answers another question"),
        "other": (Corrupt, "it is of something else than this checkpoint"),
    }
    for odd, (error, words) in says.items():
        harbour.authority.odd = odd
        with pytest.raises(error, match=words):
            stamp_ledger(harbour.app)
    assert harbour.app.kept.stamped() == ()
    assert last_stamp(harbour.app) is None


def test_an_authority_must_be_named_and_trusted(harbour: Harbour, tmp_path: Path) -> None:
    with pytest.raises(Setup, match="no timestamp authority has an address"):
        stamp_ledger(harbour.with_settings(timestamp_url=""))
    with pytest.raises(BadInput, match="no timestamp authority is trusted"):
        stamp_ledger(harbour.with_settings(timestamp_authorities=None))
    with pytest.raises(Setup, match="cannot be read"):
        stamp_ledger(harbour.with_settings(timestamp_authorities=tmp_path / "none"))
    other = tmp_path / "other.txt"
    other.write_bytes(LocalAuthority("Other").pem)
    with pytest.raises(Corrupt, match="no certificate that you trust"):
        stamp_ledger(harbour.with_settings(timestamp_authorities=other))
    other.write_text("no certificate")
    with pytest.raises(BadInput, match="no certificates"):
        stamp_ledger(harbour.with_settings(timestamp_authorities=other))


def test_a_timestamp_that_holds_no_more_is_asked_for_again(harbour: Harbour) -> None:
    """Damaged, or of an authority that is trusted no more: it stops nothing."""
    app = harbour.app
    first = stamp_ledger(app)
    size = app.store.head().size
    kept = app.settings.place(app.settings.tiles) / "checkpoints" / f"{size}.tsr"
    kept.write_bytes(b"damaged")
    assert last_stamp(app) is None
    assert stamp_due(app) is False, "it was asked just now"
    harbour.world.clock.go(minutes=10)
    assert stamp_due(app)
    assert stamp_ledger(app).at > first.at
    harbour.grow()
    kept.with_name(f"{app.store.head().size}.tsr").write_bytes(b"damaged")
    assert last_stamp(app) == (size, stamp_ledger_at(app, size))


def stamp_ledger_at(app: App, size: int) -> Stamp:
    checkpoint, token = app.kept.at(size), app.kept.stamp(size)
    assert checkpoint is not None
    assert token is not None
    return check(token, app.kept.bare(checkpoint), authorities(app))


def test_whoever_is_there_sees_what_goes_out(harbour: Harbour) -> None:
    app = harbour.app
    assert let_others_see(app) == ()
    size = app.store.head().size
    assert app.kept.stamped() == app.kept.sizes() == (size,)
    harbour.grow()
    harbour.two.says, harbour.authority.odd = (500, "text/plain", b""), "down"
    assert let_others_see(app) == (
        "w.example/2 answered 500", "the timestamp authority answered 503",
    )  # fmt: skip
    assert let_others_see(harbour.with_settings(witness_urls=(), timestamp_url="")) == ()


# -- the worker


def test_a_worker_shows_what_is_due_and_no_more(either: Harbour) -> None:
    app, clock = either.app, either.world.clock
    assert run_once(app).problems == ()
    assert [len(w.asked) for w in either.witnesses] == [1, 1]
    assert len(either.authority.asked) == 1
    either.grow()
    run_once(app)
    assert len(either.one.asked) == 1, "it grew, but it was just asked"
    clock.go(minutes=11)
    assert witnesses_due(app)
    run_once(app)
    assert len(either.one.asked) == 2
    assert len(either.authority.asked) == 1, "once a day"
    clock.go(days=1)
    assert run_once(app).problems == ()
    assert len(either.authority.asked) == 2


def test_a_worker_tells_of_an_alarm_and_goes_on(harbour: Harbour) -> None:
    _rewritten(harbour)
    harbour.two.says = (500, "text/plain", b"")
    harbour.authority.odd = "other"
    done = run_once(harbour.app)
    assert done.problems == (
        "witness w.example/1: w.example/1 saw another history of this ledger",
        "timestamp: Corrupt",
    )


def test_without_witnesses_nobody_is_asked(world: World) -> None:
    trying = Trying()
    show_when_due(world.app, trying)
    assert trying.problems == []
    assert not witnesses_due(world.app)
    assert what_was_seen(world.app) == ()
    with world.app.store.read() as reader:
        assert not seen_enough(world.app, reader, reader.now + timedelta(days=1))


# -- what it is for


def test_many_people_need_a_witness_and_nobody_else_waits_for_one(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From so many enrolled on: no new grant, no enrolling; everything else goes on."""
    monkeypatch.setattr(ceilings, "WITNESS_FROM", 1)
    world, app = harbour.world, harbour.app
    first, _ = world.enrolled("ada", app)
    refused = ask_grant(app, world.who("steward"), world.wish("ben"))
    assert isinstance(refused, Refusal)
    assert refused.reason == Reason.NO_WITNESS
    show_to_witnesses(app)
    second, _ = world.enrolled("ben", app)
    (app.settings.place(app.settings.tiles) / "witnessed").write_text("damaged")
    refused = ask_grant(app, world.who("steward"), world.wish("cas"))
    assert isinstance(refused, Refusal)
    for grant in (first, second):
        assert not isinstance(withdraw(app, world.who("steward"), grant), Refusal)
