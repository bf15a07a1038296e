"""Who acts, and the very acts that members sign.

Each function says what one action's act is about: the asking organisation, the object, and
the digest of what else is decided on, exactly as the flow will hold it against the
signatures (``licet.effects.acting``). A key file needs no name beside it: the deployment
knows whose public key it is.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from licet.cli import files, names
from licet.cli.call import Call
from licet.effects.signing import (
    About,
    accepting,
    adding_member,
    adding_organisation,
    answering,
    answering_audit,
    approving,
    asking_grant,
    ceasing,
    closing,
    closing_case,
    closing_link,
    confirming,
    correcting,
    ending_api_key,
    ending_member,
    ending_passkey,
    ending_transfer,
    enrolling,
    erasing,
    filing,
    inviting,
    lifting,
    listing,
    making_api_key,
    on_appearance,
    on_grant,
    on_source,
    on_standing,
    opening_case,
    opening_link,
    opening_record,
    opening_source,
    placing,
    placing_store,
    preparing,
    receiving,
    releasing_source,
    reporting,
    reviewing,
    searching,
    showing,
    splitting,
    taking_back,
    transferring,
)
from licet.terms.acting import SUBJECT, Who
from licet.terms.errors import BadInput, NotFound
from licet.terms.grant import Grant
from licet.terms.ids import (
    GrantId,
    OrganisationId,
)
from licet.terms.organisation import Act, Member, Signature
from licet.terms.permit import By

if TYPE_CHECKING:
    from licet.app import App
    from licet.vault.signing import Signer

PASSPHRASE = "LICET_PASSPHRASE"  # noqa: S105 - the variable's name
PASSPHRASE_FILE = "LICET_PASSPHRASE_FILE"  # noqa: S105 - the variable's name


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
        about.at or app.clock(),
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


__all__ = [
    "PASSPHRASE",
    "PASSPHRASE_FILE",
    "SUBJECT",
    "About",
    "accepting",
    "acting_organisation",
    "adding_member",
    "adding_organisation",
    "answering",
    "answering_audit",
    "approving",
    "asking_grant",
    "ceasing",
    "closing",
    "closing_case",
    "closing_link",
    "confirming",
    "correcting",
    "ending_api_key",
    "ending_member",
    "ending_passkey",
    "ending_transfer",
    "enrolling",
    "erasing",
    "filing",
    "grant_of",
    "inviting",
    "lifting",
    "listing",
    "making_api_key",
    "new_passphrase",
    "on_appearance",
    "on_grant",
    "on_source",
    "on_standing",
    "opening_case",
    "opening_link",
    "opening_record",
    "opening_source",
    "placing",
    "placing_store",
    "preparing",
    "receiving",
    "releasing_source",
    "reporting",
    "reviewing",
    "searching",
    "showing",
    "signer_of",
    "splitting",
    "taking_back",
    "transferring",
    "who",
]
