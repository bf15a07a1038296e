"""Proves control of sources again, before what was proved of them is a month old.

1. From a week before the month is over control is proved again, once a day until it is.
2. Nobody is asked for a proof who could not be collected from with it: without a licence
   that runs, or where collecting is blocked or has ceased, there is no contact at all.
3. A month after the last proof the source lapses, until control is proved once more.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from licet.app import App
from licet.consent.ceilings import PROOF_LASTS
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.record import record_machine
from licet.effects.sourcing import control_of
from licet.effects.trying import Trying
from licet.sources.authority import Proof
from licet.store.unit import Reader, Unit
from licet.terms.acting import WORKER
from licet.terms.errors import BadInput
from licet.terms.ids import SourceId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Refusal
from licet.terms.source import Authority, Source, SourceState

BEFORE = timedelta(days=7)
"""So long before its end a proof is made anew."""

AGAIN = timedelta(days=1)
"""After a proof that failed, the next one is tried."""

_MAY = frozenset({SourceState.AUTHORISED, SourceState.LAPSED})


def renew_one(app: App, trying: Trying) -> bool:
    """Prove control anew of one source for which that is due; say whether others wait.

    One at a time: a place that does not answer takes a minute to give up, and what must end
    is looked at in between.
    """
    with app.store.read() as reader:
        due = (one.id for one in reader.sources.all() if _due(app, reader, one) is not None)
        first, other = next(due, None), next(due, None)
    if first is not None:
        trying.do(f"source {first}", partial(renew_proof, app, first), None)
    return other is not None


def renew_proof(app: App, source_id: SourceId) -> datetime | None:
    """Prove control of a source anew if that is due; return the moment of the proof, or None.

    A source whose proof is a month old lapses when it cannot be made.
    """
    with app.store.read() as reader:
        source = reader.sources.get(source_id)
        authority = None if source is None else _due(app, reader, source)
    if source is None or authority is None:
        return None
    try:
        proof: Proof | None = control_of(app, source, authority.control)
    except BadInput:
        proof = None
    with app.store.unit(bookkeeping=True) as unit:
        # Read again: while the place was asked, it may have ceased, or been blocked.
        current = unit.sources.get(source_id)
        if current is None or _due(app, unit, current) != authority:
            return None
        return _note(unit, current, authority, proof)


def prove_now(app: App, source: Source) -> None:
    """See that control of the place still holds. Raises ``BadInput`` when it does not.

    A folder may have been given away since yesterday; whoever begins to read looks first.
    """
    with app.store.read() as reader:
        authority = reader.sources.authority_at(source.id, reader.now)
    if authority is not None:
        control_of(app, source, authority.control)


def _due(app: App, reader: Reader | Unit, source: Source) -> Authority | None:
    """Return the authority whose proof is to be made anew now, if it may be asked for."""
    now = reader.now
    authority = reader.sources.authority_at(source.id, now)
    if source.state not in _MAY or authority is None:
        return None
    if now < authority.proved_at + PROOF_LASTS - BEFORE:
        return None
    failed = authority.tried_at > authority.proved_at
    if failed and now < authority.tried_at + AGAIN:
        return None
    return authority if _may_be_asked(app, reader, source, authority) else None


def _may_be_asked(app: App, reader: Reader | Unit, source: Source, authority: Authority) -> bool:
    """Say whether the source could be collected from, if control of it were proved now."""
    now = reader.now
    ask = Ask(
        Action.COLLECT,
        WORKER.by,
        app.model,
        organisation=source.organisation,
        source=source.id,
        fpir=app.deployment.fpir_collect,
    )
    facts = read_facts(app, reader, ask, WORKER, now)
    proved = replace(
        facts,
        source=replace(source, state=SourceState.AUTHORISED),
        authority=replace(authority, proved_at=now),
    )
    return not isinstance(decide(ask, proved, now), Refusal)


def _note(unit: Unit, source: Source, authority: Authority, proof: Proof | None) -> datetime | None:
    """Write down that control was proved again, or that it was not."""
    objects = (("source", source.id), ("authority", authority.id))
    if proof is not None:
        unit.sources.set_proved(authority.id, proof.control, proof.text, unit.now)
        if source.state is SourceState.LAPSED:
            unit.sources.set_state(source.id, SourceState.AUTHORISED)
        record_machine(unit, EntryKind.SOURCE_PROVED, objects)
        return unit.now
    unit.sources.set_tried(authority.id, unit.now)
    over = unit.now >= authority.proved_at + PROOF_LASTS
    if over and source.state is SourceState.AUTHORISED:
        unit.sources.set_state(source.id, SourceState.LAPSED)
        record_machine(unit, EntryKind.SOURCE_LAPSED, objects)
    return None
