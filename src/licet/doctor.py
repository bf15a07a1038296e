"""Examining a deployment: what is well, what to watch, what to mend, and how.

It reads and changes nothing. Each part is examined by itself, so that one that cannot be
opened hides nothing about the others.
"""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from licet.app import App, open_app
from licet.consent.ceilings import BEFORE_DUE, WITNESS_LAG
from licet.effects.alerting import alerts_to
from licet.effects.breaches import open_breach, owes_notice
from licet.effects.facts import readiness
from licet.effects.inventing import is_proved
from licet.effects.lacking import lacks
from licet.effects.scanning import scan_for
from licet.effects.sealed import open_plan
from licet.effects.shelving import look_over_copies
from licet.effects.stamping import last_stamp
from licet.effects.warning import STEPS, next_due, running
from licet.effects.witnessing import unseen_since, what_was_seen
from licet.settings import Settings
from licet.store.unit import Reader
from licet.terms.errors import Ended, KeyAbsent, LicetError
from licet.terms.organisation import MemberState
from licet.terms.plan import EffectKind, Plan, WorkState
from licet.terms.source import SourceState
from licet.terms.when import Clock, utc_now
from licet.vision.card import shipped_card
from licet.vision.files import read_model

MODELS = ("yunet-2023mar", "sface-2021dec")
FREE_BYTES = 512 * 2**20
"""Less room than this and a restore, a rewrite or a backup may not end."""

SOON = timedelta(days=30)
LATE = timedelta(minutes=10)
"""A plan that a running worker has not ended by then is stuck."""

BACKUP_AGE = timedelta(days=7)
PLACES_NAMED = 10


class Weight(StrEnum):
    """How much a finding matters."""

    WELL = "ok"
    WATCH = "note"
    MEND = "MEND"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one part, and what to do about it (empty when nothing)."""

    weight: Weight
    part: str
    says: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings, in the order of examining; ``healthy`` when nothing must be mended."""

    healthy: bool
    findings: tuple[Finding, ...]


Found = Iterator[Finding]


def examine(
    settings: Settings, clock: Clock = utc_now, opening: Callable[[Settings], App] = open_app
) -> Diagnosis:
    """Examine a deployment.

    1. Its files: who may read them, how much room is left.
    2. The models, by their full hashes.
    3. Opened: keyring, ledger and mirror, each by its own check.
    4. What waits: plans, runs, people's requests, authorities; what ends soon.

    A part that cannot be opened is a finding, never an error.
    """
    findings = [*_files(settings), *_models(settings)]  # 1, 2
    try:
        app = opening(settings)
    except Ended as error:
        findings.append(Finding(Weight.WELL, "deployment", error.what))
        return _diagnosis(findings)
    except LicetError as error:
        findings.append(Finding(Weight.MEND, "deployment", error.what, error.remedy))
        return _diagnosis(findings)
    parts = (
        _keyring,
        _copies,
        _ledger,
        _witnessed,
        _waiting,
        _uncovered,
        _asked,
        _terms,
        _breached,
        _governed,
        _ready,
    )
    try:
        for part in parts:  # 3, 4
            findings += _examined(app, clock(), part)
    finally:
        app.close()
    return _diagnosis(findings)


def at_a_glance(app: App) -> Diagnosis:
    """Examine what is quickly looked at in a deployment that is open: what waits, what ends.

    Files, models, keyring, mirror and a search for bytes in clear take their time, so they
    are left to :func:`examine`.
    """
    parts = (_witnessed, _waiting, _asked, _terms, _breached, _governed, _ready)
    return _diagnosis([one for part in parts for one in _examined(app, app.clock(), part)])


def _diagnosis(findings: list[Finding]) -> Diagnosis:
    healthy = all(finding.weight is not Weight.MEND for finding in findings)
    return Diagnosis(healthy, tuple(findings))


def _examined(app: App, now: datetime, part: Callable[[App, datetime], Found]) -> list[Finding]:
    try:
        return list(part(app, now))
    except LicetError as error:
        name = part.__name__.strip("_")
        return [Finding(Weight.MEND, name, error.what, error.remedy)]


def _files(settings: Settings) -> Found:
    """Look at who may read what must stay apart, and at the room left."""
    private = (settings.keyring, settings.keyring_replica, settings.epochs, settings.ledger_key)
    for path in (settings.place(one) for one in private):
        if not path.exists():
            remedy = "Bring it back from where it was copied; without it nothing opens."
            yield Finding(Weight.MEND, "files", f"{path} is missing", remedy)
        elif path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and not _sheltered(path):
            remedy = f"Run: chmod go-rwx {path}"
            yield Finding(Weight.MEND, "files", f"others may read {path}", remedy)
    if not os.access(settings.home, os.W_OK):
        remedy = "Let this account write there."
        yield Finding(Weight.MEND, "files", f"{settings.home} cannot be written", remedy)
    free = shutil.disk_usage(settings.home).free
    if free < FREE_BYTES:
        says = f"only {free // 2**20} MB are free at {settings.home}"
        yield Finding(Weight.MEND, "disk", says, "Free some space.")
    else:
        yield Finding(Weight.WELL, "disk", f"{free // 2**20} MB free")


def _sheltered(path: Path) -> bool:
    """Say whether a folder above keeps others out, whatever the file itself allows."""
    return any(not above.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH) for above in path.parents)


def _models(settings: Settings) -> Found:
    for name in MODELS:
        try:
            read_model(shipped_card(name), settings.models)
        except LicetError as error:
            yield Finding(Weight.MEND, "models", error.what, error.remedy)
        else:
            yield Finding(Weight.WELL, "models", f"{name} is the file on its card")


def _keyring(app: App, _now: datetime) -> Found:
    wrong = app.keyring.check()
    for says in wrong:
        remedy = "Stop licet; put the intact copy of the keyring in place of the damaged one."
        yield Finding(Weight.MEND, "keyring", says, remedy)
    if not wrong:
        count = len(app.keyring.ids())
        yield Finding(Weight.WELL, "keyring", f"{count} keys, the same in both replicas")


def _copies(app: App, _now: datetime) -> Found:
    """Look whether the bytes of every kept copy are there, and nobody's beside them."""
    looked = look_over_copies(app)
    if looked.gone:
        says = f"the bytes of {looked.gone} of {looked.copies} copies are gone or damaged"
        remedy = "Bring them back from your backups: `licet restore --copies FOLDER`."
        yield Finding(Weight.MEND, "copies", says, remedy)
    elif looked.copies:
        yield Finding(Weight.WELL, "copies", f"{looked.copies} copies are kept, each sealed")
    if looked.orphans:
        says = f"{looked.orphans} files of copies are under way, or are to go"
        yield Finding(Weight.WATCH, "copies", says, "The worker removes what nobody finishes.")


def _ledger(app: App, _now: datetime) -> Found:
    wrong = app.tiles.check()
    for says in wrong:
        remedy = "Bring an intact copy of the mirror back, or remove it to have it written anew."
        yield Finding(Weight.MEND, "ledger", says, remedy)
    latest, size = app.tiles.latest(), app.store.head().size
    published = latest.size if latest else 0
    if published < size:
        says = f"{size - published} entries are not in the mirror yet"
        yield Finding(Weight.WATCH, "ledger", says, "Run `licet ledger head`.")
    elif not wrong:
        yield Finding(Weight.WELL, "ledger", f"{size} entries, the mirror agrees")


def _witnessed(app: App, now: datetime) -> Found:
    """Look at what witnesses and the timestamp authority saw of the ledger."""
    named = what_was_seen(app)
    if not named and not app.deployment.sandbox:
        says = "no witness is named, so the ledger rests on your word"
        yield Finding(Weight.WATCH, "witness", says, "Name witnesses in licet.toml.")
    with app.store.read() as reader:
        size, since = reader.head.size, unseen_since(app, reader)
    for one in named:
        saw = "nothing lately" if one.size is None else f"{one.size} of {size} entries"
        yield Finding(Weight.WELL, "witness", f"{one.witness} saw {saw}")
    if named and since is None:
        says = "no witness saw this ledger, or what is kept of it proves nothing"
        yield Finding(Weight.MEND, "witness", says, "Run `licet ledger witness`.")
    elif since is not None and now - since > WITNESS_LAG:
        says = f"no witness saw what was entered since {since.isoformat(timespec='minutes')}"
        yield Finding(Weight.MEND, "witness", says, "Run `licet ledger witness`.")
    stamped = last_stamp(app)
    if stamped is None and app.settings.timestamp_url:
        says = "no timestamp is kept that leads to the roots in timestamp_authorities"
        yield Finding(Weight.WATCH, "timestamp", says, "Run `licet ledger timestamp`.")
    if stamped is not None:
        says = f"{stamped[0]} entries were stamped on {stamped[1].at.date().isoformat()}"
        yield Finding(Weight.WELL, "timestamp", says)


def _waiting(app: App, now: datetime) -> Found:
    """Look at what should have ended: plans, grants, a backup that is due."""
    with app.store.read() as reader:
        plans = reader.plans.open()
        effects = {plan.id: reader.plans.effects(plan.id) for plan in plans}
        expired = reader.grants.count_expiring(now)
        runs = reader.runs.open()
    if not plans and not expired:
        yield Finding(Weight.WELL, "work", "nothing waits that should have ended")
    for plan in plans:
        step = next((e.kind for e in effects[plan.id] if e.state is WorkState.OPEN), None)
        late = now - plan.created_at > LATE
        says = (
            f"the plan {plan.id} ({plan.kind.value}) waits at {step.value if step else 'its end'}"
        )
        remedy = "Run `licet worker --once`."
        yield Finding(Weight.MEND if late else Weight.WATCH, "work", says, remedy)
    if expired:
        says = f"{expired} grants are over and have not ended"
        yield Finding(Weight.MEND, "work", says, "Run `licet worker`, and keep it running.")
    if runs:
        says = f"{len(runs)} runs over sources are not finished"
        yield Finding(
            Weight.WATCH, "work", says, "They go on with the same command, or the worker."
        )


def _uncovered(app: App, _now: datetime) -> Found:
    """Look for what keeps an erasure from ending: bytes of the person in clear."""
    with app.store.read() as reader:
        waiting = {plan: reader.plans.effects(plan.id) for plan in reader.plans.open()}
    for plan, effects in waiting.items():
        step = next((e.kind for e in effects if e.state is WorkState.OPEN), None)
        if step is EffectKind.SCAN_BYTES:
            yield from _in_clear(app, plan)


def _asked(app: App, now: datetime) -> Found:
    """Look at people's requests: those that are late, and those that a human must see to."""
    with app.store.read() as reader:
        requests = reader.requests.open()
    late = [one for one in requests if now > one.due]
    if late:
        oldest = (now.date() - late[0].due.date()).days
        says = f"people's requests that are late: {len(late)}, the oldest by {oldest} days"
        yield Finding(Weight.MEND, "requests", says, "See `licet request list`, and answer.")
    near = [one for one in requests if one.due - BEFORE_DUE <= now <= one.due]
    if near:
        says = f"people's requests with less than a week left: {len(near)}"
        yield Finding(Weight.WATCH, "requests", says, "See whom they wait for: `request list`.")


def _terms(app: App, now: datetime) -> Found:
    """Look at what authorities wait for, letters and orders' clauses, and whom alarms reach."""
    with app.store.read() as reader:
        letters = reader.correspondence.unanswered()
        owners = [one.owner and reader.governance.member(one.owner) for one in letters]
        dues = {one.id: next_due(reader, one) for one in running(reader)}
        asked = reader.requests.open()
    for what, ends, how in (
        ("authorities' letters", [one.answer_by for one in letters], "See `licet letter list`."),
        ("authorities' orders", list(dues.values()), "See `licet order clock`."),
    ):
        moments = [one for one in ends if one is not None]
        late = [one for one in moments if now > one]
        near = [one for one in moments if now <= one < now + STEPS[0]]
        if late:
            says = f"{what} that are late: {len(late)}, by {(now - min(late)).days + 1} days"
            yield Finding(Weight.MEND, "terms", says, how)
        if near:
            yield Finding(Weight.WATCH, "terms", f"{what} due in a week: {len(near)}", how)
    alone = sum(not one or one.state is not MemberState.ACTIVE for one in owners)
    if alone:
        says = f"authorities' letters that nobody sees to: {alone}"
        yield Finding(Weight.MEND, "terms", says, "Name a member: `licet letter assign`.")
    if (asked or letters or dues) and not alerts_to(app):
        says = "nobody is warned by mail of what runs out"
        yield Finding(Weight.WATCH, "terms", says, "Set alerts_to in licet.toml.")


def _breached(app: App, now: datetime) -> Found:
    """Look at breaches that somebody must see to, and at who was made a canary in silence."""
    with app.store.read() as reader:
        open_ = reader.breaches.open()
        owed = [one for one in open_ if owes_notice(one, open_breach(app, one))]
        unproved = sum(not is_proved(app, reader, one) for one in reader.breaches.canaries())
    late = sum(now > one.notify_by for one in owed)
    if late:
        says = f"breaches of which the authority was not told in 72 hours: {late}"
        yield Finding(Weight.MEND, "breaches", says, "See `licet breach list`, and tell it.")
    elif open_:
        says = f"breaches that are not over: {len(open_)}"
        yield Finding(Weight.WATCH, "breaches", says, "See `licet breach list`.")
    if unproved:
        says = f"canaries that no entry of the ledger placed: {unproved}"
        remedy = "Somebody wrote into the store: they may be real people. Report a breach."
        yield Finding(Weight.MEND, "breaches", says, remedy)


def _in_clear(app: App, plan: Plan) -> Found:
    """Name the places that keep an erasure from ending."""
    try:
        needles = open_plan(app, plan).needles
    except KeyAbsent:
        return
    for file, offset, _ in scan_for(app, needles).places[:PLACES_NAMED]:
        says = f"{file} holds data of a person who is erased, in clear, at byte {offset}"
        yield Finding(Weight.MEND, "erasure", says, "Remove it; then run `licet worker --once`.")


def _governed(app: App, now: datetime) -> Found:
    """Look at agreements and authorities that are over or end soon."""
    with app.store.read() as reader:
        yield from _agreements(reader, now)
        for source in reader.sources.all():
            if source.state is not SourceState.AUTHORISED:
                continue
            authority = reader.sources.authority_at(source.id, now)
            ends = authority.valid_to if authority else None
            yield from _ending(f"the authority of the source {source.name}", ends, now)


def _agreements(reader: Reader, now: datetime) -> Found:
    for organisation in reader.governance.organisations():
        agreement = reader.governance.agreement_at(organisation.id, now)
        ends = agreement.valid_to if agreement else None
        yield from _ending(f"the agreement of {organisation.name}", ends, now)


def _ending(what: str, ends: datetime | None, now: datetime) -> Found:
    if ends is None:
        says = f"{what} is not in force, so nothing happens under it"
        yield Finding(Weight.MEND, "term", says, "Have a new one signed.")
    elif ends - now < SOON:
        says = f"{what} ends on {ends.date().isoformat()}"
        yield Finding(Weight.WATCH, "term", says, "Have a new one signed in time.")


def _ready(app: App, now: datetime) -> Found:
    if app.deployment.sandbox:
        yield Finding(Weight.WELL, "readiness", "a sandbox: no real people, for ever")
        return
    with app.store.read() as reader:
        state = readiness(reader)
    missing = lacks(state, now)
    for one in missing:
        says = f"real grants wait for {one.what} ({one.article})"
        yield Finding(Weight.MEND, "readiness", says, "Run `licet ready`.")
    if not missing:
        yield Finding(Weight.WELL, "readiness", "the documents it rests on are filed")
    if not app.settings.smtp_host or not app.settings.smtp_sender:
        says = "no mail server is configured, so nobody can be asked for a grant"
        yield Finding(Weight.MEND, "letters", says, "Set smtp_host and smtp_sender in licet.toml.")
