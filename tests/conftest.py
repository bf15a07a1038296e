"""What every test stands on: databases, and how far properties are explored."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.databases"]

# A shared core is slow now and then: no test fails for time alone. Both profiles are
# repeatable, so that a red run is red again.
_CALM = [HealthCheck.too_slow]
settings.register_profile("default", deadline=None, derandomize=True, suppress_health_check=_CALM)
settings.register_profile(
    "deep", deadline=None, max_examples=2000, suppress_health_check=_CALM, print_blob=True
)
settings.load_profile(os.environ.get("LICET_HYPOTHESIS", "default"))
