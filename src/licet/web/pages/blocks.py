"""The pages of blocks: the list with the form that places one, and one that two members lift."""

from dataclasses import dataclass
from typing import ClassVar

from licet.rights.blocking import BY_HAND, BlockLine
from licet.terms.ids import SourceId


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block on the list. ``order`` is the address of the order that placed it, "" for none."""

    line: BlockLine
    order: str = ""
    source: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether a member placed it, and no order."""
        return self.line.cause == BY_HAND


@dataclass(frozen=True, slots=True)
class BlockList:
    """Every block, those that hold first."""

    template: ClassVar[str] = "blocks.html"

    rows: tuple[BlockRow, ...]
    sources: tuple[tuple[SourceId, str], ...] = ()
    may_place: bool = False
    may_lift: bool = False
    done: str = ""

    @property
    def holding(self) -> tuple[BlockRow, ...]:
        """Those that hold."""
        return tuple(one for one in self.rows if one.line.lifted_at is None)


@dataclass(frozen=True, slots=True)
class OneBlock:
    """One block, and the form by which the first of two members lifts it."""

    template: ClassVar[str] = "block.html"

    row: BlockRow
    may_lift: bool = False
