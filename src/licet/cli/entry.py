"""One command, from its words to its exit code. Nothing leaves here as a traceback."""

import os
import sys
from collections.abc import Sequence

import typer

from licet.cli.exits import Exit
from licet.cli.outside import Outside
from licet.cli.root import root
from licet.cli.telling import tell_error, tell_failure
from licet.terms.errors import LicetError

SHOW_TRACEBACK = "LICET_TRACEBACK"
"""Set to 1 by somebody who looks for a defect; a traceback may hold personal data."""


def run(args: Sequence[str] | None = None, outside: Outside | None = None) -> int:
    """Run one command. Returns its exit code."""
    words = list(sys.argv[1:] if args is None else args)
    as_json = "--json" in words
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot show is spelled, never a reason to fail.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        code = int(_run(words, outside or Outside()))
        # What cannot be written is said here, not by the interpreter on its way out.
        sys.stdout.flush()
        return code
    except LicetError as error:
        return int(tell_error(error, as_json=as_json))
    except BrokenPipeError:
        return int(_reader_gone())
    except OSError as error:
        told = int(_tell_os_error(error, as_json=as_json))
        _let_go_of_stdout()
        return told
    except KeyboardInterrupt:
        remedy = "Run the same command again; what had begun goes on with `licet worker --once`"
        what = "everything done so far is kept"
        return int(tell_failure(Exit.STOPPED, what, remedy, as_json=as_json))
    except Exception as error:  # noqa: BLE001 - the last door: nobody is shown a traceback
        return int(_tell_defect(error, as_json=as_json))


def _run(words: list[str], outside: Outside) -> int:
    """Read the words and run the command. Raises what the command raises."""
    if not words:
        words = ["--help"]
    as_json = "--json" in words
    try:
        with root().make_context("licet", words, obj=outside) as context:
            return root().invoke(context) or Exit.DONE
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except typer.TyperException as error:
        where = getattr(error, "ctx", None)
        path = where.command_path if where else "licet"
        remedy = f"See `{path} --help`"
        return tell_failure(Exit.USAGE, _plainly(error), remedy, as_json=as_json)


def _plainly(error: typer.TyperException) -> str:
    """Return what typer says of a word, without the name of the checker behind it."""
    return error.format_message().replace("Value error, ", "")


def _reader_gone() -> Exit:
    """Leave quietly: nobody reads on. Python would complain once more at its end."""
    _write_the_rest_nowhere()
    return Exit.READER_GONE


def _let_go_of_stdout() -> None:
    """Keep the interpreter from failing over what a full disk did not take: it was told."""
    try:
        sys.stdout.flush()
    except OSError:
        _write_the_rest_nowhere()


def _write_the_rest_nowhere() -> None:
    handle = os.open(os.devnull, os.O_WRONLY)
    os.dup2(handle, sys.stdout.fileno())
    os.close(handle)


def _tell_os_error(error: OSError, *, as_json: bool) -> Exit:
    from licet.cli.files import remedy_of

    place = f" {error.filename}" if error.filename else ""
    what = f"cannot read or write{place}: {error.strerror or error}"
    return tell_failure(Exit.SETUP, what, remedy_of(error), as_json=as_json)


def _tell_defect(error: Exception, *, as_json: bool) -> Exit:
    if os.environ.get(SHOW_TRACEBACK) == "1":
        raise error
    remedy = (
        f"Nothing half done is kept. Report it; {SHOW_TRACEBACK}=1 shows where it happened, "
        "and may show personal data"
    )
    what = f"a defect of licet ({type(error).__name__})"
    return tell_failure(Exit.DEFECT, what, remedy, as_json=as_json)
