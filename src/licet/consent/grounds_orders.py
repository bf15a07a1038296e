"""Behind the refusals about authorities' orders, blocks and papers."""

from licet.consent.ground import Ground
from licet.consent.reasons import Reason

_R = Reason
GROUNDS: dict[Reason, Ground] = {
    # Orders and blocks (GDPR 31, 58(2))
    _R.NO_ORDER: Ground(
        "GDPR 58(2)",
        "There is no such order here.",
        "Register the order first.",
    ),
    _R.ORDER_NOT_FINAL: Ground(
        "GDPR 58(2)",
        "The order does not bind: it is proposed, appealed, replaced or closed.",
        "Register the version of the order that binds.",
    ),
    _R.ORDER_NOT_CONFIRMED: Ground(
        "GDPR 32(4)",
        "Nobody is erased before two members, the data protection officer among them, said so.",
        "Have the order confirmed by two members, one of them the data protection officer.",
    ),
    _R.ORDER_NOT_PROVED: Ground(
        "GDPR 5(2)",
        "What the order demands is not done and recorded yet, so there is no pack to send.",
        "Let the worker carry it out; then write the pack and send it.",
    ),
    _R.ORDER_NOT_SENT: Ground(
        "GDPR 31",
        "An order is closed only after its pack was sent, and that was recorded.",
        "Send the pack to the authority and record it.",
    ),
    _R.ACCESS_OPEN: Ground(
        "GDPR 15(1)",
        "People in the order's scope wait for an answer about their data: they are answered first.",
        "Answer their requests; near the deadline the worker does it by itself.",
    ),
    _R.NO_BLOCK: Ground(
        "GDPR 58(2)(f)",
        "There is no such block here, or it was lifted.",
        "See which blocks hold.",
    ),
    _R.RELEASE_NOT_NAMED: Ground(
        "GDPR 58(2)(f)",
        "A block is lifted on the release document alone, named by its SHA-256.",
        "Hand in the document by which the block's cause was released.",
    ),
    # Papers of an organisation (GDPR 5(2), 24, 35, 39(1)(b); AI Act 26)
    _R.NO_LEGAL_INSTRUMENT: Ground(
        "GDPR 6(1)",
        "The organisation filed no legal instrument that is in force for its searches.",
        "Have the organisation file it, named by its SHA-256.",
    ),
    _R.NO_IMPACT_ASSESSMENT: Ground(
        "GDPR 35(1)",
        "The organisation filed no impact assessment of its own that is in force.",
        "Have the organisation file it, named by its SHA-256.",
    ),
    _R.NO_TRAINING_RECORD: Ground(
        "AI Act 26(2)",
        "The organisation filed no record that its members were trained, or it is over.",
        "Have the organisation file it, named by its SHA-256.",
    ),
}
