"""Organisations, agreements, members, cases and approvals."""

from datetime import datetime

from sqlalchemy import select, update

from licet.store import schema
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
)

_ORGANISATION = Shape(schema.organisation, Organisation)
_AGREEMENT = Shape(schema.agreement, Agreement)
_MEMBER = Shape(schema.member, Member)
_CASE = Shape(schema.case, Case)
_APPROVAL = Shape(schema.approval, Approval)


class ReadGovernance(Group):
    """Reading who may ask, and for what matter."""

    def organisation(self, organisation: OrganisationId) -> Organisation | None:
        """Return the organisation, or None."""
        where = schema.organisation.c.id == organisation
        return _ORGANISATION.one(self._session, _ORGANISATION.select.where(where))

    def organisation_named(self, name: str) -> Organisation | None:
        """Return the organisation of this name, or None."""
        where = schema.organisation.c.name == name
        return _ORGANISATION.one(self._session, _ORGANISATION.select.where(where))

    def organisations(self) -> tuple[Organisation, ...]:
        """Return all, by name."""
        order = schema.organisation.c.name
        return _ORGANISATION.all(self._session, _ORGANISATION.select.order_by(order))

    def agreement_at(self, organisation: OrganisationId, moment: datetime) -> Agreement | None:
        """Return the agreement in force: ``valid_from <= moment < valid_to``, the latest."""
        column = schema.agreement.c
        statement = _AGREEMENT.select.where(
            column.organisation == organisation,
            column.valid_from <= moment,
            column.valid_to > moment,
        )
        order = (column.valid_from.desc(), column.id)
        return _AGREEMENT.one(self._session, statement.order_by(*order))

    def member(self, member: MemberId) -> Member | None:
        """Return the member, active or not, or None."""
        return _MEMBER.one(self._session, _MEMBER.select.where(schema.member.c.id == member))

    def member_named(self, organisation: OrganisationId, name: str) -> Member | None:
        """Return the organisation's member of this name, or None."""
        column = schema.member.c
        where = (column.organisation == organisation, column.name == name)
        return _MEMBER.one(self._session, _MEMBER.select.where(*where))

    def members(self, organisation: OrganisationId) -> tuple[Member, ...]:
        """Return the organisation's members, by name."""
        column = schema.member.c
        statement = _MEMBER.select.where(column.organisation == organisation)
        return _MEMBER.all(self._session, statement.order_by(column.name))

    def case(self, case: CaseId) -> Case | None:
        """Return the case, or None."""
        return _CASE.one(self._session, _CASE.select.where(schema.case.c.id == case))

    def case_with_reference(self, organisation: OrganisationId, reference: str) -> Case | None:
        """Return the organisation's case of this reference, or None."""
        column = schema.case.c
        where = (column.organisation == organisation, column.reference == reference)
        return _CASE.one(self._session, _CASE.select.where(*where))

    def cases(self, organisation: OrganisationId) -> tuple[Case, ...]:
        """Return the organisation's cases, by reference."""
        column = schema.case.c
        statement = _CASE.select.where(column.organisation == organisation)
        return _CASE.all(self._session, statement.order_by(column.reference))

    def approvals(self, case: CaseId) -> tuple[Approval, ...]:
        """Return the case's approvals, oldest first."""
        column = schema.approval.c
        statement = _APPROVAL.select.where(column.case == case)
        return _APPROVAL.all(self._session, statement.order_by(column.at, column.member))


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
