"""Whatever happens in whatever order: a witness signs one history, and is never shown less.

Hypothesis plays an operator, honest or not: entries come, the ledger is shown, files are
lost, an older copy of the mirror is put in place, the ledger is written anew from some
entry on, a witness is down or answers nonsense, or others ask at the same time.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from licet.app import Shelf
from licet.effects.witnessing import show_to_witnesses
from licet.ledger.kept import Kept
from licet.ledger.mark import Mark
from licet.ledger.note import VerifierKey
from licet.ledger.tiles import Tiles
from licet.ledger.witness import saw
from licet.post import Answer, Question
from licet.terms.errors import Conflict, Corrupt
from tests.fakes.witness import LocalWitness
from tests.ledger.making import NOW, Ledger, ledger_key, signer

KEY = ledger_key()


@dataclass
class Wire:
    """Carries questions to the witness, and remembers what was shown."""

    witness: LocalWitness
    shown: list[int]
    cut: bool = False

    def ask(self, question: Question) -> Answer:
        note = question.data.decode().partition("\n\n")[2]
        self.shown.append(int(note.split("\n")[1]))
        status, media_type, data = self.witness.answer(question.address, question.data)
        if self.cut:  # It saw and signed; its answer was lost.
            return Answer(503, "text/plain", b"")
        return Answer(status, media_type, data)


class Witnessing(RuleBasedStateMachine):
    """One ledger, its mirror, and one witness."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.ledger = Ledger().fill(1)
        self.witness = LocalWitness("w.example/1", 11, self.place / "state").knows(KEY.vkey)
        self.wire = Wire(self.witness, [])
        self.mirror = self.place / "mirror"
        self.mark = Mark(self.place / "signed")
        self.honest = True
        self.copies: list[Path] = []
        self.publish()

    def teardown(self) -> None:
        shutil.rmtree(self.place)

    @property
    def app(self) -> Any:
        """What showing needs of an App, as a process that was just opened has it."""
        named = {"witnesses": (self.witness.vkey,), "witness_urls": ("http://w",)}
        return SimpleNamespace(
            settings=SimpleNamespace(**named, tiles=self.mirror, place=lambda path: path),
            tiles=Tiles(self.mirror, KEY.verifier),
            kept=Kept(self.mirror, KEY.verifier),
            mark=self.mark,
            ledger_key=KEY,
            shelf=Shelf(),
            clock=lambda: NOW,
            post=self.wire,
        )

    def publish(self) -> None:
        if self.mirror.is_dir():  # Somebody keeps a copy of the day before.
            self.copies.append(self.place / f"copy-{len(self.copies)}")
            shutil.copytree(self.mirror, self.copies[-1])
        Tiles(self.mirror, KEY.verifier).publish(self.ledger.read, self.ledger.head, signer())
        self.mark.write(self.ledger.head.size)

    @rule(count=st.integers(1, 300))
    def grow(self, count: int) -> None:
        self.ledger.fill(count)
        try:
            self.publish()
        except Conflict:
            assert not self.honest, "only another past does not go on in the mirror"

    @rule(lost=st.booleans())
    def show(self, lost: bool) -> None:
        self.wire.cut = lost
        before = len(self.wire.shown)
        try:
            (seen,) = show_to_witnesses(self.app)
        except (Conflict, Corrupt):
            assert not self.honest or self.older, "an honest ledger can be shown"
            assert len(self.wire.shown) == before
            return
        if not lost and self.honest and not self.older:
            assert (seen.size, seen.problem) == (self.ledger.head.size, "")

    @rule(garbage=st.binary(max_size=40), status=st.sampled_from([200, 409, 422, 500]))
    def nonsense(self, garbage: bytes, status: int) -> None:
        self.witness.says = (status, "text/plain", garbage)
        try:
            (seen,) = show_to_witnesses(self.app)
        except (Conflict, Corrupt):
            assert not self.honest or self.older
        else:
            kept = self.app.kept.at(self.app.tiles.latest().size)
            assert seen.problem or (kept and saw(kept, self.keys))
        self.witness.says = None

    @rule()
    def forget(self) -> None:
        """What witnesses saw is lost: it can be asked for again."""
        (self.mirror / "witnessed").unlink(missing_ok=True)
        shutil.rmtree(self.mirror / "checkpoints", ignore_errors=True)

    @precondition(lambda self: self.copies)
    @rule(data=st.data(), then=st.booleans())
    def put_back(self, data: st.DataObject, then: bool) -> None:
        """Put an older mirror in place of the newer; the mark remembers."""
        shutil.rmtree(self.mirror)
        shutil.copytree(data.draw(st.sampled_from(self.copies)), self.mirror)
        if then:
            self.show(lost=False)

    @rule(end=st.integers(1, 50), count=st.integers(0, 60))
    def rewrite(self, end: int, count: int) -> None:
        """Write the ledger anew from some entry on, with the mirror and the mark thrown away."""
        leaves = [one.data for one in self.ledger.leaves[:end]]
        self.ledger = Ledger()
        for data in leaves:
            self.ledger.append(data)
        self.ledger.append(b"another past")
        self.ledger.fill(count)
        self.honest = False
        shutil.rmtree(self.mirror)
        (self.place / "signed").unlink()
        self.wire.shown.clear()  # whoever forgets what was signed may show less
        self.publish()

    @property
    def older(self) -> bool:
        """Whether the mirror is behind what was signed."""
        latest = Tiles(self.mirror, KEY.verifier).latest()
        return latest is None or latest.size < self.mark.read()

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        return (VerifierKey.read(self.witness.vkey),)

    @invariant()
    def one_history(self) -> None:
        """No size has two roots that the witness signed."""
        assert all(len(roots) == 1 for roots in self.witness.signed.values())

    @invariant()
    def never_less(self) -> None:
        """Sizes that are shown never fall while the mark is there."""
        assert self.wire.shown == sorted(self.wire.shown)

    @invariant()
    def what_is_kept_holds(self) -> None:
        """Whatever is kept was cosigned, and by this very witness."""
        for size in self.app.kept.sizes():
            kept = self.app.kept.at(size)
            assert kept is not None
            assert saw(kept, self.keys)
            assert kept.root in self.witness.signed[size]


TestWitnessing = Witnessing.TestCase
TestWitnessing.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)
