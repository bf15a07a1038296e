"""Shows the values in failing assertions of the shared suite too."""

import pytest

pytest.register_assert_rewrite("tests.gallery.contract")
