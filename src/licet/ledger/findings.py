"""What checking a file finds: what is proved, what rests on a word, what is wrong."""

from dataclasses import dataclass, field

from licet.ledger.note import VerifierKey

UNWITNESSED = (
    "the ledger's history: no witness you named has seen this checkpoint, "
    "so the operator could show others another one"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file proves.

    ``kind`` is the receipt's kind, or ``unknown``. ``proved`` needs nobody's word;
    ``rests_on_word`` is what the reader still takes on the operator's word, whether
    a witness exists first; ``problems`` says what is wrong, and then ``ok`` is False.
    """

    kind: str
    ok: bool
    proved: tuple[str, ...]
    rests_on_word: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(slots=True)
class Findings:
    """Findings while they are being made."""

    proved: list[str] = field(default_factory=list)
    word: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def hold(self, holds: bool, proved: str, problem: str) -> bool:
        """Note what ``holds`` proves, or the problem."""
        (self.proved if holds else self.problems).append(proved if holds else problem)
        return holds


def check_signer(
    found: Findings, signer: VerifierKey, holds: bool, trusted: VerifierKey | None
) -> None:
    """Note who signed the file, and whether that is the key that the reader trusts."""
    found.hold(
        holds,
        f"the file is whole, as {signer.name} signed it",
        "the file's signature does not hold: something in it was changed",
    )
    if trusted is None:
        found.word.append(f"that the key in the file, {signer.text}, is the operator's")
        return
    found.hold(
        signer == trusted,
        "it was signed by the key you trust",
        f"it was signed by {signer.text}, not by the key you trust",
    )
