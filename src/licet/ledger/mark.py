"""The mark: how many entries were signed last, kept beside the ledger's key.

Store and mirror can both be put back to an earlier day together. The mark is a third
place that remembers, so that one key never signs two ledgers of one origin.
"""

import fcntl
import os
from pathlib import Path

from licet.terms.errors import Corrupt


class Mark:
    """One number in one small file, replaced whole."""

    def __init__(self, path: Path) -> None:
        """Use the file at ``path``; before the first write it counts zero."""
        self._path = path

    def read(self) -> int:
        """Return the size signed last. Raises ``Corrupt`` when the file holds no number."""
        try:
            text = self._path.read_text("ascii").strip()
        except FileNotFoundError:
            return 0
        except (OSError, UnicodeDecodeError) as error:
            raise Corrupt(f"{self._path} cannot be read", "Bring it back.") from error
        if not text.isdecimal():
            raise Corrupt(f"{self._path} holds no size", "Bring it back from a copy.")
        return int(text)

    def write(self, size: int) -> None:
        """Remember ``size``, on disk before this returns; a smaller one changes nothing.

        Two who sign at once take turns, so that the later writer never lowers it.
        """
        if size <= self.read():
            return
        turns = self._path.with_name(f".{self._path.name}.turns")
        with turns.open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if size <= self.read():
                return
            partial = self._path.with_name(f".{self._path.name}.{os.getpid()}")
            with partial.open("w", encoding="ascii") as file:
                file.write(f"{size}\n")
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._path)
