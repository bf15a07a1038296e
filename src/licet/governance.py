"""Organisations, members and cases: who may act, and for what matter.

An organisation exists here by a signed agreement with an end; there is no trial
kind, no payment that opens a door, and nobody acts without a key of their own.
"""

from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.consent.evidence import is_digest
from licet.effects.acting import digest_of, digest_of_wish, organisation_of
from licet.effects.closing import OPEN_SEARCHES, close_within
from licet.effects.codes import one_address
from licet.effects.deciding import decided
from licet.effects.facts import read_facts
from licet.effects.flagging import flag_case, rests_on_others
from licet.effects.letting_in import active_member
from licet.effects.membership import committed_to
from licet.effects.record import Facts, on_behalf, record, record_refusal
from licet.effects.sealed import case_key
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.governing import (
    AgreementWish,
    CaseWish,
    MemberWish,
    OrganisationWish,
    RolesWish,
)
from licet.terms.ids import (
    AgreementId,
    CaseId,
    KeyId,
    MemberId,
    OrganisationId,
    new_id,
)
from licet.terms.ledger import EntryKind
from licet.terms.organisation import (
    Agreement,
    Approval,
    Case,
    CaseState,
    Member,
    MemberState,
    Organisation,
    OrganisationKind,
    Role,
)
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.vault.signing import is_weak


def add_organisation(app: App, who: Who, wish: OrganisationWish) -> OrganisationId | Refusal:
    """Add an organisation with its signed agreement.

    1. Make its key durable.
    2. In one unit of work: decide (two members of the controller), add, record.
    3. Mirror the ledger.

    Raises ``BadInput`` for a term that ends before it begins or a contact that is not one
    mail address, ``Conflict`` for a name taken.
    """
    if wish.valid_to <= wish.valid_from:
        raise BadInput("the agreement ends before it begins", "Give its real term.")
    if wish.contact and not one_address(wish.contact):
        raise BadInput("the contact is not one mail address", "Give one, or none.")
    organisation = OrganisationId(new_id())
    ask = _govern(app, who)
    app.keyring.create(KeyId(f"organisation:{organisation}"))  # 1
    with app.store.unit() as unit:  # 2
        digest = digest_of_wish(wish)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if unit.governance.organisation_named(wish.name):
            raise Conflict(f"there is an organisation named {wish.name}", "Choose another name.")
        added = Organisation(organisation, wish.name, wish.kind, wish.contact)
        unit.governance.add_organisation(added)
        agreement = AgreementId(new_id())
        unit.governance.add_agreement(
            Agreement(agreement, organisation, wish.agreement, wish.valid_from, wish.valid_to)
        )
        objects = (("organisation", organisation), ("agreement", agreement))
        record(app, unit, EntryKind.ORGANISATION_ADDED, permit, objects)
        record(
            app, unit, EntryKind.AGREEMENT_SIGNED, permit, objects, (("digest", wish.agreement),)
        )
    app.publish()  # 3
    return organisation


def add_member(app: App, who: Who, wish: MemberWish) -> MemberId | Refusal:
    """Add a member with a key of their own.

    1. In one unit of work: decide (two members of the controller), add, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``BadInput`` for a key that is no Ed25519 key or no role,
    ``Conflict`` for a name taken in this organisation.
    """
    if len(wish.public_key) != 32 or is_weak(wish.public_key) or not wish.roles:
        raise BadInput("a member needs a key and a role", "Make one with `licet member key`.")
    member = MemberId(new_id())
    ask = _govern(app, who)
    with app.store.unit() as unit:  # 1
        digest = digest_of_wish(wish)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if unit.governance.organisation(wish.organisation) is None:
            raise NotFound("no such organisation", "See `licet org list`.")
        if _key_taken(unit, wish.public_key):
            raise Conflict("another member has this key", "Each member makes a key of their own.")
        if unit.governance.member_named(wish.organisation, wish.name):
            raise Conflict(f"there is a member named {wish.name}", "Choose another name.")
        unit.governance.add_member(
            Member(
                member,
                wish.organisation,
                wish.name,
                wish.roles,
                wish.public_key,
                MemberState.ACTIVE,
            )
        )
        roles = "+".join(sorted(role.value for role in wish.roles))
        objects = (("organisation", wish.organisation),)
        record(app, unit, EntryKind.MEMBER_ADDED, permit, objects, (("roles", roles),))
    app.publish()  # 2
    return member


def change_roles(app: App, who: Who, wish: RolesWish) -> int | Refusal:
    """Give a member other roles, all of them anew; returns the leaf index.

    1. In one unit of work: decide (two members of the controller), change, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``BadInput`` for no role at all, ``Conflict`` for the roles they have
    and for the last steward or data protection officer of the controller.
    """
    if not wish.roles:
        raise BadInput("a member needs a role", "End the membership instead.")
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.GOVERN, digest_of_wish(wish))
        if isinstance(permit, Refusal):
            return permit
        member = active_member(unit, wish.member)
        if member.roles == wish.roles:
            raise Conflict("these are their roles already", "There is nothing to change.")
        _require_others(unit, member, keeps=wish.roles)
        unit.governance.set_roles(member.id, wish.roles)
        roles = "+".join(sorted(role.value for role in wish.roles))
        facts = (*committed_to(app, member), ("roles", roles))
        objects = (("organisation", member.organisation),)
        leaf = record(app, unit, EntryKind.ROLES_CHANGED, permit, objects, facts)
    app.publish()  # 2
    return leaf


def renew_agreement(app: App, who: Who, wish: AgreementWish) -> AgreementId | Refusal:
    """File an organisation's next agreement; the one before stays as it was.

    1. In one unit of work: decide (two members of the controller), add, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``BadInput`` for a term that is over, or ends before it begins, or a
    document that is not named by its SHA-256.
    """
    if not is_digest(wish.agreement):
        raise BadInput("the agreement is not named by its SHA-256", "Give 64 hex digits.")
    agreement = AgreementId(new_id())
    with app.store.unit() as unit:  # 1
        permit = decided(app, unit, who, Action.GOVERN, digest_of_wish(wish))
        if isinstance(permit, Refusal):
            return permit
        if wish.valid_to <= max(wish.valid_from, unit.now):
            raise BadInput("the agreement is over before it begins", "Give its real term.")
        if unit.governance.organisation(wish.organisation) is None:
            raise NotFound("no such organisation", "See `licet org list`.")
        unit.governance.add_agreement(
            Agreement(agreement, wish.organisation, wish.agreement, wish.valid_from, wish.valid_to)
        )
        objects = (("organisation", wish.organisation), ("agreement", agreement))
        facts = (("digest", wish.agreement),)
        record(app, unit, EntryKind.AGREEMENT_SIGNED, permit, objects, facts)
    app.publish()  # 2
    return agreement


def open_case(app: App, who: Who, wish: CaseWish) -> CaseId | Refusal:
    """Open a case: one matter, one purpose, bound to its evidence by hash.

    1. Make its key durable.
    2. In one unit of work: decide, add, record; say to who watches that its evidence is
       another case's too.
    3. Mirror the ledger.

    Raises ``Conflict`` for a reference taken in this organisation, ``BadInput`` for a case on
    behalf of itself.
    """
    case = CaseId(new_id())
    ask = Ask(
        Action.OPEN_CASE,
        who.by,
        app.model,
        organisation=wish.organisation,
        member=who.member,
        purpose=wish.purpose,
        on_behalf_of=wish.on_behalf_of,
    )
    if wish.on_behalf_of == wish.organisation:
        raise BadInput("a case on one's own behalf names nobody else", "Leave it out.")
    app.keyring.create(case_key(case))  # 1
    with app.store.read() as reader:
        again = rests_on_others(reader, wish)
    with app.store.unit() as unit:  # 2
        digest = digest_of_wish(wish)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if unit.governance.case_with_reference(wish.organisation, wish.reference):
            raise Conflict(f"there is a case {wish.reference}", "Use it, or another reference.")
        unit.governance.add_case(
            Case(
                case,
                wish.organisation,
                wish.purpose,
                wish.reference,
                wish.evidence,
                wish.cap,
                CaseState.OPEN,
                wish.on_behalf_of,
            )
        )
        facts: Facts = (
            ("purpose", str(wish.purpose)),
            ("evidence", len(wish.evidence)),
            *on_behalf(wish.on_behalf_of),
        )
        record(app, unit, EntryKind.CASE_OPENED, permit, (("case", case),), facts)
        if again:
            flag_case(app, unit, case)
    app.publish()  # 3
    return case


def approve_case(app: App, who: Who, case_id: CaseId) -> datetime | Refusal:
    """Let an approver say yes to a case with their own key; returns when.

    1. In one unit of work: decide, add the approval with its signature, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` when this member approved it before.
    """
    with app.store.unit() as unit:  # 1
        ask = _on_case(app, unit, Action.APPROVE, who, case_id)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        if any(a.member == who.member for a in unit.governance.approvals(case_id)):
            raise Conflict("this member approved the case before", "Ask another approver.")
        approver = _member(permit)
        signature = next((s.value for s in who.signatures if s.member == approver), b"")
        at = who.act.at if who.act is not None else unit.now
        unit.governance.add_approval(Approval(case_id, approver, signature, at))
        record(app, unit, EntryKind.CASE_APPROVED, permit, (("case", case_id),))
    app.publish()  # 2
    return at


def close_case(app: App, who: Who, case_id: CaseId) -> int | Refusal:
    """End a case: nothing is searched or reviewed in it any more; returns the leaf index.

    1. In one unit of work: decide, close its open searches and destroy their probes,
       close it, record.
    2. Mirror the ledger.

    Raises ``NotFound``. Leads stay until their dated term.
    """
    with app.store.unit() as unit:  # 1
        ask = _on_case(app, unit, Action.CLOSE_CASE, who, case_id)
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        for search in unit.searches.of_case(case_id):
            if search.state in OPEN_SEARCHES:
                close_within(unit, search)
        unit.governance.set_case_state(case_id, CaseState.CLOSED)
        leaf = record(app, unit, EntryKind.CASE_CLOSED, permit, (("case", case_id),))
    app.publish()  # 2
    return leaf


def end_member(app: App, who: Who, member_id: MemberId) -> int | Refusal:
    """End a membership: their key opens nothing any more; returns the leaf index.

    1. In one unit of work: decide (two members of the controller), end, record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` for a membership that ended before, and for the last
    steward or data protection officer of the controller: nobody could appoint the next.
    """
    ask = _govern(app, who)
    with app.store.unit() as unit:  # 1
        facts = read_facts(app, unit, ask, who, unit.now, digest_of("end", member_id))
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        member = unit.governance.member(member_id)
        if member is None:
            raise NotFound("no such member", "See `licet member list`.")
        if member.state is MemberState.ENDED:
            raise Conflict("the membership has ended", "There is nothing to end.")
        _require_others(unit, member)
        unit.governance.end_member(member_id)
        unit.admission.end_everything(member_id, unit.now)
        unit.waiting.end_of_member(member_id)
        objects = (("organisation", member.organisation),)
        about = committed_to(app, member)
        leaf = record(app, unit, EntryKind.MEMBER_ENDED, permit, objects, about)
    app.publish()  # 2
    return leaf


def _require_others(unit: Unit, member: Member, keeps: frozenset[Role] = frozenset()) -> None:
    """Raise ``Conflict`` where a member is the last who can do what cannot be left undone."""
    organisation = unit.governance.organisation(member.organisation)
    if organisation is None or organisation.kind is not OrganisationKind.CONTROLLER:
        return
    others = [
        one
        for one in unit.governance.members(member.organisation)
        if one.id != member.id and one.state is MemberState.ACTIVE
    ]
    for role in (Role.STEWARD, Role.DATA_PROTECTION_OFFICER):
        lost = role in member.roles and role not in keeps
        if lost and not any(role in one.roles for one in others):
            raise Conflict(
                f"nobody else is {role.value} of the controller", "Add another one first."
            )


def _key_taken(unit: Unit, public_key: bytes) -> bool:
    """Say whether an active member of any organisation has the key: one key is one person."""
    return any(
        member.public_key == public_key and member.state is MemberState.ACTIVE
        for organisation in unit.governance.organisations()
        for member in unit.governance.members(organisation.id)
    )


def _member(permit: Permit) -> MemberId:
    if permit.member is None:
        raise TypeError("an approval is a member's")
    return permit.member


def _on_case(app: App, unit: Unit, action: Action, who: Who, case_id: CaseId) -> Ask:
    """Ask for an act on a case, of the organisation whose case it is. Raises ``NotFound``."""
    case = unit.governance.case(case_id)
    if case is None:
        raise NotFound("no such case", "See `licet case list`.")
    return Ask(
        action,
        who.by,
        app.model,
        organisation=case.organisation,
        member=who.member,
        case=case_id,
    )


def _govern(app: App, who: Who) -> Ask:
    """Ask for an act of the controller itself; the member's organisation is the asking one."""
    with app.store.read() as reader:
        organisation = organisation_of(reader, who)
    return Ask(Action.GOVERN, who.by, app.model, organisation=organisation, member=who.member)
