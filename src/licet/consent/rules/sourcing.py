"""Sources: what may be collected, and compared with whom (GDPR 5, 6(4), 9, 14).

1. The source is known and the organisation's own.
2. Nothing found in it speaks against it: no marks of a social platform, no identity
   or badge photos, no many origins, nothing that arrives like a feed.
3. To be authorised: declared, lapsed or authorised before; never ceased, nor while
   on hold. To be collected from: authorised.
4. Its origin is stated: who took the items, how people were told, made for what;
   and what they were made for is something that a purpose is compatible with.
5. A bystander condition is stated, with its evidence: without one no face of it is
   compared with anybody (GDPR 9(1)).
6. Authority is proof, and being reachable is none: control that fits the kind of
   place and was proved in the last thirty days, a licence document by its digest, a term
   that is running.
7. No block stops collecting from it or from its territory; to be shown, no block stops
   the use of its items.
8. Some purpose is compatible with its origin; for one grant, that grant's own.
9. A grant named is for this source, or for all of the organisation's. One without an
   organisation is the person's alone: nobody else looks for them under it, one by one.
10. The FPIR is stated and at most the ceiling for collecting.
11. From a number of items on, somebody who did not open the source looked at a random
    sample of it and found it to be what was said; again after every further number.
    After a look that found it wrong nothing more is collected before one that found it right.
12. A source is looked at while it is authorised, or on hold; on hold only by the officer,
    whose look lets it go on.
13. A source on hold is released by the officer and a member who did not open it; the
    officer may have. What has ceased, lapsed or waits for a proof is not on hold.
14. Where copies are kept of what is handed in, it is said for how long: two years at most.
    To be handed in to: a source of that kind, and no other.
"""

from datetime import datetime

from licet.consent import ceilings
from licet.consent.evidence import is_digest
from licet.consent.purposes import fits, table
from licet.consent.reasons import Reason
from licet.consent.signed import may_sign
from licet.consent.territory import collecting_blocked, showing_blocked
from licet.terms.organisation import Role
from licet.terms.permit import Ask, By, Facts
from licet.terms.source import (
    AuditFinding,
    Control,
    Marker,
    SourceAudit,
    SourceKind,
    SourceState,
)

_MARKERS = {
    Marker.PLATFORM: Reason.PLATFORM_ITEMS,
    Marker.IDENTITY_PHOTOS: Reason.IDENTITY_PHOTOS,
    Marker.MANY_ORIGINS: Reason.MANY_ORIGINS,
    Marker.STREAM: Reason.STREAM_LIKE,
}

_STATES = {
    SourceState.DECLARED: Reason.SOURCE_NOT_AUTHORISED,
    SourceState.AUTHORISED: None,
    SourceState.LAPSED: Reason.SOURCE_LAPSED,
    SourceState.ON_HOLD: Reason.SOURCE_ON_HOLD,
    SourceState.CEASED: Reason.SOURCE_CEASED,
    SourceState.PURGED: Reason.SOURCE_CEASED,
}

_OWN = frozenset({Control.OWN_STORAGE, Control.SIGNED_AGREEMENT})

CONTROLS: dict[SourceKind, frozenset[Control]] = {
    SourceKind.FOLDER: _OWN,
    SourceKind.UPLOAD: _OWN,
    SourceKind.VIDEO: _OWN,
    SourceKind.BUCKET: _OWN,
    SourceKind.LIBRARY: frozenset({Control.OWN_STORAGE}),
    SourceKind.SITE: frozenset({Control.WELL_KNOWN_TOKEN, Control.DNS_RECORD}),
}
"""Which proof of control fits which kind of place."""


def source_known(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """1. The source is known and the organisation's own."""
    source = facts.source
    if source is None or source.id != ask.source or source.organisation != ask.organisation:
        return Reason.NO_SOURCE
    return None


def unmarked(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """2. Nothing found in the source speaks against it."""
    return _MARKERS[min(facts.markers)] if facts.markers else None


def may_be_authorised(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. The source has not ceased and does not wait for a person's look."""
    if facts.source is None:
        return Reason.NO_SOURCE
    if facts.source.state in {SourceState.DECLARED, SourceState.LAPSED}:
        return None
    return _STATES[facts.source.state]


def source_authorised(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """3. The source is authorised."""
    return Reason.NO_SOURCE if facts.source is None else _STATES[facts.source.state]


def origin_stated(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """4. The origin is stated in full, and known."""
    if facts.source is None:
        return Reason.NO_SOURCE
    origin = facts.source.origin
    if not (origin.taken_by.strip() and origin.people_told.strip() and origin.purposes):
        return Reason.ORIGIN_NOT_STATED
    known = origin.purposes <= table().source_purposes()
    return None if known else Reason.UNKNOWN_ORIGIN_PURPOSE


def bystander_condition(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """5. Something allows the other faces to be compared."""
    source = facts.source
    if source is None or source.bystander_condition is None:
        return Reason.NO_BYSTANDER_CONDITION
    return None if source.bystander_evidence.strip() else Reason.NO_BYSTANDER_CONDITION


def authority_proved(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """6. Control was proved in a way that fits, and the licence is on file."""
    source, authority = facts.source, facts.authority
    if source is None or authority is None or authority.source != source.id:
        return Reason.NO_AUTHORITY
    if not authority.proof.strip() or authority.control not in CONTROLS[source.kind]:
        return Reason.CONTROL_NOT_PROVED
    return None if is_digest(authority.licence) else Reason.NO_LICENCE


def authority_in_force(_ask: Ask, facts: Facts, now: datetime) -> Reason | None:
    """6. The authority's term is running, and control was proved lately."""
    authority = facts.authority
    if authority is None:
        return Reason.NO_AUTHORITY
    if not authority.valid_from <= now < authority.valid_to:
        return Reason.AUTHORITY_NOT_IN_FORCE
    lately = now < authority.proved_at + ceilings.PROOF_LASTS
    return None if lately else Reason.PROOF_TOO_OLD


def collecting_unblocked(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """7. No block stops collecting here."""
    if facts.source is None:
        return Reason.NO_SOURCE
    return Reason.BLOCKED if collecting_blocked(facts.source, facts.blocks) else None


def showing_unblocked(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """7. No block stops the use of what is here."""
    if facts.source is None:
        return Reason.NO_SOURCE
    return Reason.BLOCKED if showing_blocked(facts.source, facts.blocks) else None


def some_purpose_fits(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """8. Some purpose is compatible with what the items were made for."""
    fitting = facts.source is not None and table().compatible(facts.source.origin.purposes)
    return None if fitting else Reason.INCOMPATIBLE_PURPOSE


def grants_purpose_fits(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """8. The grant's purpose is compatible with what the items were made for."""
    purpose = None if facts.grant is None else table().get(facts.grant.purpose)
    if facts.source is None or purpose is None:
        return Reason.UNKNOWN_PURPOSE
    return None if fits(purpose, facts.source.origin.purposes) else Reason.INCOMPATIBLE_PURPOSE


def grant_of_source(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """9. The grant is the organisation's, or the person's alone, and reaches this source."""
    grant = facts.grant
    if grant is None or grant.id != ask.grant:
        return Reason.NO_GRANT
    theirs = grant.organisation is None and ask.by is By.SUBJECT
    if grant.organisation != ask.organisation and not theirs:
        return Reason.NO_GRANT
    reaches = grant.source is None or grant.source == ask.source
    return None if reaches else Reason.GRANT_FOR_OTHER_SOURCE


def fpir_for_collecting(ask: Ask, _facts: Facts, _now: datetime) -> Reason | None:
    """10. The FPIR is stated and low enough for keeping a template."""
    if ask.fpir is None:
        return Reason.FPIR_NOT_STATED
    return None if 0 < ask.fpir <= ceilings.FPIR_COLLECT else Reason.FPIR_ABOVE_CEILING


def _found_at(audit: SourceAudit) -> tuple[datetime, int]:
    """Order looks by when somebody said what they saw; within a moment, by the ledger."""
    return audit.found_at or audit.drawn_at, audit.size


def audited(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """11. Somebody looked at a sample of a source from which so many items came."""
    source = facts.source
    if source is None:
        return Reason.NO_SOURCE
    found = [one for one in facts.audits if one.source == source.id and one.finding is not None]
    if found and max(found, key=_found_at).finding is AuditFinding.WRONG:
        return Reason.SOURCE_NOT_AUDITED
    looks = [
        one.collected + ceilings.ITEMS_AN_AUDIT for one in found if one.finding is AuditFinding.OK
    ]
    enough = max((ceilings.UNAUDITED_ITEMS, *looks))
    return Reason.SOURCE_NOT_AUDITED if source.collected >= enough else None


def another_audits(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """11. Who looks at the sample did not open the source."""
    if facts.authority is None:
        return Reason.NO_AUTHORITY
    opened = ask.member in facts.authority.opened_by
    return Reason.OPENER_MAY_NOT_AUDIT if opened else None


def may_be_released(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """13. The source is on hold."""
    if facts.source is None:
        return Reason.NO_SOURCE
    if facts.source.state is SourceState.ON_HOLD:
        return None
    return _STATES[facts.source.state] or Reason.SOURCE_NOT_ON_HOLD


def another_releases(ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """13. Beside the officer somebody signed who did not open the source."""
    if facts.authority is None:
        return Reason.NO_AUTHORITY
    sandbox = facts.readiness.sandbox
    others = {m.id for m in facts.signers if may_sign(m, ask.organisation, sandbox)} - {ask.member}
    return None if others - facts.authority.opened_by else Reason.OPENER_MAY_NOT_RELEASE


def may_be_audited(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """12. The source is authorised, or on hold and looked at by the officer."""
    if facts.source is None:
        return Reason.NO_SOURCE
    if facts.source.state is not SourceState.ON_HOLD:
        return _STATES[facts.source.state]
    roles = frozenset[Role]() if facts.member is None else facts.member.roles
    return None if Role.DATA_PROTECTION_OFFICER in roles else Reason.OFFICER_NEEDED


LOOKED_AT = (
    source_known,
    may_be_audited,
    authority_proved,
    authority_in_force,
    another_audits,
    showing_unblocked,
)
"""What is asked of a source of which a sample is looked at, in this order."""

FREED = (
    source_known,
    may_be_released,
    another_releases,
    unmarked,
    authority_proved,
    authority_in_force,
    collecting_unblocked,
)
"""What is asked of a source that is released from a hold, in this order."""


def retention_stated(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """14. A source that keeps copies says for how long."""
    source = facts.source
    if source is None:
        return Reason.NO_SOURCE
    if source.kind is not SourceKind.UPLOAD:
        return None
    if source.retention_days is None:
        return Reason.RETENTION_NOT_STATED
    most = ceilings.COPY_TERM.days
    return None if 0 < source.retention_days <= most else Reason.RETENTION_TOO_LONG


def takes_uploads(_ask: Ask, facts: Facts, _now: datetime) -> Reason | None:
    """14. The source is one that is handed in to."""
    handed_in = facts.source is not None and facts.source.kind is SourceKind.UPLOAD
    return None if handed_in else Reason.NO_UPLOADS


HANDED_IN = (some_purpose_fits, takes_uploads, retention_stated)
"""What is asked of a source that something is handed in to, in this order."""
