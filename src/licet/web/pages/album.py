"""The pages of whoever comes by a link: who asks, the code, the yes, the desk, the camera."""

from dataclasses import dataclass, field
from typing import ClassVar

from licet.terms.album import LinkShown
from licet.terms.basis import Relationship
from licet.web.pages.words import later

RELATIONS = (
    (Relationship.GUEST, later("I was a guest")),
    (Relationship.CLUB_MEMBER, later("I am a member of the club")),
    (Relationship.FAMILY, later("We are family")),
    (Relationship.NONE, later("Something else")),
    (Relationship.EMPLOYMENT, later("I work for them")),
    (Relationship.SCHOOLING, later("I go to school or study there")),
    (Relationship.CARE_DEPENDENCE, later("I am cared for there")),
)
"""What somebody may be to the organisation; with the last three consent is not free."""

NO_ADDRESS = later("This is not one mail address. Write it like name@example.org.")
NO_NAME = later("Give your name, or the name of your child.")
NO_DAY = later("Give the day of birth as it stands in the calendar.")
NO_YES = later("Without your yes nothing goes on.")


@dataclass(frozen=True, slots=True)
class AlbumDoor:
    """Who asks, what is kept and for how long, and where the code goes."""

    template: ClassVar[str] = "album.html"

    link: LinkShown
    here: str
    going_on: bool = False
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlbumCode:
    """Where the code is given back."""

    template: ClassVar[str] = "album_code.html"

    here: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class AlbumYes:
    """What is said yes to, and by whom. Nothing in it is chosen before."""

    template: ClassVar[str] = "album_yes.html"

    link: LinkShown
    here: str
    contact: str
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    relations: tuple[tuple[Relationship, str], ...] = RELATIONS


@dataclass(frozen=True, slots=True)
class AlbumDesk:
    """The code that a member at the desk is shown; ``seen`` says that they have been."""

    template: ClassVar[str] = "album_desk.html"

    here: str
    code: str
    seen: bool = False
    every: int = 3


@dataclass(frozen=True, slots=True)
class AlbumCamera:
    """The camera, and what becomes of what it sees."""

    template: ClassVar[str] = "album_camera.html"

    here: str
    left: int
