"""Who acts, and the very acts that members sign.

Each function says what one action's act is about: the asking organisation, the object, and
the digest of what else is decided on, exactly as the flow will hold it against the
signatures (``licet.effects.acting``). A key file needs no name beside it: the deployment
knows whose public key it is.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from licet.cli import files, names
from licet.cli.call import Call
from licet.terms.acting import SUBJECT, Who
from licet.terms.admission import ApiKeyWish
from licet.terms.duties import Place, Preparation, TransferWish
from licet.terms.errors import BadInput, NotFound
from licet.terms.governing import (
    AuditSaid,
    CaseWish,
    CeaseNotice,
    MemberWish,
    OrganisationWish,
    PaperWish,
    SourceWish,
)
from licet.terms.grant import Grant
from licet.terms.granting import GrantWish
from licet.terms.ids import (
    AccountId,
    ApiKeyId,
    CandidateId,
    GrantId,
    HoldId,
    ItemId,
    OrganisationId,
    PasskeyId,
    PurposeId,
    SubjectId,
    SuggestionId,
    TemplateId,
    TransferId,
)
from licet.terms.organisation import Act, Case, Member, Signature
from licet.terms.payload import CandidatePayload, from_bytes
from licet.terms.permit import Action, By
from licet.terms.rectifying import Correction
from licet.terms.reporting import ReportWish
from licet.terms.rights import HoldWish, RequestWish
from licet.terms.search import Finding
from licet.terms.source import Source

if TYPE_CHECKING:
    from licet.app import App
    from licet.effects.listing import About as Read
    from licet.search import Choice
    from licet.vault.signing import Signer

PASSPHRASE = "LICET_PASSPHRASE"  # noqa: S105 - the variable's name
PASSPHRASE_FILE = "LICET_PASSPHRASE_FILE"  # noqa: S105 - the variable's name


@dataclass(frozen=True, slots=True)
class About:
    """What an act is about. ``organisation`` None: the acting member's own."""

    action: Action
    organisation: OrganisationId | None = None
    object: str = ""
    digest: str = ""


def adding_organisation(wish: OrganisationWish) -> About:
    """Return what is signed to add an organisation."""
    return About(Action.GOVERN, digest=_digest_of_wish(wish))


def adding_member(wish: MemberWish) -> About:
    """Return what is signed to add a member."""
    return About(Action.GOVERN, digest=_digest_of_wish(wish))


def opening_case(wish: CaseWish) -> About:
    """Return what is signed to open a case."""
    return About(Action.OPEN_CASE, wish.organisation, digest=_digest_of_wish(wish))


def filing(wish: PaperWish) -> About:
    """Return what is signed to file a paper of one's own organisation."""
    return About(Action.FILE, digest=_digest_of_wish(wish))


def preparing(wish: Preparation) -> About:
    """Return what is signed to file the papers that the deployment rests on."""
    return About(Action.PREPARE, digest=_digest_of_wish(wish))


def placing_store(place: Place) -> About:
    """Return what is signed to state where a store lies."""
    return About(Action.TRANSFER, digest=_digest_of_wish(place))


def transferring(wish: TransferWish) -> About:
    """Return what is signed to record a transfer."""
    return About(Action.TRANSFER, digest=_digest_of_wish(wish))


def ending_transfer(transfer: TransferId) -> About:
    """Return what is signed to end a transfer."""
    return About(Action.TRANSFER, digest=_digest("end", transfer))


def ending_member(member: Member) -> About:
    """Return what is signed to end a membership."""
    return About(Action.GOVERN, digest=_digest("end", member.id))


def inviting(member: Member) -> About:
    """Return what is signed to let a member add a passkey."""
    return About(Action.GOVERN, digest=_digest("invite", member.id))


def ending_passkey(passkey: PasskeyId) -> About:
    """Return what is signed to end a passkey."""
    return About(Action.GOVERN, digest=_digest("end passkey", passkey))


def making_api_key(wish: ApiKeyWish) -> About:
    """Return what is signed to make an API key."""
    return About(Action.GOVERN, digest=_digest_of_wish(wish))


def ending_api_key(key: ApiKeyId) -> About:
    """Return what is signed to end an API key."""
    return About(Action.GOVERN, digest=_digest("end api key", key))


def closing_case(case: Case) -> About:
    """Return what is signed to close a case."""
    return About(Action.CLOSE_CASE, case.organisation, case.id)


def on_standing(action: Action, grant: Grant, reason: str = "") -> About:
    """Return what is signed to restrict or release a grant: by one's own organisation."""
    return About(action, object=grant.id, digest=_digest(reason) if reason else "")


def on_appearance(action: Action, grant: Grant, template: TemplateId) -> About:
    """Return what is signed about one appearance."""
    own = action is Action.CONFIRM_APPEARANCE
    return About(action, grant.organisation if own else None, grant.id, _digest(template))


def taking_back(action: Action, grant: Grant, act: str, word: str) -> About:
    """Return what is signed to undo an act of review: which act, and the word for what."""
    own = action is not Action.RECTIFY
    return About(action, grant.organisation if own else None, grant.id, _digest(act, word))


def correcting(wish: Correction) -> About:
    """Return what is signed to correct who a person is."""
    return About(Action.CORRECT, object=wish.subject, digest=wish.digest)


def approving(case: Case) -> About:
    """Return what is signed to approve a case."""
    return About(Action.APPROVE, case.organisation, case.id)


def asking_grant(wish: GrantWish) -> About:
    """Return what is signed to ask a person for a grant: who they are, and for what."""
    return About(Action.GRANT, wish.organisation, wish.source or "", _digest_of_wish(wish))


def confirming(grant: Grant, paper_sha256: str) -> About:
    """Return what is signed to counter-sign a paper."""
    return About(Action.CONFIRM, grant.organisation, grant.id, paper_sha256)


def enrolling(grant: Grant, photos: tuple[bytes, ...], witnessed: int) -> About:
    """Return what is signed to enrol a person from these very photos."""
    return About(Action.ENROL, grant.organisation, grant.id, _digest(*photos, str(witnessed)))


def opening_source(wish: SourceWish) -> About:
    """Return what is signed to open a source."""
    return About(Action.AUTHORISE, wish.organisation, digest=_digest_of_wish(wish))


def on_source(action: Action, source: Source) -> About:
    """Return what is signed to collect a source, or to draw a sample of it."""
    return About(action, source.organisation, source.id)


def ceasing(source: Source, notice: CeaseNotice | None) -> About:
    """Return what is signed to let a source cease, by a notice where one came."""
    digest = _digest_of_wish(notice) if notice else ""
    return About(Action.CEASE, source.organisation, source.id, digest)


def releasing_source(source: Source, reason: str) -> About:
    """Return what is signed to release a source on hold, on a reason (SHA-256, hex)."""
    return About(Action.RELEASE_SOURCE, source.organisation, source.id, reason)


def answering_audit(source: Source, said: AuditSaid) -> About:
    """Return what is signed to say what was seen in a sample of a source."""
    return About(Action.AUDIT_SOURCE, source.organisation, source.id, _digest_of_wish(said))


def on_grant(action: Action, grant: Grant) -> About:
    """Return what is signed to withdraw a grant or to accept a suggestion under it."""
    return About(action, grant.organisation, grant.id)


def searching(case: Case, purpose: PurposeId, probe: bytes, choice: "Choice") -> About:
    """Return what is signed to search with this very face of this very photo."""
    digest = _digest(hashlib.sha256(probe).hexdigest(), purpose, repr(choice))
    return About(Action.SEARCH, case.organisation, case.id, digest)


def showing(grant: Grant, case: Case | None, item: ItemId) -> About:
    """Return what is signed to see one photo of a person."""
    organisation = case.organisation if case else grant.organisation
    return About(Action.SHOW, organisation, grant.id, _digest(item, case.id if case else ""))


def accepting(grant: Grant, suggestion: SuggestionId) -> About:
    """Return what is signed to accept one suggestion."""
    return About(Action.ACCEPT, grant.organisation, grant.id, suggestion)


def erasing(subject: SubjectId, organisation: OrganisationId | None) -> About:
    """Return what is signed to erase a person on their behalf."""
    return About(Action.ERASE, organisation, subject)


def placing(wish: HoldWish) -> About:
    """Return what is signed to place a legal hold."""
    return About(Action.HOLD, object=wish.subject, digest=_digest_of_wish(wish))


def lifting(app: "App", hold: HoldId) -> About:
    """Return what is signed to lift a legal hold. Raises ``NotFound``."""
    with app.store.read() as reader:
        found = reader.holds.get(hold)
    if found is None:
        raise NotFound("there is no such hold", "See `licet hold list`.")
    return About(Action.HOLD, object=found.subject, digest=_digest("lift", hold))


def opening_record(record: AccountId) -> About:
    """Return what is signed to read one accountability record."""
    return About(Action.AUDIT, digest=_digest("open", record))


def closing(deployment: str, organisation: OrganisationId) -> About:
    """Return what is signed to end a whole deployment."""
    return About(Action.CLOSE_DEPLOYMENT, organisation, digest=_digest(deployment))


def reviewing(app: "App", candidate_id: CandidateId, finding: Finding) -> About:
    """Return what is signed to say what one found. Raises ``NotFound``."""
    from licet.effects.sealed import case_key
    from licet.vault.seal import open_sealed

    with app.store.read() as reader:
        candidate = reader.searches.candidate(candidate_id)
        search = reader.searches.get(candidate.search) if candidate else None
        case = reader.governance.case(search.case) if search else None
    if candidate is None or case is None:
        raise NotFound("no such candidate", "See `licet search show`.")
    key = app.keyring.get(case_key(case.id))
    opened = open_sealed(key, candidate.sealed, f"candidate:{candidate.id}")
    payload = from_bytes(CandidatePayload, opened)
    return About(
        Action.REVIEW, case.organisation, payload.grant, _digest(candidate_id, finding.value)
    )


def receiving(wish: RequestWish) -> About:
    """Return what is signed to file a person's letter."""
    return About(Action.RECEIVE, digest=_digest_of_wish(wish))


def answering(request: str, *signed: str | bytes) -> About:
    """Return what is signed to decide about a request: the act and its words."""
    return About(Action.ANSWER, object=request, digest=_digest(request, *signed))


def listing(about: "Read") -> About:
    """Return what is signed to read a register."""
    return About(Action.LIST, object=about.case or about.subject or "", digest=about.digest)


def reporting(wish: ReportWish) -> About:
    """Return what is signed to have a report made."""
    return About(Action.REPORT, digest=_digest_of_wish(wish))


def who(call: Call, app: "App", about: About) -> Who:
    """Return who stands behind an act: signers by their keys, or names in a sandbox.

    The first acts, the others are second persons. Raises ``BadInput`` when nobody acts,
    for ``--as`` outside a sandbox, and for a key that does not open or is no member's.
    """
    return signer_of(call, app)(about)


def signer_of(call: Call, app: "App") -> Callable[[About], Who]:
    """Return who signs several acts of one call: keys are opened once. Raises as :func:`who`."""
    if call.names and call.keys:
        raise BadInput("both --as and --key are given", "Give one of them.")
    if call.names:
        named = Who(By.MEMBER, tuple(one.id for one in _named(call, app)))
        return lambda _about: named
    if not call.keys:
        raise BadInput("nobody acts", _how(app))
    passphrases = _passphrases(call)
    opened = [_opened(app, file, passphrases[n]) for n, file in enumerate(call.keys)]
    return lambda about: _signed(app, opened, about)


def acting_organisation(call: Call, app: "App", word: str) -> OrganisationId:
    """Return the organisation that a word names, or else the acting member's own.

    With keys alone the organisation is known only once they are open, so it is named.
    """
    with app.store.read() as reader:
        if not word and call.names:
            return names.member(reader, call.names[0]).organisation
        return names.organisation(reader, word).id


def grant_of(app: "App", word: str) -> Grant:
    """Return a grant by id. Raises ``NotFound``."""
    with app.store.read() as reader:
        found = reader.grants.get(GrantId(word.strip()))
    if found is None:
        raise NotFound(f"there is no grant {word}", "See `licet grant list`.")
    return found


def _named(call: Call, app: "App") -> list[Member]:
    if not app.deployment.sandbox:
        raise BadInput(
            "--as names members without their keys, and this deployment is real",
            "Sign with the member's own key file: --key FILE.",
        )
    with app.store.read() as reader:
        return [names.member(reader, name) for name in call.names]


def _how(app: "App") -> str:
    if app.deployment.sandbox:
        return "Say who, by name: --as NAME, or --as NAME,NAME for two."
    return "Sign with the member's own key file: --key FILE, twice for two members."


def _signed(app: "App", opened: "list[tuple[Member, Signer]]", about: About) -> Who:
    from licet.vault.signing import sign_act

    first = opened[0][0]
    act = Act(
        about.action.value,
        about.organisation or first.organisation,
        about.object,
        about.digest,
        app.clock(),
    )
    signatures: tuple[Signature, ...] = tuple(
        sign_act(signer, member.id, act) for member, signer in opened
    )
    return Who(By.MEMBER, tuple(member.id for member, _ in opened), act, signatures)


def _opened(app: "App", file: Path, passphrase: str) -> "tuple[Member, Signer]":
    from licet.vault.signing import open_member_key

    signer = open_member_key(files.read(file, "the key file"), passphrase)
    with app.store.read() as reader:
        found = [one for one in names.members(reader) if one.public_key == signer.public]
    if not found:
        raise BadInput(
            f"the key {file} is no member's here", "Have it added with `licet member add`."
        )
    if len(found) > 1:
        raise BadInput(f"the key {file} is several members'", "Each member needs a key of its own.")
    return found[0], signer


def _passphrases(call: Call) -> list[str]:
    """Return one passphrase a key: a file's lines, one for all, or asked for each."""
    said = os.environ.get(PASSPHRASE)
    place = os.environ.get(PASSPHRASE_FILE)
    if said is None and place:
        lines = files.read(Path(place), "the passphrase file").decode(errors="replace").splitlines()
        if len(lines) not in (1, len(call.keys)):
            raise BadInput(
                f"the passphrase file has {len(lines)} lines for {len(call.keys)} keys",
                "Write one line for all keys, or one for each in their order.",
            )
        return lines * len(call.keys) if len(lines) == 1 else lines
    if said is not None:
        return [said] * len(call.keys)
    return [call.outside.ask_passphrase(f"Passphrase of {file}: ") for file in call.keys]


def new_passphrase(call: Call, file: Path) -> str:
    """Return the passphrase for a new key, asked twice at a terminal. Raises ``BadInput``."""
    said = os.environ.get(PASSPHRASE)
    place = os.environ.get(PASSPHRASE_FILE)
    if said is None and place:
        text = files.read(Path(place), "the passphrase file").decode(errors="replace")
        said = text.splitlines()[0]
    if said is not None:
        return said
    first = call.outside.ask_passphrase(f"New passphrase for {file}: ")
    if first != call.outside.ask_passphrase("Once more: "):
        raise BadInput("the two passphrases differ", "Try again.")
    return first


def _digest(*parts: str | bytes) -> str:
    from licet.effects.acting import digest_of

    return digest_of(*parts)


def _digest_of_wish(wish: object) -> str:
    from licet.effects.acting import digest_of_wish

    return digest_of_wish(wish)


__all__ = ["PASSPHRASE", "PASSPHRASE_FILE", "SUBJECT", "About", "acting_organisation", "who"]
