"""The pages of the ledger: its entries, one with its proof, and how anybody checks it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import urlencode

from licet.evidence import Entries, EntryProof, LedgerState
from licet.web.pages.kinds import GROUPS, called

PROGRAM = """\
import base64, hashlib, sys
entry, proof = (open(name, "rb").read() for name in sys.argv[1:3])
head, note = proof.decode().split("\\n\\n", 1)
index, *path = [line for line in head.splitlines()[1:] if not line.startswith("extra ")]
number, path = int(index.split()[1]), [base64.b64decode(one) for one in path]
_, size, root = note.splitlines()[:3]
last, at = int(size) - 1, hashlib.sha256(b"\\0" + entry).digest()
for one in path:
    if number % 2 or number == last:
        at = hashlib.sha256(b"\\1" + one + at).digest()
        while number % 2 == 0 and number:
            number, last = number // 2, last // 2
    else:
        at = hashlib.sha256(b"\\1" + at + one).digest()
    number, last = number // 2, last // 2
print("in the ledger" if last == 0 and at == base64.b64decode(root) else "NOT in the ledger")
"""


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """How the ledger stands, and its entries, the newest first.

    ``group`` is a name of ``kinds.GROUPS`` or a kind; ``own`` says that this member sees the
    entries of their own organisation.
    """

    template: ClassVar[str] = "ledger.html"

    state: LedgerState
    entries: Entries
    group: str = ""
    day: date | None = None
    own: bool = False
    newest: bool = True

    @property
    def groups(self) -> dict[str, str]:
        """What the list may be narrowed to."""
        return {name: says for name, (says, _) in GROUPS.items()}

    def called(self, kind: str) -> str:
        """What an entry is called."""
        return called(kind)

    @property
    def older(self) -> str:
        """The address of the next page, "" where none is."""
        if self.entries.older is None:
            return ""
        asked = {"group": self.group, "day": self.day or "", "before": self.entries.older}
        return f"/console/ledger?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry: what it says to the last byte, and the way from it to a signed checkpoint."""

    template: ClassVar[str] = "ledger_entry.html"

    proof: EntryProof
    last: int

    @property
    def called(self) -> str:
        """What it is called."""
        return called(self.proof.line.kind.value)


@dataclass(frozen=True, slots=True)
class CheckPage:
    """How anybody checks what they hold, without believing who runs this."""

    template: ClassVar[str] = "check.html"

    state: LedgerState

    @property
    def program(self) -> str:
        """A program in a few lines that follows a proof, for whoever believes none of ours."""
        return PROGRAM
