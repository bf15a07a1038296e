"""The keyring against a dictionary, over random histories with crashes and lost files."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from licet.terms.ids import KeyId
from licet.vault.keyring import BOUNDARIES
from tests.exploring import examples
from tests.vault.place import Crash, Place

IDS = [KeyId(f"grant:{n}") for n in range(6)]
# Crashes here are raised, not powered off: a file system in memory is as good, and quick.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
some = st.lists(st.sampled_from(IDS), min_size=1, max_size=3)
DURING = {deed: [b for b in BOUNDARIES if f".{deed}." in b] for deed in ("create", "shred", "turn")}


class Model(RuleBasedStateMachine):
    """What was made and not shredded opens to the same key, whatever happened."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.place = Place(Path(self._folder.name))
        self.boundary = ""
        self.ring = self.place.ring(self.at)
        self.known: dict[KeyId, bytes] = {}

    def at(self, reached: str) -> None:
        if reached == self.boundary:
            raise Crash(reached)

    @rule(ids=some)
    def create(self, ids: list[KeyId]) -> None:
        assert self.ring.create(*ids) == len(set(ids) - self.known.keys())
        self.known |= self.ring.get_many(set(ids) - self.known.keys())

    @rule(ids=some)
    def shred(self, ids: list[KeyId]) -> None:
        assert self.ring.shred(*ids) == len(set(ids) & self.known.keys())
        self.known = {i: key for i, key in self.known.items() if i not in ids}

    @rule()
    def turn(self) -> None:
        assert self.ring.turn().keys == len(self.known)

    @rule(deed=st.sampled_from(list(DURING)), n=st.integers(0, 4), ids=some)
    def crash(self, deed: str, n: int, ids: list[KeyId]) -> None:
        self.boundary = DURING[deed][n % len(DURING[deed])]
        with suppress(Crash):
            self.ring.turn() if deed == "turn" else getattr(self.ring, deed)(*ids)
        done = self.boundary.endswith(("committed", "destroyed"))
        self.boundary = ""
        self.reopen()
        if deed == "create" and done:
            self.known |= self.ring.get_many(set(ids) - self.known.keys())
        if deed == "shred" and done:
            self.known = {i: key for i, key in self.known.items() if i not in ids}

    @rule()
    def reopen(self) -> None:
        self.place.close()
        self.ring = self.place.ring(self.at)

    @rule(main=st.booleans(), empty=st.booleans())
    def lose_one(self, main: bool, empty: bool) -> None:
        self.place.close()
        path = self.place.main if main else self.place.replica
        path.write_bytes(b"") if empty else path.unlink()
        self.ring = self.place.ring(self.at)
        assert "made again" in self.ring.reports[0]

    @rule(main=st.booleans(), ids=some)
    def set_one_back(self, main: bool, ids: list[KeyId]) -> None:
        """One replica is exchanged for its own older copy: what was shredded stays shredded."""
        path = self.place.main if main else self.place.replica
        old = path.read_bytes()
        self.shred(ids)
        self.turn()
        self.place.close()
        path.write_bytes(old)
        self.ring = self.place.ring(self.at)
        assert "differed" in self.ring.reports[0]

    @invariant()
    def keys_are_those_known(self) -> None:
        assert self.ring.get_many(IDS) == self.known
        assert set(self.ring.ids()) == self.known.keys()

    @invariant()
    def all_is_sound(self) -> None:
        assert self.ring.check() == ()

    def teardown(self) -> None:
        self.place.close()
        self._folder.cleanup()


Model.TestCase.settings = settings(max_examples=examples(15), stateful_step_count=15, deadline=None)
TestModel = Model.TestCase
