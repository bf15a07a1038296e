"""Each class of address that is refused, and those that are not; the page says the same."""

import pytest

from tests.sources.site import refused

REFUSED = [(says, one) for _, says, no, _ in refused.SECTIONS for _, one in no]
READ = [(says, one) for _, says, _, yes in refused.SECTIONS for _, one in yes]


@pytest.mark.parametrize(("says", "example"), REFUSED)
def test_one_of_each_class_is_refused(says: refused.Says, example: str) -> None:
    assert says(example)


@pytest.mark.parametrize(("says", "example"), READ)
def test_what_is_beside_it_is_read(says: refused.Says, example: str) -> None:
    assert says(example) == ""


def test_the_page_is_what_the_code_says() -> None:
    written = refused.PAGE.read_text(encoding="utf-8")
    assert written == refused.page(), "run python -m tests.sources.site.refused"
