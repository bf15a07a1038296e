"""The very acts that members sign: each function says what one action's act is about.

The asking organisation, the object, and the digest of what else is decided on, exactly as
the flow will hold it against the signatures (``licet.effects.acting``). Both doors sign by
these: the command line with key files, pages and programs with passkeys.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licet.effects.digesting import digest_of, digest_of_wish
from licet.terms.admission import ApiKeyWish
from licet.terms.album import AlbumLink, LinkWish
from licet.terms.duties import Place, Preparation, TransferWish
from licet.terms.errors import NotFound
from licet.terms.governing import (
    AgreementWish,
    AuditSaid,
    CaseWish,
    CeaseNotice,
    MemberWish,
    OrganisationWish,
    PaperWish,
    RolesWish,
    SourceWish,
)
from licet.terms.grant import Grant
from licet.terms.granting import GrantWish
from licet.terms.ids import (
    AccountId,
    ApiKeyId,
    BlockId,
    CandidateId,
    HoldId,
    IdentityId,
    InvitationId,
    ItemId,
    OrderId,
    OrganisationId,
    PasskeyId,
    PurposeId,
    SubjectId,
    SuggestionId,
    TemplateId,
    TransferId,
)
from licet.terms.organisation import Case, Member
from licet.terms.payload import CandidatePayload, from_bytes
from licet.terms.permit import Action
from licet.terms.rectifying import Correction
from licet.terms.reporting import ReportWish
from licet.terms.rights import HoldWish, RequestWish
from licet.terms.search import Finding
from licet.terms.source import Source

if TYPE_CHECKING:
    from licet.app import App
    from licet.effects.listing import About as Read


@dataclass(frozen=True, slots=True)
class About:
    """What an act is about. ``organisation`` None: the acting member's own; ``at`` None: now."""

    action: Action
    organisation: OrganisationId | None = None
    object: str = ""
    digest: str = ""
    at: datetime | None = None


def adding_organisation(wish: OrganisationWish) -> About:
    """Return what is signed to add an organisation."""
    return About(Action.GOVERN, digest=digest_of_wish(wish))


def adding_member(wish: MemberWish) -> About:
    """Return what is signed to add a member."""
    return About(Action.GOVERN, digest=digest_of_wish(wish))


def opening_case(wish: CaseWish) -> About:
    """Return what is signed to open a case."""
    return About(Action.OPEN_CASE, wish.organisation, digest=digest_of_wish(wish))


def filing(wish: PaperWish) -> About:
    """Return what is signed to file a paper of one's own organisation."""
    return About(Action.FILE, digest=digest_of_wish(wish))


def preparing(wish: Preparation) -> About:
    """Return what is signed to file the papers that the deployment rests on."""
    return About(Action.PREPARE, digest=digest_of_wish(wish))


def placing_store(place: Place) -> About:
    """Return what is signed to state where a store lies."""
    return About(Action.TRANSFER, digest=digest_of_wish(place))


def transferring(wish: TransferWish) -> About:
    """Return what is signed to record a transfer."""
    return About(Action.TRANSFER, digest=digest_of_wish(wish))


def ending_transfer(transfer: TransferId) -> About:
    """Return what is signed to end a transfer."""
    return About(Action.TRANSFER, digest=digest_of("end", transfer))


def ending_member(member: Member) -> About:
    """Return what is signed to end a membership."""
    return About(Action.GOVERN, digest=digest_of("end", member.id))


def inviting(member: Member) -> About:
    """Return what is signed to let a member add a passkey."""
    return About(Action.GOVERN, digest=digest_of("invite", member.id))


def ending_passkey(passkey: PasskeyId) -> About:
    """Return what is signed to end a passkey."""
    return About(Action.GOVERN, digest=digest_of("end passkey", passkey))


def making_api_key(wish: ApiKeyWish) -> About:
    """Return what is signed to make an API key."""
    return About(Action.GOVERN, digest=digest_of_wish(wish))


def ending_api_key(key: ApiKeyId) -> About:
    """Return what is signed to end an API key."""
    return About(Action.GOVERN, digest=digest_of("end api key", key))


def changing_roles(wish: RolesWish) -> About:
    """Return what is signed to give a member other roles."""
    return About(Action.GOVERN, digest=digest_of_wish(wish))


def renewing_agreement(wish: AgreementWish) -> About:
    """Return what is signed to file an organisation's new agreement."""
    return About(Action.GOVERN, digest=digest_of_wish(wish))


def ending_identity(identity: IdentityId) -> About:
    """Return what is signed to unbind a member's identity of the provider."""
    return About(Action.GOVERN, digest=digest_of("end identity", identity))


def inviting_oneself() -> About:
    """Return what is signed to add a passkey oneself, or to bind an identity."""
    return About(Action.EQUIP, digest=digest_of("invite oneself"))


def naming_passkey(passkey: PasskeyId, name: str) -> About:
    """Return what is signed to call a passkey of one's own something."""
    return About(Action.EQUIP, digest=digest_of("name passkey", passkey, name.strip()))


def ending_own_passkey(passkey: PasskeyId) -> About:
    """Return what is signed to end a passkey of one's own."""
    return About(Action.EQUIP, digest=digest_of("end own passkey", passkey))


def unbinding(identity: IdentityId) -> About:
    """Return what is signed to unbind an identity of one's own."""
    return About(Action.EQUIP, digest=digest_of("unbind", identity))


def recalling(invitation: InvitationId) -> About:
    """Return what is signed to take back leave that nobody used yet."""
    return About(Action.RECALL, digest=digest_of("recall", invitation))


def closing_case(case: Case) -> About:
    """Return what is signed to close a case."""
    return About(Action.CLOSE_CASE, case.organisation, case.id)


def on_standing(action: Action, grant: Grant, reason: str = "") -> About:
    """Return what is signed to restrict or release a grant: by one's own organisation."""
    return About(action, object=grant.id, digest=digest_of(reason) if reason else "")


def on_appearance(action: Action, grant: Grant, template: TemplateId) -> About:
    """Return what is signed about one appearance."""
    own = action is Action.CONFIRM_APPEARANCE
    return About(action, grant.organisation if own else None, grant.id, digest_of(template))


def taking_back(action: Action, grant: Grant, act: str, word: str) -> About:
    """Return what is signed to undo an act of review: which act, and the word for what."""
    own = action is not Action.RECTIFY
    return About(action, grant.organisation if own else None, grant.id, digest_of(act, word))


def correcting(wish: Correction) -> About:
    """Return what is signed to correct who a person is."""
    return About(Action.CORRECT, object=wish.subject, digest=wish.digest)


def approving(case: Case) -> About:
    """Return what is signed to approve a case."""
    return About(Action.APPROVE, case.organisation, case.id)


def asking_grant(wish: GrantWish) -> About:
    """Return what is signed to ask a person for a grant: who they are, and for what."""
    return About(Action.GRANT, wish.organisation, wish.source or "", digest_of_wish(wish))


def confirming(grant: Grant, paper_sha256: str) -> About:
    """Return what is signed to counter-sign a paper."""
    return About(Action.CONFIRM, grant.organisation, grant.id, paper_sha256)


def enrolling(grant: Grant, photos: tuple[bytes, ...], witnessed: int) -> About:
    """Return what is signed to enrol a person from these very photos."""
    return About(Action.ENROL, grant.organisation, grant.id, digest_of(*photos, str(witnessed)))


def opening_source(wish: SourceWish) -> About:
    """Return what is signed to open a source."""
    return About(Action.AUTHORISE, wish.organisation, digest=digest_of_wish(wish))


def on_source(action: Action, source: Source) -> About:
    """Return what is signed to collect a source, or to draw a sample of it."""
    return About(action, source.organisation, source.id)


def opening_link(wish: LinkWish) -> About:
    """Return what is signed to open a link to a source."""
    return About(Action.WELCOME, None, wish.source, digest_of_wish(wish))


def closing_link(link: AlbumLink) -> About:
    """Return what is signed to close a link."""
    return About(Action.CEASE, link.organisation, link.source, digest_of("close", link.id))


def seeing_person(link: AlbumLink) -> About:
    """Return what is signed to say that somebody who came by a link is there."""
    return About(Action.WELCOME, link.organisation, link.source, digest_of("seen", link.id))


def ceasing(source: Source, notice: CeaseNotice | None) -> About:
    """Return what is signed to let a source cease, by a notice where one came."""
    digest = digest_of_wish(notice) if notice else ""
    return About(Action.CEASE, source.organisation, source.id, digest)


def releasing_source(source: Source, reason: str) -> About:
    """Return what is signed to release a source on hold, on a reason (SHA-256, hex)."""
    return About(Action.RELEASE_SOURCE, source.organisation, source.id, reason)


def lifting_block(block: BlockId, release: str) -> About:
    """Return what is signed to lift a block: which one, and on which document (SHA-256, hex)."""
    return About(Action.LIFT_BLOCK, object=block, digest=release)


def confirming_order(app: "App", order: OrderId) -> About:
    """Return what is signed to confirm an order. Raises ``NotFound``."""
    from licet.effects.ordering.writing import confirming as digest
    from licet.effects.ordering.writing import stands_for

    with app.store.read() as reader:
        found = reader.orders.get(order)
        if found is None:
            raise NotFound("there is no such order", "See `licet order list`.")
        about = stands_for(reader, found)
        signed = digest(found, reader.orders.clauses(order))
    return About(Action.CONFIRM_ORDER, object=about.id, digest=signed)


def answering_audit(source: Source, said: AuditSaid) -> About:
    """Return what is signed to say what was seen in a sample of a source."""
    return About(Action.AUDIT_SOURCE, source.organisation, source.id, digest_of_wish(said))


def on_grant(action: Action, grant: Grant) -> About:
    """Return what is signed to withdraw a grant or to accept a suggestion under it."""
    return About(action, grant.organisation, grant.id)


def searching(case: Case, purpose: PurposeId, probe: bytes, choice: object) -> About:
    """Return what is signed to search with this very face of this very photo."""
    digest = digest_of(hashlib.sha256(probe).hexdigest(), purpose, repr(choice))
    return About(Action.SEARCH, case.organisation, case.id, digest)


def showing(grant: Grant, case: Case | None, item: ItemId) -> About:
    """Return what is signed to see one photo of a person."""
    organisation = case.organisation if case else grant.organisation
    return About(Action.SHOW, organisation, grant.id, digest_of(item, case.id if case else ""))


def accepting(grant: Grant, suggestion: SuggestionId) -> About:
    """Return what is signed to accept one suggestion."""
    return About(Action.ACCEPT, grant.organisation, grant.id, suggestion)


def splitting(grant: Grant, template: TemplateId, at: int) -> About:
    """Return what is signed to take an appearance in a video apart at a moment."""
    digest = digest_of("split", template, str(at))
    return About(Action.ACCEPT, grant.organisation, grant.id, digest)


def erasing(subject: SubjectId, organisation: OrganisationId | None) -> About:
    """Return what is signed to erase a person on their behalf."""
    return About(Action.ERASE, organisation, subject)


def placing(wish: HoldWish) -> About:
    """Return what is signed to place a legal hold."""
    return About(Action.HOLD, object=wish.subject, digest=digest_of_wish(wish))


def lifting(app: "App", hold: HoldId) -> About:
    """Return what is signed to lift a legal hold. Raises ``NotFound``."""
    with app.store.read() as reader:
        found = reader.holds.get(hold)
    if found is None:
        raise NotFound("there is no such hold", "See `licet hold list`.")
    return About(Action.HOLD, object=found.subject, digest=digest_of("lift", hold))


def opening_record(record: AccountId) -> About:
    """Return what is signed to read one accountability record."""
    return About(Action.AUDIT, digest=digest_of("open", record))


def closing(deployment: str, organisation: OrganisationId) -> About:
    """Return what is signed to end a whole deployment."""
    return About(Action.CLOSE_DEPLOYMENT, organisation, digest=digest_of(deployment))


def reviewing(app: "App", candidate_id: CandidateId, finding: Finding) -> About:
    """Return what is signed to say what one found. Raises ``NotFound``."""
    from licet.effects.sealed import case_key
    from licet.vault.seal import open_sealed

    with app.store.read() as reader:
        candidate = reader.searches.candidate(candidate_id)
        search = reader.searches.get(candidate.search) if candidate else None
        case = reader.governance.case(search.case) if search else None
    if candidate is None or case is None:
        raise NotFound("no such candidate", "See `licet search show`.")
    key = app.keyring.get(case_key(case.id))
    opened = open_sealed(key, candidate.sealed, f"candidate:{candidate.id}")
    payload = from_bytes(CandidatePayload, opened)
    return About(
        Action.REVIEW, case.organisation, payload.grant, digest_of(candidate_id, finding.value)
    )


def receiving(wish: RequestWish) -> About:
    """Return what is signed to file a person's letter."""
    return About(Action.RECEIVE, digest=digest_of_wish(wish))


def answering(request: str, *signed: str | bytes) -> About:
    """Return what is signed to decide about a request: the act and its words."""
    return About(Action.ANSWER, object=request, digest=digest_of(request, *signed))


def listing(about: "Read") -> About:
    """Return what is signed to read a register."""
    return About(Action.LIST, object=about.case or about.subject or "", digest=about.digest)


def reporting(wish: ReportWish) -> About:
    """Return what is signed to have a report made."""
    return About(Action.REPORT, digest=digest_of_wish(wish))
