"""What somebody who watched from outside knows: the model that the deployment is held against.

It follows what people did and were told, and never asks the deployment. Where an act was
cut short it allows both outcomes, and settles on the one that is found.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.invariants.raw import Picture, Row

GONE = "gone"
"""The row is not there: a restored store was made before it."""

OVER = frozenset({"ending", "ended"})
EVERY = frozenset({GONE, "pending", "active", "restricted", "ending", "ended"})


@dataclass
class GrantKnown:
    """A grant as it was first seen; ``may`` are the states it may be in now."""

    id: str
    subject: str
    organisation: str | None
    purpose: str
    expires: int
    may: frozenset[str]


@dataclass
class BlockKnown:
    """A block and whether it must hold, may hold (None) or was lifted."""

    subject: str | None
    source: str | None
    holds: bool | None


@dataclass(frozen=True)
class Sealed:
    """Sealed bytes that were kept of a person, and the row they were bound to."""

    subject: str
    where: str
    data: bytes


@dataclass
class Backup:
    """A backup or copy of the store: where it is and what stood in it."""

    place: Any
    grants: dict[str, str]
    subjects: frozenset[str]
    sources: frozenset[str]
    blocks: frozenset[str]


@dataclass
class Known:
    """Everything that is known from outside."""

    grants: dict[str, GrantKnown] = field(default_factory=dict)
    acted: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    erasing: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    ceased: set[str] = field(default_factory=set)
    blocks: dict[str, BlockKnown] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    said: set[bytes] = field(default_factory=set)
    values: dict[str, set[bytes]] = field(default_factory=dict)
    sealed: dict[str, Sealed] = field(default_factory=dict)
    backups: list[Backup] = field(default_factory=list)
    crashed: bool = False

    # -- acts

    def may(self, grant: str, *states: str) -> None:
        """An act that may have happened: these states are possible too."""
        known = self.grants.get(grant)
        if known is not None:
            known.may |= set(states)

    def must(self, grant: str, *states: str) -> None:
        """An act that did happen: no other state is possible."""
        known = self.grants.get(grant)
        if known is not None:
            known.may = frozenset(states)

    def of_subject(self, subject: str) -> list[GrantKnown]:
        """The grants of a person."""
        return [known for known in self.grants.values() if known.subject == subject]

    def take_back(self, grant: str, done: bool) -> None:
        """The person took a grant back; from now on it may never be live again."""
        known = self.grants.get(grant)
        if known is None or known.may == {GONE}:
            return
        if done:
            self.withdrawn.add(grant)
            self.must(grant, *OVER)
        else:
            self.may(grant, *OVER)

    def expire(self, now: int) -> None:
        """Time may have ended grants, if a worker came by."""
        for known in self.grants.values():
            if known.expires <= now:
                known.may |= OVER

    def restored(self, backup: Backup) -> None:
        """An older store was brought into service: what ended stays ended, more may be lost."""
        for known in self.grants.values():
            held = backup.grants.get(known.id)
            if held is None:
                known.may = frozenset({GONE})
            elif known.may & OVER or known.subject in self.erasing:
                known.may = OVER
            elif known.may == {"restricted"}:
                # A restore undoes no restriction.
                known.may = frozenset({"restricted"})
            elif held == "restricted":
                known.may = known.may | {held}
            elif known.may == {GONE}:
                # It was lost for a while, and keys without a row are swept: if so, it is over.
                known.may = OVER | {held}
            else:
                known.may = frozenset({held})
        for name, block in self.blocks.items():
            there = name in backup.blocks
            reachable = self._reachable(block, backup)
            if block.holds:
                block.holds = True if there or reachable else None
            else:
                block.holds = None

    def _reachable(self, block: BlockKnown, backup: Backup) -> bool:
        if block.source is not None:
            return block.source in backup.sources
        # A person is named in the ledger by grants that existed when the block was placed.
        return block.subject is None

    def meet(self, row: Row, *may: str) -> None:
        """A grant that was made where nobody looked."""
        self.grants[row["id"]] = replace(_first_seen(row), may=frozenset(may))

    # -- what is found

    def settle(self, picture: Picture) -> None:
        """Hold every grant against what may be; from here on, what was found is known."""
        for grant, row in picture.grants.items():
            if grant not in self.grants:
                self.grants[grant] = _first_seen(row)
        for grant, known in self.grants.items():
            row = picture.grants.get(grant)
            state = GONE if row is None else row["state"]
            if known.organisation is None:
                # A request's: the machine makes it live and ends it with the request.
                known.may = OVER if state in OVER else EVERY
                continue
            assert state in known.may, f"grant is {state}, may be {sorted(known.may)}"
            # Whoever comes by may carry to its end what is ending; nothing goes back.
            known.may = OVER if state == "ending" else frozenset({state})
            if row is not None:
                _same(known, row)
            if state in OVER:
                self.withdrawn.add(grant)
        for subject, row in picture.subjects.items():
            if row["state"] == "erased":
                self.erased.add(subject)
                self.erasing.add(subject)
            elif row["state"] == "erasing":
                self.erasing.add(subject)

    def live(self, picture: Picture, now: int) -> frozenset[str]:
        """The grants that may be used now, by what people did and what the rows say."""
        blocks = [row for row in picture["block"] if row["lifted_at"] is None]
        return frozenset(
            grant
            for grant, row in picture.grants.items()
            if self._live(row, picture.subjects[row["subject"]], blocks, now)
        )

    def _live(self, grant: Row, subject: Row, blocks: list[Row], now: int) -> bool:
        if grant["id"] in self.withdrawn or grant["subject"] in self.erasing:
            return False
        if grant["state"] != "active" or subject["state"] != "known":
            return False
        if grant["notice_delivered_at"] is None or grant["confirmed_at"] is None:
            return False
        if not grant["not_before"] <= now < grant["expires"]:
            return False
        return not any(_covers(block, grant, subject) for block in blocks)


def _first_seen(row: Row) -> GrantKnown:
    return GrantKnown(
        row["id"],
        row["subject"],
        row["organisation"],
        row["purpose"],
        row["expires"],
        # A grant comes into being pending, whoever asked and whatever was cut short.
        frozenset({"pending"}),
    )


def _same(known: GrantKnown, row: Row) -> None:
    was = (known.subject, known.organisation, known.purpose, known.expires)
    now = (row["subject"], row["organisation"], row["purpose"], row["expires"])
    assert was == now, f"a grant changed from {was} to {now}"


def _covers(block: Row, grant: Row, subject: Row) -> bool:
    if not (block["use"] or block["collecting"]):
        return False
    if block["subject"] is None and block["source"] is None and block["territory"] is None:
        return True
    if block["subject"] is not None:
        return bool(block["subject"] == subject["id"])
    return block["source"] is not None and block["use"] and block["source"] == grant["source"]
