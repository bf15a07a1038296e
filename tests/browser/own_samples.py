"""The pages of data subjects, with something to show and with nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from licet.consent.reasons import Reason
from licet.consent.refusals import refuse
from licet.terms.asked import OwnQuestion, Said, ShownPayload
from licet.terms.grant import GrantState
from licet.terms.ids import GrantId, ItemId, PurposeId, QuestionId, RequestId, SubjectId
from licet.terms.own import OwnFace, OwnGrant, OwnKept, OwnPerson, OwnRequest, OwnSearch
from licet.terms.permit import Action
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchState
from licet.web.pages.around import Page
from licet.web.pages.own import (
    OwnAsk,
    OwnAsked,
    OwnCodePage,
    OwnConsent,
    OwnContact,
    OwnDoor,
    OwnErased,
    OwnGrantPage,
    OwnRefused,
    PortalHome,
)

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, 4, tzinfo=UTC)
FIND, TRACE = PurposeId("find_my_photos@1"), PurposeId("family_tracing@1")
ADDRESS = {"contact": "This is not one mail address. Write it like name@example.org."}
NOTICE = "The archive looks for you in its own photos and shows them to you alone."


def _grant(n: int, purpose: PurposeId, state: GrantState) -> OwnGrant:
    until, name = DAY + timedelta(days=364), "Archives de Valcourt"
    return OwnGrant(GrantId(str(n)), name, purpose, "", state, until, 0, 0, 0, held=False)


ACTIVE = replace(_grant(1, FIND, GrantState.ACTIVE), references=3, appearances=27, suggestions=2)
PENDING = _grant(2, TRACE, GrantState.PENDING)
HELD = replace(_grant(3, TRACE, GrantState.RESTRICTED), source="Summer party", held=True)
MALIK = OwnPerson(
    SubjectId("1"),
    "Malik Haddad",
    "malik@example.org",
    False,
    (ACTIVE, PENDING, HELD),
    (OwnSearch("Cercle des familles", NOON, TRACE, SearchState.LEAD),),
    (OwnRequest(RequestId("1"), RightKind.ACCESS, RequestState.FULFILLING, DAY, 12, is_open=True),),
    1,
)
LINA = OwnPerson(SubjectId("2"), "Lina Haddad", "malik@example.org", True, (), (), (), 0)
FACES = (
    OwnFace("a", None, "Summer party", DAY, DAY, waits=True),
    OwnFace("b", ItemId("b"), "Summer party", DAY, DAY, waits=False),
    OwnFace("c", ItemId("c"), "Summer party", DAY, None, waits=False),
)
BOTH = (("1", "Malik Haddad"), ("2", "Lina Haddad"))
KEPT = OwnKept(ACTIVE, "Find the photos I am in", NOTICE, "Archives de Valcourt", FACES)

_QUESTION = OwnQuestion(QuestionId("1"), GrantId("1"), "found", "Cercle de familles", DAY)
_SHOWN = ShownPayload(True, "2026-04-01", "2027-03-01", ("DE", "FR"), NOON)
ASKED = (
    replace(_QUESTION, told_as="Nadia Haddad", relation="a sister of your mother"),
    replace(_QUESTION, said=Said.YES, told_as="Omar", relation="a cousin", channel="by mail"),
    replace(_QUESTION, id=None, asked="seek"),
    replace(_QUESTION, id=None, asked="shown", said=Said.YES, shown=_SHOWN),
)

OWN_PAGES: dict[str, Page] = {
    "own-door": OwnDoor(ADDRESS),
    "own-code": OwnCodePage(failed=True),
    "portal": PortalHome((MALIK, LINA)),
    "portal-none": PortalHome(()),
    "own-grant": OwnGrantPage(KEPT),
    "own-grant-asked": OwnGrantPage(KEPT, ASKED),
    "portal-asked": PortalHome((MALIK,), ASKED),
    "own-consent": OwnConsent(OwnKept(PENDING, "Family tracing", NOTICE, "Cercle", ())),
    "own-ask": OwnAsk(known=False, errors=ADDRESS),
    "own-ask-known": OwnAsk(known=True, people=BOTH),
    "own-asked": OwnAsked("7f3a-22c1", DAY, "/ask/1", failed=True),
    "own-proved": OwnAsked("7f3a-22c1", None, "/ask/1", proved=True),
    "own-contact": OwnContact(BOTH, ADDRESS),
    "own-erased": OwnErased(),
    "own-refused": OwnRefused(refuse(Action.RELEASE, Reason.OFFICER_NEEDED), ""),
}
"""Every page of a data subject by the name that is its address on the stage."""
