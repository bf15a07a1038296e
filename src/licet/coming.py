"""Coming to one's own page: a code to the person's own contact opens a session.

Whoever reads a contact's mail is shown what is kept under that contact, and nobody else is.
An address that is not known here gets the same letter, the same answer and the same page,
with nothing on it: only its own reader learns that nothing is kept (GDPR 15(1)). Of codes and
tokens the store keeps a SHA-256, of the address its tag. A photo never opens anything.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from licet.app import CONTACT_KEY, App
from licet.effects.authenticators import live_own
from licet.effects.codes import CODE_TRIES, is_the_code, new_code, one_address, salted
from licet.effects.letters import compose, sender_of
from licet.effects.record import subject_commitment
from licet.effects.sealed import contact_tag, open_identity
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.admission import OwnCode, OwnSession, SignedIn
from licet.terms.errors import BadInput, Busy, KeyAbsent, Setup
from licet.terms.grant import Subject, SubjectState
from licet.terms.ids import SessionId, new_id
from licet.terms.ledger import Commitment, Entry, EntryKind
from licet.terms.letters import OwnCodeLetter
from licet.terms.permit import By
from licet.vault.seal import tag

CODE_FOR = timedelta(minutes=15)
"""A code is for the one who sits in front of their mail now."""

CODES_A_DAY = 10
"""So many letters go to one address in a day, whoever asks: nobody floods a mailbox."""

CODES_OF_ONES_OWN = 10
"""So many more where the browser was let in at this address before: nobody uses those up."""

LONGEST = timedelta(hours=2)
"""A session ends after so long: a telephone is handed round more easily than a desk."""

SEEN_EVERY = timedelta(minutes=1)
"""So seldom is a session's use noted: each note waits for the head's lock."""

KNOWN_FOR = timedelta(days=180)
"""For so long a browser keeps that it was let in at an address."""

KEPT = timedelta(days=1)
"""For how long it is remembered that a code went to an address: to count them."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A code that was asked for. The browser keeps ``word``; ``send`` sends the letter.

    Both are there for everybody, known here or not. To send takes as long as the mail server
    likes: whoever waits for the answer must not wait for it.
    """

    word: str
    send: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came by a code: as whom they act, and the people whose contact it went to."""

    who: Who
    people: tuple[Subject, ...]


def ask_code(app: App, contact: str, language: str, mark: str = "") -> Asking:
    """Make a code for whoever reads an address.

    1. Read the address. Whether anybody is known there is not looked at before the letter.
    2. Keep the code, unless the address had all the letters that it gets in a day. Others
       may ask for them in a person's place; a browser whose ``mark`` says that it was let in
       at this address before has some of its own.
    3. Return what the browser keeps, and what sends the letter.

    Raises ``BadInput`` for what is not one mail address.
    """
    if not one_address(contact):  # 1
        raise BadInput("this is not one mail address", "Write it like name@example.org.")
    word, code, to = secrets.token_urlsafe(32), new_code(), contact.strip()
    tagged = contact_tag(app, to)
    own = secrets.compare_digest(mark.encode(), _mark(app, tagged).encode())
    most = CODES_A_DAY + (CODES_OF_ONES_OWN if own else 0)
    with app.store.unit(bookkeeping=True) as unit:
        full = unit.own.count_codes(tagged, unit.now - KEPT) >= most
        if not full:  # 2
            salt, digest = salted(code)
            asked, until = _digest(word), unit.now + CODE_FOR
            unit.own.put_code(OwnCode(asked, tagged, salt, digest, 0, unit.now, until))
    return Asking(word, _nothing if full else partial(_send, app, to, code, language))  # 3


def sign_in(app: App, word: str, code: str) -> SignedIn | None:
    """Open a session for who gives back the code that their browser asked for, or None.

    1. In one unit of work: a code that is over, used or tried too often opens nothing.
    2. A wrong one is counted and recorded.
    3. Use the code up, open a session with a token of its own, record.
    4. Mirror the ledger.
    """
    asked = _digest(word)
    done: SignedIn | None = None
    with app.store.unit(bookkeeping=True) as unit:
        kept = unit.own.code(asked)  # 1
        if kept is None or unit.now >= kept.expires or kept.tries >= CODE_TRIES:
            return None
        if is_the_code(kept.salt, kept.digest, code):
            unit.own.use_code(asked, unit.now)  # 3
            done = _open(app, unit, kept.contact)
        else:
            tries = unit.own.count_try(asked)  # 2
            # Under nobody: whose address was typed must not take longer where they are known.
            _record(unit, EntryKind.SIGN_IN_FAILED, None, (), (("with", "code"), ("try", tries)))
    app.publish()  # 4
    return done


def visitor(app: App, token: str) -> Visitor | None:
    """Return who comes with a session's token, or None. Its use is noted once a minute."""
    digest = _digest(token)
    with app.store.read() as reader:
        now = reader.now
        session = live_own(reader, digest, now)
        people = _people(reader, session.contact) if session else ()
    if session is None:
        return None
    if now - session.seen_at >= SEEN_EVERY:
        with app.store.unit(bookkeeping=True) as unit:
            unit.own.see_session(session.id, unit.now)
    return Visitor(Who(By.SUBJECT, bearer=digest), people)


def sign_out(app: App, token: str) -> int:
    """End a session; returns how many. None is no error.

    1. In one unit of work: end, record.
    2. Mirror the ledger.
    """
    with app.store.unit(bookkeeping=True) as unit:  # 1
        session = unit.own.session(_digest(token))
        if session is None:
            return 0
        ended = unit.own.end_session(session.id)
        objects, facts = (("session", session.id),), (("count", ended),)
        _record(unit, EntryKind.SIGNED_OUT, _adult(app, unit, session.contact), objects, facts)
    app.publish()  # 2
    return ended


def forget_codes(app: App) -> int:
    """Forget codes of yesterday and sessions that are over; returns how many."""
    with app.store.unit(bookkeeping=True) as unit:
        return unit.own.forget(unit.now - KEPT, unit.now)


def _open(app: App, unit: Unit, contact: bytes) -> SignedIn:
    token, session = secrets.token_urlsafe(32), SessionId(new_id())
    expires: datetime = unit.now + LONGEST
    made = OwnSession(session, contact, _digest(token), unit.now, unit.now, expires)
    unit.own.open_session(made)
    objects, facts = (("session", session),), (("with", "code"),)
    _record(unit, EntryKind.SIGNED_IN, _adult(app, unit, contact), objects, facts)
    return SignedIn(session, token, expires, _mark(app, contact))


def _record(
    unit: Unit,
    kind: EntryKind,
    person: Commitment | None,
    objects: tuple[tuple[str, str], ...],
    facts: tuple[tuple[str, str | int | bool], ...],
) -> int:
    said = (*facts, ("by", By.SUBJECT.value))
    return unit.record(Entry(kind, unit.now, None, None, person, objects, said))


def _adult(app: App, unit: Unit, contact: bytes) -> Commitment | None:
    """Commit to the adult whose contact it is, where anybody is known there."""
    people = sorted(_people(unit, contact), key=lambda one: (one.dependant, one.id))
    try:
        return subject_commitment(app, people[0].id) if people else None
    except KeyAbsent:
        return None


def _people(reader: Reader | Unit, contact: bytes) -> tuple[Subject, ...]:
    found = reader.subjects.on_contact(contact)
    return tuple(one for one in found if one.state is not SubjectState.ERASED)


def _send(app: App, to: str, code: str, language: str) -> None:
    """Send a code; who is known is written to as they were confirmed, not as somebody typed."""
    minutes = round(CODE_FOR.total_seconds() / 60)
    with app.store.read() as reader:
        people = _people(reader, contact_tag(app, to))
    known = (open_identity(app, one) for one in people)
    to = next((one.contact for one in known if one is not None), to)
    try:
        app.outbox.send(compose(OwnCodeLetter(sender_of(app), code, minutes), to, language))
    except (Busy, Setup):
        return  # Whoever waits asks again, and is told nothing that others are not.


def _mark(app: App, contact: bytes) -> str:
    """Return what a browser keeps that was let in at an address; it opens nothing."""
    return tag(app.keyring.get(CONTACT_KEY), "browser", contact).hex()


def _nothing() -> None:
    """Send no letter: the address had all that it gets today."""


def _digest(word: str) -> bytes:
    return sha256(word.encode()).digest()
