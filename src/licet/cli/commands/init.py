"""``licet init``: open a new deployment."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, keys
from licet.cli.call import Call, deed, single
from licet.cli.output import Answer
from licet.terms.errors import BadInput
from licet.terms.organisation import Role

if TYPE_CHECKING:
    from licet.deployment import FirstMember, Opened, Opening

app = single()

Named = Annotated[
    str,
    typer.Option(metavar="NAME[=FILE.pub]", help="A name and the public key of that member."),
]


@deed(app, "init")
def init(
    call: Call,
    *,
    controller: Annotated[str, typer.Option(help="Who is responsible (GDPR 4(7)).")],
    steward: Named = "steward",
    officer: Named = "officer",
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="For trying out, without real people; for ever.")
    ] = False,
    undertaking: Annotated[
        Path | None, typer.Option(help="The controller's own signed undertaking.")
    ] = None,
    database: Annotated[
        str, typer.Option(help="A PostgreSQL URL; an SQLite file without it.")
    ] = "",
) -> Answer:
    """Open a new deployment, real or sandbox.

    A real one needs the controller's own undertaking and the public keys of two people, a
    steward and a data protection officer, made with `licet member key`. What else the law
    asks before real people are held, is asked, drafted and filed by `licet ready`.
    """
    from licet.deployment import Opening, open_deployment
    from licet.settings import Settings

    if not sandbox and undertaking is None:
        raise BadInput(
            "a real deployment rests on the controller's own signed undertaking",
            "Give it with --undertaking, or try licet out with --sandbox.",
        )
    opening = Opening(
        controller=controller,
        members=(
            _first(steward, Role.STEWARD, sandbox),
            _first(officer, Role.DATA_PROTECTION_OFFICER, sandbox),
        ),
        sandbox=sandbox,
        undertaking=files.digest(undertaking, "the undertaking") if undertaking else "",
    )
    settings = Settings(home=call.home.resolve(), database_url=database)
    opened = open_deployment(settings, opening, call.outside.now)
    return Answer(opened, _lines(call, opening, opened))


def _lines(call: Call, opening: "Opening", opened: "Opened") -> tuple[str, ...]:
    what = "a sandbox" if opening.sandbox else "a deployment"
    following = "`licet member add`, `licet source add`" if opening.sandbox else "`licet ready`"
    people = [
        f"  {first.role.value}: {first.name} ({member})"
        for first, member in zip(opening.members, opened.members, strict=True)
    ]
    return (
        f"Opened {what} of {opening.controller} in {call.home}.",
        *people,
        f"Its ledger is {opened.deployment.origin}. Next: {following}.",
    )


def _first(word: str, role: Role, sandbox: bool) -> "FirstMember":
    """Read NAME=FILE.pub; in a sandbox the key may be left out, since nobody signs there."""
    from licet.deployment import FirstMember

    name, equals, file = word.partition("=")
    if equals:
        return FirstMember(name, keys.read_public(file), role)
    if not sandbox:
        raise BadInput(
            f"the {role.value.replace('_', ' ')} needs a key of their own",
            "Write NAME=FILE.pub; each makes a key with `licet member key`.",
        )
    return FirstMember(name, keys.throwaway(), role)
