"""Who counts as a signer: an active member of the organisation with a key of their own."""

from licet.terms.ids import OrganisationId
from licet.terms.organisation import Member, MemberState

KEY_BYTES = 32


def may_sign(member: Member, organisation: OrganisationId | None, sandbox: bool) -> bool:
    """Say whether a member's signature counts. Only in a sandbox may the key be absent."""
    if member.organisation != organisation or member.state is not MemberState.ACTIVE:
        return False
    return sandbox or len(member.public_key) == KEY_BYTES
