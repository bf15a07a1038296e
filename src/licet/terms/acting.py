"""Who acts, and with what proof."""

from dataclasses import dataclass

from licet.terms.ids import ActId, MemberId
from licet.terms.organisation import Act, Signature
from licet.terms.permit import By


@dataclass(frozen=True, slots=True)
class Who:
    """Who stands behind a call.

    ``signatures`` are over ``act``; each member named in ``members`` must have
    one, except in a sandbox, where ``--as`` names members without keys. The
    first member acts, the others are the second person of a two-person act.
    ``bearer`` is the SHA-256 of the session's token or API key that the first member comes
    with: some acts need no more (``licet.consent.proofs``). ``waiting`` is the act that the
    first of them signed earlier, where it waited for the other.
    A data subject has neither: ``proof`` is the receipt of their confirmation, which
    opens their own commitment in the ledger, or ``bearer`` is the SHA-256 of the token of a
    session that a code opened which went to their contact.
    """

    by: By
    members: tuple[MemberId, ...] = ()
    act: Act | None = None
    signatures: tuple[Signature, ...] = ()
    proof: bytes = b""
    bearer: bytes = b""
    waiting: ActId | None = None

    @property
    def member(self) -> MemberId | None:
        """The member who acts, if one does."""
        return self.members[0] if self.members else None


SUBJECT = Who(By.SUBJECT)
"""A data subject without a receipt: believed in a sandbox, and where a code is asked."""

WORKER = Who(By.WORKER)
"""The machine, on a plan or run that somebody started lawfully."""
