"""Restore, step 2: rows whose key is absent are deleted, not kept as riddles."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    delete,
    exists,
    or_,
    select,
    true,
    union,
    update,
)

from licet.store import schema
from licet.store.session import GROUPED, Group
from licet.terms.errors import BadInput
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import KeyId

_KINDS = ("account", "case", "copy", "grant", "request", "search", "source", "subject")
_OBJECTS: dict[str, tuple[Column[Any], ColumnElement[bool]]] = {
    "account": (schema.account.c.id, true()),
    "breach": (schema.breach.c.id, schema.breach.c.sealed != b""),
    "case": (schema.case.c.id, true()),
    "copy": (schema.kept_copy.c.id, true()),
    "correspondence": (schema.correspondence.c.id, schema.correspondence.c.sealed != b""),
    "grant": (schema.grant.c.id, true()),
    "order": (schema.order.c.id, schema.order.c.sealed != b""),
    "plan": (schema.plan.c.id, true()),
    "request": (schema.request.c.id, schema.request.c.sealed != b""),
    "search": (schema.search.c.id, schema.search.c.sealed_probe.is_not(None)),
    "source": (schema.source.c.id, true()),
    "subject": (schema.subject.c.id, true()),
}
"""The object that a key of each kind is made for, and when it needs one."""

SWEPT = frozenset(_OBJECTS)
"""The kinds of keys that are made for a row."""

Counts = tuple[tuple[str, int], ...]
"""How many rows of which table were changed, by table name."""


def _holders() -> dict[str, Select[Any] | CompoundSelect[Any]]:
    grant, search, subject = schema.grant.c, schema.search.c, schema.subject.c
    listed = exists().where(schema.candidate.c.search == search.id)
    tracing = exists().where(schema.tracing.c.case == search.case)
    return {
        "account": select(schema.account.c.id),
        "case": select(search.case).where(or_(listed, tracing)).distinct(),
        "copy": select(schema.kept_copy.c.id),
        "grant": select(grant.id).where(
            or_(
                exists().where(schema.template.c.grant == grant.id),
                exists().where(schema.suggestion.c.grant == grant.id),
                exists().where(schema.unlinked.c.grant == grant.id),
                exists().where(schema.question.c.grant == grant.id),
            )
        ),
        "request": select(schema.request.c.id).where(schema.request.c.sealed != b""),
        "search": select(search.id).where(search.sealed_probe.is_not(None)),
        # An address has its item's source; what was left out has none.
        "source": union(
            select(schema.item.c.source),
            select(schema.trace.c.source),
            select(schema.visit.c.source),
            select(schema.kept_copy.c.source),
            select(schema.sidecar.c.source),
            select(schema.audit.c.source).where(schema.audit.c.note != b""),
        ),
        "subject": select(subject.id).where(subject.sealed_identity != b""),
    }


class ReadRecover(Group):
    """Reading which keys the rows need."""

    def rows_with_key(self) -> Iterator[KeyId]:
        """Give the id of every key that a sealed row depends on, each once.

        ``account:`` for accountability records; ``case:`` for candidates and verifications;
        ``copy:`` for kept copies; ``grant:`` for templates, suggestions and notes of faces;
        ``request:`` for what was written in requests; ``search:`` for probes; ``source:`` for
        addresses, pages and notes of audits; ``subject:`` for identities.
        """
        for kind, statement in _holders().items():
            for row in self._session.stream(statement):
                yield KeyId(f"{kind}:{row[0]}")

    def made_for(self, keys: Collection[KeyId]) -> frozenset[KeyId]:
        """Return those of the keys whose object is there and may still need one.

        A request whose words were forgotten needs none. Raises ``BadInput`` for a key of
        no kind that is made for a row.
        """
        found: set[KeyId] = set()
        for kind, names in _by_kind(keys, _OBJECTS).items():
            column, needs = _OBJECTS[kind]
            for part in _parts(names):
                rows = self._session.rows(select(column).where(column.in_(part), needs))
                found.update(KeyId(f"{kind}:{row[0]}") for row in rows)
        return frozenset(found)


class WriteRecover(ReadRecover):
    """Deleting what can be read no more."""

    def delete_keyless(self, absent: Collection[KeyId]) -> Counts:
        """Delete or empty every row sealed under an absent key; return counts by table.

        A grant loses its templates, suggestions, notes, questions and code, and is ended. A
        subject is erased, and all its grants, requests and holds are treated so. A request
        loses what was written in it, a search its probe. A source loses its items, faces,
        addresses, pages, kept copies, notes of audits and of files beside its photos. A case
        loses its probes, candidates, verifications and searches that ask first. Doing it again
        changes nothing. Raises ``BadInput`` for a key id of
        another form.
        """
        ids = _by_kind(absent, _KINDS)
        counts: dict[str, int] = {}
        for part in _parts(ids["subject"]):
            self._subjects(part, counts)
        for part in _parts(ids["request"]):
            self._requests(part, counts)
        for part in _parts(ids["search"]):
            self._probes(schema.search.c.id.in_(part), counts)
        for part in _parts(ids["account"]):
            there = schema.account.c.id.in_(part)
            self._count(counts, schema.account, delete(schema.account).where(there))
        for part in _parts(ids["grant"]):
            self._grants(part, counts)
        for part in _parts(ids["copy"]):
            gone = delete(schema.kept_copy).where(schema.kept_copy.c.id.in_(part))
            self._count(counts, schema.kept_copy, gone)
        for part in _parts(ids["source"]):
            self._sources(part, counts)
        for part in _parts(ids["case"]):
            self._cases(part, counts)
        return tuple(sorted(counts.items()))

    def _subjects(self, subjects: list[str], counts: dict[str, int]) -> None:
        column = schema.subject.c
        grants = select(schema.grant.c.id).where(schema.grant.c.subject.in_(subjects))
        for part in _parts([row[0] for row in self._session.rows(grants)]):
            self._grants(part, counts)
        requests = select(schema.request.c.id).where(schema.request.c.subject.in_(subjects))
        for part in _parts([row[0] for row in self._session.rows(requests)]):
            self._requests(part, counts)
        held = schema.hold.c.subject.in_(subjects)
        self._count(counts, schema.hold, delete(schema.hold).where(held))
        statement = update(schema.subject).where(
            column.id.in_(subjects), column.state != SubjectState.ERASED
        )
        emptied = {"sealed_identity": b"", "contact_tag": b"", "residence": None}
        self._count(counts, schema.subject, statement.values(state=SubjectState.ERASED, **emptied))

    def _grants(self, grants: list[str], counts: dict[str, int]) -> None:
        for table in (
            schema.template,
            schema.suggestion,
            schema.unlinked,
            schema.question,
            schema.confirmation,
        ):
            self._count(counts, table, delete(table).where(table.c.grant.in_(grants)))
        column = schema.grant.c
        statement = update(schema.grant).where(column.id.in_(grants), column.kept)
        self._count(counts, schema.grant, statement.values(state=GrantState.ENDED))

    def _requests(self, requests: list[str], counts: dict[str, int]) -> None:
        code, column = schema.request_code, schema.request.c
        self._count(counts, code, delete(code).where(code.c.request.in_(requests)))
        written = update(schema.request).where(column.id.in_(requests), column.sealed != b"")
        self._count(counts, schema.request, written.values(sealed=b""))

    def _sources(self, sources: list[str], counts: dict[str, int]) -> None:
        items = select(schema.item.c.id).where(schema.item.c.source.in_(sources))
        self._count(counts, schema.face, delete(schema.face).where(schema.face.c.item.in_(items)))
        for table in (
            schema.trace,
            schema.visit,
            schema.kept_copy,
            schema.sidecar,
            schema.item_address,
            schema.item,
        ):
            self._count(counts, table, delete(table).where(table.c.source.in_(sources)))
        column = schema.audit.c
        notes = update(schema.audit).where(column.source.in_(sources), column.note != b"")
        self._count(counts, schema.audit, notes.values(note=b""))

    def _cases(self, cases: list[str], counts: dict[str, int]) -> None:
        search, candidate = schema.search, schema.candidate
        searches = select(search.c.id).where(search.c.case.in_(cases))
        candidates = select(candidate.c.id).where(candidate.c.search.in_(searches))
        asks = schema.tracing
        self._count(counts, asks, delete(asks).where(asks.c.case.in_(cases)))
        said = schema.verification
        self._count(counts, said, delete(said).where(said.c.candidate.in_(candidates)))
        self._count(counts, candidate, delete(candidate).where(candidate.c.search.in_(searches)))
        self._probes(search.c.case.in_(cases), counts)

    def _probes(self, which: ColumnElement[bool], counts: dict[str, int]) -> None:
        search = schema.search
        probes = update(search).where(which, search.c.sealed_probe.is_not(None))
        self._count(counts, search, probes.values(sealed_probe=None, probe_until=None))

    def _count(self, counts: dict[str, int], table: Table, statement: Any) -> None:
        changed = self._session.write(statement)
        if changed:
            counts[table.name] = counts.get(table.name, 0) + changed


def _by_kind(keys: Collection[KeyId], kinds: Collection[str]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {kind: [] for kind in kinds}
    for key in sorted(set(keys)):
        kind, _, name = key.partition(":")
        if kind not in ids or not name:
            raise BadInput(f"{kind} keys belong to no row", "give keys as kind:id")
        ids[kind].append(name)
    return ids


def _parts(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), GROUPED):
        yield ids[start : start + GROUPED]
