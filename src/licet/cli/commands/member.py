"""``licet member``: members and their own keys."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, keys, names, signing
from licet.cli.call import Call, Takes, deed, group, joined
from licet.cli.commands import member_door
from licet.cli.output import Answer, Grid
from licet.terms.errors import BadInput
from licet.terms.governing import MemberWish
from licet.terms.ids import MemberId
from licet.terms.organisation import Role
from licet.terms.permit import Refusal, Register

app = group("Members and their own keys.")
joined(app, member_door.app)


@dataclass(frozen=True, slots=True)
class KeyMade:
    """A key that was made: the member's own file, and the public one for the steward."""

    key: Path
    public: Path


@dataclass(frozen=True, slots=True)
class Added:
    """A member that was added."""

    member: MemberId


@dataclass(frozen=True, slots=True)
class Ended:
    """A membership that ended."""

    member: MemberId
    leaf: int


@deed(app, "key", Takes.NOTHING)
def key(
    call: Call,
    *,
    file: Annotated[Path, typer.Argument(help="Where the key goes; FILE.pub is put beside it.")],
) -> Answer:
    """Make a key of your own, protected by a passphrase. Needs no deployment.

    The passphrase is asked for, or read from LICET_PASSPHRASE or LICET_PASSPHRASE_FILE.
    """
    from licet.vault.signing import new_member_key

    public = file.with_name(f"{file.name}.pub")
    with files.handout(file) as own, files.handout(public) as beside:
        made = new_member_key(signing.new_passphrase(call, file))
        own.write(made.pem)
        beside.write(keys.to_line(made.public).encode())
    return Answer(
        KeyMade(file, public),
        (f"Made {file}: keep it to yourself.", f"Give {public} to the steward who adds you."),
    )


@deed(app, "add", Takes.ACTOR)
def add(
    call: Call,
    *,
    name: str,
    role: Annotated[list[Role], typer.Option(help="What they may do. Repeatable.")],
    public: Annotated[str, typer.Option(metavar="FILE.pub", help="Their public key.")] = "",
    passkey: Annotated[
        bool, typer.Option("--passkey", help="They sign with passkeys alone and have no key file.")
    ] = False,
    org: Annotated[str, typer.Option(help="Their organisation, by name or id.")] = "",
) -> Answer | Refusal:
    """Add a member with a key of their own. Two members of the controller act.

    With --passkey they sign nothing until two members invite them: `licet member invite`.
    """
    from licet.governance import add_member

    with call.app() as licet:
        if public and passkey:
            raise BadInput("both --public and --passkey are given", "Give one of them.")
        if not public and not passkey and not licet.deployment.sandbox:
            raise BadInput(
                "a member needs a key of their own",
                "Give it with --public FILE.pub, or let them use passkeys alone: --passkey.",
            )
        wish = MemberWish(
            organisation=signing.acting_organisation(call, licet, org),
            name=name,
            roles=frozenset(role),
            public_key=keys.read_public(public) if public else keys.throwaway(),
        )
        who = signing.who(call, licet, signing.adding_member(wish))
        added = add_member(licet, who, wish)
    if isinstance(added, Refusal):
        return added
    return Answer(Added(added), (f"Added {name} ({added}).",))


@deed(app, "end", Takes.ACTOR)
def end(
    call: Call, member: Annotated[str, typer.Argument(help="The member, by name or id.")]
) -> Answer | Refusal:
    """End a membership: their key opens nothing any more. Two members of the controller act."""
    from licet.governance import end_member

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.member(reader, member)
        leaf = end_member(licet, signing.who(call, licet, signing.ending_member(found)), found.id)
    if isinstance(leaf, Refusal):
        return leaf
    said = f"{found.name} is a member no more (entry {leaf})."
    return Answer(Ended(found.id, leaf), (said,))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List members and their roles: your own organisation's, or all for the controller's."""
    from licet.effects.listing import About
    from licet.listing import list_members

    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(About(Register.MEMBERS)))
        found = list_members(licet, who)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (one.name, one.organisation, ", ".join(sorted(one.roles)), one.state.value, one.id)
        for one in found
    )
    headings = ("name", "organisation", "roles", "state", "id")
    return Answer(found, (Grid(headings, rows, "There is no member."),))
