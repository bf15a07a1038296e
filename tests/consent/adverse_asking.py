"""What can be wrong when somebody asks about themselves with a photo, and the reason then."""

from licet.consent.reasons import Reason as R
from licet.terms.rights import RequestState, RightKind
from tests.consent import world as w
from tests.consent.changes import OTHER, Row, but, missing, named

ASKED = named("rights grant", "confirm one's photo", "keep one's photo")
USED = named("confirm one's photo", "keep one's photo")

ASKING: list[Row] = [
    ("no request", ASKED, missing("request"), R.NO_REQUEST),
    ("another's request", ASKED, but("request", subject=OTHER), R.NO_REQUEST),
    ("for another grant", USED, but("request", grant=OTHER), R.NO_REQUEST),
    *(
        (f"a request that is {state.value}", ASKED, but("request", state=state), R.NO_REQUEST)
        for state in (RequestState.DELIVERED, RequestState.REFUSED)
    ),
    *(
        (f"a photo for {kind.value}", ASKED, but("request", kind=kind), R.PHOTO_NOT_NEEDED)
        for kind in RightKind
        if kind is not RightKind.ACCESS
    ),
    ("nobody proved the way", USED, but("request", channel_proved_at=None), R.CHANNEL_NOT_PROVED),
    ("nobody looked", USED, but("request", identity_accepted_at=None), R.PHOTO_NOT_ACCEPTED),
    ("one more photo", named("keep one's photo"), but("grant", captured=True), R.PHOTO_IN_USE),
    (
        "looked for one by one",
        named("backfill"),
        but("grant", organisation=None, purpose=w.RIGHTS),
        R.NO_GRANT,
    ),
    (
        "stilled by a member",
        named("restrict for", "rectify for"),
        but("grant", organisation=None, purpose=w.RIGHTS),
        R.NO_GRANT,
    ),
    (
        "looked at by a member",
        named("accept"),
        but("grant", organisation=None, purpose=w.RIGHTS),
        R.NO_GRANT,
    ),
]
