"""Searching: probe -> candidates -> lead.

"No candidate" is a first-class answer. What comes back are candidates, never a
decision: a lead takes two verifiers who do not see each other's finding.
"""

import hashlib
from dataclasses import dataclass, replace

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import digest_of
from licet.effects.asking_first import asks_first, keep_tracing, sought_by_seeker
from licet.effects.facts import read_facts
from licet.effects.probing import ProbeFaces, inspected, pictured
from licet.effects.record import record_refusal, refuse
from licet.effects.releasing import (
    Answer,
    Probe,
    from_open_sources,
    keep_search,
    still_live,
)
from licet.effects.shelf import fresh_gallery
from licet.terms.acting import Who
from licet.terms.errors import BadInput, NotFound
from licet.terms.face import Template
from licet.terms.ids import CaseId, GrantId, PurposeId
from licet.terms.permit import Action, Ask, By, Permit, Refusal
from licet.terms.search import SearchResult

LONGEST_LIST = 200
"""Rows looked at; more would be a crowd, not candidates."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a search may choose.

    ``face`` is one of several faces in the probe photo (from 1, strongest first);
    ``fpir`` a stricter rate than the deployment's; ``asking`` the grant of the person
    for whom one searches, under a purpose that is two-sided.
    """

    face: int | None = None
    fpir: float | None = None
    asking: GrantId | None = None


AS_IT_IS = Choice()


def find_faces(
    app: App, who: Who, case_id: CaseId, purpose: PurposeId, probe: bytes
) -> ProbeFaces | Refusal:
    """Find the faces in a probe photo, so that a person can choose one. Nobody is compared.

    1. Read the facts and decide as for a search; a refusal is recorded and returned.
    2. Find the faces; make a picture of the photo that a browser can show.

    Nothing is kept, and nothing is recorded: no more is done than to look at evidence.
    Raises ``NotFound`` for a case that is not there, ``BadInput`` for a photo that cannot
    be read or shows no face.
    """
    digest = hashlib.sha256(probe).hexdigest()
    ask = _ask(app, who, case_id, purpose, digest, None)
    with app.store.read() as reader:  # 1
        decided = decide(ask, read_facts(app, reader, ask, who, reader.now), reader.now)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    return pictured(app, probe)  # 2


def search(
    app: App,
    who: Who,
    case_id: CaseId,
    purpose: PurposeId,
    probe: bytes,
    choice: Choice = AS_IT_IS,
) -> SearchResult | Refusal:
    """Search the people who may be found by a photo.

    1. Read the facts and decide, before the photo is looked at.
    2. Find the face in the probe photo; its template is the probe, in memory.
    3. Ask the gallery within the permit's scope, at the threshold for its size.
    4. In one unit of work: decide again; only grants live at this moment are released, and
       nothing that was seen at a source whose use is blocked.
    5. Keep the search, sealed under the case's key; without candidates no probe is kept. In a
       two-sided purpose whoever was found is asked first, and nobody is told before.
    6. Mirror the ledger.

    Raises ``NotFound`` for a case that is not there, ``BadInput`` for a photo
    that cannot be read or shows no face, or several when none is chosen.
    """
    if who.by is not By.MEMBER:
        raise BadInput(
            "a search is a member's", "A person sees their own photos with `licet show`."
        )
    digest = hashlib.sha256(probe).hexdigest()
    signed = digest_of(digest, purpose, repr(choice))
    ask = _ask(app, who, case_id, purpose, digest, choice.fpir)
    ask = replace(ask, grant=choice.asking, face=choice.face or 1)
    with app.store.read() as reader:  # 1
        now = reader.now
        decided = decide(ask, read_facts(app, reader, ask, who, now, signed), now)
        sought = isinstance(decided, Refusal) or sought_by_seeker(app, reader, decided)
    if isinstance(decided, Refusal):
        return refuse(app, ask, decided)
    if not sought:
        raise BadInput(
            "the person for whom you search has not asked for it themselves",
            "They do it on their own page, or with `licet family seek`.",
        )
    template = _probe(app, probe, choice.face)  # 2
    answer = _ask_gallery(app, decided, template)  # 3
    app.at("search.found")
    with app.store.unit() as unit:  # 4
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, signed), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        answer = still_live(unit, answer)
        answer = from_open_sources(app, unit, answer)
        probe_ = Probe(template, digest, ask.face)
        keep = keep_tracing if asks_first(permit) else keep_search
        released = keep(app, unit, permit, answer, probe_)  # 5
    app.publish()  # 6
    return released


def _ask(
    app: App, who: Who, case_id: CaseId, purpose: PurposeId, digest: str, fpir: float | None
) -> Ask:
    with app.store.read() as reader:
        case = reader.governance.case(case_id)
    if case is None:
        raise NotFound("no such case", "See `licet case list`.")
    return Ask(
        Action.SEARCH,
        who.by,
        app.model,
        organisation=case.organisation,
        member=who.member,
        case=case_id,
        purpose=purpose,
        evidence=digest,
        fpir=app.deployment.fpir_search if fpir is None else fpir,
    )


def _probe(app: App, photo: bytes, face: int | None) -> Template:
    """Return the template of the one face that is searched for."""
    seen = inspected(app, photo)
    if face is None and len(seen.faces) > 1:
        raise BadInput(
            f"{len(seen.faces)} faces were found in the probe photo",
            "Say which one: --face 1 is the strongest.",
        )
    place = face or 1
    if not 1 <= place <= len(seen.faces):
        raise BadInput(f"there is no face {place}", f"Choose 1 to {len(seen.faces)}.")
    return seen.faces[place - 1].template


def _ask_gallery(app: App, permit: Permit, probe: Template) -> Answer:
    """Return every row in scope at or above the threshold for this many people."""
    gallery = fresh_gallery(app)
    in_scope = gallery.subjects(permit)
    threshold = app.vision.threshold(permit.fpir or app.deployment.fpir_search, max(in_scope, 1))
    if not in_scope:
        return Answer((), threshold, 0)
    (rows,) = gallery.candidates(permit, [probe], threshold, LONGEST_LIST)
    return Answer(rows, threshold, in_scope)
