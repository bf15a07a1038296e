"""Ending memberships so that a restore ends them again.

Members stand in the ledger as commitments under their organisation's key, never by name
or id, so an entry about a member holds one more commitment, to whom it is about.
"""

from licet.app import App
from licet.effects.record import Facts, actor_commitment
from licet.ledger.commitment import opens
from licet.store.unit import Unit
from licet.terms.errors import KeyAbsent
from licet.terms.ids import ApiKeyId, IdentityId, KeyId, PasskeyId
from licet.terms.ledger import Commitment, Entry, EntryKind
from licet.terms.organisation import Member, Role


def committed_to(app: App, member: Member) -> Facts:
    """Return the facts of an entry about a member: a commitment to them, in hex."""
    made = actor_commitment(app, member.organisation, member.id)
    if made is None:
        raise TypeError("a member has an organisation and an id")
    return (("member", made.value.hex()), ("nonce", made.nonce.hex()))


def end_passkey_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """End a passkey that a later entry says ended: a lost one comes back by no backup."""
    for passkey in (PasskeyId(one) for name, one in entry.objects if name == "passkey"):
        found = unit.admission.passkey(passkey)
        if found is not None and found.ended_at is None:
            unit.admission.end_passkey(passkey, entry.at)


def end_api_key_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """End an API key that a later entry says ended."""
    for key in (ApiKeyId(one) for name, one in entry.objects if name == "api_key"):
        found = unit.admission.api_key(key)
        if found is not None and found.ended_at is None:
            unit.admission.end_api_key(key, entry.at)


def end_identity_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Unbind an identity that a later entry says was unbound."""
    for identity in (IdentityId(one) for name, one in entry.objects if name == "identity"):
        unit.admission.unbind(identity)


ADMISSION_AGAIN = {
    EntryKind.IDENTITY_ENDED: end_identity_again,
    EntryKind.PASSKEY_ENDED: end_passkey_again,
    EntryKind.API_KEY_ENDED: end_api_key_again,
}
"""What ends again in a restore of how members come in; sessions are all over by then."""


def end_again(app: App, unit: Unit, entry: Entry) -> None:
    """End a membership that a later entry says ended: who may not act, does not act again."""
    for member in _committed(app, unit, entry):
        unit.governance.end_member(member.id)
        unit.admission.end_everything(member.id, entry.at)
        unit.waiting.end_of_member(member.id)


def narrow_again(app: App, unit: Unit, entry: Entry) -> None:
    """Take away the roles that a later entry took away; those it gave are given again by two."""
    stated = frozenset(Role(one) for one in str(dict(entry.facts)["roles"]).split("+"))
    for member in _committed(app, unit, entry):
        unit.governance.set_roles(member.id, member.roles & stated or stated)


def _committed(app: App, unit: Unit, entry: Entry) -> tuple[Member, ...]:
    """Return the member whom an entry is about: the one whose key opens its commitment."""
    facts = dict(entry.facts)
    committed = Commitment(
        nonce=bytes.fromhex(str(facts["nonce"])), value=bytes.fromhex(str(facts["member"]))
    )
    found: list[Member] = []
    for organisation in unit.governance.organisations():
        try:
            key = app.keyring.get(KeyId(f"organisation:{organisation.id}"))
        except KeyAbsent:
            continue
        members = unit.governance.members(organisation.id)
        found += [member for member in members if opens(committed, key, member.id)]
    return tuple(found)
