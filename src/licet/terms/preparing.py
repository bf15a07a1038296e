"""What is asked before a deployment holds real people, and what is answered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers, each as it was written; empty where a question is open.

    A place is a territory and who runs the store there: ``FR, our own machine``.
    """

    established: str = ""
    representative: str = ""
    contact: str = ""
    purposes: str = ""
    people: str = ""
    told: str = ""
    need: str = ""
    risks: str = ""
    advice: str = ""
    processors: str = ""
    recipients: str = ""
    ai_role: str = ""
    classification: str = ""
    reasons: str = ""
    records: str = ""
    keys: str = ""
    ledger: str = ""
    backups: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the answer it fills, what it asks, the law behind it, an example."""

    name: str
    asks: str
    article: str
    example: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper drafted from the answers: its file name and its text."""

    name: str
    text: str
