"""``licet member invite`` and its neighbours: passkeys and API keys of members."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from licet.cli import names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.admission import ApiKeyWish
from licet.terms.ids import ApiKeyId, PasskeyId
from licet.terms.permit import Refusal

app = group("Passkeys and API keys of members.")


@deed(app, "invite", Takes.ACTOR)
def invite(
    call: Call, member: Annotated[str, typer.Argument(help="The member, by name or id.")]
) -> Answer | Refusal:
    """Let a member add a passkey in a browser. Two members of the controller act.

    The address is told once: hand it to the member yourself, in person or by a channel
    that only they read. Whoever opens it first signs in as them.
    """
    from licet.admitting import invite as flow
    from licet.web.serving import Serving

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.member(reader, member)
        who = signing.who(call, licet, signing.inviting(found))
        made = flow(licet, who, found.id)
        origin = Serving.of(call.settings).origin
    if isinstance(made, Refusal):
        return made
    return Answer(
        made,
        (
            f"{found.name} opens this once, by {made.expires:%Y-%m-%d}:",
            f"  {origin}/invitation#{made.code}",
        ),
    )


@deed(app, "authenticators", Takes.ACTOR)
def authenticators(
    call: Call, member: Annotated[str, typer.Argument(help="The member, by name or id.")]
) -> Answer | Refusal:
    """List a member's passkeys and API keys, the ended ones too."""
    from licet.admitting import AUTHENTICATORS, list_authenticators

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.member(reader, member)
        who = signing.who(call, licet, signing.listing(AUTHENTICATORS))
        rows = list_authenticators(licet, who, found.id)
    if isinstance(rows, Refusal):
        return rows
    cells = tuple(
        (one.kind, one.purpose, f"{one.made_at:%Y-%m-%d}", _day(one.ends), one.id) for one in rows
    )
    headings = ("kind", "purpose", "made", "until", "id")
    return Answer(rows, (Grid(headings, cells, f"{found.name} has none."),))


@deed(app, "end-passkey", Takes.ACTOR)
def end_passkey(
    call: Call, passkey: Annotated[str, typer.Argument(help="The passkey, by id.")]
) -> Answer | Refusal:
    """End a passkey and its member's sessions. Two members of the controller act."""
    from licet.admitting import end_passkey as flow

    with call.app() as licet:
        named = PasskeyId(passkey)
        leaf = flow(licet, signing.who(call, licet, signing.ending_passkey(named)), named)
    if isinstance(leaf, Refusal):
        return leaf
    return Answer({"leaf": leaf}, (f"The passkey opens nothing any more (entry {leaf}).",))


@deed(app, "api-key", Takes.ACTOR)
def api_key(
    call: Call,
    *,
    member: Annotated[str, typer.Argument(help="In whose name a program asks.")],
    purpose: Annotated[str, typer.Option(help="The one purpose it is for.")],
    until: Annotated[datetime, typer.Option(metavar="DAY", formats=["%Y-%m-%d"])],
) -> Answer | Refusal:
    """Make an API key for a program. Two members of the controller act.

    It is told once. It reads and searches for its purpose alone, and signs nothing.
    """
    from licet.admitting import make_api_key as flow

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.member(reader, member)
        wish = ApiKeyWish(found.id, names.purpose(purpose), until.replace(tzinfo=UTC))
        made = flow(licet, signing.who(call, licet, signing.making_api_key(wish)), wish)
    if isinstance(made, Refusal):
        return made
    return Answer(
        made, (f"The key of {found.name} ({made.key}), told this once:", f"  {made.secret}")
    )


@deed(app, "end-api-key", Takes.ACTOR)
def end_api_key(
    call: Call, key: Annotated[str, typer.Argument(help="The key, by id.")]
) -> Answer | Refusal:
    """End an API key. Two members of the controller act."""
    from licet.admitting import end_api_key as flow

    with call.app() as licet:
        named = ApiKeyId(key)
        leaf = flow(licet, signing.who(call, licet, signing.ending_api_key(named)), named)
    if isinstance(leaf, Refusal):
        return leaf
    return Answer({"leaf": leaf}, (f"The key opens nothing any more (entry {leaf}).",))


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
