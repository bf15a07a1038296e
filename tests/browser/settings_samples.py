"""The pages of members about themselves and their organisation, with something and with nothing."""

from datetime import UTC, datetime, timedelta

from licet.papers import PaperLine
from licet.terms.admission import Means
from licet.terms.duties import FilingKind
from licet.terms.equipping import (
    LeaveLine,
    Mine,
    OpenSession,
    OwnApiKey,
    OwnIdentity,
    OwnPasskey,
)
from licet.terms.ids import (
    ApiKeyId,
    IdentityId,
    InvitationId,
    MemberId,
    OrganisationId,
    PasskeyId,
    PurposeId,
    SessionId,
)
from licet.terms.listing import MemberLine, OrganisationLine
from licet.terms.organisation import MemberState, OrganisationKind, Role
from licet.terms.vouching import Fault
from licet.web.pages.around import Page
from licet.web.pages.outside import NotVouched
from licet.web.pages.settings import May, Members, Settings

NOON = datetime(2026, 3, 2, 12, 4, tzinfo=UTC)
DAY = timedelta(days=1)
CLEARANCE = PurposeId("archive_rights_clearance@1")
ARCHIVE, GAZETTE = OrganisationId("o1"), OrganisationId("o2")

MINE = Mine(
    (
        OwnPasskey(PasskeyId("p1"), "The blue security key", NOON - 200 * DAY, locked=False),
        OwnPasskey(PasskeyId("p2"), "", NOON - 3 * DAY, locked=True),
    ),
    (
        OpenSession(SessionId("s1"), Means.PASSKEY, NOON, NOON, here=True),
        OpenSession(SessionId("s2"), Means.PROVIDER, NOON - DAY / 6, NOON, here=False),
    ),
    (OwnApiKey(ApiKeyId("k1"), CLEARANCE, NOON - 40 * DAY, NOON + 90 * DAY),),
    (OwnIdentity(IdentityId("i1"), NOON - 20 * DAY),),
)
ALONE = Mine(
    (OwnPasskey(PasskeyId("p1"), "", NOON, locked=False),),
    (OpenSession(SessionId("s1"), Means.PASSKEY, NOON, NOON, here=True),),
    (),
    (),
)
READS = Mine(
    (),
    (OpenSession(SessionId("s1"), Means.PROVIDER, NOON, NOON, here=True),),
    (),
    (OwnIdentity(IdentityId("i1"), NOON),),
)


def _member(n: int, name: str, *roles: Role, ended: bool = False) -> MemberLine:
    state = MemberState.ENDED if ended else MemberState.ACTIVE
    return MemberLine(MemberId(f"m{n}"), name, "Archives de Valcourt", frozenset(roles), state)


ROWS = (
    _member(1, "Ana Duval", Role.STEWARD, Role.DATA_PROTECTION_OFFICER),
    _member(2, "Mathilde de Saint-Exupéry-Longuenesse", Role.VERIFIER),
    _member(3, "Ben Okafor", Role.INVESTIGATOR, ended=True),
)
ORGANISATIONS = (
    OrganisationLine(
        ARCHIVE, "Archives de Valcourt", OrganisationKind.CONTROLLER, NOON + 300 * DAY, 3
    ),
    OrganisationLine(GAZETTE, "The Gazette", OrganisationKind.RECIPIENT, NOON + 12 * DAY, 1),
    OrganisationLine(OrganisationId("o3"), "Harbour Museum", OrganisationKind.RECIPIENT, None, 0),
)
PAPERS = (
    PaperLine(
        ARCHIVE,
        "Archives de Valcourt",
        FilingKind.LEGAL_INSTRUMENT,
        "ab" * 32,
        NOON - 30 * DAY,
        NOON + 335 * DAY,
        in_force=True,
    ),
    PaperLine(
        GAZETTE,
        "The Gazette",
        FilingKind.TRAINING_RECORD,
        "cd" * 32,
        NOON - 400 * DAY,
        NOON - 3 * DAY,
        in_force=False,
    ),
    PaperLine(
        GAZETTE, "The Gazette", FilingKind.IMPACT_ASSESSMENT, None, None, None, in_force=False
    ),
)
LEAVE = (LeaveLine(InvitationId("n1"), MemberId("m2"), "Mathilde", NOON + 2 * DAY),)
EVERYTHING = May(govern=True, file=True, read_papers=True)

SETTINGS_PAGES: dict[str, tuple[Page, str]] = {
    "settings": (Settings(MINE, "Valcourt Login", "named"), "/console/settings"),
    "settings-one": (Settings(ALONE, "Valcourt Login"), "/console/settings"),
    "settings-reads": (Settings(READS, "Valcourt Login"), "/console/settings"),
    "members": (
        Members(ROWS, LEAVE, ORGANISATIONS, PAPERS, EVERYTHING, NOON, (CLEARANCE,)),
        "/console/members",
    ),
    "members-read": (
        Members(ROWS[:1], (), ORGANISATIONS[:1], None, May(), NOON),
        "/console/members",
    ),
    "not-vouched": (NotVouched(Fault.NOT_BOUND, "Valcourt Login"), "/sign-in/provider/back"),
    "not-vouched-clock": (NotVouched(Fault.CLOCK, "Valcourt Login"), "/sign-in/provider/back"),
}
"""Each page, and its address."""
