"""The contract over every gallery."""

from collections.abc import Callable, Iterator

import pytest

from licet.gallery.brute import BruteGallery
from licet.gallery.contract import Gallery
from licet.gallery.exact import ExactGallery
from licet.terms.face import Score
from licet.terms.ids import GrantId
from tests.gallery import looking
from tests.gallery.batches import BatchContract
from tests.gallery.contract import GalleryContract
from tests.gallery.making import DIMENSION, MODEL, NOW, key, row, searching, slot, template


@pytest.fixture
def left_over() -> Callable[[Gallery], int]:
    return looking.left_over


class TestExact(GalleryContract, BatchContract):
    @pytest.fixture
    def gallery(self) -> Iterator[Gallery]:
        opened = ExactGallery(MODEL, DIMENSION, lambda: NOW, segment_rows=16)
        yield opened
        opened.close()


class TestBrute(GalleryContract, BatchContract):
    @pytest.fixture
    def gallery(self) -> Iterator[Gallery]:
        opened = BruteGallery(MODEL, DIMENSION, lambda: NOW)
        yield opened
        opened.close()


def test_thousands_of_grants_and_subjects_outgrow_their_tables() -> None:
    opened = ExactGallery(MODEL, DIMENSION, lambda: NOW, segment_rows=64)
    count = 3_000
    opened.put_grants([slot(n, subject=n // 2) for n in range(1, count + 1)])
    opened.put([row(10_000 + n, n, n) for n in range(1, count + 1)])
    (answer,) = opened.candidates(searching(), [template(1)], Score(-1), count)
    assert [one.grant for one in answer] == [key(n) for n in range(count, 0, -1)]
    assert opened.subjects(searching()) == count // 2 + 1
    assert opened.drop_grants([GrantId(key(n)) for n in range(1, count + 1, 2)]) == count // 2
    assert looking.left_over(opened) == 0
    assert opened.stats.grants == count // 2
    opened.close()
