"""Acts that wait for a second member's signature."""

from datetime import datetime

from sqlalchemy import delete

from licet.store.acts import waiting_act
from licet.store.session import Group, Shape
from licet.terms.errors import Conflict
from licet.terms.ids import ActId, MemberId, OrganisationId
from licet.terms.waiting import WaitingAct

_ACT = Shape(waiting_act, WaitingAct)
_COLUMNS = waiting_act.c
_ORDER = (_COLUMNS.at, _COLUMNS.id)
_BY_ID = _ACT.by("id")
_OF_ORGANISATION = _ACT.by("organisation", order=_ORDER)
_OF_MEMBER = _ACT.by("member", order=_ORDER)


class ReadWaiting(Group):
    """Reading which acts wait."""

    def get(self, act: ActId) -> WaitingAct | None:
        """Return the act, over or not, or None: it does not wait any more."""
        return _ACT.one(self._session, _BY_ID, id=act)

    def of_organisation(self, organisation: OrganisationId) -> tuple[WaitingAct, ...]:
        """Return an organisation's acts, oldest first."""
        return _ACT.all(self._session, _OF_ORGANISATION, organisation=organisation)

    def of_member(self, member: MemberId) -> tuple[WaitingAct, ...]:
        """Return the acts that a member signed first, oldest first."""
        return _ACT.all(self._session, _OF_MEMBER, member=member)

    def over(self, at: datetime) -> tuple[WaitingAct, ...]:
        """Return the acts whose time is over."""
        statement = _ACT.select.where(_COLUMNS.expires <= at).order_by(*_ORDER)
        return tuple(_ACT.each(self._session, statement))


class WriteWaiting(ReadWaiting):
    """Writing which acts wait. ``standing`` is the one that this unit decides on."""

    standing: ActId | None = None

    def add(self, act: WaitingAct) -> None:
        """Add an act. Raises ``Conflict`` if there is no such organisation or member."""
        self._session.write(_ACT.insert, _ACT.values(act))

    def stand(self, act: ActId) -> None:
        """Note that this unit decides on an act; :meth:`use_up` ends it."""
        self.standing = act

    def use_up(self) -> None:
        """End the act that this unit carries out: it is never carried out again."""
        if self.standing is None:
            return
        act, self.standing = self.standing, None
        if not self.end(act):
            raise Conflict("this act does not wait any more", "See `licet act list`.")

    def end(self, act: ActId) -> bool:
        """Delete an act; whether it was there."""
        return bool(self._session.write(delete(waiting_act).where(_COLUMNS.id == act)))

    def end_of_member(self, member: MemberId) -> int:
        """Delete the acts that a member signed first; returns how many there were."""
        return self._session.write(delete(waiting_act).where(_COLUMNS.member == member))
