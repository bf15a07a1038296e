"""Forgets what came from a source: all of it once it ceased, items whose term is over before.

First the items go, then what is kept of people because of them: an appearance whose item
is gone is what the second step looks for, so a purge that is killed anywhere finds by
itself what is left. The key of a ceased source goes last, and then the source is *purged*.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import TypeAlias, TypeVar

from licet.app import App
from licet.effects.acting import digest_of
from licet.effects.beside import leave_nothing_beside
from licet.effects.closing import close_emptied
from licet.effects.held import held_grants
from licet.effects.receipts import receipt_for, statement_fact
from licet.effects.record import Facts, Objects, record_machine
from licet.effects.requests import PACKED, waits_for_answer
from licet.effects.running import Hold, let_go, open_run, release_run
from licet.effects.sealed import (
    appearances_of,
    case_key,
    source_key,
    suggestions_of,
    unlinked_of,
)
from licet.effects.shelving import clear_shelf, destroy_copies, end_copies
from licet.ledger.leaf import decode
from licet.ledger.receipt import ReceiptKind
from licet.ledger.statement import Ended, EndingStatement, StoreCount
from licet.store.unit import Reader, Unit
from licet.terms.errors import NotFound
from licet.terms.gallery import TemplateKind
from licet.terms.governing import CeaseNotice
from licet.terms.ids import (
    CandidateId,
    ItemId,
    RunId,
    SourceId,
    SuggestionId,
    TemplateId,
    new_id,
)
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import (
    AppearancePayload,
    CandidatePayload,
    SuggestionPayload,
    UnlinkedPayload,
    from_bytes,
)
from licet.terms.plan import Run, RunKind, WorkState
from licet.terms.source import Source, SourceState
from licet.terms.when import from_ms, to_ms
from licet.vault.seal import open_sealed

PART = 256
"""How many go in one unit: an entry holds 64 KB, and a withdrawal must not wait."""

CHUNK = 2_000
COUNTED = ("items", "faces", "addresses", "appearances", "suggestions", "candidates", "copies")
"""What a certificate counts, zeros included."""

_CEASED = frozenset({SourceState.CEASED, SourceState.PURGED})
_SAYS = (
    "Everything that came from this source is destroyed: what was noted of its items is deleted, "
    "what was kept of people because of them too, and the key of its addresses is gone."
)

T = TypeVar("T")
_Payload: TypeAlias = AppearancePayload | SuggestionPayload | UnlinkedPayload


@dataclass(frozen=True, slots=True)
class Gone:
    """How many of each are gone, and when that was ordered (milliseconds since 1970).

    It lies in the run's cursor: nobody's data, only counts.
    """

    items: int = 0
    faces: int = 0
    addresses: int = 0
    appearances: int = 0
    suggestions: int = 0
    candidates: int = 0
    copies: int = 0
    ordered_at: int = 0

    def plus(self, **more: int) -> "Gone":
        """Return the counts with some added."""
        return replace(self, **{name: getattr(self, name) + n for name, n in more.items()})


def purge(app: App, source_id: SourceId) -> Gone:
    """Forget what came from a source, and return how many of each.

    1. Hold the run, so that no two processes purge a source at once.
    2. Take away what was written beside photos of a source that ceased, while it is known
       where they lie. Forget items in parts, with the boxes of their faces, their addresses,
       and the copies that were kept of them; then the copies that nobody collected.
    3. Look through what is kept of everybody for what came from items that are gone.
    4. Of a source that ceased, destroy the key, and say that it is purged.
    5. Finish the run.

    Nobody lets a source cease to be rid of what a claim or an answer needs: an item in which
    somebody appears for whom a legal hold, or their own open access request, keeps it, waits
    until that is over, and the source with it. What waits is looked through once a day.

    Raises ``NotFound``; ``Busy`` while somebody else is at it.
    """
    with app.store.read() as reader:
        source = reader.sources.get(source_id)
        if source is None:
            raise NotFound("no such source", "See `licet source list`.")
        needed = needed_items(app, reader, source)
        waits = digest_of(source_id, reader.now.date().isoformat(), *sorted(needed))
        looked = {_waits(run.cursor) for run in reader.runs.open(RunKind.PURGE)}
    if source.state is SourceState.PURGED or (needed and waits in looked):
        return Gone()
    hold = open_run(app, RunKind.PURGE, source)  # 1
    work = _Purge(app, source, hold, _gone(hold.run.cursor), needed)
    with let_go(app, hold, "the purge"):
        if work.whole:
            leave_nothing_beside(app, source.id)
        work.forget_items()  # 2
        work.end_copies()
        work.drop_derived()  # 3
        if needed:
            work.wait(waits)
            return work.gone
        if work.whole:
            clear_shelf(app, source.id)
            app.keyring.shred(source_key(source.id))  # 4
            app.at("purge.key")
        work.finish()  # 4, 5
    return work.gone


def over_before(source: Source, now: datetime) -> datetime | None:
    """Return the moment before which an item's term is over; None while there is no term.

    Whole days in UTC, the day of meeting counted: what one day brought goes together, and
    nothing is kept for longer than its term.
    """
    if source.retention_days is None:
        return None
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return midnight - timedelta(days=source.retention_days - 1)


def sources_over(reader: Reader) -> tuple[SourceId, ...]:
    """Return the sources of which something must be forgotten now."""
    found = [run.source for run in reader.runs.open(RunKind.PURGE)]
    for source in reader.sources.all():
        before = over_before(source, reader.now)
        ceased = source.state is SourceState.CEASED
        if ceased or (before is not None and _any_before(reader, source.id, before)):
            found.append(source.id)
    return tuple(dict.fromkeys(found))


def _any_before(reader: Reader, source: SourceId, moment: datetime) -> bool:
    """Say whether anything of a source was met, or last decided on, before a moment."""
    if reader.items.any_before(source, moment) or reader.copies.any_before(source, moment):
        return True
    return reader.sources.any_trace_before(source, moment)


def purge_certificate(app: App, source_id: SourceId) -> bytes:
    """Return the certificate of a purged source, the same whenever it is asked for.

    Raises ``NotFound`` while nothing of it is certified.
    """
    with app.store.read() as reader:
        found = _last(reader, source_id, EntryKind.SOURCE_PURGED)
        if found is None:
            raise NotFound("this source is not purged", "Run `licet worker --once`.")
        index, entry = found
        statement = _statement(source_id, _numbers(entry), _notice(entry))
        return receipt_for(app, ReceiptKind.SOURCE_CERTIFICATE, index, statement, None)


def notice_facts(notice: CeaseNotice | None) -> Facts:
    """Return what an entry says of the notice by which a source ceases, if there is one."""
    if notice is None:
        return ()
    return (("notice", notice.digest), ("notice_from", notice.sender.value))


def _last(
    reader: Reader, source: SourceId, kind: EntryKind, fact: str = ""
) -> tuple[int, Entry] | None:
    """Return the last entry of this kind about a source (with a fact), its number; or None."""
    end = reader.head.size
    while end > 0:
        start = max(0, end - CHUNK)
        for leaf in reversed(reader.leaves.get(start, end)):
            if source.encode() in leaf.data:
                entry = decode(leaf.data)
                if entry.kind is kind and (not fact or fact in dict(entry.facts)):
                    return leaf.index, entry
        end = start
    return None


def _notice(entry: Entry) -> str:
    """Return the digest of the notice that an entry names; empty where it names none."""
    return str(dict(entry.facts).get("notice", ""))


@dataclass
class _Purge:
    """One source that is purged, by one process."""

    app: App
    source: Source
    hold: Hold
    gone: Gone
    needed: frozenset[ItemId]

    @property
    def whole(self) -> bool:
        """Whether all of it goes: the source ceased."""
        return self.source.state in _CEASED

    @property
    def _cause(self) -> Facts:
        return (("cause", "ceased" if self.whole else "retention"),)

    @property
    def _objects(self) -> Objects:
        return (("run", self.hold.run.id), ("source", self.source.id))

    def forget_items(self) -> None:
        """Forget the items whose time has come, a part in each unit, and old traces."""
        with self.app.store.unit(bookkeeping=True) as unit:
            term = None if self.whole else over_before(self.source, unit.now)
            if term is not None:
                unit.sources.forget_traces(self.source.id, term)
        while True:
            with self.app.store.unit() as unit:
                before = None if self.whole else over_before(self.source, unit.now)
                page = unit.items.of_source(self.source.id, None, PART + len(self.needed))
                over = self.whole or before is not None
                past = [i.id for i in page if over and (before is None or i.first_seen < before)]
                due = [one for one in past if one not in self.needed][:PART]
                if not due:
                    return
                faces, addresses = unit.items.count_within(due)
                copies = end_copies(unit, unit.copies.of_items(due), self._cause)
                items = unit.items.forget(due)
                self._count(unit, items=items, faces=faces, addresses=addresses, copies=copies)
                counts = (("items", items), ("faces", faces), ("addresses", addresses))
                facts = (*counts, *self._cause)
                record_machine(unit, EntryKind.ITEMS_FORGOTTEN, self._objects, facts)
            self.app.at("purge.items")

    def end_copies(self) -> None:
        """End the copies whose time has come, a part in each unit, and destroy their bytes.

        A copy goes by when it was handed in; what was collected of it goes with it.
        """
        while True:
            with self.app.store.unit() as unit:
                before = None if self.whole else over_before(self.source, unit.now)
                needed = {one.id for one in unit.copies.of_items(self.needed)}
                page = unit.copies.oldest(self.source.id, PART + len(needed))
                over = self.whole or before is not None
                past = [one for one in page if over and (before is None or one.at < before)]
                due = [one for one in past if one.id not in needed][:PART]
                if not due:
                    break
                items = unit.items.of_contents(self.source.id, [one.sha256 for one in due])
                faces, addresses = unit.items.count_within(items)
                gone = unit.items.forget(items)
                copies = end_copies(unit, due, self._cause)
                self._count(unit, items=gone, faces=faces, addresses=addresses, copies=copies)
                counts = (("items", gone), ("faces", faces), ("addresses", addresses))
                facts = (*counts, *self._cause)
                record_machine(unit, EntryKind.ITEMS_FORGOTTEN, self._objects, facts)
            self.app.at("purge.copies")
        destroy_copies(self.app)

    def drop_derived(self) -> None:
        """Drop what is kept of people because of items which are gone, and notes about those."""
        appearances, suggestions, noted = self._derived()
        listed = self._listed(set(appearances)) if self.whole else {}
        for part in _parts(appearances):
            self._drop_appearances(part, [c for one in part for c in listed.get(one, ())])
        for few in _parts(suggestions):
            with self.app.store.unit() as unit:
                self._count(unit, suggestions=unit.suggestions.delete_many(few))
                objects = (*(("suggestion", one) for one in few), *self._objects)
                record_machine(unit, EntryKind.SUGGESTIONS_LAPSED, objects, self._cause)
            self.app.at("purge.suggestions")
        for some in _parts(noted):
            with self.app.store.unit() as unit:
                unit.unlinked.delete_tags(some)
                self.hold.renew(unit)
                objects = (*(("face_tag", one.hex()) for one in some), *self._objects)
                record_machine(unit, EntryKind.UNLINKED_ENDED, objects, self._cause)
            self.app.at("purge.unlinked")

    def wait(self, waits: str) -> None:
        """Note for what the rest waits, so that nothing is looked through again before."""
        with self.app.store.unit(bookkeeping=True) as unit:
            self.hold.renew(unit)
            said = json.dumps({**asdict(self.gone), "waits": waits})
            unit.runs.set_cursor(self.hold.run.id, said, self.hold.until)
        release_run(self.app, self.hold)

    def finish(self) -> None:
        """Finish the run; a source that ceased is purged from this entry on."""
        if not self.whole:
            with self.app.store.unit(bookkeeping=True) as unit:
                self.hold.renew(unit)
                unit.runs.finish(self.hold.run.id)
            return
        # From the ledger and not the run: a restore begins the run anew, without its cursor.
        with self.app.store.read() as reader:
            ceased = _last(reader, self.source.id, EntryKind.SOURCE_CEASED, "notice")
        notice = _notice(ceased[1]) if ceased else ""
        with self.app.store.unit() as unit:
            self.hold.renew(unit)
            unit.sources.set_state(self.source.id, SourceState.PURGED)
            unit.sources.forget_noted(self.source.id)
            ordered = self.gone.ordered_at or to_ms(unit.now)
            facts = tuple(asdict(replace(self.gone, ordered_at=ordered)).items())
            named: Facts = (("notice", notice),) if notice else ()
            statement = _statement(self.source.id, dict(facts), notice)
            said = (*facts, *named, *statement_fact(statement))
            record_machine(unit, EntryKind.SOURCE_PURGED, self._objects, said)
            unit.runs.finish(self.hold.run.id)
        self.app.at("purge.finished")

    def _drop_appearances(self, part: list[TemplateId], listed: list[CandidateId]) -> None:
        with self.app.store.unit() as unit:
            dropped = unit.templates.delete(part)
            close_emptied(unit, unit.searches.empty_candidates(listed))
            self._count(unit, appearances=dropped, candidates=len(listed))
            objects = (*(("template", one) for one in part), *self._objects)
            record_machine(unit, EntryKind.TEMPLATE_DROPPED, objects, self._cause)
        self.app.at("purge.appearances")

    def _count(self, unit: Unit, **more: int) -> None:
        """Count what this unit does, in the run's own row, and hold the run for longer."""
        self.hold.renew(unit)
        self.gone = self.gone.plus(**more)
        unit.runs.set_cursor(self.hold.run.id, _cursor(self.gone), self.hold.until)

    def _derived(
        self,
    ) -> tuple[list[TemplateId], list[SuggestionId], list[bytes]]:
        """Find what came from items that are gone: whose it is stands sealed, so open all."""
        appearances: list[TemplateId] = []
        suggestions: list[SuggestionId] = []
        noted: list[bytes] = []
        with self.app.store.read() as reader:
            for templates in _chunks(reader.templates.all(TemplateKind.APPEARANCE)):
                seen = [(one.id, found) for one, found in appearances_of(self.app, templates)]
                appearances += self._of_gone(reader, seen)
            for chunk in _chunks(reader.suggestions.all()):
                maybe = [(one.id, found) for one, found in suggestions_of(self.app, chunk)]
                suggestions += self._of_gone(reader, maybe)
            for notes in _chunks(reader.unlinked.all()):
                opened = unlinked_of(self.app, notes)
                off = [(one.tag, found) for one, found in opened if found]
                noted += self._of_gone(reader, off)
        return appearances, suggestions, noted

    def _of_gone(self, reader: Reader, found: Sequence[tuple[T, _Payload]]) -> list[T]:
        ours = [(one, seen.item) for one, seen in found if seen.source == self.source.id]
        there = reader.items.there([item for _, item in ours])
        return [one for one, item in ours if item not in there]

    def _listed(self, templates: set[TemplateId]) -> dict[TemplateId, list[CandidateId]]:
        """Return the candidates that one of these templates put on a list."""
        listed: dict[TemplateId, list[CandidateId]] = {}
        if not templates:
            return listed
        with self.app.store.read() as reader:
            for search in tuple(reader.searches.with_candidates()):
                key = self.app.keyring.get_many((case_key(search.case),)).get(case_key(search.case))
                for candidate in reader.searches.candidates(search.id) if key else ():
                    opened = open_sealed(key or b"", candidate.sealed, f"candidate:{candidate.id}")
                    template = from_bytes(CandidatePayload, opened).template
                    if template in templates:
                        listed.setdefault(template, []).append(candidate.id)
        return listed


def begin_purge(unit: Unit, source: SourceId) -> None:
    """Begin to purge a source, within the unit that makes it cease."""
    cursor = _cursor(Gone(ordered_at=to_ms(unit.now)))
    run = Run(RunId(new_id()), RunKind.PURGE, source, None, cursor, WorkState.OPEN, None)
    unit.runs.add(run)


def _cursor(gone: Gone) -> str:
    return json.dumps(asdict(gone), sort_keys=True)


def _gone(cursor: str) -> Gone:
    said = json.loads(cursor) if cursor else {}
    return Gone(**{name: count for name, count in said.items() if name != "waits"})


def _waits(cursor: str) -> str:
    return str(json.loads(cursor).get("waits", "")) if cursor else ""


def needed_items(app: App, reader: Reader | Unit, source: Source) -> frozenset[ItemId]:
    """Return the items that a legal hold needs, or an open access request where all would go."""
    grants = set(held_grants(reader))
    asking = {one.subject for one in reader.requests.open() if one.kind in PACKED}
    for subject in asking if source.state in _CEASED else ():
        if waits_for_answer(reader, subject):
            grants.update(one.id for one in reader.grants.of_subject(subject) if one.kept)
    templates = [one for grant in sorted(grants) for one in reader.templates.of_grant(grant)]
    kept = (one for one in templates if one.kind is TemplateKind.APPEARANCE)
    return frozenset(
        found.item for _, found in appearances_of(app, kept) if found.source == source.id
    )


def _statement(source: SourceId, found: dict[str, int], notice: str) -> EndingStatement:
    counts = tuple(StoreCount(name, found[name], 0) for name in COUNTED)
    ordered = from_ms(found["ordered_at"])
    return EndingStatement(Ended.SOURCE, source, ordered, counts, (), 0, 0, _SAYS, notice)


def _numbers(entry: Entry) -> dict[str, int]:
    return {name: value for name, value in entry.facts if isinstance(value, int)}


def _parts(ids: list[T]) -> Iterator[list[T]]:
    yield from (ids[start : start + PART] for start in range(0, len(ids), PART))


def _chunks(things: Iterable[T]) -> Iterator[list[T]]:
    source = iter(things)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
