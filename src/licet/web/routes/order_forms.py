"""An order before it is written down: the form, its file, and the preview of what it would hit."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from licet.app import App
from licet.consent.regimes import FILES
from licet.effects.ordering.reading import read_order, spell_order
from licet.glance import reads
from licet.rights.viewing import preview, preview_people, show_order
from licet.terms.errors import BadInput
from licet.terms.ids import OrderId, SourceId, SubjectId, Territory
from licet.terms.money import Money, read_money
from licet.terms.order import (
    ClauseKind,
    ClauseWish,
    DataKind,
    OrderScope,
    OrderState,
    OrderWish,
    PenaltyTerms,
)
from licet.terms.permit import Action, Register
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.orders import (
    ROWS,
    ClauseWords,
    NewOrder,
    OrderPreview,
    OrderWords,
    counts,
)
from licet.web.pages.render import render
from licet.web.problems import allowed
from licet.web.routes.forms import Poster
from licet.web.routes.orders import MOST_TEXT, START, day_of
from licet.web.routes.readers import may, only_readers

router = APIRouter(
    prefix=START, include_in_schema=False, dependencies=[only_readers(Register.ORDERS)]
)

_MORE = "the form has no room for all that this order says"
Line = Annotated[str, Field(max_length=300)]
Lines = Annotated[str, Field(max_length=20_000)]


class Writing(BaseModel):
    """What the form of an order says; of its rows of clauses, those of ``ordered`` count.

    ``text`` is an order that was previewed, and ``file`` one that was dropped: then the
    fields say nothing.
    """

    csrf: str = ""
    text: str = Field(default="", max_length=MOST_TEXT)
    file: UploadFile | None = None
    people: bool = False
    authority: Line = ""
    reference: Line = ""
    version: Line = "1"
    state: Line = "final"
    decided: Line = ""
    notified: Line = ""
    published: Line = ""
    regime: Line = "gdpr"
    language: Line = "en"
    contact: Line = ""
    everything: bool = False
    territories: Lines = ""
    sources: Lines = ""
    subjects: Lines = ""
    ordered: list[int] = Field(default=[], max_length=len(ROWS))
    months: list[Line] = Field(default=[], max_length=len(ROWS))
    by: list[Line] = Field(default=[], max_length=len(ROWS))
    data: list[Line] = Field(default=[], max_length=100)
    fine: Line = ""
    per_day: Line = ""
    cap: Line = ""

    @property
    def words(self) -> OrderWords:
        """What was written, to be shown again."""
        taken = {name: getattr(self, name) for name in _PLAIN}
        rows = tuple(self._row(n) for n in range(len(ROWS)))
        return OrderWords(**taken, clauses=rows)

    def _row(self, n: int) -> ClauseWords:
        data = {one.partition(":")[2] for one in self.data if one.partition(":")[0] == str(n)}
        return ClauseWords(
            ROWS[n],
            n in self.ordered,
            self.months[n] if n < len(self.months) else "",
            self.by[n] if n < len(self.by) else "",
            frozenset(one for one in DataKind if one.value in data),
        )

    def whole(self) -> str:
        """Return the order as a text. Raises ``BadInput``."""
        if self.text:
            return self.text.replace("\r\n", "\n")
        data = self.file.file.read(MOST_TEXT + 1) if self.file else b""
        if len(data) > MOST_TEXT:
            raise BadInput("the file is larger than any order", "Choose the order's TOML file.")
        if data:
            read_order(data, needs_paper=False)
            return data.decode("utf-8").replace("\r\n", "\n")
        return spell_order(wish_of(self.words))


_PLAIN = tuple(name for name in OrderWords.__dataclass_fields__ if name != "clauses")


@router.get("/new")
def new(
    request: Request,
    app: TheApp,
    comer: Known,
    of: Annotated[str, Query(max_length=60)] = "",
) -> HTMLResponse:
    """Show the form; for a new version of an order, with what the one before says."""
    words, older, problem = OrderWords(), "", None
    if of:
        shown = allowed(show_order(app, comer.who, OrderId(of)))
        older = shown.line.reference
        try:
            wish = read_order(shown.text.encode(), shown.document)
            words = words_of(wish, version=wish.version + 1)
        except BadInput as error:
            problem = (error.what, error.remedy)
    return HTMLResponse(render(_new(app, words, problem, older), around_comer(request)))


@router.post("/new")
def again(
    request: Request,
    app: TheApp,
    comer: Poster,
    asked: Annotated[Writing, Form(media_type="multipart/form-data")],
) -> HTMLResponse:
    """Show the form with an order that was previewed, to be changed."""
    words = words_of(read_order(asked.whole().encode(), needs_paper=False))
    return HTMLResponse(render(_new(app, words), around_comer(request)))


@router.post("/preview")
def look(
    request: Request,
    app: TheApp,
    comer: Poster,
    asked: Annotated[Writing, Form(media_type="multipart/form-data")],
) -> HTMLResponse:
    """Show whom and what an order would hit. Nothing happens but that the look is recorded."""
    try:
        text = asked.whole()
        wish = read_order(text.encode(), needs_paper=False)
    except BadInput as error:
        page = _new(app, asked.words, (error.what, error.remedy))
        return HTMLResponse(render(page, around_comer(request)), 400)
    shown = _preview(app, comer, wish, text, people=asked.people)
    return HTMLResponse(render(shown, around_comer(request)))


def _preview(app: App, comer: Comer, wish: OrderWish, text: str, *, people: bool) -> OrderPreview:
    found = allowed(preview(app, comer.who, wish, text))
    listed = Register.GRANTS in reads(app, comer.myself.member).registers
    named = allowed(preview_people(app, comer.who, wish, text)) if people and listed else None
    return OrderPreview(
        wish,
        text,
        counts(found.reached, exact=found.exact),
        found.terms,
        app.clock().date(),
        people=named,
        may_list=listed,
        may_register=may(comer, Action.REGISTER_ORDER),
        in_form=_fits(wish),
    )


def _new(
    app: App, words: OrderWords, problem: tuple[str, str] | None = None, older: str = ""
) -> NewOrder:
    return NewOrder(words, FILES, app.clock().date(), problem, older)


def wish_of(words: OrderWords) -> OrderWish:
    """Return the order that a form states, not yet checked. Raises ``BadInput``."""
    if any(_says(one) and not one.ordered for one in words.clauses):
        raise BadInput("a clause has a term or data and is not ticked", "Tick it, or empty it.")
    version = words.version.strip()
    if not version.isdecimal() or len(version) > 4:
        raise BadInput("the version is no number", "Count from 1.")
    return OrderWish(
        authority=words.authority.strip(),
        reference=words.reference.strip(),
        version=int(version),
        state=_among(OrderState, words.state),
        decided=_day(words.decided),
        notified=_day(words.notified),
        published=day_of(words.published),
        regime=words.regime,
        language=words.language,
        contact=words.contact.strip(),
        document="",
        scope=_scope(words),
        clauses=tuple(_clause(one) for one in words.clauses if one.ordered),
        penalties=PenaltyTerms(_money(words.fine), _money(words.per_day), _money(words.cap)),
    )


def words_of(wish: OrderWish, version: int = 0) -> OrderWords:
    """Return an order as the form holds it. Raises ``BadInput`` where it says more."""
    rows: list[ClauseWords] = []
    left = list(wish.clauses)
    for kind in ROWS:
        clause = next((one for one in left if one.kind is kind), None)
        if clause is not None:
            left.remove(clause)
        rows.append(_words(kind, clause))
    if left:
        raise BadInput(_MORE, "Change its file, and drop it here.")
    scope, sums = wish.scope, wish.penalties
    return OrderWords(
        authority=wish.authority,
        reference=wish.reference,
        version=str(version or wish.version),
        state=wish.state.value,
        decided=wish.decided.isoformat(),
        notified=wish.notified.isoformat(),
        published=wish.published.isoformat() if wish.published else "",
        regime=wish.regime,
        language=wish.language,
        contact=wish.contact,
        everything=scope.everything,
        territories=" ".join(scope.territories),
        sources="\n".join(scope.sources),
        subjects="\n".join(scope.subjects),
        clauses=tuple(rows),
        fine=_written(sums.fine),
        per_day=_written(sums.per_day),
        cap=_written(sums.cap),
    )


def _fits(wish: OrderWish) -> bool:
    try:
        words_of(wish)
    except BadInput:
        return False
    return True


def _words(kind: ClauseKind, clause: ClauseWish | None) -> ClauseWords:
    if clause is None:
        return ClauseWords(kind)
    months = "" if clause.months is None else str(clause.months)
    by = clause.by.isoformat() if clause.by else ""
    return ClauseWords(kind, ordered=True, months=months, by=by, data=clause.data)


def _says(row: ClauseWords) -> bool:
    return bool(row.months.strip() or row.by.strip() or row.data)


def _clause(words: ClauseWords) -> ClauseWish:
    months = words.months.strip()
    if months and (not months.isdecimal() or len(months) > 3):
        raise BadInput("a term in months is no number", "Write a number, or a day.")
    data = words.data if words.kind is ClauseKind.ERASE else frozenset[DataKind]()
    if words.kind is ClauseKind.ERASE and not data:
        data = frozenset(DataKind)
    return ClauseWish(words.kind, int(months) if months else None, day_of(words.by), data)


def _scope(words: OrderWords) -> OrderScope:
    territories = words.territories.replace(",", " ").upper().split()
    scope = OrderScope(
        tuple(map(Territory, territories)),
        tuple(map(SourceId, _each(words.sources))),
        tuple(map(SubjectId, _each(words.subjects))),
    )
    if scope.everything is not words.everything:
        raise BadInput(
            "the scope names parts and everything, or neither",
            "Name territories, sources or people; or everybody, and nothing else.",
        )
    return scope


def _each(lines: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines.splitlines() if line.strip())


def _among(kind: type[OrderState], word: str) -> OrderState:
    try:
        return kind(word)
    except ValueError as error:
        raise BadInput("an order has no such state", "Choose one of the list.") from error


def _day(text: str) -> date:
    found = day_of(text)
    if found is None:
        raise BadInput("a day is missing", "Say when it was decided, and when it reached you.")
    return found


def _money(text: str) -> Money | None:
    return read_money(text) if text.strip() else None


def _written(money: Money | None) -> str:
    return "" if money is None else str(money).replace(",", "")
