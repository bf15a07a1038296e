"""Links by which people ask for a grant themselves: open, closed, and how many came."""

from datetime import datetime

from sqlalchemy import update

from licet.store.album import album_link
from licet.store.session import Group, Shape
from licet.terms.album import AlbumLink
from licet.terms.ids import LinkId, OrganisationId

_LINK = Shape(album_link, AlbumLink)
_COLUMNS = album_link.c
_BY_ID = _LINK.by("id")
_BY_DIGEST = _LINK.by("digest")
_OF_ORGANISATION = _LINK.by("organisation", order=(_COLUMNS.opened_at, _COLUMNS.id))


class ReadLinks(Group):
    """Reading links."""

    def get(self, link: LinkId) -> AlbumLink | None:
        """Return the link, open or not, or None."""
        return _LINK.one(self._session, _BY_ID, id=link)

    def with_token(self, digest: bytes) -> AlbumLink | None:
        """Return the link whose token has this SHA-256, open or not, or None."""
        return _LINK.one(self._session, _BY_DIGEST, digest=digest)

    def of_organisation(self, organisation: OrganisationId) -> tuple[AlbumLink, ...]:
        """Return an organisation's links, the oldest first."""
        return _LINK.all(self._session, _OF_ORGANISATION, organisation=organisation)


class WriteLinks(ReadLinks):
    """Writing links."""

    def open(self, link: AlbumLink) -> None:
        """Add a link. Raises ``Conflict`` if there is no such organisation or source."""
        self._session.write(_LINK.insert, _LINK.values(link))

    def close(self, link: LinkId, at: datetime) -> None:
        """Close a link for good. Raises ``NotFound``, ``Conflict`` for one that is closed."""
        statement = update(album_link).where(_COLUMNS.id == link, _COLUMNS.closed_at.is_(None))
        self._session.change(statement.values(closed_at=at), _BY_ID, "link", wanted={"id": link})

    def close_all(self, at: datetime) -> int:
        """Close every link: a restore knows neither what was closed nor who came since."""
        statement = update(album_link).where(_COLUMNS.closed_at.is_(None))
        return self._session.write(statement.values(closed_at=at))

    def count(self, link: AlbumLink, at: datetime) -> None:
        """Count one more grant that was given by a link, of all and of that day."""
        day = at.date()
        today = link.joined_on(day) + 1
        statement = update(album_link).where(_COLUMNS.id == link.id)
        counted = {"joined": link.joined + 1, "today": today, "on": day.isoformat()}
        self._session.write(statement.values(**counted))
