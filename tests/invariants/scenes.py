"""Scenes that several tests begin with: people enrolled, sources open, searches made."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from licet.app import App
from licet.search import search
from licet.settings import Settings
from licet.terms.granting import Asked, Enrolled
from licet.terms.ids import CaseId, GrantId, SubjectId
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE, settings_of
from tests.fakes.vision import photo
from tests.invariants import checks
from tests.invariants.acts import Acts
from tests.invariants.house import ARCHIVE, Builder, Crash, House, Stage
from tests.invariants.raw import Picture

ANNA, BELA = "anna-lindqvist", "bela-szabados"


@dataclass
class Scene:
    """A house in which people act, with the acts that are known.

    ``people`` were enrolled before the scene began: enrolling them is no part of it.
    """

    house: House
    acts: Acts
    people: dict[tuple[str, str], tuple[GrantId, SubjectId]] = field(default_factory=dict)

    @property
    def picture(self) -> Picture:
        """Every row now."""
        return self.house.database.picture()

    def settle(self) -> Picture:
        """Hold the rows against what is known, and look at what is sealed."""
        picture = self.picture
        self.acts.known.settle(picture)
        checks.payloads(self.house, self.acts.known, picture)
        return picture

    def granted(self, name: str, organisation: str = ARCHIVE) -> tuple[GrantId, SubjectId]:
        """A person is asked and says yes."""
        asked = self.acts.ask(name, organisation, CLEARANCE, None, None)
        assert isinstance(asked, Asked), asked
        self.settle()
        self.acts.yes(asked.grant, True)
        self.settle()
        return asked.grant, asked.subject

    def enrolled(self, name: str, organisation: str = ARCHIVE) -> tuple[GrantId, SubjectId]:
        """A person is asked, says yes and is enrolled, unless they were when it began."""
        if (name, organisation) in self.people:
            return self.people[name, organisation]
        grant, subject = self.granted(name, organisation)
        done = self.acts.enrol(grant, name, "good")
        assert isinstance(done, Enrolled), done
        self.settle()
        return grant, subject

    def source(
        self, folder: str, *people: str, organisation: str = ARCHIVE, **parts: object
    ) -> str:
        """A source is opened; each of the people is in a photo with a stranger."""
        for name in people:
            self.acts.new_photo(folder, name, "a stranger")
        opened = self.house.opened_source(organisation, folder, **parts)
        self.acts.sources[folder] = opened.id
        return opened.id

    def search(
        self, name: str, organisation: str = ARCHIVE, app: App | None = None
    ) -> SearchResult | Refusal:
        """An investigator searches for a person in a new case."""
        self.acts.shots += 1
        probe = photo(name, shot=self.acts.shots)
        case = self.case(probe, organisation)
        who = self.house.at(organisation).who("investigator")
        return search(app or self.house.app, who, case, CLEARANCE, probe)

    def case(self, probe: bytes, organisation: str = ARCHIVE) -> CaseId:
        """An approved case with the probe as its evidence."""
        case = self.acts.case(organisation, probe, CLEARANCE)
        assert case is not None
        return case

    def found(self, name: str, organisation: str = ARCHIVE, app: App | None = None) -> set[str]:
        """The grants that a search for a person shows."""
        done = self.search(name, organisation, app)
        assert isinstance(done, SearchResult), done
        return {candidate.grant for candidate in done.candidates}

    def cut(self, where: str, act: Callable[[], object]) -> None:
        """The first process dies at a boundary of an act, and comes back."""
        self.house.boundaries.where = where
        self.house.boundaries.meanwhile = _die
        with pytest.raises(Crash):
            act()
        self.house.reopen()

    def meanwhile(self, where: str, act: Callable[[], object]) -> None:
        """Something happens elsewhere when the first process passes a boundary."""
        self.house.boundaries.where, self.house.boundaries.meanwhile = where, act

    def worker(self) -> None:
        """The worker comes by when every lease is over."""
        self.house.clock.go(minutes=3)
        self.acts.worker()

    def settings(self) -> Settings:
        """The settings of the deployment as it stands."""
        return settings_of(self.house.home, self.house.world.url)


@dataclass
class Beginnings:
    """Scenes in which people are enrolled already: done once, copied for every test."""

    builder: Builder
    _made: dict[tuple[type[Acts], tuple[str, ...]], tuple[Stage, Scene]] = field(
        default_factory=dict
    )

    def scene(self, acts: type[Acts], *names: str) -> Scene:
        """A scene in which these people are enrolled with the archive."""
        if (acts, names) not in self._made:
            self._made[acts, names] = self._begin(acts, names)
        stage, first = self._made[acts, names]
        house = self.builder.copy(stage, first.house)
        house.serve()
        return Scene(house, first.acts.copied(house), dict(first.people))

    def _begin(self, acts: type[Acts], names: tuple[str, ...]) -> tuple[Stage, Scene]:
        house = self.builder.new()
        try:
            scene = Scene(house, acts(house))
            for name in names:
                scene.people[name, ARCHIVE] = scene.enrolled(name)
            stage = self.builder.stage(house)
            # It outlives the house from which it was copied.
            house.databases = [url for url in house.databases if url != stage.url]
            return stage, scene
        finally:
            house.close()


def _die() -> None:
    raise Crash("here")
