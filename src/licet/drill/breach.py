"""A drill of the breach: from the first look at somebody who does not exist to its end."""

import time
from dataclasses import dataclass

from licet.drill.stage import CLEARANCE, DOMAIN, Stage, Step, allowed, must, populate, stage
from licet.listing import show_grant
from licet.rights.breaching import (
    close,
    confirm,
    list_breaches,
    show_breach,
    tell_authority,
    tell_those_touched,
)
from licet.rights.watching import place
from licet.terms.breaching import AuthorityTold, BreachFindings, BreachLine, CanaryWish, Risk
from licet.terms.duties import BreachState
from licet.terms.ids import GrantId
from licet.worker import run_once

FINDINGS = (
    "This is a drill: one look at a person who does not exist.",
    "Nothing follows for anybody.",
    "The way from the look to the letters was tried.",
)


@dataclass(frozen=True, slots=True)
class Drilled:
    """A drill that went right: how many people were told, its steps, how long it took."""

    people: int
    letters: int
    seconds: float
    steps: tuple[Step, ...]


def drill_breach(people: int) -> Drilled:
    """Try the whole way of a breach on a sandbox of its own.

    1. People, and one who does not exist.
    2. A steward looks at that one: a breach is suspected in the same moment.
    3. The worker warns who watches.
    4. What was found is written down; the authority and the people are told.
    5. The letters go out; the breach is closed.

    Raises ``LicetError`` where something did not go as it must.
    """
    begun = time.perf_counter()
    with stage() as made:
        canary = _place(made, people)  # 1
        line = _touch(made, canary)  # 2
        _warn(made, line)  # 3
        _tell(made, line, people)  # 4
        letters = _send(made, line, people)  # 5
        return Drilled(people, letters, time.perf_counter() - begun, tuple(made.steps))


def _place(made: Stage, people: int) -> GrantId:
    with made.step("people, and one who does not exist") as told:
        populate(made, people)
        wish = CanaryWish(made.organisation, CLEARANCE, DOMAIN, at_once=True)
        allowed(place(made.app, made.who("officer"), wish))
        told.append(f"{people} and 1")
    with made.app.store.read() as reader:
        (canary,) = reader.breaches.canaries()
        (grant,) = reader.grants.of_subject(canary.subject)
    return grant.id


def _touch(made: Stage, canary: GrantId) -> BreachLine:
    officer = made.who("officer")
    must(allowed(list_breaches(made.app, officer)) == (), "an alarm before anybody looked")
    with made.step("a look at the one, and the alarm") as told:
        allowed(show_grant(made.app, made.who("steward"), canary))
        lines = allowed(list_breaches(made.app, officer))
        must(len(lines) == 1, "no breach is suspected")
        told.append(f"breach {lines[0].id}")
    act = allowed(show_breach(made.app, officer, lines[0].id)).act
    must(act is not None and act[1] == "listed", "the act behind the alarm is not known")
    return lines[0]


def _warn(made: Stage, line: BreachLine) -> None:
    with made.step("the warning to who watches") as told:
        run_once(made.app)
        letters = made.letters()
        must(len(letters) == 1 and line.id.encode() in letters[0], "nobody was warned")
        told.append("1 letter")


def _tell(made: Stage, line: BreachLine, people: int) -> None:
    app, officer = made.app, made.who("officer")
    with made.step("what was found, told to the authority") as told:
        allowed(confirm(app, officer, line.id, BreachFindings(*FINDINGS, people, Risk.HIGH)))
        to = AuthorityTold("the authority", contact=f"authority@{DOMAIN}")
        allowed(tell_authority(app, officer, line.id, to))
        told.append("72 hours allowed")
    with made.step("letters to people") as told:
        done = allowed(tell_those_touched(app, officer, line.id))
        must(done.letters == people, f"{done.letters} letters for {people} people")
        told.append(f"{done.letters} planned")


def _send(made: Stage, line: BreachLine, people: int) -> int:
    with made.step("the letters go out, and the end") as told:
        run_once(made.app)
        letters = len(made.letters()) - 2  # The warning, and the authority's.
        must(letters == people, f"{letters} letters went out")
        words = "a drill"
        ended = allowed(close(made.app, made.who("officer", "auditor"), line.id, words))
        must(ended.state is BreachState.CLOSED, "the breach is not closed")
        told.append(f"{letters} sent")
    return letters
