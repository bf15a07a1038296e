"""Letting others see the ledger: its witnesses, and the timestamp authority.

Whoever is not there keeps nobody from what is theirs. Whoever saw another history is told.
"""

from functools import partial

from licet.app import App
from licet.effects.stamping import stamp_due, stamp_ledger
from licet.effects.trying import Trying
from licet.effects.witnessing import Seen, show_to_witnesses, witnesses_due
from licet.terms.errors import LicetError


def show_when_due(app: App, trying: Trying) -> None:
    """Do what is due of both: show the ledger to its witnesses, have it stamped.

    Whoever saw another history is a problem of the worker's; who is not there, is not.
    """
    if witnesses_due(app):
        nobody: tuple[Seen, ...] = ()
        for seen in trying.do("witnesses", partial(show_to_witnesses, app), nobody):
            if seen.alarm:
                trying.problems.append(f"witness {seen.witness}: {seen.problem}")
    if stamp_due(app):
        trying.do("timestamp", partial(stamp_ledger, app), None)


def let_others_see(app: App) -> tuple[str, ...]:
    """Let witnesses and the timestamp authority see the last checkpoint now, if any are named.

    For what goes out to somebody who trusts them. Returns what kept it from them; the file
    that goes out says itself who saw what.
    """
    problems: list[str] = []
    if app.settings.witness_urls:
        try:
            problems += [one.problem for one in show_to_witnesses(app) if one.problem]
        except LicetError as error:
            problems.append(error.what)
    if app.settings.timestamp_url:
        try:
            stamp_ledger(app)
        except LicetError as error:
            problems.append(error.what)
    return tuple(problems)
