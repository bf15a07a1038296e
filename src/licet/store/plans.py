"""Plans with their effects, and runs: work that a worker holds by a lease."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Table, bindparam, delete, func, or_, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import Group, Session, Shape
from licet.store.types import Found
from licet.terms.errors import Conflict
from licet.terms.ids import GrantId, PlanId, RunId
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, Run, RunKind, WorkState

_PLAN = Shape(schema.plan, Plan)
_EFFECT = Shape(schema.effect, Effect)
_RUN = Shape(schema.run, Run)


_PLAN_BY_ID = _PLAN.by("id")
_PLANS_IN = _PLAN.by("state", order=(schema.plan.c.created_at, schema.plan.c.id))
_EFFECTS = _EFFECT.by("plan", order=(schema.effect.c.n,))
_RUN_BY_ID = _RUN.by("id")
_RUNS_IN = _RUN.by("state", order=(schema.run.c.id,))
_RUNS_OF_KIND_IN = _RUN.by("state", "kind", order=(schema.run.c.id,))
_OPEN_EFFECTS = Prepared(
    select(func.count()).where(
        schema.effect.c.plan == bindparam("plan"), schema.effect.c.state == WorkState.OPEN
    )
)
_FINISH_EFFECT = Prepared(
    update(schema.effect).where(
        schema.effect.c.plan == bindparam("of_plan"),
        schema.effect.c.n == bindparam("step"),
        schema.effect.c.state == WorkState.OPEN,
    ),
    ("state", "found"),
)


def _claiming(table: Table) -> Prepared:
    # One statement: free or lapsed, open, mine.
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= bindparam("now"))
    where = (table.c.id == bindparam("work"), table.c.state == WorkState.OPEN, free)
    return Prepared(update(table).where(*where), ("lease_until",))


_HOLD_PLAN = Prepared(
    update(schema.plan).where(schema.plan.c.id == bindparam("this")), ("lease_until",)
)
_RELEASE_PLAN = Prepared(
    update(schema.plan).where(
        schema.plan.c.id == bindparam("this"), schema.plan.c.lease_until == bindparam("held")
    ),
    ("lease_until",),
)
_RENEW_RUN = Prepared(
    update(schema.run).where(
        schema.run.c.id == bindparam("this"),
        schema.run.c.state == WorkState.OPEN,
        schema.run.c.lease_until == bindparam("held"),
    ),
    ("lease_until",),
)
_FINISH_PLAN = Prepared(
    update(schema.plan).where(schema.plan.c.id == bindparam("this")), ("state", "lease_until")
)
_CLAIM_PLAN = _claiming(schema.plan)
_CLAIM_RUN = _claiming(schema.run)


def _claim(session: Session, statement: Prepared, work: str, until: datetime) -> bool:
    given = {"now": session.now, "work": work, "lease_until": until}
    return session.write(statement, given, bookkeeping=True) == 1


class ReadPlans(Group):
    """Reading plans."""

    def get(self, plan: PlanId) -> Plan | None:
        """Return the plan, or None."""
        return _PLAN.one(self._session, _PLAN_BY_ID, id=plan)

    def open(self) -> tuple[Plan, ...]:
        """Return the plans that are not done, oldest first."""
        return _PLAN.all(self._session, _PLANS_IN, state=WorkState.OPEN)

    def found(self, kind: PlanKind, cause: str, effect: EffectKind) -> Iterator[Found]:
        """Give what one kind of step found in each plan of a kind and cause, in no order."""
        column = schema.effect.c
        statement = (
            select(column.found)
            .join(schema.plan, schema.plan.c.id == column.plan)
            .where(schema.plan.c.kind == kind, schema.plan.c.cause == cause, column.kind == effect)
        )
        return (row[0] for row in self._session.stream(statement))

    def effects(self, plan: PlanId) -> tuple[Effect, ...]:
        """Return the plan's effects in their order."""
        return _EFFECT.all(self._session, _EFFECTS, plan=plan)


class WritePlans(ReadPlans):
    """Writing plans."""

    def add(self, plan: Plan, effects: Sequence[Effect]) -> None:
        """Add a plan and its effects."""
        self._session.write(_PLAN.insert, _PLAN.values(plan))
        self._session.write_many(_EFFECT.insert, map(_EFFECT.values, effects))

    def claim(self, plan: PlanId, until: datetime) -> bool:
        """Hold an open plan until then (bookkeeping); False if another holds it or it is done."""
        return _claim(self._session, _CLAIM_PLAN, plan, until)

    def renew(self, plan: PlanId, until: datetime) -> None:
        """Hold an open plan until then, whoever held it (bookkeeping). Raises ``NotFound``.

        For the unit that finishes an effect: whoever finishes it goes on with the plan.
        """
        given = {"this": plan, "lease_until": until}
        wanted = {"id": plan}
        self._session.change(
            _HOLD_PLAN, _PLAN_BY_ID, "plan", given, wanted=wanted, bookkeeping=True
        )

    def release(self, plan: PlanId, held: datetime) -> None:
        """Let go of a plan before its lease ends (bookkeeping); not of somebody else's.

        ``held`` is until when the caller held it, see :meth:`WriteRuns.renew`.
        """
        given = {"this": plan, "held": held, "lease_until": None}
        self._session.write(_RELEASE_PLAN, given, bookkeeping=True)

    def set_sealed(self, plan: PlanId, sealed: bytes, bookkeeping: bool = False) -> None:
        """Replace what the plan holds sealed (``bookkeeping``: only how far it came).

        Raises ``NotFound``.
        """
        column = schema.plan.c
        statement = update(schema.plan).where(column.id == plan).values(sealed=sealed)
        found = select(column.id).where(column.id == plan)
        self._session.change(statement, found, "plan", bookkeeping=bookkeeping)

    def set_part(self, plan: PlanId, grants: tuple[GrantId, ...], sealed: bytes) -> None:
        """Replace whose grants a plan names and what it holds sealed. Raises ``NotFound``."""
        column = schema.plan.c
        statement = update(schema.plan).where(column.id == plan)
        found = select(column.id).where(column.id == plan)
        self._session.change(statement.values(grants=grants, sealed=sealed), found, "plan")

    def finish_effect(self, effect: Effect) -> None:
        """Note that an effect is done and what it found.

        Raises ``NotFound``, and ``Conflict`` if it was done already: somebody else took
        the plan when the lease ran out.
        """
        column = schema.effect.c
        found = select(column.n).where(column.plan == effect.plan, column.n == effect.n)
        this = {"of_plan": effect.plan, "step": effect.n}
        now = {"state": WorkState.DONE, "found": effect.found}
        self._session.change(_FINISH_EFFECT, found, "effect", {**this, **now})

    def finish(self, plan: PlanId) -> None:
        """Note that a plan is done (bookkeeping: its effects have their leaves).

        Raises ``NotFound``, and ``Conflict`` while an effect is open.
        """
        if self._session.number(_OPEN_EFFECTS, {"plan": plan}):
            raise Conflict("the plan has open effects", "do them first")
        given = {"this": plan, "state": WorkState.DONE, "lease_until": None}
        wanted = {"id": plan}
        self._session.change(
            _FINISH_PLAN, _PLAN_BY_ID, "plan", given, wanted=wanted, bookkeeping=True
        )


class ReadRuns(Group):
    """Reading runs."""

    def get(self, run: RunId) -> Run | None:
        """Return the run, or None."""
        return _RUN.one(self._session, _RUN_BY_ID, id=run)

    def open(self, kind: RunKind | None = None) -> tuple[Run, ...]:
        """Return the runs (of one kind) that are not done, by id."""
        if kind is None:
            return _RUN.all(self._session, _RUNS_IN, state=WorkState.OPEN)
        return _RUN.all(self._session, _RUNS_OF_KIND_IN, state=WorkState.OPEN, kind=kind)

    def done(self, kind: RunKind) -> tuple[Run, ...]:
        """Return the runs of one kind that are done and not forgotten yet, by id."""
        return _RUN.all(self._session, _RUNS_OF_KIND_IN, state=WorkState.DONE, kind=kind)


class WriteRuns(ReadRuns):
    """Writing runs. All of it is bookkeeping: what a run finds has leaves of its own."""

    def add(self, run: Run) -> None:
        """Add a run."""
        self._session.write(_RUN.insert, _RUN.values(run), bookkeeping=True)

    def claim(self, run: RunId, until: datetime) -> bool:
        """Hold an open run until then; False if another holds it or it is done."""
        return _claim(self._session, _CLAIM_RUN, run, until)

    def renew(self, run: RunId, held: datetime, until: datetime) -> bool:
        """Hold an open run for longer; False if it is done or another took it since.

        ``held`` is until when the caller held it. Each claim ends later than the one
        before it, so a lease that ends at another moment is somebody else's.
        """
        given = {"this": run, "held": held, "lease_until": until}
        return self._session.write(_RENEW_RUN, given, bookkeeping=True) == 1

    def set_cursor(self, run: RunId, cursor: str, lease_until: datetime | None) -> None:
        """Note how far an open run came. Raises ``NotFound``, and ``Conflict`` if it is done."""
        self._change(run, True, cursor=cursor, lease_until=lease_until)

    def finish(self, run: RunId) -> None:
        """Note that a run is done. Doing it again changes nothing. Raises ``NotFound``."""
        self._change(run, False, state=WorkState.DONE, lease_until=None)

    def forget(self, run: RunId) -> None:
        """Delete a run that is done. Doing it again changes nothing."""
        column = schema.run.c
        statement = delete(schema.run).where(column.id == run, column.state == WorkState.DONE)
        self._session.write(statement, bookkeeping=True)

    def _change(self, run: RunId, only_open: bool, **values: object) -> None:
        column = schema.run.c
        statement = update(schema.run).where(column.id == run)
        if only_open:
            statement = statement.where(column.state == WorkState.OPEN)
        found = select(column.id).where(column.id == run)
        self._session.change(statement.values(**values), found, "run", bookkeeping=True)
