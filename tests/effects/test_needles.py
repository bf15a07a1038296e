"""One pass finds what a plain search finds, whatever the needles and however a file is cut."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.effects.needles import PREFIX, Needles

NEEDLE = st.binary(min_size=PREFIX, max_size=40)


@given(
    needles=st.lists(NEEDLE, max_size=8),
    between=st.lists(st.binary(max_size=60), min_size=1, max_size=8),
    chunk=st.integers(1, 90),
    pick=st.randoms(use_true_random=False),
)
def test_what_a_plain_search_finds(
    tmp_path_factory: pytest.TempPathFactory,
    needles: list[bytes],
    between: list[bytes],
    chunk: int,
    pick: random.Random,
) -> None:
    """Needles that share their beginnings, overlap, repeat, or lie over the edge of a chunk."""
    needles += [one[:PREFIX] + two for one in needles[:2] for two in between[:2]]
    parts = [part for gap in between for part in (gap, *pick.sample(needles, min(1, len(needles))))]
    data = b"".join(parts)
    file = tmp_path_factory.mktemp("needles") / "file"
    file.write_bytes(data)
    found = set(Needles((needle, n) for n, needle in enumerate(needles)).in_file(file, chunk))
    expected = {(data.find(needle), n) for n, needle in enumerate(needles) if needle in data}
    assert found == expected


def test_one_that_is_too_short_is_an_error() -> None:
    with pytest.raises(ValueError, match="7 bytes"):
        Needles([(b"1234567", 0)])


def test_a_file_shorter_than_a_needle_holds_none(tmp_path: Path) -> None:
    file = tmp_path / "short"
    file.write_bytes(b"1234567")
    assert list(Needles([(b"12345678", 0)]).in_file(file)) == []
    assert list(Needles([]).in_file(file)) == []


def test_many_are_found_among_many_in_one_pass(tmp_path: Path) -> None:
    """All needles begin alike, and a file full of that beginning stops nobody."""
    file = tmp_path / "many"
    needles = [f"person-{n:06}@example.org".encode() for n in range(20_000)]
    file.write_bytes(b"person-x" * 2_000 + needles[17_123] + bytes(100_000) + needles[3])
    together = Needles((needle, n) for n, needle in enumerate(needles))
    assert {n for _, n in together.in_file(file)} == {17_123, 3}
