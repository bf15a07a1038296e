"""The closed, versioned list of purposes (GDPR 5(1)(b)).

A purpose that is not in ``purposes.toml`` does not exist. Reading the list checks
it against the rules that every purpose must keep:

1. its basis and condition are one of the two pairs of ``basis.py``;
2. it names nothing that licet refuses by construction;
3. an organisation that searches needs at least one approval of its case;
4. vital interests end within the time after which members must look again, need
   two approvals, and are always searched by an organisation;
5. ``any`` source is for purposes without an organisation alone, and those only the
   person searches under;
6. people are told of it in every language of the list.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from licet.consent import ceilings
from licet.consent.basis import paired
from licet.terms.basis import Condition, LegalBasis, Purpose, Searchers, Told
from licet.terms.errors import Setup
from licet.terms.ids import PurposeId, Territory

ANY_SOURCE = "any"
"""The source purpose of rights that hold wherever the items come from."""

NEVER = (
    "advert",
    "asylum",
    "border",
    "criminal",
    "employ",
    "emotion",
    "law enforcement",
    "legitimate interest",
    "live",
    "marketing",
    "police",
    "public",
    "scor",
    "surveil",
    "suspect",
    "trial",
    "watchlist",
)
"""Word beginnings that no purpose's name, title or source purpose may hold."""


@dataclass(frozen=True, slots=True)
class Purposes:
    """The list, and the SHA-256 (hex) of the text it was read from."""

    by_id: Mapping[PurposeId, Purpose]
    digest: str

    def get(self, purpose: PurposeId) -> Purpose | None:
        """Return the purpose, or None when it is not on the list."""
        return self.by_id.get(purpose)

    def source_purposes(self) -> frozenset[str]:
        """Return everything that a source's items may have been made for."""
        listed = frozenset[str]().union(*(p.source_purposes for p in self.by_id.values()))
        return listed - {ANY_SOURCE}

    def compatible(self, origin: frozenset[str]) -> frozenset[PurposeId]:
        """Return the purposes that a source opened for ``origin`` is compatible with.

        Purposes without an organisation are left out: they are met one grant at a
        time, never by collecting.
        """
        return frozenset(
            purpose.id
            for purpose in self.by_id.values()
            if purpose.source_purposes & origin and not purpose.without_organisation
        )


def fits(purpose: Purpose, origin: frozenset[str]) -> bool:
    """Say whether items made for ``origin`` may be compared for ``purpose``."""
    return ANY_SOURCE in purpose.source_purposes or bool(purpose.source_purposes & origin)


@cache
def table() -> Purposes:
    """Return the list that ships with the package."""
    return parse(resources.files("licet.consent").joinpath("purposes.toml").read_text("utf-8"))


def parse(text: str) -> Purposes:
    """Read a list of purposes. Raises ``Setup`` when it breaks a rule above."""
    try:
        found = [_purpose(row) for row in tomllib.loads(text)["purpose"]]
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise Setup(f"the list of purposes cannot be read: {problem!r}", _MEND) from problem
    by_id = {purpose.id: purpose for purpose in found}
    if len(by_id) != len(found):
        raise Setup("a purpose is listed twice", _MEND)
    for purpose in found:
        _check(purpose)
    _check_languages(found)
    return Purposes(by_id, hashlib.sha256(text.encode()).hexdigest())


_MEND = "Take the list that ships with licet."


def _purpose(row: dict[str, Any]) -> Purpose:
    places = row.get("territories")
    return Purpose(
        id=PurposeId(row["id"]),
        title=row["title"],
        searchers=Searchers(row["searchers"]),
        basis=LegalBasis(row["basis"]),
        condition=Condition(row["condition"]),
        approvals=int(row["approvals"]),
        retention_days=int(row["retention_days"]),
        source_purposes=frozenset(row["source_purposes"]),
        territories=None if places is None else frozenset(Territory(place) for place in places),
        notice=row["notice"].strip(),
        without_organisation=bool(row.get("without_organisation", False)),
        two_sided=bool(row.get("two_sided", False)),
        translated=tuple(
            Told(language, words["title"], words["notice"].strip())
            for language, words in sorted(row.get("told", {}).items())
        ),
    )


def _check(purpose: Purpose) -> None:
    name, _, version = purpose.id.partition("@")
    if not (name and version.isdecimal() and purpose.title and purpose.notice):
        raise Setup(f"purpose {purpose.id} lacks its version, title or notice", _MEND)
    if not paired(purpose.basis, purpose.condition):
        raise Setup(f"purpose {purpose.id} has a basis that does not go with its condition", _MEND)
    words = " ".join([name, purpose.title, *sorted(purpose.source_purposes)]).replace("_", " ")
    barred = [word for word in NEVER if f" {word}" in f" {words.casefold()}"]
    if barred:
        raise Setup(f"purpose {purpose.id} names what licet refuses: {barred[0]}", _MEND)
    if not 1 <= purpose.retention_days <= ceilings.GRANT_TERM.days:
        raise Setup(f"purpose {purpose.id} has no retention within the ceiling", _MEND)
    if not purpose.source_purposes:
        raise Setup(f"purpose {purpose.id} has no source purposes", _MEND)
    _check_searchers(purpose)


def _check_languages(found: list[Purpose]) -> None:
    languages = {one.language for purpose in found for one in purpose.words}
    for purpose in found:
        missing = languages - {one.language for one in purpose.words if one.title and one.notice}
        if missing:
            raise Setup(f"purpose {purpose.id} is not told in {sorted(missing)[0]}", _MEND)


def _check_searchers(purpose: Purpose) -> None:
    by_organisation = purpose.searchers is Searchers.ORGANISATION
    if by_organisation and purpose.approvals < 1:
        raise Setup(f"purpose {purpose.id} is searched by organisations without approval", _MEND)
    if (purpose.two_sided or purpose.basis is LegalBasis.VITAL_INTERESTS) and not by_organisation:
        raise Setup(f"purpose {purpose.id} must be searched by an organisation", _MEND)
    if purpose.basis is LegalBasis.VITAL_INTERESTS and (
        purpose.retention_days > ceilings.VITAL_TERM.days or purpose.approvals < ceilings.SIGNERS
    ):
        raise Setup(f"purpose {purpose.id} goes beyond what vital interests allow", _MEND)
    if purpose.without_organisation and by_organisation:
        raise Setup(f"purpose {purpose.id} belongs to the person alone", _MEND)
    if ANY_SOURCE in purpose.source_purposes and not purpose.without_organisation:
        raise Setup(f"purpose {purpose.id} may not take items from any source", _MEND)
