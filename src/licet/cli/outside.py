"""What the command line takes from outside: deployments, models, time, passphrases.

The installed command always takes the real ones. Tests hand in a world of their own by
calling :func:`licet.cli.main`; no option and no variable does that.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from licet.terms.errors import BadInput
from licet.terms.when import utc_now

if TYPE_CHECKING:
    from licet.app import App
    from licet.settings import Settings
    from licet.vision.contract import Vision
    from licet.vision.covering import Covering


class Outside:
    """The real world."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return utc_now()

    def open(self, settings: "Settings") -> "App":
        """Open a deployment. Raises as ``licet.app.open_app`` does."""
        from licet.app import open_app

        return open_app(settings, clock=self.now)

    def vision(self, models: Path | None, cache: Path, threads: int) -> "Vision":
        """Open the models without a deployment, to measure them. Raises ``Setup``."""
        from licet.vision.engine import Engine

        return Engine.open(models, cache, threads)

    def covering(self, models: Path | None, cache: Path, threads: int) -> "Covering":
        """Open the detector alone, to cover everybody. Raises ``Setup``."""
        from licet.vision.everybody import Everybody

        return Everybody.open(models, cache, threads)

    @property
    def can_ask(self) -> bool:
        """Say whether somebody sits at a terminal and can be asked."""
        return sys.stdin.isatty()

    def ask(self, prompt: str) -> str:
        """Ask the person at the terminal for a line; empty when they leave it open."""
        try:
            return input(prompt)
        except EOFError:
            return ""

    def ask_passphrase(self, prompt: str) -> str:
        """Ask the person at the terminal. Raises ``BadInput`` without a terminal."""
        import getpass

        if not sys.stdin.isatty():
            raise BadInput(
                "a passphrase is needed and nobody can be asked",
                "Set LICET_PASSPHRASE_FILE to a file that holds it.",
            )
        return getpass.getpass(prompt)
