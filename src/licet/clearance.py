"""Rights clearance: which photos of an archive may be shown, as far as those pictured agreed.

An archive asks people whether it may show them. Photo by photo this says who agreed, in
counts and days and never by name, and it is reckoned anew each time: nobody's "cleared" is
kept. What is written beside photos is written by a member's own act, and kept true after.
"""

from collections.abc import Iterator

from licet.app import App
from licet.consent.decide import decide
from licet.consent.registers import CLEARING
from licet.effects.beside import keep_true, may_write, seal_sidecar
from licet.effects.clearing import clear_items, items_shown, known_of, with_address
from licet.effects.deciding import ask_on
from licet.effects.facts import read_facts
from licet.effects.listing import About, Reach, asking, listed
from licet.effects.questions import SHOWN, put_question
from licet.effects.record import record, record_refusal
from licet.effects.sealed import open_address
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.asked import ShownPayload, ShownWish, StoredSidecar
from licet.terms.clearance import (
    Clearance,
    ClearanceCounts,
    ClearanceList,
    ClearancePhoto,
    ClearanceWish,
    SidecarPayload,
    WroteBeside,
)
from licet.terms.errors import BadInput, NotFound
from licet.terms.ids import CaseId, GrantId, ItemId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Refusal, Register
from licet.terms.source import Item, Source

MOST_PLACES = 60
"""Territories that a person names; who means more means everywhere."""


def about_clearance(case: CaseId, source: SourceId, write: bool = False) -> About:
    """Return what is read, or read to be written beside the photos."""
    asked = (("write", True),) if write else ()
    return About(Register.CLEARANCE, case, objects=(("source", source),), asked=asked)


def list_clearance(app: App, who: Who, wish: ClearanceWish) -> ClearanceList | Refusal:
    """List the photos of a source, with what follows for each from who agreed.

    The counts are of all photos; the list goes on ``after`` the last one. Raises ``NotFound``
    for a source that is not the organisation's.
    """

    def read(reader: Reader, _reach: Reach) -> tuple[ClearanceList, ...]:
        source = _source(reader, wish.case, wish.source)
        lines = list(_photos(app, reader, source))
        fitting = [one for one in lines if wish.state in {None, one.state}]
        places = [one.item for one in fitting]
        start = places.index(wish.after) + 1 if wish.after in places else 0
        page = fitting[start : start + wish.most]
        more = start + len(page) < len(fitting)
        shown = tuple(with_address(app, reader, source, one) for one in page)
        after = page[-1].item if more else None
        may = may_write(reader, source)
        return (ClearanceList(source.name, _counts(lines), shown, after, may),)

    found = listed(app, who, about_clearance(wish.case, wish.source), read)
    return found if isinstance(found, Refusal) else found[0]


def show_clearance(
    app: App, who: Who, case: CaseId, source_id: SourceId, item: ItemId
) -> ClearancePhoto | Refusal:
    """Return what follows for one photo. Raises ``NotFound``."""

    def read(reader: Reader, _reach: Reach) -> tuple[ClearancePhoto, ...]:
        source = _source(reader, case, source_id)
        for photo in _photos(app, reader, source, item):
            return (with_address(app, reader, source, photo),)
        raise NotFound("there is no such photo", "See `licet clearance list`.")

    found = listed(app, who, about_clearance(case, source_id), read)
    return found if isinstance(found, Refusal) else found[0]


def write_clearance(app: App, who: Who, case: CaseId, source_id: SourceId) -> WroteBeside | Refusal:
    """Write beside each photo of a folder what follows for it, in standard terms.

    1. In one unit of work: decide; note beside which photos something will stand; record.
    2. Write the files, as the worker does from now on whenever something changes.
    3. Mirror the ledger.

    Raises ``NotFound``; ``BadInput`` for a source that is not a folder of the organisation's
    own; ``Conflict`` for files that cannot be written, when all others are.
    """
    about = about_clearance(case, source_id, write=True)
    with app.store.unit() as unit:  # 1
        ask = asking(app, unit, who, about)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, about.digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        source = _source(unit, case, source_id)
        if not may_write(unit, source):
            raise BadInput(
                "only a folder of your own storage gets files beside its photos",
                "Export the list instead: `licet clearance list --out FILE`.",
            )
        noted = sum(_noted(app, unit, case, source, one) for one in items_shown(app, unit, source))
        objects = (("case", case), ("source", source_id))
        leaf = record(app, unit, EntryKind.CLEARANCE_WRITTEN, permit, objects, (("noted", noted),))
    app.at("clearance.noted")
    done = keep_true(app, source_id)  # 2
    app.publish()  # 3
    return WroteBeside(source_id, done, leaf)


def say_shown(app: App, who: Who, grant_id: GrantId, wish: ShownWish) -> int | Refusal:
    """Say, as the person, whether an archive may show one: from when, until when, where.

    1. In one unit of work: read the facts and decide.
    2. Keep what was said, in place of what was said before; record that something was.
    3. Mirror the ledger.

    Returns the number of the entry. Raises ``NotFound``, ``BadInput``.
    """
    with app.store.unit() as unit:  # 1
        grant = unit.grants.get(grant_id)
        if grant is None:
            raise NotFound("there is no such grant", "It may have ended.")
        ask = ask_on(app, Action.SAY, who, grant)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if grant.purpose.partition("@")[0] != CLEARING:
            raise BadInput("nobody asks this under that grant", "Choose a grant of an archive.")
        _check(wish)
        said = ShownPayload(  # 2
            wish.yes,
            wish.not_before.isoformat() if wish.not_before and wish.yes else "",
            wish.until.isoformat() if wish.until and wish.yes else "",
            tuple(sorted(set(wish.territories))) if wish.yes else (),
            unit.now,
        )
        put_question(app, unit, grant_id, SHOWN, said, grant.expires)
        objects = (("grant", grant_id),)
        leaf = record(app, unit, EntryKind.QUESTION_ANSWERED, permit, objects)
    app.publish()  # 3
    return leaf


def _check(wish: ShownWish) -> None:
    if wish.not_before and wish.until and wish.until < wish.not_before:
        raise BadInput("the last day is before the first", "Turn them round.")
    places = wish.territories
    if len(places) > MOST_PLACES or any(len(p) != 2 or not p.isupper() for p in places):
        raise BadInput(
            "places are named by two capital letters each (ISO 3166-1)",
            "Write DE, FR; or name none, for everywhere.",
        )


def _photos(
    app: App, reader: Reader, source: Source, item: ItemId | None = None
) -> Iterator[ClearancePhoto]:
    items: Iterator[Item] = items_shown(app, reader, source)
    wanted = items if item is None else (one for one in items if one.id == item)
    known = known_of(app, reader, source.organisation, source)
    return clear_items(app, reader, source, known, wanted)


def _source(reader: Reader | Unit, case_id: CaseId, source_id: SourceId) -> Source:
    """Return a source of the organisation whose case it is. Raises ``NotFound``."""
    case = reader.governance.case(case_id)
    source = reader.sources.get(source_id)
    if case is None or source is None or source.organisation != case.organisation:
        raise NotFound("there is no such source", "See `licet source list`.")
    return source


def _counts(lines: list[ClearancePhoto]) -> ClearanceCounts:
    each = {state: sum(one.state is state for one in lines) for state in Clearance}
    return ClearanceCounts(
        each[Clearance.MAY],
        each[Clearance.EMBARGO],
        each[Clearance.NOT],
        each[Clearance.NOBODY],
    )


def _noted(app: App, unit: Unit, case: CaseId, source: Source, item: Item) -> bool:
    """Note that something will stand beside a photo; not of a video, or where it stands."""
    if unit.sidecars.get(item.id) or any(one.span for one in unit.items.faces(item.id)):
        return False
    address = open_address(app, item.id, source.id, item.sealed_address)
    sealed = seal_sidecar(app, item.id, source.id, SidecarPayload(address, "", "", 0))
    unit.sidecars.put(StoredSidecar(item.id, source.id, case, sealed, unit.now))
    return True
