"""The pages of a link to an album: of whoever comes by it, and of the console."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from licet.consent.purposes import table
from licet.terms.album import AlbumLink, LinkLine, LinkShown
from licet.terms.ids import LinkId, OrganisationId, PurposeId, SourceId
from licet.web.pages.album import AlbumCamera, AlbumCode, AlbumDesk, AlbumDoor, AlbumYes
from licet.web.pages.albums import LANGUAGES, Albums, AlbumSheet
from licet.web.pages.around import Page
from licet.web.pages.own import OwnGrantPage
from tests.browser.own_samples import KEPT

NOON = datetime(2026, 3, 2, 12, 4, tzinfo=UTC)
FIND = PurposeId("find_my_photos@1")
PURPOSE = table().by_id[FIND]
LINK = AlbumLink(
    LinkId("8c0c7a3e-0000-4000-8000-000000000001"),
    OrganisationId("1"),
    SourceId("1"),
    FIND,
    b"",
    NOON,
    NOON + timedelta(days=7),
    None,
    30,
    300,
    True,
    112,
)
LINE = LinkLine(LINK, "Summer party", "Archives de Valcourt", "z6WnUziTDZERQBGGvPnKXTN4", True)
CLOSED = replace(LINE, live=False, source="Spring run", link=replace(LINK, presence=False, days=1))
SHOWN = LinkShown(
    LINK.id,
    "Archives de Valcourt",
    "Summer party",
    FIND,
    PURPOSE.title,
    PURPOSE.notice,
    30,
    presence=True,
    open=True,
)
HERE = "/album/z6WnUziTDZERQBGGvPnKXTN4"
WRONG = {"contact": "This is not one mail address. Write it like name@example.org."}
NOT_SAID = {"name": "Give your name, or the name of your child."}
SOURCES = (("1", "Summer party"), ("2", "Spring run"))

GUEST_PAGES: dict[str, Page] = {
    "album": AlbumDoor(SHOWN, HERE, going_on=True, errors=WRONG),
    "album-over": AlbumDoor(replace(SHOWN, open=False), HERE),
    "album-code": AlbumCode(HERE, failed=True),
    "album-yes": AlbumYes(SHOWN, HERE, "ana@example.org", errors=NOT_SAID),
    "album-desk": AlbumDesk(HERE, "K7DMTW"),
    "album-seen": AlbumDesk(HERE, "K7DMTW", seen=True),
    "album-camera": AlbumCamera(HERE, 6),
    "album-helped": AlbumCamera(HERE, 0),
    "album-looking": OwnGrantPage(replace(KEPT, looking=True, faces=())),
    "album-none": OwnGrantPage(replace(KEPT, faces=())),
}
"""What a guest sees."""

DESK_PAGES: dict[str, Page] = {
    "albums": Albums((LINE, CLOSED), "https://licet.example", SOURCES, True, "seen"),
    "albums-none": Albums((), "https://licet.example", (), True, "unknown"),
    "album-sheet": AlbumSheet(
        LINE, f"https://licet.example{HERE}", tuple(PURPOSE.told(one) for one in LANGUAGES)
    ),
}
"""What a steward sees."""
