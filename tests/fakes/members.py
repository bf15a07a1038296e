"""Members who come in by a browser: invited, with a passkey, signed in."""

from licet import admitting, signing_in
from licet.cli import signing
from licet.cli.signing import About
from licet.terms.acting import Who
from licet.terms.admission import Invited, SignedIn
from licet.terms.ids import PasskeyId
from licet.terms.organisation import Act, Member, Signature
from licet.terms.permit import By
from licet.vault import passkeys
from tests.fakes.authenticator import SoftAuthenticator
from tests.redteam.real import RealWorld

ORIGIN = "https://licet.example"
PLACE = admitting.Place("licet.example", ORIGIN)


def member_of(world: RealWorld, name: str) -> Member:
    with world.app.store.read() as reader:
        found = reader.governance.member(world.people[name])
    assert found is not None
    return found


def invited(world: RealWorld, name: str) -> Invited:
    """Invite a member, both who govern signing."""
    member = member_of(world, name)
    two = world.signed(signing.inviting(member), "steward", "officer")
    made = admitting.invite(world.app, two, member.id)
    assert isinstance(made, Invited), made
    return made


def equipped(world: RealWorld, name: str) -> tuple[SoftAuthenticator, PasskeyId]:
    """Let a member be invited and add a passkey."""
    device = SoftAuthenticator(ORIGIN)
    code = invited(world, name).code
    challenge, options = admitting.begin_passkey(world.app, code, PLACE)
    return device, admitting.add_passkey(world.app, code, challenge, device.make(options), PLACE)


def signed_in(world: RealWorld, device: SoftAuthenticator) -> SignedIn:
    """Let whoever holds a device sign in."""
    done = signing_in.sign_in(
        world.app, device.answer(signing_in.begin(world.app, "licet.example"))
    )
    assert isinstance(done, SignedIn), done
    return done


def come(world: RealWorld, bearer: str) -> Who:
    """Who comes with a token or key."""
    found = signing_in.come(world.app, bearer)
    assert found is not None
    return found[0]


def tapped(world: RealWorld, about: About, *by: tuple[str, SoftAuthenticator]) -> Who:
    """Members who sign one act with their passkeys, now."""
    organisation = about.organisation or world.organisation
    act = Act(about.action.value, organisation, about.object, about.digest, world.clock())
    made = []
    for name, device in by:
        challenge = passkeys.challenge_of(world.people[name], act)
        answer = passkeys.read_assertion(device.sign(challenge, PLACE.relying_party))
        made.append(signing_made(world, name, answer.signature))
    return Who(By.MEMBER, tuple(world.people[name] for name, _ in by), act, tuple(made))


def signing_made(world: RealWorld, name: str, value: bytes) -> Signature:
    return Signature(world.people[name], value)
