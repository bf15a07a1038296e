"""The page of acts that wait for a second member."""

from dataclasses import dataclass
from typing import ClassVar

from licet.terms.waiting import ActLine
from licet.web.pages.words import later

KINDS: dict[str, str] = {
    "add_organisation": later("Add an organisation"),
    "add_member": later("Add a member"),
    "end_member": later("End a membership"),
    "invite_member": later("Let a member add a passkey"),
    "end_passkey": later("End a passkey"),
    "make_api_key": later("Make an API key"),
    "end_api_key": later("End an API key"),
    "end_identity": later("Unbind an identity of the provider"),
    "change_roles": later("Change a member's roles"),
    "renew_agreement": later("File the next agreement"),
    "open_source": later("Open a source"),
    "release_source": later("Let a source be read again"),
    "lift_block": later("Lift a block"),
    "confirm_order": later("Let an order be carried out"),
    "find_breach": later("Find less risk in a breach"),
    "close_breach": later("End a breach"),
    "dismiss_breach": later("Say that a suspicion was none"),
    "retire_canary": later("Take a canary away"),
    "prepare": later("File what the deployment rests on"),
    "place_store": later("State where a store lies"),
    "add_transfer": later("Record a transfer"),
    "end_transfer": later("End a transfer"),
}
"""What each kind of act is called; the line beneath says what it is about, from its parts."""


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act that waits, what its kind is called, and the name of who began it."""

    line: ActLine
    kind: str
    begun_by: str


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts of one's organisation that wait: those to sign, and one's own."""

    template: ClassVar[str] = "acts.html"

    rows: tuple[ActRow, ...]
    done: str = ""
