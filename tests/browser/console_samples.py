"""The pages of people, ledger and reports with something to show, and with nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from licet.consent.reasons import Reason
from licet.consent.refusals import refuse
from licet.effects.reporting.kept import KeptReport
from licet.effects.witnessing import Seen
from licet.evidence import Entries, EntryLine, EntryProof, LedgerState
from licet.terms.clearance import (
    Clearance,
    ClearanceCounts,
    ClearanceList,
    ClearancePhoto,
    ClearanceWish,
)
from licet.terms.face import Box
from licet.terms.grant import GrantState, Restriction
from licet.terms.ids import (
    CaseId,
    GrantId,
    ItemId,
    OrganisationId,
    PurposeId,
    SourceId,
    SubjectId,
    TemplateId,
)
from licet.terms.ledger import Commitment, Entry, EntryKind
from licet.terms.listing import SourceDetails, SourceLine, UnlinkedLine
from licet.terms.people import CaseOf, People, PersonDetails, PersonFace, PersonGrant, PersonLine
from licet.terms.permit import Action
from licet.terms.reporting import ReportKind
from licet.terms.source import BystanderCondition, Fate, SourceKind, SourceState
from licet.web.pages.around import Page
from licet.web.pages.clearance import ClearancePage
from licet.web.pages.console import Handed, Progress, SourcePage
from licet.web.pages.ledger import CheckPage, EntryPage, LedgerPage
from licet.web.pages.people import FaceCard, May, PeopleList, PersonPage, PersonPhoto
from licet.web.pages.reports import Reports

NOON = datetime(2026, 3, 2, 12, 4, tzinfo=UTC)
CLEARANCE = PurposeId("archive_rights_clearance@1")
FIND = PurposeId("find_my_photos@1")
EVERYTHING = May(confirm=True, unlink=True, split=True)


def _grant(n: int, purpose: PurposeId, state: GrantState, *why: Restriction) -> PersonGrant:
    return PersonGrant(
        GrantId(f"9a0c7a3e-0000-4000-8000-00000000000{n}"),
        "Archives de Valcourt",
        purpose,
        state,
        NOON + timedelta(days=200),
        why,
        (n,) if n else (),
        1_204 * n,
        n,
        2 * n,
    )


ANA = PersonLine(
    SubjectId("6d0c7a3e-0000-4000-8000-000000000001"),
    (_grant(2, CLEARANCE, GrantState.ACTIVE), _grant(0, FIND, GrantState.PENDING)),
)
BEN = PersonLine(
    SubjectId("51be20c4-0000-4000-8000-000000000002"),
    (_grant(3, CLEARANCE, GrantState.RESTRICTED, Restriction.OBJECTION, Restriction.HOLD),),
)
CLEO = PersonLine(
    SubjectId("91be20c4-0000-4000-8000-000000000003"),
    (PersonGrant(GrantId("1"), "", PurposeId("rights_request@1"), GrantState.ACTIVE, NOON, ()),),
)
CASE = CaseOf(CaseId("7c0c7a3e"), "VC-2026-014", GrantId("9a0c7a3e"))


def _card(n: int, *, lapses: bool, span: tuple[int, int] | None = None) -> FaceCard:
    until = NOON + timedelta(days=40 + n) if lapses else None
    item = ItemId(f"1a0c7a3e-{n}")
    source = "Club summer party" if n % 2 else "Newsroom prints"
    face = PersonFace(
        TemplateId(str(n)), item, source, NOON, Box(1, 1, 1, 1), until, not lapses, span
    )
    return FaceCard(face, f"/pictures/{n}", "/console/people/1/photos/1", "/faces/1", "case=1")


CARDS = (
    _card(1, lapses=True),
    _card(2, lapses=True, span=(62_000, 69_000)),
    _card(3, lapses=False),
    _card(4, lapses=False),
)
OFF = (UnlinkedLine("ab" * 32, GrantId("1"), "member", True),)
DETAILS = PersonDetails(ANA, (CASE,))

LINES = tuple(
    EntryLine(1_204_311 - n, kind, NOON, "Archives de Valcourt" if n % 3 else "")
    for n, kind in enumerate(
        (EntryKind.SEARCHED, EntryKind.LISTED, EntryKind.EPOCH_TURNED, EntryKind.GRANT_CONFIRMED)
    )
)
STATE = LedgerState(
    "licet.valcourt.example/ledger",
    "licet.valcourt.example/ledger+9f2c41d0+AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/AbCdEf=",
    1_204_312,
    1_204_290,
    "9f2c41d07a66c0ffee" * 3,
    "licet.valcourt.example/ledger\n1204290\n",
    (
        Seen("witness.example.org", 1_204_290, NOON),
        Seen("other.example.net", None, None, "no answer", alarm=False),
        Seen("third.example.net", 12, NOON, "another history", alarm=True),
    ),
    True,
    NOON,
    (1_204_000, NOON, "Example Timestamps"),
)
UNSEEN = LedgerState(STATE.origin, STATE.vkey, 3, 0, "", "", (), False, None, None)
PROOF = EntryProof(
    LINES[0],
    Entry(
        EntryKind.SEARCHED,
        NOON,
        actor=Commitment(b"1" * 16, b"2" * 32),
        objects=(("case", "7c0c7a3e-0000-4000-8000-000000000001"), ("search", "6d0c7a3e")),
        facts=(("candidates", 2), ("purpose", "archive_rights_clearance@1")),
    ),
    b"{}",
    '{\n  "kind": "search.released"\n}',
    "9f2c41d07a66c0ffee" * 3,
    b"proof",
    21,
    "note",
    1_204_290,
    (("witness.example.org", NOON),),
)
NO_PROOF = replace(PROOF, line=LINES[1], proof=b"", witnesses=())

KEPT = (
    KeptReport(
        "usage-2026-02-1204311",
        ReportKind.USAGE,
        "2026-02",
        OrganisationId("1"),
        "Archives de Valcourt",
        NOON,
        1_204_311,
        public=True,
        searches=401,
        leads=3,
    ),
    KeptReport(
        "processing-2026-03-01-1204000",
        ReportKind.PROCESSING,
        "2026-03-01",
        OrganisationId(""),
        "",
        NOON,
        1_204_000,
        public=False,
    ),
)
WHOSE = (("1", "Archives de Valcourt"), ("2", "Cercle des familles"))
FEBRUARY = date(2026, 2, 1)
UPLOADS = SourceDetails(
    SourceLine(
        SourceId("4"),
        "Photos of the club",
        "Archives de Valcourt",
        "upload:",
        BystanderCondition.ALL_PICTURED_CONSENTED,
        412,
        SourceState.AUTHORISED,
    ),
    SourceKind.UPLOAD,
    "Members of the club",
    "A letter to every member",
    ("club_album",),
    365,
    NOON,
    NOON + timedelta(days=200),
    None,
    None,
    ((Fate.COLLECTED, "taken", 412),),
)

_PHOTO = ClearancePhoto(
    ItemId("1"), "1962/harbour.jpg", Clearance.MAY, 2, 2, 0, 0, None, NOON.date(), ("DE", "FR")
)
CLEARED = ClearanceList(
    "Harbour, 1950 to 1980",
    ClearanceCounts(1, 1, 1, 1),
    (
        _PHOTO,
        replace(_PHOTO, address="1962/mole.jpg", state=Clearance.EMBARGO, not_before=NOON.date()),
        replace(
            _PHOTO,
            address="1963/a-very-long-name-of-a-photo-of-a-launch.jpg",
            state=Clearance.NOT,
            cleared=1,
            unlooked=1,
            territories=None,
            fewer_since=NOON.date(),
        ),
        replace(
            _PHOTO, address="crane.jpg", state=Clearance.NOBODY, faces=0, cleared=0, until=None
        ),
    ),
    ItemId("1"),
    may_write=True,
)
CLEARING = ((("1", "2026-17"),), (("1", "Harbour, 1950 to 1980"),))

CONSOLE_PAGES: dict[str, tuple[Page, str]] = {
    "people": (
        PeopleList(People((ANA, BEN, CLEO), 97), (FIND, CLEARANCE), page=2, pages=3),
        "/console/people",
    ),
    "people-none": (PeopleList(People((), 0), (FIND, CLEARANCE)), "/console/people"),
    "people-nobody-waits": (
        PeopleList(People((), 0), (FIND, CLEARANCE), only_waiting=True),
        "/console/people",
    ),
    "person": (
        PersonPage(DETAILS, EVERYTHING, CASE, CARDS, "?page=2", OFF, done="unlinked"),
        "/console/people/1",
    ),
    "person-counts": (PersonPage(PersonDetails(BEN, ()), May()), "/console/people/1"),
    "person-cases": (PersonPage(DETAILS, EVERYTHING), "/console/people/1"),
    "person-refused": (
        PersonPage(
            DETAILS,
            EVERYTHING,
            CASE,
            refusal=refuse(Action.SHOW, Reason.SIGN_IN_AGAIN),
            step_up=True,
        ),
        "/console/people/1",
    ),
    "clearance": (
        ClearancePage(
            *CLEARING, ClearanceWish(CaseId("1"), SourceId("1")), CLEARED, done="written"
        ),
        "/console/clearance",
    ),
    "clearance-none": (ClearancePage(*CLEARING), "/console/clearance"),
    "ledger": (LedgerPage(STATE, Entries(LINES, 1_204_000)), "/console/ledger"),
    "ledger-none": (
        LedgerPage(UNSEEN, Entries((), None), "refused", NOON.date(), own=True),
        "/console/ledger",
    ),
    "ledger-entry": (EntryPage(PROOF, 1_204_312), "/console/ledger/1204311"),
    "ledger-entry-unsigned": (EntryPage(NO_PROOF, 1_204_310), "/console/ledger/1204310"),
    "reports": (
        Reports(KEPT, WHOSE, FEBRUARY, True, (ReportKind.ANNUAL,), "making"),
        "/console/reports",
    ),
    "reports-none": (Reports((), WHOSE[:1], FEBRUARY), "/console/reports"),
    "source-upload": (
        SourcePage(
            UPLOADS,
            Progress(412, 0, 11.4),
            frozenset({"upload", "cease"}),
            done="",
            handed=Handed(12, 1, (("notes.txt", "this is no photo. Hand in a photo."),)),
        ),
        "/console/sources/4",
    ),
    "source-held": (
        SourcePage(
            replace(UPLOADS, source=replace(UPLOADS.source, state=SourceState.ON_HOLD)),
            may=frozenset({"release"}),
            done="waits",
        ),
        "/console/sources/4",
    ),
    "source-ended": (
        SourcePage(
            replace(UPLOADS, source=replace(UPLOADS.source, state=SourceState.PURGED), files=()),
            certificate=True,
            done="ceased",
        ),
        "/console/sources/4",
    ),
    "check": (CheckPage(STATE), "/check"),
    "check-new": (CheckPage(UNSEEN), "/check"),
    "person-photo": (
        PersonPhoto(
            ANA.subject,
            CASE,
            CARDS[1],
            CARDS[1:2],
            ("/pictures/1", "/pictures/1?boxes=0"),
            EVERYTHING,
            "/console/people/1",
            "/before",
            "/after",
        ),
        "/console/people/1/photos/1",
    ),
}
"""By its name: a page, and where it is."""
