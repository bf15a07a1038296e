"""``licet grant``: ask a person for a grant, and look after grants."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, handed, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.cli.person import AsPerson, Proof, acting
from licet.terms.basis import Relationship
from licet.terms.grant import Identity
from licet.terms.granting import Asked, GrantWish
from licet.terms.ids import GrantId, SourceId, SubjectId, Territory
from licet.terms.listing import GrantDetails
from licet.terms.permit import Action, Refusal
from licet.terms.when import to_text

if TYPE_CHECKING:
    from licet.app import App

app = group("Grants: ask a person for one, and look after them.")


@deed(app, "ask", Takes.WRITER)
def ask(
    call: Call,
    *,
    name: Annotated[str, typer.Argument(help="The person's name.")],
    contact: Annotated[str, typer.Option(help="A mail address of the person's own.")],
    born: Annotated[str, typer.Option(metavar="DAY", help="Asked, never inferred.")],
    purpose: Annotated[str, typer.Option(help="One purpose of the closed list.")],
    relationship: Annotated[
        Relationship, typer.Option(help="How the person stands to the organisation.")
    ],
    org: Annotated[str, typer.Option(help="The organisation, by name or id.")] = "",
    residence: Annotated[str, typer.Option(metavar="CC", help="ISO 3166-1, if known.")] = "",
    source: Annotated[str, typer.Option(help="For this source alone; else for all.")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="For fewer days.")] = None,
    guardian: Annotated[
        bool, typer.Option("--guardian", help="The contact is the guardian's of a minor.")
    ] = False,
    instrument: Annotated[
        Path | None, typer.Option(help="Vital interests: why the person cannot be asked.")
    ] = None,
) -> Answer | Refusal:
    """Ask a person for a grant. They get the notice and a code; only they can say yes."""
    from licet.granting import ask_grant

    with call.app() as licet:
        wish = GrantWish(
            organisation=signing.acting_organisation(call, licet, org),
            purpose=names.purpose(purpose),
            relationship=relationship,
            identity=Identity(name, contact, born, call.language),
            residence=Territory(residence.upper()) if residence else None,
            source=_source(licet, source),
            days=days,
            guardian=guardian,
            instrument=files.digest(instrument, "the instrument") if instrument else "",
        )
        who = signing.who(call, licet, signing.asking_grant(wish))
        asked = ask_grant(licet, who, wish)
    return asked if isinstance(asked, Refusal) else _asked(asked)


@deed(app, "more", Takes.ACTOR)
def more(
    call: Call,
    *,
    subject: Annotated[str, typer.Argument(help="A person known here, by id.")],
    purpose: Annotated[str, typer.Option(help="One purpose of the closed list.")],
    relationship: Annotated[
        Relationship, typer.Option(help="How the person stands to the organisation.")
    ],
    org: Annotated[str, typer.Option(help="The organisation, by name or id.")] = "",
    source: Annotated[str, typer.Option(help="For this source alone; else for all.")] = "",
    days: Annotated[int | None, typer.Option(min=1, help="For fewer days.")] = None,
) -> Answer | Refusal:
    """Ask a person who is known here for a further grant."""
    from licet.granting import ask_grant

    with call.app() as licet:
        wish = GrantWish(
            organisation=signing.acting_organisation(call, licet, org),
            purpose=names.purpose(purpose),
            relationship=relationship,
            subject=SubjectId(subject),
            source=_source(licet, source),
            days=days,
        )
        who = signing.who(call, licet, signing.asking_grant(wish))
        asked = ask_grant(licet, who, wish)
    return asked if isinstance(asked, Refusal) else _asked(asked)


@deed(app, "resend", Takes.ACTOR)
def resend(call: Call, grant: str) -> Answer | Refusal:
    """Send the notice again with a new code; the old code ends. Once a day at most."""
    from licet.granting import resend as send_again

    with call.app() as licet:
        kept = signing.grant_of(licet, grant)
        who = signing.who(call, licet, signing.on_grant(Action.GRANT, kept))
        asked = send_again(licet, who, kept.id)
    return asked if isinstance(asked, Refusal) else _asked(asked)


@deed(app, "list", Takes.ACTOR)
def list_(
    call: Call,
    *,
    contact: Annotated[str, typer.Option(help="Only those of this mail address.")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="Only those that ended.")] = False,
) -> Answer | Refusal:
    """List grants that are kept. Names stay sealed; a contact finds its own."""
    from licet.listing import BY_CONTACT, GRANTS, list_grants

    with call.app() as licet:
        about = BY_CONTACT if contact else GRANTS
        who = signing.who(call, licet, signing.listing(about))
        found = list_grants(licet, who, contact, ended=ended)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.id,
            one.state.value,
            one.purpose,
            one.organisation,
            "yes" if one.enrolled else "no",
            one.expires.date().isoformat(),
            one.subject,
        )
        for one in found
    )
    headings = ("id", "state", "purpose", "organisation", "enrolled", "until", "person")
    return Answer(found, (Grid(headings, rows, "There is no such grant."),))


@deed(app, "show", Takes.ACTOR)
def show(call: Call, grant: str) -> Answer | Refusal:
    """Say what one grant is and how much is kept under it."""
    from licet.listing import about_grant, show_grant

    wanted = GrantId(grant.strip())
    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(about_grant(wanted)))
        details = show_grant(licet, who, wanted)
    if isinstance(details, Refusal):
        return details
    line = details.grant
    return Answer(
        details,
        (
            f"{line.id} is {line.state.value}, for {line.purpose} at {line.organisation or '-'}",
            f"  basis GDPR {details.basis}, condition GDPR {details.condition}",
            (
                f"  notice delivered {_when(details.notice_delivered_at)}, "
                f"confirmed {_when(details.confirmed_at)}, until {to_text(line.expires)[:10]}"
            ),
            *(f"  set aside: {why}" for why in details.restricted_for),
            _kept(details),
        ),
    )


@deed(app, "record", Takes.ACTOR)
def record(
    call: Call,
    *,
    grant: str,
    proof: Proof = None,
    as_person: AsPerson = False,
    out: Annotated[Path | None, typer.Option(help="Where the record goes.")] = None,
) -> Answer | Refusal:
    """Hand out a grant's consent record: who, what for, on what basis, and what happened to it.

    A signed receipt in the fields of ISO/IEC TS 27560, which anybody can verify.
    """
    from licet.recording import about_record, grant_record

    with call.app() as licet, files.handout(handed.place(out, "record", grant)) as file:
        kept = signing.grant_of(licet, grant)
        about = signing.listing(about_record(kept.id, kept.subject))
        who = acting(call, licet, (proof, as_person), kept.subject, about)
        done = grant_record(licet, who, kept.id)
        if isinstance(done, Refusal):
            return done
        return handed.receipt(
            file, done, f"The consent record of the grant {kept.id}, as it is now."
        )


def _asked(asked: Asked) -> Answer:
    return Answer(
        asked,
        (
            f"Asked. The grant {asked.grant} is pending: nothing is kept under it yet.",
            f"  The person ({asked.subject}) has the notice and a code, and may say yes with it:",
            f"  licet confirm {asked.grant} CODE",
        ),
    )


def _source(licet: "App", word: str) -> SourceId | None:
    if not word:
        return None
    with licet.store.read() as reader:
        return names.source(reader, word).id


def _when(moment: datetime | None) -> str:
    return to_text(moment)[:16].replace("T", " ") if moment else "not yet"


def _kept(details: GrantDetails) -> str:
    if details.templates is None:
        return "  kept under it: the person is told, with the answer to their request"
    return f"  kept under it: {details.templates} templates, {details.suggestions} suggestions"
