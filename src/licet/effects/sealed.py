"""Seals and opens what rows hold, each under its own object's key."""

from collections.abc import Iterable, Iterator

from licet.app import CONTACT_KEY, App
from licet.terms.errors import KeyAbsent
from licet.terms.face import Template
from licet.terms.gallery import Row, TemplateKind
from licet.terms.grant import Identity, Subject
from licet.terms.ids import (
    AccountId,
    CaseId,
    CopyId,
    FaceId,
    GrantId,
    ItemId,
    KeyId,
    OrderId,
    PlanId,
    SearchId,
    SourceId,
    SubjectId,
    TemplateId,
)
from licet.terms.order import Order
from licet.terms.payload import (
    AppearancePayload,
    ErasurePayload,
    OrderPayload,
    OwedPayload,
    PartLettersPayload,
    PartPayload,
    ReferencePayload,
    SuggestionPayload,
    TellingPayload,
    UnlinkedPayload,
    from_bytes,
    to_bytes,
)
from licet.terms.plan import Plan
from licet.terms.stored import StoredSuggestion, StoredTemplate, StoredUnlinked
from licet.vault.seal import open_sealed, seal, tag


def subject_key(subject: SubjectId) -> KeyId:
    """Return the name of a data subject's key."""
    return KeyId(f"subject:{subject}")


def grant_key(grant: GrantId) -> KeyId:
    """Return the name of a grant's key."""
    return KeyId(f"grant:{grant}")


def case_key(case: CaseId) -> KeyId:
    """Return the name of a case's key."""
    return KeyId(f"case:{case}")


def search_key(search: SearchId) -> KeyId:
    """Return the name of the key of a search's probe: it goes with the probe."""
    return KeyId(f"search:{search}")


def source_key(source: SourceId) -> KeyId:
    """Return the name of a source's key."""
    return KeyId(f"source:{source}")


def copy_key(copy: CopyId) -> KeyId:
    """Return the name of a kept copy's key: what is erased is unreadable in every backup."""
    return KeyId(f"copy:{copy}")


def seal_name(app: App, copy: CopyId, source: SourceId, name: str) -> bytes:
    """Seal how a copy was called under its source's key: a file's name can name a person."""
    return seal(app.keyring.get(source_key(source)), name.encode(), f"copy:{copy}")


def open_name(app: App, copy: CopyId, source: SourceId, sealed: bytes) -> str:
    """Return how a copy was called. Raises ``KeyAbsent`` when the source was purged."""
    return open_sealed(app.keyring.get(source_key(source)), sealed, f"copy:{copy}").decode()


def handed_tag(app: App, source: SourceId, sha256: str) -> bytes:
    """Return the tag by which what was handed in before is recognised, by its content."""
    return tag(app.keyring.get(source_key(source)), "handed", sha256.encode())


def seal_identity(app: App, subject: SubjectId, identity: Identity) -> bytes:
    """Seal who a data subject is under the subject's key."""
    key = app.keyring.get(subject_key(subject))
    return seal(key, to_bytes(identity), f"subject:{subject}")


def open_identity(app: App, subject: Subject | None) -> Identity | None:
    """Return who a data subject is; None when erased or their key is gone."""
    if subject is None or not subject.sealed_identity:
        return None
    try:
        key = app.keyring.get(subject_key(subject.id))
    except KeyAbsent:
        return None
    return from_bytes(Identity, open_sealed(key, subject.sealed_identity, f"subject:{subject.id}"))


def contact_tag(app: App, contact: str) -> bytes:
    """Return the tag by which one mailbox is recognised without being readable.

    ``me+1@`` and ``me+2@`` are one mailbox: what follows a plus is its owner's own.
    """
    local, _, domain = contact.strip().casefold().rpartition("@")
    mailbox = f"{local.partition('+')[0]}@{domain}"
    return tag(app.keyring.get(CONTACT_KEY), "contact", mailbox.encode())


def probe_tag(app: App, case: CaseId, probe_sha256: str, face: int) -> bytes:
    """Return the tag that tells one face of a probe photo used again within one case."""
    return tag(app.keyring.get(case_key(case)), "probe", f"{probe_sha256} {face}".encode())


def candidate_tag(app: App, key: KeyId) -> bytes:
    """Return the tag under which a subject's or grant's candidate rows are found."""
    return tag(app.keyring.get(key), "candidate", key.encode())


def candidate_tags(app: App, keys: Iterable[KeyId]) -> frozenset[bytes]:
    """Return the tags of those keys that are there, as :func:`candidate_tag` makes them."""
    found = app.keyring.get_many(keys)
    return frozenset(tag(key, "candidate", name.encode()) for name, key in found.items())


def face_tag(app: App, grant: GrantId, face: FaceId) -> bytes:
    """Return the tag by which a face is known to be not this grant's person."""
    return tag(app.keyring.get(grant_key(grant)), "unlinked", face.encode())


def seal_unlinked(app: App, grant: GrantId, found: UnlinkedPayload) -> tuple[bytes, bytes]:
    """Return the tag of a face that is not a grant's person, and what it is, sealed."""
    tag_ = face_tag(app, grant, found.face)
    key = app.keyring.get(grant_key(grant))
    return tag_, seal(key, to_bytes(found), f"unlinked:{tag_.hex()}")


def unlinked_of(
    app: App, noted: Iterable[StoredUnlinked]
) -> Iterator[tuple[StoredUnlinked, UnlinkedPayload | None]]:
    """Open many notes of unlinked faces; None for one that says nothing but its tag.

    Those whose key is gone are nobody's and left out.
    """
    many = tuple(noted)
    keys = app.keyring.get_many({grant_key(one.grant) for one in many})
    for one in many:
        key = keys.get(grant_key(one.grant))
        if key is not None and one.sealed is None:
            yield one, None
        elif key is not None and one.sealed is not None:
            opened = open_sealed(key, one.sealed, f"unlinked:{one.tag.hex()}")
            yield one, from_bytes(UnlinkedPayload, opened)


def row_of(template: StoredTemplate, key: bytes) -> Row:
    """Open a stored template into a gallery row. Raises ``Corrupt``."""
    opened = open_sealed(key, template.sealed, f"template:{template.id}")
    if template.kind is TemplateKind.REFERENCE:
        reference = from_bytes(ReferencePayload, opened)
        return Row(
            template.id, template.grant, template.kind, Template(template.model, reference.values)
        )
    seen = from_bytes(AppearancePayload, opened)
    return Row(
        template.id,
        template.grant,
        template.kind,
        Template(template.model, seen.values),
        seen.source,
        seen.first_seen,
    )


def seal_address(app: App, item: ItemId, source: SourceId, address: str) -> bytes:
    """Seal an item's address under its source's key: a file's name can name a person."""
    return seal(app.keyring.get(source_key(source)), address.encode(), f"address:{item}")


def open_address(app: App, item: ItemId, source: SourceId, sealed: bytes) -> str:
    """Return an item's address. Raises ``KeyAbsent`` when the source was purged."""
    return open_sealed(app.keyring.get(source_key(source)), sealed, f"address:{item}").decode()


def address_tag(app: App, source: SourceId, address: str) -> bytes:
    """Return the tag by which an address is recognised without being readable."""
    return tag(app.keyring.get(source_key(source)), "address", address.encode())


def open_appearance(app: App, template: StoredTemplate) -> AppearancePayload:
    """Open an appearance. Raises ``KeyAbsent`` when its grant's key was shredded."""
    key = app.keyring.get(grant_key(template.grant))
    return from_bytes(
        AppearancePayload, open_sealed(key, template.sealed, f"template:{template.id}")
    )


def seal_appearance(
    app: App, template: TemplateId, grant: GrantId, seen: AppearancePayload
) -> bytes:
    """Seal an appearance under its grant's key. Raises ``KeyAbsent`` once that is shredded."""
    return seal(app.keyring.get(grant_key(grant)), to_bytes(seen), f"template:{template}")


def appearances_of(
    app: App, templates: Iterable[StoredTemplate]
) -> Iterator[tuple[StoredTemplate, AppearancePayload]]:
    """Open many appearances; those whose key is gone are nobody's and left out."""
    many = tuple(templates)
    keys = app.keyring.get_many({grant_key(one.grant) for one in many})
    for one in many:
        key = keys.get(grant_key(one.grant))
        if key is not None:
            opened = open_sealed(key, one.sealed, f"template:{one.id}")
            yield one, from_bytes(AppearancePayload, opened)


def photos_of(app: App, templates: Iterable[StoredTemplate]) -> tuple[int, ...]:
    """Return over how many photos each reference was averaged; nothing without its key."""
    references = [one for one in templates if one.kind is TemplateKind.REFERENCE]
    keys = app.keyring.get_many({grant_key(one.grant) for one in references})
    opened = (
        open_sealed(keys[key], one.sealed, f"template:{one.id}")
        for one in references
        if (key := grant_key(one.grant)) in keys
    )
    return tuple(from_bytes(ReferencePayload, one).photos for one in opened)


def suggestions_of(
    app: App, suggestions: Iterable[StoredSuggestion]
) -> Iterator[tuple[StoredSuggestion, SuggestionPayload]]:
    """Open many suggestions; those whose key is gone are nobody's and left out."""
    many = tuple(suggestions)
    keys = app.keyring.get_many({grant_key(one.grant) for one in many})
    for one in many:
        key = keys.get(grant_key(one.grant))
        if key is not None:
            opened = open_sealed(key, one.sealed, f"suggestion:{one.id}")
            yield one, from_bytes(SuggestionPayload, opened)


def open_suggestion(app: App, suggestion: StoredSuggestion) -> SuggestionPayload:
    """Open a suggestion. Raises ``KeyAbsent`` when its grant's key was shredded."""
    key = app.keyring.get(grant_key(suggestion.grant))
    opened = open_sealed(key, suggestion.sealed, f"suggestion:{suggestion.id}")
    return from_bytes(SuggestionPayload, opened)


def plan_key(plan: PlanId) -> KeyId:
    """Return the name of a plan's key."""
    return KeyId(f"plan:{plan}")


def seal_plan(app: App, plan: PlanId, payload: ErasurePayload | TellingPayload) -> bytes:
    """Seal what an erasure must know until its last check, or what a plan has to tell."""
    return seal(app.keyring.get(plan_key(plan)), to_bytes(payload), f"plan:{plan}")


def open_plan(app: App, plan: Plan) -> ErasurePayload:
    """Open what an erasure must know. Raises ``KeyAbsent`` once it is over."""
    key = app.keyring.get(plan_key(plan.id))
    return from_bytes(ErasurePayload, open_sealed(key, plan.sealed, f"plan:{plan.id}"))


_OfPart = PartPayload | PartLettersPayload | OwedPayload


def seal_part(app: App, plan: PlanId, payload: _OfPart) -> bytes:
    """Seal what a part of an order must know, or whom it has to tell."""
    return seal(app.keyring.get(plan_key(plan)), to_bytes(payload), f"plan:{plan}")


def open_part(app: App, plan: Plan) -> PartPayload:
    """Open what a part of an order must know. Raises ``KeyAbsent`` once it is over."""
    key = app.keyring.get(plan_key(plan.id))
    return from_bytes(PartPayload, open_sealed(key, plan.sealed, f"plan:{plan.id}"))


def open_part_letters(app: App, plan: Plan) -> PartLettersPayload:
    """Open whom a part of an order has to tell. Raises ``KeyAbsent`` once it is over."""
    key = app.keyring.get(plan_key(plan.id))
    return from_bytes(PartLettersPayload, open_sealed(key, plan.sealed, f"plan:{plan.id}"))


def open_owed(app: App, plan: Plan) -> OwedPayload:
    """Open which copies a plan must end. Raises ``KeyAbsent`` once it is over."""
    key = app.keyring.get(plan_key(plan.id))
    return from_bytes(OwedPayload, open_sealed(key, plan.sealed, f"plan:{plan.id}"))


def open_telling(app: App, plan: Plan) -> TellingPayload:
    """Open what a plan has to tell. Raises ``KeyAbsent`` once it is over."""
    key = app.keyring.get(plan_key(plan.id))
    return from_bytes(TellingPayload, open_sealed(key, plan.sealed, f"plan:{plan.id}"))


def account_key(account: AccountId) -> KeyId:
    """Return the name of an accountability record's key."""
    return KeyId(f"account:{account}")


def order_key(order: OrderId) -> KeyId:
    """Return the name of an order's key."""
    return KeyId(f"order:{order}")


def seal_order(app: App, order: OrderId, payload: OrderPayload) -> bytes:
    """Seal what an order says under its key."""
    return seal(app.keyring.get(order_key(order)), to_bytes(payload), f"order:{order}")


def open_order(app: App, order: Order) -> OrderPayload | None:
    """Return what an order says; None for one that came back without its text (a restore)."""
    if not order.sealed:
        return None
    key = app.keyring.get(order_key(order.id))
    return from_bytes(OrderPayload, open_sealed(key, order.sealed, f"order:{order.id}"))
