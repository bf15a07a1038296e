"""Every operation of the API as a method. Written by ``python -m scripts.client``.

What is told is JSON as docs/reference/api.md and api.json say it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from licet.client.line import File, Line, Told


class Licet(Line):
    """The API of one deployment, by an API key."""

    def accept_requester(self, request: str, body: Mapping[str, Any]) -> Told:
        """Accept who somebody is, with the reason."""
        return self._told("POST", f"/requests/{request}/acceptance", body, once=True)

    def accept_suggestion(self, suggestion: str) -> Told:
        """Keep a suggested face as a confirmed appearance; its source is read again."""
        return self._told("POST", f"/suggestions/{suggestion}/acceptance", once=True)

    def answer_letter(self, letter: str, body: Mapping[str, Any]) -> Told:
        """Note that a letter was answered."""
        return self._told("POST", f"/letters/{letter}/answer", body, once=True)

    def answer_request(self, request: str, body: Mapping[str, Any]) -> Told:
        """Answer a request now: what it asks for is carried out, and the person is told."""
        return self._told("POST", f"/requests/{request}/answer", body, once=True)

    def approve_case(self, case: str) -> Told:
        """Say yes to a case, with the passkey of the approver."""
        return self._told("POST", f"/cases/{case}/approval")

    def ask_grant(self, body: Mapping[str, Any]) -> Told:
        """Ask a person for a grant."""
        return self._told("POST", "/grants", body, once=True)

    def assign_letter(self, letter: str, body: Mapping[str, Any]) -> Told:
        """Say who sees to a letter."""
        return self._told("POST", f"/letters/{letter}/owner", body, once=True)

    def begin_act(self, body: Mapping[str, Any]) -> Told:
        """Sign an act of two members as the first of them."""
        return self._told("POST", "/acts", body)

    def cease_source(self, source: str, body: Mapping[str, Any]) -> Told:
        """Stop a source for good: nothing is read from it any more, and what came of it goes."""
        return self._told("POST", f"/sources/{source}/end", body, once=True)

    def checkpoint(self) -> str:
        """Return the last signed checkpoint (C2SP tlog-checkpoint), with its witnesses' lines."""
        return self._text("GET", "/ledger/checkpoint")

    def close_case(self, case: str) -> Told:
        """End a case: nothing is searched or reviewed in it any more."""
        return self._told("POST", f"/cases/{case}/end", once=True)

    def close_order(self, order: str) -> Told:
        """Close an order whose pack was sent."""
        return self._told("POST", f"/orders/{order}/end", once=True)

    def confirm_appearance(self, appearance: str) -> Told:
        """Keep an appearance that you looked at."""
        return self._told("POST", f"/appearances/{appearance}/confirmation", once=True)

    def confirm_breach(self, breach: str, body: Mapping[str, Any]) -> Told:
        """Write down what was found; again when more is known."""
        return self._told("POST", f"/breaches/{breach}/findings", body, once=True)

    def confirm_order(self, order: str) -> Told:
        """Sign, as the first of two, that an order is carried out."""
        return self._told("POST", f"/orders/{order}/confirmation", once=True)

    def doubt_request(self, request: str, body: Mapping[str, Any]) -> Told:
        """Ask who somebody is, on a reasonable doubt (GDPR 12(6))."""
        return self._told("POST", f"/requests/{request}/doubt", body, once=True)

    def end_act(self, act: str) -> Told:
        """Decline an act that waits, or take back your own: nothing happens."""
        return self._told("POST", f"/acts/{act}/end")

    def end_grant(self, grant: str) -> Told:
        """End a grant on the person's behalf, at once and for good."""
        return self._told("POST", f"/grants/{grant}/end", once=True)

    def extend_request(self, request: str, body: Mapping[str, Any]) -> Told:
        """Take two months more for a complex request, once, and tell the person why (GDPR 12."""
        return self._told("POST", f"/requests/{request}/extension", body, once=True)

    def file_letter(self, body: Mapping[str, Any]) -> Told:
        """Put a letter from or to an authority on the register."""
        return self._told("POST", "/letters", body, once=True)

    def file_paper(self, body: Mapping[str, Any]) -> Told:
        """File a paper of your own organisation, by its hash."""
        return self._told("POST", "/papers", body, once=True)

    def hand_in(self, source: str, file: File) -> Told:
        """Hand a photo or video in to a source that keeps copies of its own."""
        return self._told("POST", f"/sources/{source}/files", file=("file", file), once=True)

    def ledger_key(self) -> str:
        """Return the ledger's public key as one line (C2SP signed-note)."""
        return self._text("GET", "/ledger/key")

    def lift_block(self, block: str, body: Mapping[str, Any]) -> Told:
        """Sign, as the first of two, that a block is lifted on its release document."""
        return self._told("POST", f"/blocks/{block}/lifting", body, once=True)

    def list_acts(self) -> Iterator[Told]:
        """List the acts of your organisation that wait for another member's signature."""
        return self._each("GET", "/acts")

    def list_appearances(self) -> Iterator[Told]:
        """List the appearances that wait for a verifier's look, and when each lapses."""
        return self._each("GET", "/appearances")

    def list_blocks(self) -> Iterator[Told]:
        """List every block, the newest first, lifted ones too."""
        return self._each("GET", "/blocks")

    def list_breaches(self) -> Iterator[Told]:
        """List breaches with their clocks: 72 hours until the authority is told."""
        return self._each("GET", "/breaches")

    def list_cases(self) -> Iterator[Told]:
        """List cases with their approvals and searches."""
        return self._each("GET", "/cases")

    def list_entries(self, *, start: int | None = None, limit: int | None = None) -> Told:
        """Return published entries from ``start`` on."""
        return self._told("GET", "/ledger/entries", asked={"start": start, "limit": limit})

    def list_grants(self) -> Iterator[Told]:
        """List the grants that are kept."""
        return self._each("GET", "/grants")

    def list_letters(self, *, everything: bool | None = None) -> Iterator[Told]:
        """List letters from and to authorities, with the day by which each is answered."""
        return self._each("GET", "/letters", asked={"everything": everything})

    def list_members(self) -> Iterator[Told]:
        """List members and their roles, the ended ones too."""
        return self._each("GET", "/members")

    def list_orders(self) -> Iterator[Told]:
        """List every order, the last registered first, with the next day that must be kept."""
        return self._each("GET", "/orders")

    def list_organisations(self) -> Iterator[Told]:
        """List organisations, and until when the agreement of each is in force."""
        return self._each("GET", "/organisations")

    def list_papers(self) -> list[Told]:
        """List what each organisation within reach filed, and what is missing."""
        return self._several("GET", "/papers")

    def list_requests(
        self, *, kind: str | None = None, everything: bool | None = None
    ) -> Iterator[Told]:
        """List people's requests with their clocks, the first due first."""
        return self._each("GET", "/requests", asked={"kind": kind, "everything": everything})

    def list_searches(self, case: str) -> Iterator[Told]:
        """List the searches of a case and how they stand now."""
        return self._each("GET", f"/cases/{case}/searches")

    def list_sources(self) -> Iterator[Told]:
        """List the sources within your reach."""
        return self._each("GET", "/sources")

    def list_suggestions(self) -> Iterator[Told]:
        """List the faces that wait for a person's look, and when each is forgotten."""
        return self._each("GET", "/suggestions")

    def list_verifications(self) -> Iterator[Told]:
        """List the searches of which candidates wait for you, with nothing of what others said."""
        return self._each("GET", "/verifications")

    def make_report(self, body: Mapping[str, Any]) -> Told:
        """Make a report that is fit to be published: a month's use, a year, processing."""
        return self._told("POST", "/reports", body, once=True)

    def me(self) -> Told:
        """Say who calls, with which roles, and until when."""
        return self._told("GET", "/me")

    def never_suggest(self, suggestion: str) -> Told:
        """Say of a suggested face that it is not this person, now and whenever it is met again."""
        return self._told("POST", f"/suggestions/{suggestion}/never", once=True)

    def open_case(self, body: Mapping[str, Any]) -> Told:
        """Open a case: one matter, one purpose, bound to its evidence by SHA-256 (hex)."""
        return self._told("POST", "/cases", body, once=True)

    def pack_order(self, order: str) -> bytes:
        """Download the pack that proves what was done."""
        return self._bytes("GET", f"/orders/{order}/pack")

    def place_block(self, body: Mapping[str, Any]) -> Told:
        """Stop collecting, use or both, at once and in every process."""
        return self._told("POST", "/blocks", body, once=True)

    def preview_order(self, body: Mapping[str, Any]) -> Told:
        """Show whom and what an order would reach, before anything happens."""
        return self._told("POST", "/orders/preview", body)

    def prove_consistency(self, *, old: int, new: int | None = None) -> Told:
        """Prove that an earlier ledger is the beginning of a later one; ``new`` 0: of today's."""
        return self._told("GET", "/ledger/consistency", asked={"old": old, "new": new})

    def prove_inclusion(self, *, index: int) -> Told:
        """Prove that an entry is in the published ledger."""
        return self._told("GET", "/ledger/inclusion", asked={"index": index})

    def receive_request(self, body: Mapping[str, Any]) -> Told:
        """Take in a person's letter: the clock runs."""
        return self._told("POST", "/requests", body, once=True)

    def reckon_orders(self, *, day: str | None = None) -> Told:
        """Say what is overdue and what it costs, in minor units of money."""
        return self._told("GET", "/orders/clock", asked={"day": day})

    def record_order_sent(self, order: str, pack: File) -> Told:
        """Record that the pack went to the authority."""
        return self._told("POST", f"/orders/{order}/sent", file=("pack", pack), once=True)

    def refuse_request(self, request: str, body: Mapping[str, Any]) -> Told:
        """Refuse a request, on an article, and tell the person where to complain (GDPR 12(4))."""
        return self._told("POST", f"/requests/{request}/refusal", body, once=True)

    def register_order(self, body: Mapping[str, Any]) -> Told:
        """Write an order down."""
        return self._told("POST", "/orders", body, once=True)

    def report_breach(self, body: Mapping[str, Any]) -> Told:
        """Report a breach, or the suspicion of one: the clock runs from when it was known."""
        return self._told("POST", "/breaches", body, once=True)

    def report_source(self, source: str) -> list[Told]:
        """Count why files of a source were collected, or why not."""
        return self._several("GET", f"/sources/{source}/report")

    def restrict_grant(self, grant: str) -> Told:
        """Stop every use of a grant at once."""
        return self._told("POST", f"/grants/{grant}/restriction", once=True)

    def review_candidate(self, candidate: str, body: Mapping[str, Any]) -> Told:
        """Say whether a candidate is the person of the probe."""
        return self._told("POST", f"/candidates/{candidate}/finding", body, once=True)

    def search(self, case: str, photo: File, **fields: object) -> Told:
        """Search the people who may be found by a photo."""
        return self._told(
            "POST", f"/cases/{case}/searches", file=("photo", photo), fields=fields, once=True
        )

    def send_notice(self, grant: str) -> Told:
        """Send a pending grant's notice again, with a new code; at most once a day."""
        return self._told("POST", f"/grants/{grant}/notice", once=True)

    def show_breach(self, breach: str) -> Told:
        """Show all that the register holds of one breach."""
        return self._told("GET", f"/breaches/{breach}")

    def show_candidate(self, candidate: str) -> Told:
        """Show one candidate to its verifier, in the first five minutes of a session."""
        return self._told("GET", f"/candidates/{candidate}")

    def show_grant(self, grant: str) -> Told:
        """Show one grant, and how much is kept under it."""
        return self._told("GET", f"/grants/{grant}")

    def show_order(self, order: str) -> Told:
        """Show one order: its clauses, what it reached, whom it waits for, what was sent."""
        return self._told("GET", f"/orders/{order}")

    def show_request(self, request: str) -> Told:
        """Show a request to who must look at it."""
        return self._told("GET", f"/requests/{request}")

    def show_search(self, search: str) -> Told:
        """Show a search and those of its candidates who may be found at this moment."""
        return self._told("GET", f"/searches/{search}")

    def show_source(self, source: str) -> Told:
        """Show one source."""
        return self._told("GET", f"/sources/{source}")

    def show_source_details(self, source: str) -> Told:
        """Show what was said of a source, how long it may be collected, and who looked at it."""
        return self._told("GET", f"/sources/{source}/details")

    def sign_act(self, act: str) -> Told:
        """Sign an act that waits, as another member than who began it."""
        return self._told("POST", f"/acts/{act}/signature")

    def tell_authority_of_breach(self, breach: str, body: Mapping[str, Any]) -> Told:
        """Write to an authority about a breach, or note that it was told (GDPR 33)."""
        return self._told("POST", f"/breaches/{breach}/authority", body, once=True)

    def tell_people_of_breach(self, breach: str) -> Told:
        """Write to those whom a breach touches (GDPR 34)."""
        return self._told("POST", f"/breaches/{breach}/people", once=True)

    def tile(self, path: str) -> bytes:
        """Return a tile of hashes, or of entries (``entries/...``)."""
        return self._bytes("GET", f"/ledger/tile/{path}")

    def trace_source(self, source: str, *, fate: str | None = None) -> Iterator[Told]:
        """List why each file of a source was collected, or why not."""
        return self._each("GET", f"/sources/{source}/trace", asked={"fate": fate})

    def unconfirm_appearance(self, appearance: str) -> Told:
        """Take back that a member confirmed an appearance: it waits for another look."""
        return self._told("POST", f"/appearances/{appearance}/doubt", once=True)

    def unlink_appearance(self, appearance: str) -> Told:
        """Take a wrong appearance off a person."""
        return self._told("POST", f"/appearances/{appearance}/removal", once=True)
