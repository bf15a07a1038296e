"""Sealed templates and suggestions. The database refuses one without a kept grant."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from licet.store import schema
from licet.store.session import GROUPED, Group, Shape, delete_among
from licet.store.types import as_kept
from licet.terms.gallery import TemplateKind
from licet.terms.grant import GrantState
from licet.terms.ids import GrantId, ModelId, SuggestionId, TemplateId
from licet.terms.stored import SealedBatch, StoredSuggestion, StoredTemplate, StoredUnlinked

_SHAPE = Shape(schema.template, StoredTemplate)
_SUGGESTION = Shape(schema.suggestion, StoredSuggestion)
_UNLINKED = Shape(schema.unlinked, StoredUnlinked)
_UNLINKED_OF = _UNLINKED.by("grant", order=(schema.unlinked.c.tag,))
_UNLINKED_TAG = _UNLINKED.by("tag")
_NO_GRANT = "the grant has ended or never was, or the id is taken"
_KINDS = {kind.value: kind for kind in TemplateKind}
_BY_ID = _SHAPE.by("id")
_OF_GRANT = _SHAPE.by("grant", order=(schema.template.c.leaf, schema.template.c.id))
_SUGGESTED = _SUGGESTION.by("grant", order=(schema.suggestion.c.leaf, schema.suggestion.c.id))


class ReadTemplates(Group):
    """Reading sealed templates."""

    def get(self, template: TemplateId) -> StoredTemplate | None:
        """Return the template, or None."""
        return _SHAPE.one(self._session, _BY_ID, id=template)

    def of_grant(self, grant: GrantId) -> tuple[StoredTemplate, ...]:
        """Return the templates kept under a grant, by leaf, then id."""
        return _SHAPE.all(self._session, _OF_GRANT, grant=grant)

    def all(self, kind: TemplateKind | None = None) -> Iterator[StoredTemplate]:
        """Give every template (of one kind), in no order, without holding them all."""
        statement = _SHAPE.select
        if kind is not None:
            statement = statement.where(schema.template.c.kind == kind)
        return _SHAPE.each(self._session, statement)

    def batches(self, model: ModelId, since: int = 0) -> Iterator[SealedBatch]:
        """Give the templates of one model kept at or after an entry, in columns, in no order.

        Those of a grant on its way out are left out: from *ending* on nothing opens them.
        """
        column, grant = schema.template.c, schema.grant.c
        ending = select(grant.id).where(grant.state == GrantState.ENDING)
        statement = select(*map(as_kept, (column.id, column.grant, column.kind, column.sealed)))
        statement = statement.where(column.model == model, column.grant.not_in(ending))
        if since:
            statement = statement.where(column.leaf >= since)
        for ids, grants, kinds, sealed in self._session.batches(statement):
            yield SealedBatch(model, ids, grants, tuple(map(_KINDS.__getitem__, kinds)), sealed)

    def since(self, leaf: int) -> Iterator[StoredTemplate]:
        """Give every template kept by an entry at or after ``leaf``, by leaf, then id."""
        column = schema.template.c
        statement = _SHAPE.select.where(column.leaf >= leaf).order_by(column.leaf, column.id)
        return _SHAPE.each(self._session, statement)

    def lapsed(
        self, now: datetime, most: int | None = None, held: Collection[GrantId] = ()
    ) -> tuple[StoredTemplate, ...]:
        """Return the (at ``most``) unconfirmed appearances with ``lapses_at <= now``, in order.

        Those of ``held`` grants are left out: few are, or none.
        """
        column = schema.template.c
        statement = _SHAPE.select.where(column.lapses_at <= now)
        if held:
            statement = statement.where(column.grant.not_in(sorted(held)))
        ordered = statement.order_by(column.lapses_at, column.id).limit(most)
        return _SHAPE.all(self._session, ordered)

    def count(self) -> int:
        """Return how many templates are kept."""
        return self._session.number(select(func.count()).select_from(schema.template))


class WriteTemplates(ReadTemplates):
    """Writing sealed templates."""

    def add(self, template: StoredTemplate) -> None:
        """Keep a template. Raises ``Conflict`` unless its grant is kept."""
        self._session.write(_SHAPE.insert, _SHAPE.values(template), refused=_NO_GRANT)

    def add_many(self, templates: Iterable[StoredTemplate]) -> int:
        """Keep templates in groups and return how many. Raises ``Conflict`` as :meth:`add`."""
        return self._session.write_many(_SHAPE.insert, map(_SHAPE.values, templates), _NO_GRANT)

    def confirm(self, template: TemplateId, sealed: bytes) -> None:
        """Let an appearance lapse no more; ``sealed`` says who said so. Raises ``NotFound``."""
        column = schema.template.c
        statement = update(schema.template).where(column.id == template)
        found = select(column.id).where(column.id == template)
        self._session.change(statement.values(lapses_at=None, sealed=sealed), found, "template")

    def unconfirm(self, template: TemplateId, lapses_at: datetime) -> None:
        """Let a confirmed appearance lapse again, at a moment. Raises ``NotFound``."""
        column = schema.template.c
        statement = update(schema.template).where(column.id == template)
        found = select(column.id).where(column.id == template)
        self._session.change(statement.values(lapses_at=lapses_at), found, "template")

    def delete(self, templates: Collection[TemplateId]) -> int:
        """Delete templates and return how many there were."""
        return delete_among(self._session, schema.template, schema.template.c.id, templates)

    def delete_of_grant(self, grant: GrantId) -> int:
        """Delete all templates of a grant and return how many there were."""
        return self.delete_of_grants((grant,))

    def delete_of_grants(self, grants: Collection[GrantId]) -> int:
        """Delete all templates of grants and return how many there were."""
        return delete_among(self._session, schema.template, schema.template.c.grant, grants)


class ReadSuggestions(Group):
    """Reading suggestions: faces that wait for a person's look."""

    def get(self, suggestion: SuggestionId) -> StoredSuggestion | None:
        """Return the suggestion, or None."""
        where = schema.suggestion.c.id == suggestion
        return _SUGGESTION.one(self._session, _SUGGESTION.select.where(where))

    def of_grant(self, grant: GrantId) -> tuple[StoredSuggestion, ...]:
        """Return a grant's suggestions, by leaf, then id."""
        return _SUGGESTION.all(self._session, _SUGGESTED, grant=grant)

    def expired(self, now: datetime, most: int | None = None) -> tuple[StoredSuggestion, ...]:
        """Return the (at ``most``) suggestions with ``expires <= now``, oldest first."""
        column = schema.suggestion.c
        statement = _SUGGESTION.select.where(column.expires <= now)
        ordered = statement.order_by(column.expires, column.id).limit(most)
        return _SUGGESTION.all(self._session, ordered)

    def all(self) -> Iterator[StoredSuggestion]:
        """Give every suggestion, in no order."""
        return _SUGGESTION.each(self._session, _SUGGESTION.select)

    def count(self) -> int:
        """Return how many suggestions wait."""
        return self._session.number(select(func.count()).select_from(schema.suggestion))


class WriteSuggestions(ReadSuggestions):
    """Writing suggestions."""

    def add(self, suggestion: StoredSuggestion) -> None:
        """Keep a suggestion. Raises ``Conflict`` unless its grant is kept."""
        self._session.write(_SUGGESTION.insert, _SUGGESTION.values(suggestion), refused=_NO_GRANT)

    def delete(self, suggestion: SuggestionId) -> int:
        """Delete a suggestion and return 1, or 0 if it was gone already."""
        where = schema.suggestion.c.id == suggestion
        return self._session.write(delete(schema.suggestion).where(where))

    def delete_many(self, suggestions: Collection[SuggestionId]) -> int:
        """Delete suggestions and return how many there were."""
        return delete_among(self._session, schema.suggestion, schema.suggestion.c.id, suggestions)

    def delete_of_grant(self, grant: GrantId) -> int:
        """Delete all suggestions of a grant and return how many there were."""
        return self.delete_of_grants((grant,))

    def delete_of_grants(self, grants: Collection[GrantId]) -> int:
        """Delete all suggestions of grants and return how many there were."""
        return delete_among(self._session, schema.suggestion, schema.suggestion.c.grant, grants)


class ReadUnlinked(Group):
    """Reading which faces are not a grant's person: tags that only the grant's key makes."""

    def of_grant(self, grant: GrantId) -> frozenset[bytes]:
        """Return the tags (32 bytes each) of faces that were unlinked from a grant."""
        column = schema.unlinked.c
        rows = self._session.rows(select(column.tag).where(column.grant == grant))
        return frozenset(row[0] for row in rows)

    def rows_of(self, grant: GrantId) -> tuple[StoredUnlinked, ...]:
        """Return what was unlinked from a grant, by tag."""
        return _UNLINKED.all(self._session, _UNLINKED_OF, grant=grant)

    def find(self, tag: bytes) -> StoredUnlinked | None:
        """Return the note with this tag, or None."""
        return _UNLINKED.one(self._session, _UNLINKED_TAG, tag=tag)

    def all(self) -> Iterator[StoredUnlinked]:
        """Give every face that was unlinked from a grant, in no order, without holding all."""
        return _UNLINKED.each(self._session, _UNLINKED.select)


class WriteUnlinked(ReadUnlinked):
    """Writing which faces are not a grant's person."""

    def add(self, grant: GrantId, tag: bytes, sealed: bytes | None = None) -> None:
        """Note that a face is not this person. Doing it again changes nothing."""
        if tag not in self.of_grant(grant):
            row = {"grant": grant, "tag": tag, "sealed": sealed}
            self._session.write(insert(schema.unlinked), row)

    def delete(self, grant: GrantId, tag: bytes) -> bool:
        """Let a face be found for this person again; False if nothing was noted of it."""
        column = schema.unlinked.c
        statement = delete(schema.unlinked).where(column.grant == grant, column.tag == tag)
        return self._session.write(statement) > 0

    def delete_tags(self, tags: Iterable[bytes]) -> int:
        """Delete notes and return how many there were. A tag is of one grant alone."""
        column = schema.unlinked.c
        wanted = sorted(set(tags))
        return sum(
            self._session.write(
                delete(schema.unlinked).where(column.tag.in_(wanted[start : start + GROUPED]))
            )
            for start in range(0, len(wanted), GROUPED)
        )

    def delete_of_grant(self, grant: GrantId) -> int:
        """Delete all notes of a grant and return how many there were."""
        return self.delete_of_grants((grant,))

    def delete_of_grants(self, grants: Collection[GrantId]) -> int:
        """Delete all notes of grants and return how many there were."""
        return delete_among(self._session, schema.unlinked, schema.unlinked.c.grant, grants)
