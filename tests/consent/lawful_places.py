"""Sources, a second time: what must be stated, proved and looked at, written from the design."""

from datetime import timedelta

from licet.consent.purposes import table
from licet.terms.ids import SourceId
from licet.terms.organisation import Role
from licet.terms.permit import Ask, Facts
from licet.terms.source import AuditFinding, Control, SourceAudit, SourceKind, SourceState
from tests.consent.lawful_who import sha256, signed
from tests.consent.world import NOW


def place(ask: Ask, facts: Facts) -> bool:
    """Say whether it is this source, of this organisation."""
    source = facts.source
    return (
        source is not None and source.id == ask.source and source.organisation == ask.organisation
    )


def source(ask: Ask, facts: Facts, states: set[SourceState]) -> bool:
    """Say whether all that a source must state is stated, and it is in one of these states."""
    where = facts.source
    if where is None:
        return False
    origin = where.origin
    return (
        ours(ask, facts)
        and not facts.markers
        and where.state in states
        and all((origin.taken_by.strip(), origin.people_told.strip(), origin.purposes))
        and not origin.purposes - table().source_purposes()
        and where.bystander_condition is not None
        and bool(where.bystander_evidence.strip())
    )


def kept_for(facts: Facts) -> bool:
    """Say whether it is stated, where copies are kept, for how long: two years at most."""
    where = facts.source
    if where is None or where.kind is not SourceKind.UPLOAD:
        return where is not None
    return where.retention_days is not None and 1 <= where.retention_days <= 2 * 365


def ours(ask: Ask, facts: Facts) -> bool:
    """Say whether the organisation may read this source today."""
    source, authority = facts.source, facts.authority
    if source is None or authority is None or not place(ask, facts):
        return False
    at_a_host = source.kind is SourceKind.SITE
    by_host = authority.control in {Control.WELL_KNOWN_TOKEN, Control.DNS_RECORD}
    return (
        authority.source == source.id
        and bool(authority.proof.strip())
        and at_a_host == by_host
        and sha256(authority.licence)
        and authority.valid_from <= NOW < authority.valid_to
        and NOW - authority.proved_at < timedelta(days=30)
    )


def readable(ask: Ask, facts: Facts) -> bool:
    """Say whether a photo from there may be shown."""
    source = facts.source
    authorised = source is not None and source.state is SourceState.AUTHORISED
    return authorised and ours(ask, facts) and not hidden(facts)


def hidden(facts: Facts) -> bool:
    """Say whether a block stops the use of what comes from there."""
    source = facts.source
    if source is None:
        return True
    for block in facts.blocks:
        everywhere = (block.territory, block.subject, block.source) == (None, None, None)
        here = block.territory is not None and source.territory in {None, block.territory}
        if block.use and (everywhere or here or block.source == source.id):
            return True
    return False


def looked_at(facts: Facts) -> bool:
    """Say whether somebody looked at enough of a source for one more item to come."""
    where = facts.source
    if where is None:
        return False
    said = [one for one in facts.audits if one.source == where.id and one.finding]
    if said and max(said, key=lambda one: one.found_at or NOW).finding is AuditFinding.WRONG:
        return False
    looks = (one.collected + 100_000 for one in facts.audits if _good(one, where.id))
    return where.collected < 10_000 or any(where.collected < end for end in looks)


def _good(one: SourceAudit, where: SourceId) -> bool:
    return one.source == where and one.finding is AuditFinding.OK


def may_look(ask: Ask, facts: Facts) -> bool:
    """Say whether this member may look at a sample of the source."""
    where, authority, member = facts.source, facts.authority, facts.member
    if where is None or authority is None or member is None:
        return False
    officer = Role.DATA_PROTECTION_OFFICER in member.roles
    held = where.state is SourceState.ON_HOLD and officer
    return (
        (where.state is SourceState.AUTHORISED or held)
        and ours(ask, facts)
        and ask.member not in authority.opened_by
        and not hidden(facts)
    )


def may_release(ask: Ask, facts: Facts) -> bool:
    """Say whether these members may let the source go on."""
    where, authority = facts.source, facts.authority
    if where is None or authority is None or where.state is not SourceState.ON_HOLD:
        return False
    beside = {one.id for one in signed(ask, facts)} - {ask.member}
    stopped = any(
        block.collecting
        and (
            (block.territory, block.subject, block.source) == (None, None, None)
            or block.source == where.id
            or (block.territory is not None and where.territory in {None, block.territory})
        )
        for block in facts.blocks
    )
    return (
        ours(ask, facts)
        and not facts.markers
        and bool(beside - authority.opened_by)
        and not stopped
        and sha256(ask.evidence)
    )
