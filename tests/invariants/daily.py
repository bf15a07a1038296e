"""Which settings of a test run every day; the others are left to ``make soak``.

A rule is shown by one setting; the others show that it holds wherever somebody may stand.
So each database sees every rule daily, and every setting of it when there is time.
"""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


def daily(
    settings: Sequence[T], sqlite: Collection[T] = (), postgresql: Collection[T] = ()
) -> list[Any]:
    """Return the settings as pytest's parameters, those not named for a database to soak there."""
    chosen = {"sqlite": sqlite, "postgresql": postgresql}
    unknown = [one for named in chosen.values() for one in named if one not in settings]
    assert not unknown, f"there is no setting {unknown}"
    return [_setting(one, [kind for kind in chosen if one not in chosen[kind]]) for one in settings]


def _setting(one: Any, left: list[str]) -> Any:
    parts = one if isinstance(one, tuple) else (one,)
    return pytest.param(*parts, marks=[pytest.mark.soak(*left)] if left else [])
