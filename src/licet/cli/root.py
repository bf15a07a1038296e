"""The top of the command line: lists all commands, loads the one that is called."""

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from licet.cli.table import COMMANDS

HELP = """A face search engine in which nobody can be found without a live legal basis."""
EPILOG = "Every command takes --help. With --json it prints one JSON document."


class Lazy(TyperGroup):
    """A group whose commands are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands' names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name, loaded, or None."""
        return _loaded(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the words name, or say which one may be meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            close = get_close_matches(args[0], COMMANDS, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            ctx.fail(f"There is no command {args[0]}.{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands under their headings, from the table alone."""
        headings = dict.fromkeys(listed.heading for listed in COMMANDS.values())
        for heading in headings:
            rows = [
                (name.ljust(12), listed.says)
                for name, listed in COMMANDS.items()
                if listed.heading == heading
            ]
            with formatter.section(heading):
                formatter.write_dl(rows)


@cache
def _loaded(name: str) -> Any:
    """Import a command of the table; it holds nothing of a call, so once is enough."""
    module = import_module(f"licet.cli.commands.{COMMANDS[name].module}")
    command = get_command(module.app)
    command.name = name
    return command


@cache
def root() -> Lazy:
    """Return the root group."""
    app = typer.Typer(
        cls=Lazy,
        help=HELP,
        epilog=EPILOG,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_top)
    made = get_group(app)
    if not isinstance(made, Lazy):
        raise TypeError("the root of the commands is not lazy")
    return made


def _version(value: bool) -> None:
    if value:
        from licet import __version__

        typer.echo(f"licet {__version__}")
        raise typer.Exit


def _top(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Say which licet it is."),
    ] = False,
) -> None:
    """Read the options of licet itself."""
    del version
