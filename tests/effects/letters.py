"""One example of every letter, and the page that shows them all.

``python -m tests.effects.letters`` writes ``docs/reference/letters.md``; a test compares.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from licet.consent.purposes import table
from licet.effects.letters import compose
from licet.effects.letters.speech import LANGUAGES
from licet.terms.asked import OwnQuestionLetter
from licet.terms.ids import BreachId, GrantId, HoldId, PurposeId, RequestId, SearchId
from licet.terms.letters import (
    AlertKind,
    AlertLetter,
    BreachLetter,
    BreachReportLetter,
    CertificateLetter,
    CorrectedLetter,
    DeploymentClosingLetter,
    GrantOverLetter,
    HistoryLetter,
    HoldLiftedLetter,
    HoldPlacedLetter,
    IdentityAskedLetter,
    ItemsAskedLetter,
    Letter,
    NoticeLetter,
    OrderedLetter,
    OwnCodeLetter,
    PackageReadyLetter,
    PackageSecretLetter,
    PackedFile,
    PhotoNearLetter,
    PhotoNoticeLetter,
    RecipientToldLetter,
    RectifiedLetter,
    ReleasedLetter,
    RequestDoneLetter,
    RequestExtendedLetter,
    RequestReceivedLetter,
    RequestRefusedLetter,
    RestrictedLetter,
    Sender,
    Surfaced,
    ToldOrder,
    ToldSearch,
)
from licet.terms.rights import RightKind
from licet.terms.search import SearchState

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/letters.md"
AGAIN = "This page is made from the templates by `python -m tests.effects.letters`."
NAMES = {"en": "English", "fr": "French", "de": "German"}

SENDER = Sender(
    "Harbour Archive",
    "privacy@harbour.example",
    "Harbour Europe GmbH, Hamburg",
    "the Data Protection Authority of Hamburg",
)
GRANT = GrantId("6f1c2e1a-0f0b-4c1d-9a5e-222222222222")
OTHER = GrantId("6f1c2e1a-0f0b-4c1d-9a5e-444444444444")
REQUEST = RequestId("6f1c2e1a-0f0b-4c1d-9a5e-555555555555")
HOLD = HoldId("6f1c2e1a-0f0b-4c1d-9a5e-666666666666")
_PARTS = ("photos", "probes", "templates")
BREACH = BreachId("6f1c2e1a-0f0b-4c1d-9a5e-888888888888")
HAPPENED = (
    "A copy of the list of permissions was taken from an office.",
    "Somebody may know that you are in this archive, and write to you.",
    "The copy was brought back, and the door has another lock.",
)
SEEN, ENDS = datetime(2026, 3, 2, 9, 5, tzinfo=UTC), datetime(2026, 3, 5, 9, 5, tzinfo=UTC)
CAME, DUE, LATER = date(2026, 3, 2), date(2026, 4, 2), date(2026, 6, 2)
CLEARANCE = PurposeId("archive_rights_clearance@1")


def notice(language: str, *, purpose: PurposeId = CLEARANCE) -> NoticeLetter:
    """Return the notice of a purpose, told in a language."""
    listed = table().by_id[purpose]
    told = listed.told(language)
    return NoticeLetter(
        sender=SENDER,
        name="Anna Example",
        organisation="Harbour Archive",
        title=told.title,
        notice=told.notice,
        by_consent=purpose != "missing_person@1",
        until=date(2027, 3, 2),
        grant=GRANT,
        code="K7DMTW4XQH",
    )


def examples(language: str = "en") -> tuple[Letter, ...]:
    """Return every letter, and both sides of what a letter says only sometimes."""
    reason = "The letter was not signed."
    asked = (SENDER, REQUEST, RightKind.ACCESS, CAME)
    told = ToldSearch("2026-17", SearchId("6f1c2e1a-0f0b-4c1d-9a5e-777777777777"))
    file = PackedFile("package.zip", 1_234_567, "ab" * 32)
    return (
        notice(language),
        notice(language, purpose=PurposeId("missing_person@1")),
        HistoryLetter(
            SENDER,
            tuple(
                Surfaced(date(2026, 1, day), "Harbour Archive", CLEARANCE, state)
                for day, state in enumerate(SearchState, start=1)
            ),
        ),
        HistoryLetter(SENDER, ()),
        RequestReceivedLetter(*asked, DUE, "K7DMTW4XQH", date(2026, 3, 16)),
        RequestReceivedLetter(*asked, DUE, "", CAME),
        IdentityAskedLetter(*asked, DUE, reason),
        RequestExtendedLetter(*asked, DUE, LATER, reason),
        RequestRefusedLetter(SENDER, REQUEST, RightKind.ERASURE, CAME, reason, "GDPR 17(3)(e)"),
        *(RequestDoneLetter(SENDER, REQUEST, right, CAME, DUE) for right in RightKind),
        RequestDoneLetter(SENDER, REQUEST, RightKind.COMPLAINT, CAME, DUE, "You were right."),
        RequestDoneLetter(SENDER, REQUEST, RightKind.WITHDRAWAL, CAME, DUE, nothing=True),
        PackageReadyLetter(*asked, 1, 1, (file,)),
        PackageReadyLetter(*asked, 2, 3, (file, file)),
        PackageSecretLetter(SENDER, REQUEST, "harbour-seven-lantern"),
        RestrictedLetter(SENDER, (GRANT, OTHER), CAME),
        ReleasedLetter(SENDER, (GRANT,), DUE, "You asked us to."),
        RectifiedLetter(SENDER, GRANT, 1_200, DUE),
        OwnCodeLetter(SENDER, "ABCDEFGHJK", 15),
        OwnQuestionLetter(SENDER),
        CorrectedLetter(SENDER, True, True, DUE),
        CorrectedLetter(SENDER, True, False, DUE),
        CertificateLetter(SENDER, DUE, False, "certificate.json"),
        CertificateLetter(SENDER, DUE, True, "certificate.json"),
        RecipientToldLetter(SENDER, "Harbour Archive", RightKind.ERASURE, (told,), CAME),
        ItemsAskedLetter(SENDER, "Harbour Archive", "gala-2025", ("2025/0817.jpg",), CAME),
        HoldPlacedLetter(SENDER, HOLD, (GRANT,), CAME, date(2026, 9, 2)),
        HoldLiftedLetter(SENDER, HOLD, (GRANT,), LATER),
        DeploymentClosingLetter(SENDER, DUE),
        OrderedLetter(SENDER, (ToldOrder("CNIL", "MED-2021-134"),), ("people",), DUE, GRANT),
        OrderedLetter(
            SENDER, (ToldOrder("ICO", "17"),), ("photos", "probes", "templates"), DUE, GRANT
        ),
        _photo_notice(language),
        PhotoNearLetter(SENDER, CAME),
        PhotoNearLetter(SENDER, CAME, by_camera=True),
        GrantOverLetter(SENDER, "Harbour Archive", "Summer party", LATER),
        replace(notice(language, purpose=PurposeId("find_my_photos@1")), code=""),
        *(AlertLetter(SENDER, about, BREACH, SEEN, ENDS) for about in AlertKind),
        AlertLetter(SENDER, AlertKind.BREACH_SUSPECTED, BREACH, SEEN, None),
        BreachLetter(SENDER, CAME, *HAPPENED),
        BreachReportLetter(SENDER, "the authority", BREACH, SEEN, 1_200, *HAPPENED, ""),
        BreachReportLetter(SENDER, "the authority", BREACH, SEEN, 1_200, *HAPPENED, reason),
    )


def _photo_notice(language: str) -> PhotoNoticeLetter:
    told = table().by_id[PurposeId("rights_request@1")].told(language)
    return PhotoNoticeLetter(SENDER, REQUEST, told.title, told.notice, date(2026, 6, 2), GRANT)


def page() -> str:
    """Return the page: every letter once, in every language."""
    lines = [
        "# Letters",
        "",
        "Every letter that people get, in each language that licet writes. Who reads another",
        "language gets English, and the letter says so. Each goes out as plain text and as HTML",
        "made of the same text: no picture, no link, nothing that tells when it was opened.",
        "",
    ]
    for language in LANGUAGES:
        lines += [f"## {NAMES[language]}", ""]
        shown: set[str] = set()
        for letter in examples(language):
            if letter.kind in shown:
                continue
            shown.add(letter.kind)
            message = compose(letter, "anna@example.org", language)
            lines += [f"### {message.subject} (`{letter.kind}`)", "", "```text"]
            lines += [message.text.partition("\n----\n")[0].strip(), "```", ""]
        foot = message.text.partition("\n----\n")[2].strip()
        lines += [f"### Below each of them ({language})", "", "```text", foot, "```", ""]
    return "\n".join([*lines, AGAIN, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
