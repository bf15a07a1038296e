"""``licet enrol``: keep a reference of a person."""

from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, signing
from licet.cli.call import Call, Takes, deed, single
from licet.cli.exits import Exit
from licet.cli.output import Answer, count
from licet.terms.granting import Enrolled, FailureToEnrol
from licet.terms.permit import Refusal

app = single()

WITNESSED = 1
"""The place (from 1) of the witnessed photo: it is put first."""


@deed(app, "enrol", Takes.ACTOR)
def enrol(
    call: Call,
    *,
    grant: str,
    photos: Annotated[
        list[Path] | None, typer.Argument(help="Further photos of this person alone.")
    ] = None,
    witnessed: Annotated[
        Path, typer.Option(metavar="PHOTO", help="Taken of the person by a member, there and then.")
    ],
) -> Answer | Refusal:
    """Keep a reference of a person, from several photos.

    Three photos or more miss far less than one. They are averaged and not kept. Each must
    show the person alone and agree with the witnessed one, so that nobody is enrolled from
    photos of somebody else.
    """
    from licet.enrol import enrol as keep

    places = (witnessed, *(one for one in photos or () if one != witnessed))
    given = tuple(files.read(one, "the photo") for one in places)
    with call.app() as licet:
        kept = signing.grant_of(licet, grant)
        who = signing.who(call, licet, signing.enrolling(kept, given, WITNESSED))
        done = keep(licet, who, kept.id, given, WITNESSED)
    if isinstance(done, Refusal):
        return done
    if isinstance(done, FailureToEnrol):
        lines = ("Failure to enrol: nothing was kept.", *_reasons(done.reasons, places))
        return Answer(done, lines, Exit.FAILURE_TO_ENROL)
    return Answer(done, (*_enrolled(done), *_reasons(done.left_out, places)))


def _enrolled(done: Enrolled) -> tuple[str, ...]:
    said = f"Enrolled from {count(done.used, 'photo')} (entry {done.leaf})."
    if not done.backfill:
        return (said,)
    places = count(done.backfill, "source")
    more = f"  {places} to scan again for this person: licet backfill {done.grant}"
    return (said, more)


def _reasons(reasons: tuple[tuple[int, str], ...], places: tuple[Path, ...]) -> list[str]:
    """Return the reasons by photo, with the names that were given."""
    return [
        f"  {places[number - 1] if number else 'all together'}: {reason}"
        for number, reason in reasons
    ]
