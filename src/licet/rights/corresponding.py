"""The register of letters with authorities: each with a last day and somebody who sees to it.

Whoever runs a deployment cooperates with the supervisory authority (GDPR 31). A letter that
asks for an answer has a member who owns it; it is warned of before its day passes
(``effects/warning.py``), and stays red until the answer is filed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from licet.app import App
from licet.consent.evidence import is_digest
from licet.consent.regimes import end_of
from licet.effects.acting import digest_of, digest_of_wish
from licet.effects.corresponding import letter_key, open_letter, seal_letter
from licet.effects.deciding import decided
from licet.effects.listing import About, Reach, listed
from licet.effects.membership import committed_to
from licet.effects.record import Facts, record
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.corresponding import Filed, LetterLine, LetterPayload, LetterWish
from licet.terms.duties import Correspondence
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import CorrespondenceId, MemberId, OrganisationId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.lines import one_line
from licet.terms.organisation import Member, MemberState
from licet.terms.permit import Action, Permit, Refusal, Register
from licet.terms.when import to_ms

LETTERS = About(Register.CORRESPONDENCE)

LONGEST = 300
"""Letters of a line that says what a letter is about."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which letters are listed: those that wait for an answer; all of them if ``everything``."""

    everything: bool = False


def file_letter(app: App, who: Who, wish: LetterWish) -> Filed | Refusal:
    """Put a letter from or to an authority on the register.

    1. Check what was written down; make the letter's key durable.
    2. In one unit of work: decide; hold what it names against what is here; add; record.
    3. Mirror the ledger.

    Raises ``BadInput`` for a letter that cannot be, ``NotFound`` for an order not known,
    ``Conflict`` for one who cannot see to it.
    """
    payload = _checked(wish)  # 1
    letter_id = CorrespondenceId(new_id())
    app.keyring.create(letter_key(letter_id))
    with app.store.unit() as unit:  # 2
        permit = _permit(app, unit, who, filing(wish))
        if isinstance(permit, Refusal):
            return permit
        letter = _letter(unit, wish, letter_id, permit.organisation)
        unit.correspondence.add(replace(letter, sealed=seal_letter(app, letter_id, payload)))
        order = (("order", wish.order),) if wish.order else ()
        objects = (("correspondence", letter_id), *order)
        facts = (*_said(letter), *_owner(app, unit, letter))
        leaf = record(app, unit, EntryKind.LETTER_FILED, permit, objects, facts)
    app.publish()  # 3
    return Filed(letter_id, wish.answer_by, leaf)


def answer(
    app: App, who: Who, letter_id: CorrespondenceId, digest: str, says: str = ""
) -> Filed | Refusal:
    """Note that a letter was answered by the file of this SHA-256 (hex).

    1. In one unit of work: decide; note the answer, and when; record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` for a letter that was answered, or that we wrote.
    """
    if not is_digest(digest):
        raise BadInput("an answer is named by its SHA-256", "Name the file that was sent.")
    with app.store.unit() as unit:  # 1
        permit = _permit(app, unit, who, answering(letter_id, digest, says))
        if isinstance(permit, Refusal):
            return permit
        letter = _waiting(unit, letter_id)
        payload = replace(open_letter(app, letter), answer=_line(says))
        app.keyring.create(letter_key(letter_id))
        sealed = seal_letter(app, letter_id, payload)
        done = replace(letter, answered_at=unit.now, answer=digest, sealed=sealed)
        unit.correspondence.put(done)
        late = letter.answer_by is not None and unit.now > letter.answer_by
        facts: Facts = (("answer", digest), ("late", late))
        objects = (("correspondence", letter_id),)
        leaf = record(app, unit, EntryKind.LETTER_ANSWERED, permit, objects, facts)
    app.publish()  # 2
    return Filed(letter_id, _day(letter.answer_by), leaf)


def assign(app: App, who: Who, letter_id: CorrespondenceId, owner: MemberId) -> Filed | Refusal:
    """Let another member see to a letter that waits; its last day stays.

    1. In one unit of work: decide; note who it is; record.
    2. Mirror the ledger.

    Raises ``NotFound``, ``Conflict`` for a letter that waits for nothing, or for a member
    who cannot see to it.
    """
    with app.store.unit() as unit:  # 1
        permit = _permit(app, unit, who, assigning(letter_id, owner))
        if isinstance(permit, Refusal):
            return permit
        letter = replace(_waiting(unit, letter_id), owner=owner)
        _require_owner(unit, letter, permit.organisation)
        unit.correspondence.put(letter)
        objects = (("correspondence", letter_id),)
        facts = _owner(app, unit, letter)
        leaf = record(app, unit, EntryKind.LETTER_ASSIGNED, permit, objects, facts)
    app.publish()  # 2
    return Filed(letter_id, _day(letter.answer_by), leaf)


def list_letters(
    app: App, who: Who, which: Which | None = None
) -> tuple[LetterLine, ...] | Refusal:
    """List letters, those that wait first, the first due first; then the newest."""
    wanted = which or Which()

    def read(reader: Reader, _reach: Reach) -> tuple[LetterLine, ...]:
        lines = [_line_of(app, reader, one) for one in reader.correspondence.all()]
        found = [one for one in lines if wanted.everything or one.waits]
        found.sort(key=lambda one: (not one.waits, one.left if one.waits else 0))
        return tuple(found)

    return listed(app, who, LETTERS, read)


def filing(wish: LetterWish) -> str:
    """Return the digest that a member signs to file a letter."""
    return digest_of_wish(wish)


def answering(letter: CorrespondenceId, digest: str, says: str) -> str:
    """Return the digest that a member signs to note an answer."""
    return digest_of("answer", letter, digest, says)


def assigning(letter: CorrespondenceId, owner: MemberId) -> str:
    """Return the digest that a member signs to give a letter to another."""
    return digest_of("assign", letter, owner)


def _permit(app: App, unit: Unit, who: Who, signed: str) -> Permit | Refusal:
    return decided(app, unit, who, Action.CORRESPOND, signed)


def _checked(wish: LetterWish) -> LetterPayload:
    """Return what is sealed of a letter. Raises ``BadInput`` for one that cannot be."""
    if not is_digest(wish.digest):
        raise BadInput("a letter is named by its SHA-256", "Name its file.")
    if not _line(wish.authority):
        raise BadInput("the authority is missing", "Say from or to whom the letter is.")
    if wish.outgoing and (wish.answer_by or wish.owner):
        raise BadInput("a letter of ours asks nothing of us", "Leave its last day and owner out.")
    if bool(wish.answer_by) != bool(wish.owner):
        raise BadInput(
            "a last day needs somebody who sees to it, and the other way round",
            "Give both, or neither where no answer is asked for.",
        )
    return LetterPayload(_line(wish.says))


def _letter(
    unit: Unit,
    wish: LetterWish,
    letter_id: CorrespondenceId,
    organisation: OrganisationId | None,
) -> Correspondence:
    """Return the row of a letter, still without what is sealed in it."""
    today = unit.now.date()
    on = wish.on or today
    if on > today:
        raise BadInput("the letter would come in the future", "Give the day on which it came.")
    if wish.answer_by is not None and wish.answer_by < on:
        raise BadInput("its last day is before the letter", "Look at both days again.")
    if wish.order is not None and unit.orders.get(wish.order) is None:
        raise NotFound("there is no such order", "See `licet order list`.")
    letter = Correspondence(
        id=letter_id,
        order=wish.order,
        authority=_line(wish.authority),
        outgoing=wish.outgoing,
        digest=wish.digest,
        at=unit.now if on == today else datetime.combine(on, time(), UTC),
        answer_by=end_of(wish.answer_by) if wish.answer_by else None,
        owner=wish.owner,
        answered_at=None,
        answer="",
        alerted_at=None,
        sealed=b"",
        leaf=unit.head.size,
    )
    if letter.owner is not None:
        _require_owner(unit, letter, organisation)
    return letter


def _said(letter: Correspondence) -> Facts:
    by = (("answer_by", to_ms(letter.answer_by)),) if letter.answer_by else ()
    on = to_ms(letter.at)
    return (("digest", letter.digest), ("outgoing", letter.outgoing), ("on", on), *by)


def _owner(app: App, unit: Unit, letter: Correspondence) -> Facts:
    owner = unit.governance.member(letter.owner) if letter.owner else None
    return () if owner is None else committed_to(app, owner)


def _require_owner(unit: Unit, letter: Correspondence, organisation: OrganisationId | None) -> None:
    """Raise ``Conflict`` unless a member of the controller who still acts owns the letter."""
    owner = unit.governance.member(letter.owner) if letter.owner else None
    if owner is None or owner.organisation != organisation or not _acts(owner):
        raise Conflict("nobody of that name can see to it", "Name a member of the controller.")


def _acts(member: Member) -> bool:
    return member.state is MemberState.ACTIVE


def _waiting(unit: Unit, letter_id: CorrespondenceId) -> Correspondence:
    letter = unit.correspondence.get(letter_id)
    if letter is None:
        raise NotFound("there is no such letter", "See `licet letter list`.")
    if letter.outgoing:
        raise Conflict("we wrote this letter ourselves", "Answer the authority's.")
    if letter.answered_at is not None:
        raise Conflict("the letter was answered already", "See `licet letter list --all`.")
    return letter


def _line(text: str) -> str:
    said = one_line(text)
    if len(said) > LONGEST:
        raise BadInput(f"a line has {LONGEST} letters at most", "The letter itself says the rest.")
    return said


def _line_of(app: App, reader: Reader, letter: Correspondence) -> LetterLine:
    owner = reader.governance.member(letter.owner) if letter.owner else None
    by = _day(letter.answer_by)
    left = None if by is None else (by - reader.now.date()).days
    waits = letter.answer_by is not None and letter.answered_at is None
    return LetterLine(
        id=letter.id,
        authority=letter.authority,
        outgoing=letter.outgoing,
        on=letter.at.date(),
        says=open_letter(app, letter).says,
        answer_by=by,
        left=left,
        waits=waits,
        late=waits and left is not None and left < 0,
        owner=owner.name if owner is not None and _acts(owner) else "",
        answered_on=_day(letter.answered_at),
        answer=letter.answer,
        order=letter.order,
        digest=letter.digest,
    )


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
