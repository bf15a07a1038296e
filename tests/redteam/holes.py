"""How a hole is written down: a test that fails by its assertion until the hole is mended."""

from collections.abc import Callable

import pytest

from licet.terms.errors import LicetError
from licet.terms.permit import Refusal


def hole(reason: str) -> pytest.MarkDecorator:
    """Mark a test that shows a hole; it must fail by an assertion, and flips when mended."""
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)


def refused(call: Callable[[], object]) -> bool:
    """Say whether a call is refused, by a value or by an error of licet's own tree."""
    try:
        return isinstance(call(), Refusal)
    except LicetError:
        return True
