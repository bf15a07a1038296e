"""The one row that says what this deployment is, and the photos a sandbox made itself."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select, update

from licet.store import schema
from licet.store.prepared import Prepared
from licet.store.session import Group, Session, Shape
from licet.terms.errors import Ended, NotFound
from licet.terms.stored import Deployment

_SHAPE = Shape(schema.deployment, Deployment)
_CLOSED_AT = Prepared(select(schema.deployment.c.closed_at))


def require_open(session: Session) -> None:
    """Raise ``Ended`` when the deployment was ended: its last entry stays the last one."""
    row = session.first(_CLOSED_AT)
    if row is not None and row[0] is not None:
        raise ended(row[0])


def ended(at: datetime) -> Ended:
    """Return what is said at every door of a deployment that was ended."""
    return Ended(
        f"this deployment was ended for good on {at.date().isoformat()}; nothing of anybody is "
        "kept here any more",
        "Its receipts and certificates are still checked with `licet verify FILE`; "
        "`licet close` writes the certificate of its end again.",
    )


class ReadDeployment(Group):
    """Reading the deployment."""

    def get(self) -> Deployment | None:
        """Return it, or None before it was opened."""
        return _SHAPE.one(self._session, _SHAPE.everything)

    def is_generated(self, sha256: str) -> bool:
        """Say whether a photo with this SHA-256 (hex) was made by the sandbox itself."""
        table = schema.generated
        found = select(table.c.sha256).where(table.c.sha256 == sha256)
        return self._session.first(found) is not None


class WriteDeployment(ReadDeployment):
    """Writing the deployment."""

    def put(self, deployment: Deployment) -> None:
        """Write the one row, replacing the former.

        Raises ``Conflict`` when that would change the id, make a sandbox real, or sign a
        size below the last one signed.
        """
        table = schema.deployment
        former = self.get()
        if former is None:
            row = {"one": 1, **asdict(deployment)}
            self._session.write(insert(table), row)
            return
        # A sandbox can never become real, nor the reverse (DESIGN 10).
        statement = (
            update(table)
            .where(
                table.c.id == deployment.id,
                table.c.sandbox.is_(deployment.sandbox),
                table.c.checkpoint_size <= deployment.checkpoint_size,
            )
            .values(**asdict(deployment))
        )
        self._session.change(statement, select(table.c.id), "deployment")

    def set_checkpoint_size(self, size: int) -> None:
        """Note the size last signed (bookkeeping). Raises ``Conflict`` below the former."""
        table = schema.deployment
        statement = update(table).where(table.c.checkpoint_size <= size)
        self._session.change(
            statement.values(checkpoint_size=size),
            select(table.c.id),
            "deployment",
            bookkeeping=True,
        )

    def add_generated(self, sha256: str) -> None:
        """Note a photo that the sandbox made (bookkeeping). Doing it again changes nothing.

        Raises ``NotFound`` outside a sandbox: a real deployment makes no photos.
        """
        deployment = self.get()
        if deployment is None or not deployment.sandbox:
            raise NotFound("there is no sandbox here")
        if not self.is_generated(sha256):
            row = {"sha256": sha256}
            self._session.write(insert(schema.generated), row, bookkeeping=True)
