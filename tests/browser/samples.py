"""Every page with something to show, and every page with nothing: people who do not exist."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from licet.consent.reasons import Reason
from licet.consent.refusals import refuse
from licet.terms.ids import ActId, CaseId, MemberId, PurposeId, RequestId, SearchId, SourceId
from licet.terms.inbox import RequestDetails, RequestLine
from licet.terms.listing import CaseLine, SearchLine, SourceDetails, SourceLine
from licet.terms.organisation import CaseState, Role
from licet.terms.permit import Action
from licet.terms.public import PublicFacts, PublicSource
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchState
from licet.terms.source import AuditFinding, BystanderCondition, Fate, SourceKind, SourceState
from licet.terms.waiting import ActLine
from licet.web.pages.acts import KINDS, ActRow, Acts
from licet.web.pages.around import Around, Page, SignedIn, Toast
from licet.web.pages.cases import CaseList, CasePage, CaseRow, NewCase
from licet.web.pages.console import (
    Due,
    Figures,
    Health,
    Inbox,
    LedgerHead,
    Overview,
    Progress,
    RequestPage,
    SourceList,
    SourcePage,
    SourceRow,
)
from licet.web.pages.outside import (
    Invitation,
    OpenReport,
    PublicPage,
    SignIn,
)
from licet.web.pages.places import PLACES
from licet.web.pages.problem import Problem
from licet.web.pages.searching import (
    Appeared,
    AskSearch,
    Candidate,
    Candidates,
    ChooseFace,
    FaceBox,
    Picture,
    Refused,
)
from licet.web.pages.verifying import BringProbe, Compare, VerifyList, WaitingRow
from tests.browser.album_samples import DESK_PAGES, GUEST_PAGES
from tests.browser.console_samples import CONSOLE_PAGES
from tests.browser.officer_samples import OFFICER_PAGES
from tests.browser.own_samples import OWN_PAGES
from tests.browser.settings_samples import SETTINGS_PAGES

TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, 4, tzinfo=UTC)
FIND = PurposeId("find_my_photos@1")
TRACE = PurposeId("family_tracing@1")
ANA = SignedIn("Ana Duval", "Archives de Valcourt", (Role.STEWARD, Role.DATA_PROTECTION_OFFICER))


@dataclass(frozen=True)
class Crop:
    """One face of a crop grid."""

    address: str
    name: str
    says: str = ""
    alt: str = "A drawn face"


@dataclass(frozen=True)
class Sample:
    """A page, and what stands around it."""

    page: Page
    here: str
    signed_in: SignedIn | None = ANA
    waiting: dict[str, int] = field(default_factory=lambda: {"inbox": 3, "verify": 2})
    toast: Toast | None = None
    sandbox: bool = False

    def around(self, nonce: str, language: str) -> Around:
        """What stands around this page for one response."""
        return Around(
            nonce,
            language,
            here=self.here,
            csrf="c" * 43,
            deployment="Archives de Valcourt",
            sandbox=self.sandbox,
            signed_in=self.signed_in,
            open_places=tuple(PLACES) if self.signed_in and self.signed_in.roles else (),
            waiting=self.waiting,
            toast=self.toast,
            now=NOON,
        )


def _in(days: int) -> date:
    return TODAY + timedelta(days=days)


def _line(
    number: int, kind: RightKind, state: RequestState, left: int, turn: str, letters: int = 1
) -> RequestLine:
    ident = RequestId(f"6d0c7a3e-0000-4000-8000-00000000000{number}")
    got = _in(left - 30)
    return RequestLine(
        ident,
        kind,
        state,
        got,
        _in(left),
        left,
        left < 0,
        letters,
        False,
        number == 2,
        "gdpr",
        turn,
    )


LINES = (
    _line(1, RightKind.ACCESS, RequestState.OPEN, -2, "human", 7),
    _line(2, RightKind.ERASURE, RequestState.FULFILLING, 4, "worker"),
    _line(3, RightKind.OBJECTION, RequestState.IDENTITY_ASKED, 19, "person"),
    _line(4, RightKind.PORTABILITY, RequestState.DELIVERED, 21, "nobody"),
    _line(5, RightKind.COMPLAINT, RequestState.REFUSED, 25, "nobody"),
)


def _source(
    number: int,
    name: str,
    place: str,
    state: SourceState,
    items: int,
    why: BystanderCondition | None = BystanderCondition.ALL_PICTURED_CONSENTED,
) -> SourceLine:
    ident = SourceId(f"5a0c7a3e-0000-4000-8000-00000000000{number}")
    return SourceLine(ident, name, "Archives de Valcourt", place, why, items, state)


ROWS = (
    SourceRow(
        _source(1, "Club summer party", "/srv/photos/summer", SourceState.AUTHORISED, 18_240),
        Progress(18_240, 52_000, 11.4, 2_960),
        "/console/sources/1",
    ),
    SourceRow(
        _source(2, "Newsroom prints", "s3://prints/1974", SourceState.AUTHORISED, 3_122),
        Progress(412, 0),
    ),
    SourceRow(_source(3, "Village website", "https://valcourt.example", SourceState.ON_HOLD, 88)),
    SourceRow(_source(4, "Family albums", "/srv/albums", SourceState.LAPSED, 961, None)),
    SourceRow(_source(5, "Old negatives", "/srv/negatives", SourceState.DECLARED, 0, None)),
)

DETAILS = SourceDetails(
    ROWS[2].line,
    SourceKind.SITE,
    "The village photographer",
    "Posters at the town hall",
    ("archive", "press"),
    30,
    NOON,
    NOON + timedelta(days=200),
    NOON,
    AuditFinding.WRONG,
    ((Fate.COLLECTED, "taken", 88), (Fate.LEFT_OUT, "marker", 1_204), (Fate.UNREADABLE, "x", 2)),
)
ASKED = RequestDetails(
    LINES[1],
    "Ana Duval",
    "ana@valcourt.example",
    ("Please erase whatever you hold of me.\nThank you.",),
    "",
    "",
    "",
    photo=True,
    proved=True,
    accepted=False,
    steps_done=3,
    steps=9,
    reason="",
    article="",
    answer="",
)

FACES = (
    FaceBox("1", 118, 96, 150, 190, "known"),
    FaceBox("2", 428, 130, 140, 180, "plain"),
    FaceBox("3", 690, 112, 132, 172, "plain"),
)
GROUP = Picture("/photo/group.svg", 960, 600, FACES)

PROBE = Picture("/photo/group.svg", 960, 600, FACES[:1])
HEAD = FaceBox("", 20, 15, 72, 80)

CANDIDATES = Candidates(
    "VC-2026-014",
    PROBE,
    1_204,
    0.453,
    0.9,
    (
        Candidate(
            1,
            0.712,
            0.0003,
            enrolment=True,
            seen=(
                Appeared(
                    "Club summer party", NOON - timedelta(days=212), "/photo/face/4.svg", HEAD
                ),
                Appeared("Newsroom film", NOON, "/photo/face/5.svg", HEAD, "1:02-1:09", True),
            ),
        ),
        Candidate(2, 0.481, 0.41, enrolment=False),
    ),
)


def _case(n: int, reference: str, approvals: int, state: CaseState, *, mine: bool) -> CaseRow:
    ident = CaseId(f"7c0c7a3e-0000-4000-8000-00000000000{n}")
    line = CaseLine(ident, reference, "Archives de Valcourt", TRACE, 3, approvals, 4, 2, state)
    return CaseRow(line, 1, mine)


def _act(n: int, kind: str, says: str, *, yours: bool) -> ActRow:
    line = ActLine(ActId(str(n)), kind, says, MemberId("1"), NOON, NOON + timedelta(days=3), yours)
    return ActRow(line, KINDS[kind], "Otto")


TO_SIGN = _act(1, "invite_member", "Let Ines add a passkey", yours=False)
BEGUN = _act(2, "open_source", "Open the source album (folder) at /photos", yours=True)
WAITS = _case(1, "VC-2026-021", 0, CaseState.OPEN, mine=True)
APPROVED = _case(2, "VC-2026-014", 1, CaseState.OPEN, mine=False)
CLOSED = _case(3, "VC-2025-170", 1, CaseState.CLOSED, mine=False)
SEARCHED = tuple(
    SearchLine(SearchId(str(n)), "VC-2026-014", NOON, state, 1_204, 0.01, 0.453, found, gone)
    for n, (state, found, gone) in enumerate(
        ((SearchState.VERIFYING, 2, 0), (SearchState.LEAD, 1, 1), (SearchState.NONE, 0, 0))
    )
)
NO_REASON = refuse(Action.SEARCH, Reason.CASE_NOT_APPROVED)

SHEET: dict[str, object] = {
    "due": _in(3),
    "refusal": NO_REASON,
    "boxes": (FACES[0], FACES[1], FaceBox("", 690, 112, 132, 172, "covered")),
    "crops": tuple(Crop(f"/photo/face/{n}.svg", f"IMG_{n}.jpg", "2 Mar 2026") for n in range(6)),
}
"""What the sheet of components shows."""

SAMPLES: dict[str, Sample] = {
    "sign-in": Sample(
        SignIn(True, (("/sign-in/provider", "Valcourt Login"),), failed=True), "/sign-in", None
    ),
    "sign-in-left": Sample(
        SignIn(True, (("/sign-in/provider", "Valcourt Login"),), left=True), "/sign-in", None
    ),
    "invitation": Sample(Invitation("Valcourt Login"), "/invitation", None),
    "overview": Sample(
        Overview(
            Figures(4, 74_311, 5, 12, 50),
            (
                Due("inbox", "", _in(-2), -2, "/console/requests/1", RightKind.ACCESS),
                Due("orders", "CNIL 2026-31", _in(0), 0),
                Due("inbox", "", _in(4), 4, "/console/requests/2", RightKind.ERASURE),
                Due("breaches", "91be20c4", _in(19), 19),
            ),
            (
                Health("bad", "witness", "no answer since Sunday", "Run `licet ledger witness`."),
                Health("warn", "backup", "the last one is 9 days old"),
                Health("good", "work", "nothing waits that should have ended"),
                Health("good", "keyring", "two replicas, turned 5 hours ago"),
            ),
            LedgerHead(1_204_311, 0, "9f2c41d07a66c0ffee"),
        ),
        "/console",
        toast=Toast("The source Village website is on hold.", "/console/undo"),
    ),
    "overview-new": Sample(
        Overview(Figures(0, 0, 0, None, 50), (), (Health("good", "work"),), LedgerHead(3, 2, "")),
        "/console",
        waiting={},
        sandbox=True,
    ),
    "sources": Sample(SourceList(ROWS, may_add=True), "/console/sources"),
    "sources-none": Sample(SourceList((), may_add=True), "/console/sources"),
    "source": Sample(SourcePage(DETAILS, Progress(88, 0)), "/console/sources/3"),
    "request": Sample(RequestPage(ASKED), "/console/requests/2"),
    "inbox": Sample(Inbox(LINES, answered=41, under="/console/requests/"), "/console/requests"),
    "inbox-none": Sample(Inbox(()), "/console/requests"),
    "search": Sample(
        AskSearch(
            (("a", "VC-2026-014"), ("b", "VC-2026-019")),
            38,
            step_up=True,
            errors={
                "case": "This case was closed yesterday.",
                "photo": "No face was found in this photo.",
            },
        ),
        "/console/search",
    ),
    "search-no-case": Sample(AskSearch((), 50), "/console/search"),
    "search-face": Sample(ChooseFace("VC-2026-014", GROUP, "t"), "/console/search/t"),
    "search-result": Sample(CANDIDATES, "/console/search/t"),
    "search-nobody": Sample(
        Candidates("VC-2026-014", PROBE, 1_204, 0.453, 0.9, ()),
        "/console/search/t",
    ),
    "acts": Sample(Acts((TO_SIGN, BEGUN), "carried"), "/console/acts"),
    "acts-none": Sample(Acts(()), "/console/acts"),
    "cases": Sample(CaseList((WAITS, APPROVED, CLOSED), may_open=True), "/console/cases"),
    "cases-none": Sample(CaseList((), may_open=True), "/console/cases"),
    "case-new": Sample(NewCase((FIND, TRACE)), "/console/cases/new"),
    "case": Sample(
        CasePage(APPROVED, SEARCHED, may_search=True, may_close=True), "/console/cases/2"
    ),
    "case-waits": Sample(CasePage(WAITS, (), done="opened"), "/console/cases/1"),
    "case-closed": Sample(CasePage(CLOSED, None, done="closed"), "/console/cases/3"),
    "verify": Sample(
        VerifyList((WaitingRow("/console/verify/1", "VC-2026-014", NOON, 2),), "kept"),
        "/console/verify",
    ),
    "verify-none": Sample(VerifyList(()), "/console/verify"),
    "verify-lead": Sample(VerifyList((), "lead"), "/console/verify"),
    "verify-photo": Sample(
        BringProbe(
            "/console/verify/1", "VC-2026-014", "9f2c41d07a66c0ff", "This is not the photo."
        ),
        "/console/verify/1",
    ),
    "verify-one": Sample(
        Compare("/console/verify/1", "VC-2026-014", PROBE, CANDIDATES.candidates[0], 1_204, 0.453),
        "/console/verify/1",
    ),
    "refused": Sample(Refused(NO_REASON, "/console/search"), "/console/search"),
    "public": Sample(
        PublicPage(
            PublicFacts(
                "Archives de Valcourt",
                "privacy@valcourt.example",
                "CNIL, Paris",
                (FIND, TRACE, PurposeId("archive_rights_clearance@1")),
                (
                    PublicSource(
                        "Club summer party",
                        "Archives de Valcourt",
                        BystanderCondition.LAW_CITED,
                        "privacy@valcourt.example",
                    ),
                    PublicSource(
                        "Family albums", "Cercle des familles", None, "Cercle, 3 rue Basse"
                    ),
                ),
            ),
            (
                OpenReport("Archives de Valcourt", date(2026, 2, 1), 401, 3, "/reports/1"),
                OpenReport("Cercle des familles", date(2026, 2, 1), 12, 0, "/reports/2"),
            ),
            "/me",
        ),
        "/",
        None,
    ),
    "public-new": Sample(
        PublicPage(PublicFacts("Archives de Valcourt", "Archives de Valcourt", "", (FIND,), ())),
        "/",
        None,
    ),
    **{name: Sample(page, "/me", None) for name, page in OWN_PAGES.items()},
    **{name: Sample(page, "/album", None) for name, page in GUEST_PAGES.items()},
    **{name: Sample(page, "/console/albums") for name, page in DESK_PAGES.items()},
    **{name: Sample(page, here) for name, (here, page) in OFFICER_PAGES.items()},
    **{name: Sample(page, here) for name, (page, here) in CONSOLE_PAGES.items()},
    **{
        name: Sample(page, here, None if name.startswith("not-") else ANA)
        for name, (page, here) in SETTINGS_PAGES.items()
    },
    "not-found": Sample(Problem(404), "/nowhere", None),
    "forbidden": Sample(Problem(403), "/console/orders", None),
    "too-fast": Sample(Problem(429, again_in=50), "/console/search", None),
    "fault": Sample(Problem(500, reference="7f3a-22c1"), "/console", None),
}
"""Every page by a name that is also its address on the stage."""
