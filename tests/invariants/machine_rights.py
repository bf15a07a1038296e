"""Random histories in which people also use their rights, and others answer them."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from licet.terms.rights import RightKind
from tests.invariants import checks_rights
from tests.invariants.acts import Cut
from tests.invariants.asking import RightsActs
from tests.invariants.known import OVER
from tests.invariants.known_rights import OPEN
from tests.invariants.machine import PEOPLE, STRANGERS, History, crashes, picks
from tests.invariants.raw import Leaf, Picture

KINDS = (
    RightKind.ACCESS,
    RightKind.ACCESS,
    RightKind.PORTABILITY,
    RightKind.ERASURE,
    RightKind.RESTRICTION,
    RightKind.OBJECTION,
    RightKind.WITHDRAWAL,
    RightKind.RECTIFICATION,
    RightKind.COMPLAINT,
)
KEPT = ("pending", "active", "restricted", "ending")
YEARS = 365 * 6 + 3
"""Longer than any regime keeps anything of who did nothing since."""
WHO = st.sampled_from(((), (), ("steward", "officer"), ("steward",), ("steward", "verifier")))
"""Who corrects: the person, members, or members who may not."""
READERS = (("officer", "auditor"), ("officer",), ("auditor",), ("officer", "steward"))


class RightsHistory(History):
    """A deployment whose people ask, object, take off, confirm, and are held and searched."""

    acts: RightsActs

    def __init__(self) -> None:
        super().__init__()
        self.acts = RightsActs(self.house)
        self.how = ""

    @initialize(how=st.sampled_from(("closed", "years", "")))
    def choose_an_end(self, how: str) -> None:
        """Some histories end with the whole deployment, some with years of silence."""
        self.how = how

    # -- what must hold

    def also(self, before: Picture, picture: Picture, new: list[Leaf]) -> None:
        rights = self.acts.rights
        if self.restored:
            rights.restored()
        rights.settle(picture)
        checks_rights.clocks(rights, picture)
        checks_rights.refused(rights, picture, new)
        checks_rights.unlinked(self.house, rights, picture)
        if not self.restored:
            checks_rights.held(self.house, before, picture)
            if not self.restores:
                checks_rights.accounted(rights, before, picture, new)
            checks_rights.packages(self.house, before, picture)
        checks_rights.surfaced(self.house, rights, picture)
        checks_rights.called(self.house, rights, picture)

    def worked(self) -> None:
        super().worked()
        checks_rights.answered(self.picture, self.house.now)
        checks_rights.over(self.house, self.picture)
        if not self.restores:
            checks_rights.newcomers(self.house, self.picture)

    def finish(self) -> None:
        super().finish()
        if self.how == "closed":
            self.end()
        elif self.how == "years":
            self.be_silent()

    def be_silent(self) -> None:
        """Nobody does anything for as long as any regime keeps what is left of people."""
        self.house.clock.go(days=YEARS)
        for known in self.acts.known.grants.values():
            known.may |= OVER
        self.acts.worker()
        self.check()
        self.house.clock.go(days=YEARS)
        self.acts.worker()
        self.check()
        checks_rights.years_after(self.picture)

    def end(self) -> None:
        """The deployment is ended: everybody is answered and erased, every key destroyed."""
        done: Any = self.acts.close(self.picture)
        assert hasattr(done, "ordered_at"), done
        for _ in range(40):
            self.house.clock.go(days=8)
            done = self.acts.worker()
            if done.closed:
                break
        assert done.closed, "a deployment that was ordered to end goes on"
        checks_rights.ended(self.house, self.house.database.picture())

    # -- choosing

    def request(self, pick: int, *states: str) -> str | None:
        """Some request in one of these states."""
        rows = [row for row in self.picture["request"] if row["state"] in states]
        ordered = sorted(rows, key=lambda row: (row["received_at"], row["leaf"]))
        return ordered[pick % len(ordered)]["id"] if ordered else None

    def appearance(self, pick: int) -> tuple[str, str] | None:
        """Some appearance, and its grant."""
        rows = [row for row in self.picture["template"] if row["kind"] == "appearance"]
        ordered = sorted(rows, key=lambda row: (row["leaf"], row["id"]))
        if not ordered:
            return None
        row = ordered[pick % len(ordered)]
        return row["id"], row["grant"]

    # -- requests

    @rule(
        name=st.sampled_from((*PEOPLE, *STRANGERS)),
        kind=st.sampled_from(KINDS),
        one=st.booleans(),
        pick=picks,
        crash=crashes,
    )
    def write(self, name: str, kind: RightKind, one: bool, pick: int, crash: int | None) -> None:
        """A letter comes in, about everything or about one grant."""
        grant = self.grant(pick, *KEPT) if one else None
        narrow = kind in (RightKind.WITHDRAWAL, RightKind.RESTRICTION, RightKind.OBJECTION)
        parts = {"grants": (grant,)} if grant is not None and narrow else {}
        chosen = self.appearance(pick) if one and kind is RightKind.RECTIFICATION else None
        if chosen is not None:
            parts = {"templates": (chosen[0],)}
        self.acts.write(name, kind, crash, **parts)
        self.check()

    @rule(pick=picks, right=st.sampled_from((True, True, True, False)), crash=crashes)
    def prove(self, pick: int, right: bool, crash: int | None) -> None:
        """A code comes back."""
        request = self.request(pick, "received", "open", "fulfilling")
        if request is not None:
            self.acts.prove(request, right, crash)
            self.check()

    @rule(pick=picks, name=st.sampled_from(STRANGERS), crash=crashes)
    def photo(self, pick: int, name: str, crash: int | None) -> None:
        """A stranger's request gets a photo."""
        request = self.request(pick, "received", "open")
        if request is not None:
            self.acts.attach(request, name, crash)
            self.check()

    @rule(pick=picks, name=st.sampled_from(STRANGERS), crash=crashes)
    def accept(self, pick: int, name: str, crash: int | None) -> None:
        """A human accepts the photo of a request."""
        request = self.request(pick, "received", "open")
        if request is not None:
            self.acts.accept(request, name, crash)
            self.check()

    @rule(pick=picks, no=st.sampled_from((True, False, False)), crash=crashes)
    def decide(self, pick: int, no: bool, crash: int | None) -> None:
        """A human answers a request, or refuses it."""
        request = self.request(pick, *sorted(OPEN))
        if request is None:
            return
        (self.acts.refuse if no else self.acts.answer)(request, crash)
        self.check()

    # -- standing

    @rule(pick=picks, person=st.booleans(), crash=crashes)
    def restrict(self, pick: int, person: bool, crash: int | None) -> None:
        """A grant is set aside."""
        grant = self.grant(pick, "active", "pending", "restricted")
        if grant is not None:
            self.acts.restrict(grant, person, crash)
            self.check()

    @rule(pick=picks, person=st.booleans(), alone=st.booleans(), crash=crashes)
    def release(self, pick: int, person: bool, alone: bool, crash: int | None) -> None:
        """A grant that was set aside is to be used again."""
        grant = self.grant(pick, "restricted")
        if grant is not None:
            self.acts.release(grant, person, alone, crash)
            self.check()

    # -- appearances

    @rule(pick=picks, crash=crashes)
    def not_mine(self, pick: int, crash: int | None) -> None:
        """A face is taken off a person."""
        chosen = self.appearance(pick)
        if chosen is not None:
            self.acts.take_off(*chosen, crash)
            self.check()

    @rule(pick=picks, crash=crashes)
    def mine(self, pick: int, crash: int | None) -> None:
        """A face is confirmed."""
        chosen = self.appearance(pick)
        if chosen is not None:
            self.acts.confirm_face(chosen[0], crash)
            self.check()

    # -- who somebody is

    @rule(
        pick=picks,
        spelled=st.sampled_from(("Anna Lindgren-Maes", "Bo Andersson-Ek", "")),
        who=WHO,
        crash=crashes,
    )
    def correct_name(
        self, pick: int, spelled: str, who: tuple[str, ...], crash: int | None
    ) -> None:
        """A name is put right, by the person or by members."""
        subject = self.subject(pick, "known")
        if subject in self.acts.rights.called:
            self.acts.correct(subject, spelled, None, who, crash)
            self.check()

    @rule(pick=picks, right=st.sampled_from((True, True, False)), who=WHO, crash=crashes)
    def move(self, pick: int, right: bool, who: tuple[str, ...], crash: int | None) -> None:
        """Somebody writes from another contact that it is theirs now, and may prove it."""
        subject = self.subject(pick, "known")
        if subject not in self.acts.rights.called:
            return
        name = self.acts.known.names.get(subject) or PEOPLE[0]
        contact = f"{name}@moved.example.org"
        done = self.acts.write(name, RightKind.RECTIFICATION, None, contact=contact)
        self.check()
        self.acts.prove(done.request, right, None)  # type: ignore[attr-defined]
        self.check()
        self.acts.correct(subject, "", done.request, who, crash)  # type: ignore[attr-defined]
        self.check()

    # -- holds and records of who searched

    @rule(pick=picks, days=st.sampled_from((2, 40, 180)), alone=st.booleans(), crash=crashes)
    def place_hold(self, pick: int, days: int, alone: bool, crash: int | None) -> None:
        """A claim needs what is kept under a grant."""
        grant = self.grant(pick, "active", "restricted", "ending")
        if grant is not None:
            subject = self.picture.grants[grant]["subject"]
            self.acts.hold(subject, (grant,), days, alone, crash)
            self.check()

    @rule(pick=picks, alone=st.booleans(), crash=crashes)
    @precondition(lambda self: self.picture["hold"])
    def lift_hold(self, pick: int, alone: bool, crash: int | None) -> None:
        """A claim needs nothing more."""
        names = sorted(row["id"] for row in self.picture["hold"])
        self.acts.lift_hold(names[pick % len(names)], alone, crash)
        self.check()

    @rule(pick=picks, who=st.sampled_from(READERS))
    @precondition(lambda self: self.picture["account"])
    def audit(self, pick: int, who: tuple[str, ...]) -> None:
        """Somebody asks who searched a person who is erased."""
        rows = [r for r in self.picture["account"] if r["destroy_at"] > self.house.now]
        if rows:
            names = sorted(row["id"] for row in rows)
            self.acts.open_account(names[pick % len(names)], *who)
            self.check()

    @rule(
        name=st.sampled_from(PEOPLE), kind=st.sampled_from(KINDS[:7]), days=st.sampled_from((0, 26))
    )
    def ask_for_right(self, name: str, kind: RightKind, days: int) -> None:
        """A letter, its code and the worker: what is asked for happens though nobody acts."""
        done = self.acts.write(name, kind, None)
        self.check()
        assert not isinstance(done, Cut)
        self.acts.prove(done.request, True, None)  # type: ignore[attr-defined]
        self.check()
        self.house.clock.go(days=days, minutes=3)
        self.acts.worker()
        self.check()
        self.worked()
