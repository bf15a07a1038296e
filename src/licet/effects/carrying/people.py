"""The steps that destroy data of many people by one plan, each idempotent; see ``erasing``.

What is promised to one person who is erased is promised to each of many: history is told
and sealed while it can be read, rows go before keys, and then the machine looks for what it
claims is gone.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from licet.app import App
from licet.effects.accounting import write_account
from licet.effects.carrying.demands import OF_GRANTS, kinds_of
from licet.effects.carrying.owed import (
    OWED,
    end_ordered,
    end_owed,
    make_owed_key,
    wait_for_holds,
)
from licet.effects.carrying.photos import forget_photos
from licet.effects.carrying.searched import person_tags, surfacings
from licet.effects.carrying.splitting import split_held
from licet.effects.closing import OPEN_SEARCHES, close_within
from licet.effects.ending import mark_ended, rows_of_grants
from licet.effects.forgetting import forget_items
from licet.effects.held import held_grants, require_unheld
from licet.effects.packing.steps import drop_package
from licet.effects.plans import Found
from licet.effects.record import record_machine
from licet.effects.requests import request_key, waits_for_answer
from licet.effects.sealed import (
    account_key,
    grant_key,
    open_part,
    seal_part,
    search_key,
    subject_key,
)
from licet.effects.shelving import destroy_copies
from licet.effects.surfacing import listing
from licet.effects.telling import tell_recipients
from licet.effects.unlinking import forget_notes
from licet.store.unit import Unit
from licet.terms.errors import KeyAbsent
from licet.terms.grant import SubjectState
from licet.terms.ids import AccountId, KeyId, RequestId, SearchId, SubjectId
from licet.terms.ledger import EntryKind
from licet.terms.order import DataKind
from licet.terms.plan import Plan
from licet.terms.rights import RequestState, RightKind
from licet.terms.when import to_ms


def people_in(app: App, plan: Plan) -> tuple[SubjectId, ...]:
    """Return who is in a part; nobody once its own key is gone, which is its last step."""
    try:
        return open_part(app, plan).people
    except KeyAbsent:
        return ()


def wait_for_nobody(app: App, plan: Plan) -> Found | None:
    """Wait while somebody's answer is on its way; go on without whom a legal hold keeps."""
    if plan.cause == OWED:
        return wait_for_holds(app, plan)
    with app.store.read() as reader:
        current = reader.plans.get(plan.id) or plan
        people = people_in(app, current)
        asked = {one.subject for one in reader.requests.open()}
        waiting = any(waits_for_answer(reader, one) for one in asked.intersection(people))
        held = not held_grants(reader).isdisjoint(current.grants)
    if held and not waiting:
        split_held(app, current, people)
    if DataKind.PHOTOS in kinds_of(current):
        make_owed_key(app, current)
    # Whoever was taken out of the part, the next look at it does not know of them any more.
    return None if held or waiting else ()


def make_account_key(app: App, plan: Plan) -> Found:
    """Make the accountability record's key durable before its row; one record for the part.

    The ledger is mirrored before, so that a store that is lost takes no word with it of who was
    told already: whoever restores an older one would tell them twice.
    """
    app.publish()
    with app.store.read() as reader:
        surfaced = surfacings(app, reader, people_in(app, plan))
    if surfaced:
        app.keyring.create(account_key(AccountId(plan.id)))
    return ()


def seal_account(app: App, unit: Unit, plan: Plan) -> Found:
    """Seal who searched the people of the part, when, for which case, and what came of it."""
    surfaced = surfacings(app, unit, people_in(app, plan))
    if not surfaced:
        return (("searches", 0), ("sealed", False))
    every = tuple(chain.from_iterable(theirs for _, theirs in sorted(surfaced.items())))
    until = write_account(app, unit, plan.id, every, unit.now)
    return (("searches", len(every)), ("sealed", True), ("until", to_ms(until)))


def tell_of_order(app: App, unit: Unit, plan: Plan) -> Found:
    """Plan a letter to every organisation whose searches surfaced somebody (GDPR 19)."""
    if DataKind.PEOPLE in kinds_of(plan):
        surfaced = surfacings(app, unit, people_in(app, plan))
        found = {one.search.id: one for theirs in surfaced.values() for one in theirs}
    else:
        found = {one.search.id: one for one in listing(app, unit, plan.grants)}
    ordered = sorted(found.values(), key=lambda one: (one.search.at, one.search.id))
    told, untold = tell_recipients(app, unit, ordered, RightKind.ERASURE)
    return (("told", told), ("untold", untold))


def forget_seen(app: App, unit: Unit, plan: Plan) -> Found:
    """Forget the photos in which nobody but people of this part was seen.

    Where the order wants photos destroyed the operator's own copies go, whoever else is there.
    """
    if plan.cause == OWED:
        return end_owed(app, unit, plan)
    plan = unit.plans.get(plan.id) or plan
    require_unheld(unit, plan.grants)
    kinds = kinds_of(plan)
    ended = end_ordered(app, unit, plan) if DataKind.PHOTOS in kinds else 0
    if DataKind.PEOPLE in kinds:
        found = dict(forget_items(app, unit, plan))
    else:
        found = dict(forget_photos(app, unit, plan.grants))
    found["copies"] = int(found.get("copies", 0)) + ended
    return tuple(found.items())


def delete_rows(app: App, unit: Unit, plan: Plan) -> Found:
    """Delete the rows of the part that its kinds of data are, and count what is left."""
    plan = unit.plans.get(plan.id) or plan
    require_unheld(unit, plan.grants)
    kinds, people = kinds_of(plan), people_in(app, plan)
    gone: dict[str, int] = {}
    if kinds & OF_GRANTS:
        gone.update((name, int(n)) for name, n in rows_of_grants(app, unit, plan.grants))
    tags = person_tags(app, people)
    searches: list[SearchId] = []
    if kinds & {DataKind.PEOPLE, DataKind.PROBES}:
        listed = sorted({one.search for one in unit.people.candidates(tags)})
        if DataKind.PEOPLE in kinds:
            gone["candidates"] = unit.people.forget_candidates(tags)
        every = DataKind.PROBES in kinds
        searches = [one for one in listed if every or not unit.searches.candidates(one)]
        gone["probes"] = _drop_probes(unit, searches)
        _note(app, unit, plan, searches)
    if DataKind.PEOPLE in kinds:
        gone["requests"], gone["request_codes"] = _empty_requests(unit, plan, people)
        gone["holds"] = unit.people.delete_holds(people)
        unit.own.end_of_people(people)
    left = _left(unit, plan, people, tags) if DataKind.PEOPLE in kinds else {}
    return (*gone.items(), *((f"{name}_left", n) for name, n in left.items() if n))


def _drop_probes(unit: Unit, searches: Iterable[SearchId]) -> int:
    """Destroy the probes of searches; an open one is closed by it. Returns how many there were."""
    dropped = 0
    for one in searches:
        search = unit.searches.get(one)
        if search is None:
            continue
        dropped += search.sealed_probe is not None
        if search.state in OPEN_SEARCHES:
            close_within(unit, search)
        elif search.sealed_probe is not None:
            unit.searches.drop_probe(one)
            objects = (("case", search.case), ("search", one))
            record_machine(unit, EntryKind.PROBE_DROPPED, objects, (("state", search.state.value),))
    return dropped


def _note(app: App, unit: Unit, plan: Plan, searches: list[SearchId]) -> None:
    """Note in the plan whose probes' keys go with the rest."""
    if searches:
        payload = replace(open_part(app, plan), searches=tuple(searches))
        unit.plans.set_sealed(plan.id, seal_part(app, plan.id, payload))


def _empty_requests(unit: Unit, plan: Plan, people: Iterable[SubjectId]) -> tuple[int, int]:
    """Empty what the people wrote; an open request has nothing left to answer."""
    requests = [one for one in unit.people.requests(tuple(people)) if one.sealed]
    ids = [RequestId(one.id) for one in requests]
    codes = unit.people.delete_codes(ids)
    for request in (one for one in requests if one.is_open):
        state, leaf = RequestState.DELIVERED, unit.head.size
        unit.requests.put(replace(request, state=state, closed_at=unit.now, leaf=leaf))
        facts = (("kind", request.kind.value), ("erased", True))
        objects = (("request", request.id), ("plan", plan.id))
        record_machine(unit, EntryKind.REQUEST_DELIVERED, objects, facts)
    unit.requests.forget(ids)
    return len(requests), codes


def _left(
    unit: Unit, plan: Plan, people: tuple[SubjectId, ...], tags: Iterable[bytes]
) -> dict[str, int]:
    """Count again, store by store."""
    return {
        "templates": len(unit.people.templates(plan.grants)),
        "suggestions": len(unit.people.suggestions(plan.grants)),
        "candidates": len(unit.people.candidates(tuple(tags))),
        "requests": sum(bool(one.sealed) for one in unit.people.requests(people)),
        "holds": unit.people.count_holds(people),
    }


def keys_of_part(app: App, plan: Plan) -> tuple[KeyId, ...]:
    """Return the names of every key that goes with the part."""
    with app.store.read() as reader:
        current = reader.plans.get(plan.id) or plan
        kinds = kinds_of(plan)
        try:
            payload = open_part(app, current)
        except KeyAbsent:
            return ()
        whole = DataKind.PEOPLE in kinds
        requests = reader.people.requests(payload.people) if whole else ()
    return (
        *(subject_key(one) for one in (payload.people if whole else ())),
        *(grant_key(one) for one in (current.grants if kinds & OF_GRANTS else ())),
        *(request_key(one.id) for one in requests),
        *(search_key(one) for one in payload.searches),
    )


def shred_part(app: App, plan: Plan) -> Found:
    """Destroy the part's keys in one transaction; answers packed and never delivered go too.

    The ledger is mirrored before: a store that is lost right after takes the entries with it
    that nobody mirrored, and nobody could tell any more for which order these keys went.
    """
    app.publish()
    packages = 0
    if DataKind.PEOPLE in kinds_of(plan):
        with app.store.read() as reader:
            requests = reader.people.requests(people_in(app, plan))
        packages = sum(drop_package(app, one.id) for one in requests)
    destroy_copies(app)
    forget_notes(app, plan)
    shredded = app.keyring.shred(*keys_of_part(app, plan))
    return (("keys", shredded), ("packages", packages), ("epoch", app.keyring.epoch()))


def end_people(app: App, unit: Unit, plan: Plan) -> Found:
    """Say that the grants have ended, and empty the people's own rows."""
    leaf = unit.head.size
    # A restored store may not know all of them: some came after the backup.
    known = tuple(sorted(unit.grants.many(plan.grants)))
    found = mark_ended(app, unit, replace(plan, grants=known))
    if DataKind.PEOPLE in kinds_of(plan):
        unit.people.set_state(people_in(app, plan), SubjectState.ERASED)
    return (*found, ("leaf", leaf))
