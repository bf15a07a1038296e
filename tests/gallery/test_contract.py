"""The contract over every gallery."""

from collections.abc import Callable, Iterator

import pytest

from licet.gallery.brute import BruteGallery
from licet.gallery.contract import Gallery
from licet.gallery.exact import ExactGallery
from tests.gallery import looking
from tests.gallery.contract import GalleryContract
from tests.gallery.making import DIMENSION, MODEL, NOW


@pytest.fixture
def left_over() -> Callable[[Gallery], int]:
    return looking.left_over


class TestExact(GalleryContract):
    @pytest.fixture
    def gallery(self) -> Iterator[Gallery]:
        opened = ExactGallery(MODEL, DIMENSION, lambda: NOW, segment_rows=16)
        yield opened
        opened.close()


class TestBrute(GalleryContract):
    @pytest.fixture
    def gallery(self) -> Iterator[Gallery]:
        opened = BruteGallery(MODEL, DIMENSION, lambda: NOW)
        yield opened
        opened.close()
