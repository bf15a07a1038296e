"""Organisations, agreements, members, cases and approvals."""

from datetime import datetime

from sqlalchemy import bindparam, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import Group, Shape
from licet.terms.ids import CaseId, MemberId, OrganisationId
from licet.terms.organisation import (
    Agreement,
    Approval,
    Case,
    CaseState,
    Member,
    MemberState,
    Organisation,
    Role,
)

_ORGANISATION = Shape(schema.organisation, Organisation)
_AGREEMENT = Shape(schema.agreement, Agreement)
_MEMBER = Shape(schema.member, Member)
_CASE = Shape(schema.case, Case)
_APPROVAL = Shape(schema.approval, Approval)

_ORGANISATION_BY_ID = _ORGANISATION.by("id")
_ORGANISATION_BY_NAME = _ORGANISATION.by("name")
_ORGANISATIONS = _ORGANISATION.by(order=(schema.organisation.c.name,))
_AGREEMENT_AT = Prepared(
    _AGREEMENT.select.where(
        schema.agreement.c.organisation == bindparam("organisation"),
        schema.agreement.c.valid_from <= bindparam("moment"),
        schema.agreement.c.valid_to > bindparam("moment"),
    ).order_by(schema.agreement.c.valid_from.desc(), schema.agreement.c.id)
)
_MEMBER_BY_ID = _MEMBER.by("id")
_MEMBER_BY_NAME = _MEMBER.by("organisation", "name")
_MEMBERS = _MEMBER.by("organisation", order=(schema.member.c.name,))
_CASE_BY_ID = _CASE.by("id")
_CASE_BY_REFERENCE = _CASE.by("organisation", "reference")
_CASES = _CASE.by("organisation", order=(schema.case.c.reference,))
_APPROVALS = _APPROVAL.by("case", order=(schema.approval.c.at, schema.approval.c.member))


class ReadGovernance(Group):
    """Reading who may ask, and for what matter."""

    def organisation(self, organisation: OrganisationId) -> Organisation | None:
        """Return the organisation, or None."""
        return _ORGANISATION.one(self._session, _ORGANISATION_BY_ID, id=organisation)

    def organisation_named(self, name: str) -> Organisation | None:
        """Return the organisation of this name, or None."""
        return _ORGANISATION.one(self._session, _ORGANISATION_BY_NAME, name=name)

    def organisations(self) -> tuple[Organisation, ...]:
        """Return all, by name."""
        return _ORGANISATION.all(self._session, _ORGANISATIONS)

    def agreement_at(self, organisation: OrganisationId, moment: datetime) -> Agreement | None:
        """Return the agreement in force: ``valid_from <= moment < valid_to``, the latest."""
        return _AGREEMENT.one(
            self._session, _AGREEMENT_AT, organisation=organisation, moment=moment
        )

    def member(self, member: MemberId) -> Member | None:
        """Return the member, active or not, or None."""
        return _MEMBER.one(self._session, _MEMBER_BY_ID, id=member)

    def member_named(self, organisation: OrganisationId, name: str) -> Member | None:
        """Return the organisation's member of this name, or None."""
        return _MEMBER.one(self._session, _MEMBER_BY_NAME, organisation=organisation, name=name)

    def members(self, organisation: OrganisationId) -> tuple[Member, ...]:
        """Return the organisation's members, by name."""
        return _MEMBER.all(self._session, _MEMBERS, organisation=organisation)

    def case(self, case: CaseId) -> Case | None:
        """Return the case, or None."""
        return _CASE.one(self._session, _CASE_BY_ID, id=case)

    def case_with_reference(self, organisation: OrganisationId, reference: str) -> Case | None:
        """Return the organisation's case of this reference, or None."""
        given = {"organisation": organisation, "reference": reference}
        return _CASE.one(self._session, _CASE_BY_REFERENCE, **given)

    def cases(self, organisation: OrganisationId) -> tuple[Case, ...]:
        """Return the organisation's cases, by reference."""
        return _CASE.all(self._session, _CASES, organisation=organisation)

    def approvals(self, case: CaseId) -> tuple[Approval, ...]:
        """Return the case's approvals, oldest first."""
        return _APPROVAL.all(self._session, _APPROVALS, case=case)


class WriteGovernance(ReadGovernance):
    """Writing who may ask, and for what matter."""

    def add_organisation(self, organisation: Organisation) -> None:
        """Add an organisation. Raises ``Conflict`` if the name is taken."""
        self._session.write(
            _ORGANISATION.insert,
            _ORGANISATION.values(organisation),
            refused="there is an organisation of this name already",
        )

    def add_agreement(self, agreement: Agreement) -> None:
        """Add a signed agreement. Raises ``Conflict`` if there is no such organisation."""
        self._session.write(
            _AGREEMENT.insert,
            _AGREEMENT.values(agreement),
            refused="there is no such organisation",
        )

    def add_member(self, member: Member) -> None:
        """Add a member. Raises ``Conflict`` if the organisation has one of this name."""
        self._session.write(
            _MEMBER.insert,
            _MEMBER.values(member),
            refused="the organisation does not exist or has a member of this name already",
        )

    def set_roles(self, member: MemberId, roles: frozenset[Role]) -> None:
        """Give a member other roles. Raises ``NotFound``."""
        column = schema.member.c
        statement = update(schema.member).where(column.id == member)
        found = select(column.id).where(column.id == member)
        self._session.change(statement.values(roles=roles), found, "member")

    def end_member(self, member: MemberId) -> None:
        """Let a member act no more. Raises ``NotFound``."""
        column = schema.member.c
        statement = update(schema.member).where(column.id == member)
        found = select(column.id).where(column.id == member)
        self._session.change(statement.values(state=MemberState.ENDED), found, "member")

    def add_case(self, case: Case) -> None:
        """Add a case. Raises ``Conflict`` if the organisation has one of this reference."""
        self._session.write(
            _CASE.insert,
            _CASE.values(case),
            refused="the organisation does not exist or has a case of this reference already",
        )

    def set_case_state(self, case: CaseId, state: CaseState) -> None:
        """Open or close a case. Raises ``NotFound``."""
        column = schema.case.c
        statement = update(schema.case).where(column.id == case).values(state=state)
        self._session.change(statement, select(column.id).where(column.id == case), "case")

    def add_approval(self, approval: Approval) -> None:
        """Add a member's signed yes. Raises ``Conflict`` if there is one already."""
        self._session.write(
            _APPROVAL.insert,
            _APPROVAL.values(approval),
            refused="this member approved the case already, or one of the two does not exist",
        )
