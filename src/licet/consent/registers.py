"""Who may read which register, and how far (GDPR 5(1)(f), 25(2), 32(4)).

1. A register is read by the members whose work it is.
2. What lists people, or what was found of them, needs the organisation's agreement. The
   register of grants does not: a steward must be able to end one without an agreement.
3. A member sees the rows of their own organisation. The controller's stewards, data
   protection officers and auditors see those of every organisation, because the
   controller answers for all of them (GDPR 24(1), 39(1)(b)).
4. Requests, legal holds, accountability records, erasures, orders, blocks, letters,
   breaches and transfers are the controller's alone. Papers are each organisation's own.
5. A person reads what is kept of themselves, and nothing else.
6. A count can tell of one person what no list tells: an order that names a single one says
   by its counts whether they were found in a search, or asked for their data. So such counts
   are exact for the data protection officer alone (GDPR 5(1)(c), 39(1)(b)); for others they
   are given in tens.
7. Which photos of a source may be shown, and how many of those pictured agreed, is read in an
   open case of that one purpose, which others approved, under the organisation's agreement.
"""

from licet.terms.organisation import Member, Organisation, OrganisationKind, Role
from licet.terms.permit import Register

_EVERYBODY = frozenset(Role)
_RIGHTS = frozenset({Role.STEWARD, Role.DATA_PROTECTION_OFFICER})
_OVERSIGHT = _RIGHTS | {Role.AUDITOR}

READERS: dict[Register, frozenset[Role]] = {
    Register.ORGANISATIONS: _EVERYBODY,
    Register.MEMBERS: _EVERYBODY,
    Register.SOURCES: _EVERYBODY,
    Register.CASES: _EVERYBODY,
    Register.SEARCHES: _EVERYBODY,
    Register.GRANTS: _RIGHTS,
    Register.APPEARANCES: frozenset({Role.VERIFIER, Role.DATA_PROTECTION_OFFICER}),
    Register.SUGGESTIONS: _RIGHTS | {Role.VERIFIER},
    Register.REQUESTS: _RIGHTS,
    Register.HOLDS: _OVERSIGHT,
    Register.ACCOUNTS: frozenset({Role.DATA_PROTECTION_OFFICER, Role.AUDITOR}),
    Register.ERASURES: _OVERSIGHT,
    Register.ORDERS: _OVERSIGHT,
    Register.BLOCKS: _OVERSIGHT,
    Register.CORRESPONDENCE: _OVERSIGHT,
    Register.BREACHES: _OVERSIGHT,
    Register.PAPERS: _OVERSIGHT,
    Register.TRANSFERS: _OVERSIGHT,
    Register.CLEARANCE: _RIGHTS | {Role.INVESTIGATOR},
}

UNDER_AGREEMENT = frozenset(
    {Register.SEARCHES, Register.APPEARANCES, Register.SUGGESTIONS, Register.CLEARANCE}
)

CLEARING = "archive_rights_clearance"
"""The one purpose, of any version, under which people are asked whether they may be shown."""

CONTROLLERS = frozenset(
    {
        Register.REQUESTS,
        Register.HOLDS,
        Register.ACCOUNTS,
        Register.ERASURES,
        Register.ORDERS,
        Register.BLOCKS,
        Register.CORRESPONDENCE,
        Register.BREACHES,
        Register.TRANSFERS,
    }
)

OWN = frozenset({Register.GRANTS, Register.APPEARANCES})
"""What a person may list of themselves without asking for an access package."""


def reads_few(member: Member | None) -> bool:
    """6. Say whether a member is told exact counts, however few people they are of."""
    return member is not None and Role.DATA_PROTECTION_OFFICER in member.roles


def reads_all(organisation: Organisation | None, member: Member | None) -> bool:
    """3. Say whether a member sees the rows of every organisation."""
    if organisation is None or member is None:
        return False
    controller = organisation.kind is OrganisationKind.CONTROLLER
    return controller and bool(member.roles & _OVERSIGHT)
