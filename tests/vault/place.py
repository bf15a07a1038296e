"""Where a test's keyring lives, and how it is opened, killed and damaged."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from licet.terms.ids import KeyId
from licet.vault.keyring import Keyring
from licet.vault.service import LocalKeyService

A, B, C = KeyId("grant:a"), KeyId("grant:b"), KeyId("subject:c")

PREPARED = """
import os, signal, sys
from pathlib import Path
from tests.vault.place import *
place = Place(Path(sys.argv[1]))
"""


class Crash(BaseException):
    """The process ends here."""


class Place:
    """Two replicas and a key service below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.main = folder / "one" / "keyring.db"
        self.replica = folder / "two" / "keyring.db"
        self.epochs = folder / "epochs"
        self._open: list[Keyring] = []

    def service(self) -> LocalKeyService:
        return LocalKeyService(self.epochs)

    def ring(self, at: Callable[[str], None] = lambda _: None) -> Keyring:
        ring = Keyring.open(self.main, self.replica, self.service(), at)
        self._open.append(ring)
        return ring

    def crashing(self, boundary: str) -> Callable[[str], None]:
        def at(reached: str) -> None:
            if reached == boundary:
                raise Crash(boundary)

        return at

    def killing(self, boundary: str) -> Callable[[str], None]:
        def at(reached: str) -> None:
            if reached == boundary:
                os.kill(os.getpid(), signal.SIGKILL)

        return at

    def close(self) -> None:
        while self._open:
            self._open.pop().close()

    def copy(self, path: Path) -> Path:
        return Path(shutil.copy(path, path.with_suffix(".copy")))

    def child(self, script: str, *arguments: str, wait: bool = True) -> "subprocess.Popen[bytes]":
        """Run ``script``, which finds ``place`` made, in a process of its own."""
        command = [sys.executable, "-c", PREPARED + script, str(self.folder), *arguments]
        # Unbuffered: what one reading takes too much of would be lost to the next.
        pipe = subprocess.PIPE
        child = subprocess.Popen(command, stdout=pipe, stderr=pipe, bufsize=0)
        if wait:
            child.output, child.errors = child.communicate(timeout=60)  # type: ignore[attr-defined]
        return child
