"""What stands around every page: whose it is, where it is, and what protects it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, Protocol

from licet.terms.organisation import Role


class Page(Protocol):
    """A page as a value. ``template`` is its file; everything else is what it shows."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The member who looks at a page, in what a page may say of them."""

    name: str
    organisation: str
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Toast:
    """What was just done, told in passing. ``undo`` is the address that takes it back, or ""."""

    says: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What every page is given besides its own value.

    ``nonce`` is that of this response's content policy, ``csrf`` that of this session (empty
    where nothing is posted). ``here`` is the path of the page, to mark where one is and to come
    back after a change of language. ``open_places`` are the keys of ``places.PLACES`` that this
    member may open and that are served; a place that is not among them is not linked anywhere.
    ``waiting`` counts what waits at a place. ``own`` says that a data subject is signed in.
    """

    nonce: str
    language: str = "en"
    here: str = "/"
    csrf: str = ""
    deployment: str = "licet"
    sandbox: bool = False
    signed_in: SignedIn | None = None
    open_places: tuple[str, ...] = ()
    waiting: dict[str, int] = field(default_factory=dict)
    toast: Toast | None = None
    own: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
