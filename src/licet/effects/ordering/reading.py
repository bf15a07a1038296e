"""An order as text: a TOML document becomes an ``OrderWish``, and back (docs/formats/order.md).

1. Who ordered what: authority, reference, version, state, the dates, in this order of time.
2. How days are counted, in which language and where the pack goes, what paper it came as.
3. Whom and what it reaches. A scope says so: leaving all out is never read as everybody.
4. Clauses, each with a term of its own: months from the notification, a day, or at once.
5. What it costs, in one currency.
"""

from datetime import date
from decimal import Decimal

from licet.consent.evidence import is_digest
from licet.consent.regimes import FILES
from licet.effects.letters.speech import LANGUAGES
from licet.effects.ordering.toml import Document, Part
from licet.terms.errors import BadInput
from licet.terms.ids import SourceId, SubjectId, Territory
from licet.terms.money import MINOR_DIGITS, Money, read_money
from licet.terms.order import (
    ClauseKind,
    ClauseWish,
    DataKind,
    OrderScope,
    OrderState,
    OrderWish,
    PenaltyTerms,
)
from licet.terms.territories import TERRITORIES

WRITTEN = (OrderState.PROPOSED, OrderState.FINAL, OrderState.APPEALED)
"""The states in which an authority's order comes; the others are what becomes of it here."""

LONGEST = 200
"""Letters of an authority's name or reference."""

MOST_PEOPLE = 200
"""People whom one order may name one by one: its entry in the ledger names their grants."""

MOST_CLAUSES = 40

MOST_MONTHS = 120

_LARGEST = 2**53
_TERMS = ("months", "by")
_SUMS = ("fine", "per_day", "cap")
_OWN = (
    *("authority", "reference", "version", "state", "decided", "notified", "published"),
    *("regime", "language", "contact", "document", "scope", "clauses", "penalties"),
)


def read_order(data: bytes, document: str = "", *, needs_paper: bool = True) -> OrderWish:
    """Return the order that a TOML document states.

    ``document`` is the SHA-256 (hex) of the paper it came as, where the caller has it; the
    document may name it too, and then both must say the same; to preview an order none is
    needed. A source is named as its
    operator calls it: the flow looks it up. Raises ``BadInput``, with the line.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("the order is not text in UTF-8", "Save it as UTF-8.") from error
    whole = Document("the order", text.replace("\r\n", "\n")).read()
    whole.only(*_OWN)
    decided, notified = whole.day("decided"), whole.day("notified")
    if notified < decided:
        raise whole.wrong("notified", "is before it was decided", "Check both dates.")
    return OrderWish(
        authority=_short(whole, "authority"),  # 1
        reference=_short(whole, "reference"),
        version=whole.number("version"),
        state=_state(whole),
        decided=decided,
        notified=notified,
        published=_published(whole, decided),
        regime=_among(whole, "regime", FILES),  # 2
        language=_among(whole, "language", tuple(LANGUAGES)),
        contact=_short(whole, "contact"),
        document=_document(whole, document, needed=needs_paper),
        scope=_scope(whole.table("scope")),  # 3
        clauses=_clauses(whole, notified),  # 4
        penalties=_penalties(whole.table("penalties")),  # 5
    )


def require_stated(wish: OrderWish, text: str) -> None:
    """Raise ``BadInput`` unless a text states this very order.

    The text goes to the authority with the pack: another one beside what was carried out
    would have it believe more than was done.
    """
    if read_order(text.encode(), wish.document) != wish:
        raise BadInput("the text states another order", "Hand in the text that was read.")


def spell_order(wish: OrderWish) -> str:
    """Return the TOML document that states an order: what a form writes for who uses one."""
    lines = [
        *(f"{name} = {_quoted(getattr(wish, name))}" for name in ("authority", "reference")),
        f"version = {wish.version}",
        f"state = {_quoted(wish.state.value)}",
        *(f"{name} = {getattr(wish, name)}" for name in ("decided", "notified")),
        *([] if wish.published is None else [f"published = {wish.published}"]),
        *(f"{n} = {_quoted(getattr(wish, n))}" for n in ("regime", "language", "contact")),
        *([f"document = {_quoted(wish.document)}"] if wish.document else []),
        "",
        "[scope]",
        *_spelled_scope(wish.scope),
    ]
    for clause in wish.clauses:
        lines += ["", "[[clauses]]", *_spelled_clause(clause)]
    sums = [(name, getattr(wish.penalties, name)) for name in _SUMS]
    if any(value is not None for _, value in sums):
        lines += ["", "[penalties]"]
        lines += [f"{name} = {_quoted(_plain(value))}" for name, value in sums if value]
    return "\n".join(lines) + "\n"


def _short(whole: Part, name: str) -> str:
    text = whole.text(name)
    if len(text) > LONGEST:
        raise whole.wrong(name, f"is longer than {LONGEST} letters", "Shorten it.")
    return text


def _state(whole: Part) -> OrderState:
    state = whole.word("state", OrderState)
    if state not in WRITTEN:
        words = ", ".join(one.value for one in WRITTEN)
        raise whole.wrong("state", f"says {state.value}", f"An order comes as one of: {words}.")
    return state


def _published(whole: Part, decided: date) -> date | None:
    if not whole.has("published"):
        return None
    published = whole.day("published")
    if published < decided:
        raise whole.wrong("published", "is before it was decided", "Check both dates.")
    return published


def _among(whole: Part, name: str, known: tuple[str, ...]) -> str:
    value = whole.text(name)
    if value not in known:
        raise whole.wrong(name, f"says {value}", f"It is one of: {', '.join(known)}.")
    return value


def _document(whole: Part, given: str, *, needed: bool) -> str:
    named = whole.text("document", "")
    if not named and not given and not needed:
        return ""
    if not named and not given:
        raise whole.wrong(
            "document",
            "is missing: the SHA-256 of the paper that the order came as",
            "Name the paper: --paper FILE.",
        )
    if named and given and named != given:
        raise whole.wrong("document", "is the SHA-256 of another paper", "Name the right paper.")
    if not is_digest(named or given):
        raise whole.wrong("document", "is no SHA-256 in lower-case hex", "Use --paper FILE.")
    return named or given


def _scope(part: Part) -> OrderScope:
    part.only("everything", "territories", "sources", "subjects")
    scope = OrderScope(
        territories=tuple(_territory(part, one) for one in part.texts("territories")),
        sources=tuple(SourceId(one) for one in part.texts("sources")),
        subjects=tuple(SubjectId(one) for one in part.texts("subjects")),
    )
    if len(scope.subjects) > MOST_PEOPLE:
        raise part.wrong("subjects", f"names more than {MOST_PEOPLE}", "Name a territory instead.")
    if part.truth("everything") is not scope.everything:
        raise BadInput(
            "the scope names parts and everything, or neither",
            'Write [scope] with territories = ["FR"], sources or subjects; '
            "or everything = true, and nothing else.",
        )
    return scope


def _territory(part: Part, code: str) -> Territory:
    if Territory(code) not in TERRITORIES:
        raise part.wrong(
            "territories", f"names {code}", "Use ISO 3166-1: two capital letters, FR or GB."
        )
    return Territory(code)


def _clauses(whole: Part, notified: date) -> tuple[ClauseWish, ...]:
    parts = whole.tables("clauses")
    if not 1 <= len(parts) <= MOST_CLAUSES:
        raise whole.wrong(
            "clauses",
            "is missing, or they are too many",
            f"Write 1 to {MOST_CLAUSES}, each beginning with [[clauses]].",
        )
    return tuple(_clause(part, notified) for part in parts)


def _clause(part: Part, notified: date) -> ClauseWish:
    part.only("kind", *_TERMS, "data")
    kind = part.word("kind", ClauseKind)
    months = part.number("months") if part.has("months") else None
    by = part.day("by") if part.has("by") else None
    if months is not None and by is not None:
        raise part.wrong("by", "stands beside months", "Keep one; with neither it is at once.")
    if months is not None and months > MOST_MONTHS:
        raise part.wrong("months", "is more than ten years", "Check the number.")
    if by is not None and by < notified:
        raise part.wrong("by", "is before the order was notified", "Check both dates.")
    if part.has("data") and kind is not ClauseKind.ERASE:
        raise part.wrong("data", "belongs to an erase clause", "Leave it out.")
    data = frozenset(part.among("data", one, DataKind) for one in part.texts("data"))
    if kind is ClauseKind.ERASE and part.has("data") and not data:
        raise part.wrong("data", "is empty", "Leave it out: then all of it is erased.")
    everything = frozenset(DataKind) if kind is ClauseKind.ERASE else frozenset[DataKind]()
    return ClauseWish(kind, months, by, data or everything)


def _penalties(part: Part) -> PenaltyTerms:
    part.only(*_SUMS)
    sums = {name: _money(part, name) for name in _SUMS}
    if len({one.currency for one in sums.values() if one is not None}) > 1:
        raise part.wrong("", "are in several currencies", "An order is in one currency.")
    return PenaltyTerms(**sums)


def _money(part: Part, name: str) -> Money | None:
    if not part.has(name):
        return None
    try:
        amount = read_money(part.text(name))
    except BadInput as error:
        raise part.wrong(name, "is no amount of money", error.remedy) from error
    if not 0 < amount.minor < _LARGEST:
        raise part.wrong(name, "is no amount that is owed", "Check the amount.")
    return amount


def _spelled_scope(scope: OrderScope) -> list[str]:
    if scope.everything:
        return ["everything = true"]
    named = (("territories", scope.territories), ("sources", scope.sources))
    return [
        f"{name} = [{', '.join(map(_quoted, values))}]"
        for name, values in (*named, ("subjects", scope.subjects))
        if values
    ]


def _spelled_clause(clause: ClauseWish) -> list[str]:
    lines = [f"kind = {_quoted(clause.kind.value)}"]
    if clause.months is not None:
        lines.append(f"months = {clause.months}")
    if clause.by is not None:
        lines.append(f"by = {clause.by}")
    if clause.data:
        lines.append(f"data = [{', '.join(_quoted(one.value) for one in sorted(clause.data))}]")
    return lines


def _plain(money: Money) -> str:
    digits = MINOR_DIGITS.get(money.currency, 2)
    return f"{Decimal(money.minor).scaleb(-digits):f} {money.currency}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
