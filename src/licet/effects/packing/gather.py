"""Gathers everything that is kept of one person, of any age, within one moment of the store."""

from collections.abc import Iterator
from dataclasses import replace

from licet.app import App
from licet.effects.looked import looked
from licet.effects.packing.asker import Asker
from licet.effects.packing.faces import Faces, faces_of
from licet.effects.packing.parts import (
    FORMAT,
    About,
    LookedPart,
    Model,
    NamedPart,
    Package,
    Threshold,
)
from licet.effects.packing.records import records_of
from licet.effects.packing.stores import Gathered, manifest_of
from licet.effects.packing.uses import recipients_of, searches_of
from licet.ledger.package import PackedEntry, entries_about
from licet.terms.face import Score, cosine_of
from licet.terms.ids import ModelId
from licet.terms.looking import LookedAt, NamedAt
from licet.vision.card import ModelCard, shipped_card

CARDS = ("sface-2021dec",)
"""The recognisers whose cards come with licet."""


def gather(
    asker: Asker, language: str, size: int, packages: int
) -> tuple[Package, Faces, tuple[PackedEntry, ...]]:
    """Return everything kept of who asks, without pictures yet, and the ledger's entries.

    1. What is on record, their face, the searches that listed them, who got anything.
    2. The ledger's entries about any of that, among the first ``size``.
    3. The manifest over all of it.

    The faces' boxes and the entries come beside the package: the first never leave this
    house, the second go into files of their own. ``packages`` is how many answers lie here.
    """
    records = records_of(asker)  # 1
    faces = faces_of(asker)
    searches = searches_of(asker)
    recipients = recipients_of(asker, searches)
    known = Gathered(records, faces, searches, recipients, 0, packages)
    entries = tuple(_entries(asker, known, size))  # 2
    gathered = replace(known, entries=len(entries))
    told = looked(asker.app, asker.reader, asker.request)
    package = Package(
        about=_about(asker, language),
        manifest=manifest_of(asker, gathered),  # 3
        person=records.person,
        grants=records.grants,
        codes=records.codes,
        references=faces.references,
        appearances=faces.appearances,
        suggestions=faces.suggestions,
        unlinked=faces.unlinked,
        questions=faces.questions,
        items=faces.items,
        sources=faces.sources,
        looked=tuple(_looked(one) for one in told.sources),
        named=tuple(_named(one) for one in told.named),
        searches=searches,
        recipients=recipients,
        models=_models(asker, faces),
        requests=records.requests,
        holds=records.holds,
        plans=records.plans,
        runs=records.runs,
        blocks=records.blocks,
        accounts=records.accounts,
        keys=records.keys,
    )
    return package, faces, entries


def _looked(one: LookedAt) -> LookedPart:
    return LookedPart(
        source=one.source,
        name=one.name,
        organisation=one.organisation,
        read=one.read.value,
        items=one.items,
        faces=one.faces,
        unreadable=one.unreadable,
        innocent_millionths=one.innocent_millionths,
        at=one.at,
    )


def _named(one: NamedAt) -> NamedPart:
    return NamedPart(one.source, one.name, one.organisation, one.items, one.addresses)


def _about(asker: Asker, language: str) -> About:
    deployment, request = asker.app.deployment, asker.request
    return About(
        format=FORMAT,
        controller=deployment.controller,
        ledger=deployment.origin,
        sandbox=deployment.sandbox,
        request=request.id,
        right=request.kind.value,
        received_at=request.received_at,
        due=request.due,
        as_of=asker.now,
        language=language,
    )


def _entries(asker: Asker, known: Gathered, size: int) -> Iterator[PackedEntry]:
    """Give the published entries that are about the person or about what is theirs."""
    records, faces = known.records, known.faces
    objects = {
        *(grant.id for grant in records.grants),
        *(request.id for request in records.requests),
        *(plan.id for plan in records.plans),
        *(hold.id for hold in records.holds),
        *(account.id for account in records.accounts),
        *(search.id for search in known.searches),
        *(one.id for one in faces.references),
        *(one.id for one in faces.appearances),
        *(one.id for one in faces.suggestions),
    }
    indices = {
        *(one.entry for one in faces.references),
        *(one.entry for one in faces.appearances),
        *(one.entry for one in faces.suggestions),
        *(item.entry for item in faces.items),
        *(search.entry for search in known.searches),
    }
    leaves = (leaf for leaf in asker.reader.leaves.iterate() if leaf.index < size)
    return entries_about(leaves, asker.own, asker.subject.id, objects, indices)


def _models(asker: Asker, faces: Faces) -> tuple[Model, ...]:
    """Return the model in use and every other that made something of the person's."""
    made = {one.model for one in faces.references} | {one.model for one in faces.appearances}
    return tuple(_model(asker, ModelId(one)) for one in sorted({*made, asker.app.model}))


def _model(asker: Asker, model: ModelId) -> Model:
    card = _card(model)
    return Model(
        id=model,
        title=card.title if card else "",
        licence=card.licence if card else "",
        credit=card.credit if card else "",
        training=card.training if card else "",
        dimension=card.dimension if card else None,
        measured_on=card.measured_on if card else "",
        thresholds=_thresholds(asker) if model == asker.app.model else (),
    )


def _card(model: ModelId) -> ModelCard | None:
    cards = (shipped_card(name) for name in CARDS)
    return next((card for card in cards if card.model_id == model), None)


def _thresholds(asker: Asker) -> tuple[Threshold, ...]:
    """Return the thresholds in use for as many people as are enrolled today."""
    people = max(1, asker.people)
    rates = {
        "searching": asker.app.deployment.fpir_search,
        "collecting": asker.app.deployment.fpir_collect,
    }
    return tuple(
        Threshold(used_for, fpir, people, _cosine(asker.app, fpir, people))
        for used_for, fpir in rates.items()
    )


def _cosine(app: App, fpir: float, people: int) -> float:
    return round(cosine_of(Score(app.vision.threshold(fpir, people))), 4)
