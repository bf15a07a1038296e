"""What every command takes: where the deployment is, who acts, how to answer.

:func:`deed` adds those options to a command, so that each command's own function holds
only its own words, and turns what it returns into output and an exit code.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from licet.cli.exits import Exit
from licet.cli.opening import drawn
from licet.cli.output import Answer, tell
from licet.cli.outside import Outside
from licet.cli.progress import wanted
from licet.cli.telling import tell_refusal
from licet.terms.permit import Refusal

if TYPE_CHECKING:
    from licet.app import App
    from licet.settings import Settings

HERE = Path()

Home = Annotated[
    Path,
    typer.Option("--home", envvar="LICET_HOME", help="The deployment's folder."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
As = Annotated[
    str,
    typer.Option("--as", metavar="NAME[,NAME]", help="Who acts, by name: in a sandbox only."),
]
Keys = Annotated[
    list[Path] | None,
    typer.Option("--key", metavar="FILE", help="The key file of a member who signs. Repeatable."),
]


Language = Annotated[
    str,
    typer.Option("--language", metavar="TAG", help="What the person reads: en, fr or de."),
]


Org = Annotated[str, typer.Option("--org", help="The organisation, by name or id.")]


class Takes(StrEnum):
    """Which of the common options a command has; ``--json`` is on every one.

    A writer is an actor who makes a letter go to a person, in that person's language. An
    agent is an actor for an organisation, which is named where it is not their own.
    """

    NOTHING = "nothing"
    HOME = "home"
    ACTOR = "actor"
    AGENT = "agent"
    WRITER = "writer"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a command."""

    outside: Outside
    home: Path = HERE
    as_json: bool = False
    names: tuple[str, ...] = ()
    keys: tuple[Path, ...] = ()
    language: str = "en"
    org: str = ""

    @property
    def settings(self) -> "Settings":
        """The deployment's settings. Raises ``Setup`` when there is no deployment."""
        from licet.settings import Settings

        return Settings.read(self.home)

    @contextmanager
    def app(self) -> Iterator["App"]:
        """Open the deployment for the length of the block."""
        app = self.outside.open(self.settings)
        try:
            if wanted(self.as_json):
                app.shelf.watch = drawn
            yield app
        finally:
            app.close()


Deed = Callable[..., "Answer | Refusal | None"]


def deed(
    app: typer.Typer, name: str, takes: Takes = Takes.HOME, cls: Any = None
) -> Callable[[Deed], Deed]:
    """Make a function a command. Its first argument is the :class:`Call`."""

    def made(function: Deed) -> Deed:
        def command(ctx: typer.Context, **given: Any) -> int:
            call = _call(ctx.obj, takes, given)
            return _answered(call, function(call, **given))

        own = list(inspect.signature(function).parameters.values())[1:]
        parameters = [_parameter("ctx", typer.Context, inspect.Parameter.empty)]
        parameters += [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
        parameters += _common(takes)
        # typer reads a command's options from its signature; a plain function takes any.
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # PEP 362
        command.__annotations__ = {one.name: one.annotation for one in parameters}
        command.__doc__, command.__name__ = function.__doc__, function.__name__
        app.command(name, cls=cls)(command)
        return function

    return made


def group(says: str, cls: Any = None) -> typer.Typer:
    """Return a group of commands that says what it is for."""
    app = typer.Typer(
        help=says,
        cls=cls,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    # With a callback a group stays one, however few commands it has.
    app.callback()(lambda: None)
    return app


def joined(app: typer.Typer, *others: typer.Typer) -> None:
    """Take the commands of other modules into a group: one module for all would be too long."""
    for other in others:
        app.registered_commands.extend(other.registered_commands)


def single() -> typer.Typer:
    """Return the holder of a command that has no commands below it."""
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _common(takes: Takes) -> list[inspect.Parameter]:
    found = [_parameter("as_json", AsJson, False)]
    if takes is not Takes.NOTHING:
        found.insert(0, _parameter("home", Home, HERE))
    if takes in (Takes.ACTOR, Takes.AGENT, Takes.WRITER):
        found = [_parameter("named", As, ""), _parameter("keys", Keys, None), *found]
    if takes is Takes.AGENT:
        found.insert(0, _parameter("org", Org, ""))
    if takes is Takes.WRITER:
        found.insert(0, _parameter("language", Language, "en"))
    return found


def _parameter(name: str, hint: Any, default: Any) -> inspect.Parameter:
    required = default is inspect.Parameter.empty
    kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return inspect.Parameter(name, kinds[required], default=default, annotation=hint)


def _call(outside: Outside, takes: Takes, given: dict[str, Any]) -> Call:
    """Take the common options out of what was given."""
    named = str(given.pop("named", ""))
    return Call(
        outside=outside,
        home=given.pop("home", HERE),
        as_json=bool(given.pop("as_json", False)),
        names=tuple(name.strip() for name in named.split(",") if name.strip()),
        keys=tuple(given.pop("keys", None) or ()),
        language=str(given.pop("language", "en")),
        org=str(given.pop("org", "")) if takes is Takes.AGENT else "",
    )


def _answered(call: Call, answer: "Answer | Refusal | None") -> int:
    if isinstance(answer, Refusal):
        return int(tell_refusal(answer, as_json=call.as_json))
    if answer is None:
        return int(Exit.DONE)
    return int(tell(answer, as_json=call.as_json))
