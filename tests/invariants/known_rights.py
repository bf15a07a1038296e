"""What somebody who watched from outside knows of requests, holds and searched people."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from licet.terms.rights import Received, RequestWish, RightKind
from licet.terms.when import to_ms
from tests.invariants.known import OVER, Known
from tests.invariants.raw import Picture, Row

OPEN = frozenset({"received", "identity_asked", "open", "fulfilling"})
PACKED = frozenset({"access", "portability"})
WEEK = 7 * 24 * 60 * 60 * 1000


@dataclass
class Asked:
    """A request as it was first seen: what for, by whom, and the day on which it is due."""

    id: str
    name: str
    kind: RightKind
    grants: frozenset[str]
    templates: frozenset[str]
    due: int
    letters: int = 1
    contact: str = ""

    @property
    def what(self) -> tuple[object, ...]:
        """What makes a second letter a repeat of the first."""
        return (self.contact, self.name, self.kind, self.grants, self.templates)


@dataclass
class Held:
    """A legal hold."""

    grants: frozenset[str]
    until: int


@dataclass
class RightsKnown:
    """Everything that is known of people's rights.

    ``called`` are the names and contacts that a person may go by now; ``names`` are all that
    were ever theirs, ``contacts`` the last one of each.
    """

    requests: dict[str, Asked] = field(default_factory=dict)
    proved: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    unlinked: dict[str, set[str]] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    faces: dict[str, str] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    searched: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    called: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    identities: dict[str, tuple[bytes, tuple[str, str]]] = field(default_factory=dict)

    def came(self, done: Received, wish: RequestWish) -> None:
        """A letter was taken in: it opened a request, or joined the one that it repeats."""
        known = self.requests.get(done.request)
        if known is None:
            grants, templates = frozenset(wish.grants), frozenset(wish.templates)
            asked = Asked(done.request, wish.name, wish.kind, grants, templates, to_ms(done.due))
            asked.contact = wish.contact
            self.requests[done.request] = asked
            return
        known.letters += 1
        assert done.letters == known.letters, "a repeat was not counted with its first letter"
        assert to_ms(done.due) <= known.due, "a repeat moved the day on which the answer is due"

    def held(self, grant: str, now: int) -> bool:
        """Whether a legal hold keeps a grant now."""
        return any(grant in hold.grants and now < hold.until for hold in self.holds.values())

    def machine(self, known: Known, picture: Picture, now: int) -> None:
        """What the worker may do by itself: end what an objection asked, free what was held."""
        objecting = {
            row["subject"]
            for row in picture["request"]
            if row["kind"] == "objection" and row["state"] in OPEN
        }
        over = {g for hold in self.holds.values() if hold.until <= now for g in hold.grants}
        for grant in known.grants.values():
            if "restricted" in grant.may and grant.subject in objecting:
                grant.may |= OVER
            if "restricted" in grant.may and grant.id in over:
                grant.may |= {"active", "pending"}

    def settle(self, picture: Picture) -> None:
        """Learn from the rows what an act that was cut short left behind."""
        for row in picture["hold"]:
            until = row["until"] if row["lifted_at"] is None else row["lifted_at"]
            grants = frozenset(_words(row["grants"]))
            self.holds[row["id"]] = Held(grants, min(until, row["until"]))
        there = {row["id"] for row in picture["request"]}
        for row in picture["request"]:
            asked = self.requests.get(row["id"])
            if asked is None:
                # Nobody heard its number: it was taken in by a process that died then.
                asked = self.requests[row["id"]] = Asked(
                    row["id"], "", RightKind(row["kind"]), frozenset(), frozenset(), row["due"]
                )
            asked.letters = row["letters"]
        for gone in set(self.requests) - there:
            # A store that was made before it was brought back.
            del self.requests[gone]

    def restored(self) -> None:
        """An older store is in service: what came since may have gone, what was said stays."""
        # An earlier name may be back; an earlier contact, which may be another's now, is not.
        self.called = {
            subject: {(name, contact) for name in names for contact in (self.contacts[subject], "")}
            for subject, names in self.names.items()
        }
        self.identities.clear()
        self.holds.clear()
        self.unlinked.clear()
        self.confirmed.clear()


def waits(picture: Picture, subject: str) -> bool:
    """Whether somebody's own access request must be answered before their rows may go."""
    return any(
        row["subject"] == subject
        and row["kind"] in PACKED
        and row["state"] in OPEN
        and row["channel_proved_at"] is not None
        for row in picture["request"]
    )


def open_requests(picture: Picture) -> Iterable[Row]:
    """The requests that are still to be answered."""
    return (row for row in picture["request"] if row["state"] in OPEN)


def _words(text: str) -> list[str]:
    return list(json.loads(text))
