"""Refusals and errors, as people read them on stderr and machines on stdout."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet.cli.exits import Exit, exit_of
from licet.cli.output import advice, note, sentence, write
from licet.cli.to_json import document
from licet.terms.errors import LicetError

if TYPE_CHECKING:
    from licet.terms.permit import Refusal


@dataclass(frozen=True, slots=True)
class Refused:
    """The document of a refusal."""

    refused: "Refusal"


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: the exit code's name in lower case, what, and what to do."""

    kind: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The document of an error."""

    error: Failure


def tell_refusal(refused: "Refusal", *, as_json: bool) -> Exit:
    """Print reason, sentence, article and what would change it."""
    if as_json:
        write(document(Refused(refused)))
        return Exit.REFUSED
    note(f"refused: {refused.reason} ({refused.action.value}, {refused.article})")
    note(f"  {refused.says}")
    note(f"  What would change it: {refused.would_change}")
    return Exit.REFUSED


def tell_failure(code: Exit, what: str, remedy: str, *, as_json: bool) -> Exit:
    """Print what went wrong and what to do about it."""
    if as_json:
        write(document(Failed(Failure(code.name.lower(), what, remedy))))
        return code
    word = "stopped" if code is Exit.STOPPED else "error"
    note(f"{word}: {sentence(what)}")
    if remedy:
        note(f"  What to do: {advice(remedy)}")
    return code


def tell_error(error: LicetError, *, as_json: bool) -> Exit:
    """Print an error of licet's tree."""
    return tell_failure(exit_of(error), error.what, error.remedy, as_json=as_json)
