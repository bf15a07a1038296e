"""The error tree.

::

    LicetError
    |- BadInput          the caller can mend it: a file, a word, a number
    |- NotFound          no such object (or not for this caller: they look alike)
    |- Conflict          the object is in a state that does not allow this
    |  `- Ended          the whole deployment was ended for good
    |- Busy              somebody else holds it now; try again
    |- Integrity         something stored is not what was stored
    |  |- Corrupt        bytes fail their check
    |  |- KeyAbsent      the key of these bytes was destroyed or is not here
    |  `- Quarantine     the store is behind its ledger: restore first
    |- Setup             the deployment or machine lacks something
    `- Stopped           the operator interrupted; everything done so far is kept

A *refusal* is not an error: it is a value (:class:`licet.terms.permit.Refusal`).
Each error carries what happened and what to do about it; each door has one table
from error to exit code or status.
"""


class LicetError(Exception):
    """Base of all licet errors: ``what`` happened and the ``remedy`` to try."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}. {self.remedy}" if self.remedy else self.what


class BadInput(LicetError):
    """The caller can mend it."""


class NotFound(LicetError):
    """No such object, or not for this caller."""


class Conflict(LicetError):
    """The object is in a state that does not allow this."""


class Ended(Conflict):
    """The whole deployment was ended for good: no door leads anywhere any more."""


class Busy(LicetError):
    """Somebody else holds it now."""


class Integrity(LicetError):
    """Something stored is not what was stored."""


class Corrupt(Integrity):
    """Bytes fail their check."""


class KeyAbsent(Integrity):
    """The key of these bytes was destroyed or is not here."""


class Quarantine(Integrity):
    """The store is behind its ledger."""


class Setup(LicetError):
    """The deployment or the machine lacks something."""


class Stopped(LicetError):
    """The operator interrupted; everything done so far is kept."""
