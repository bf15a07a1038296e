"""A passkey signs one act of one member, at one place, by a person who was verified."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms.admission import Passkey
from licet.terms.errors import BadInput
from licet.terms.ids import MemberId, OrganisationId, PasskeyId
from licet.terms.organisation import Act
from licet.vault import passkeys
from tests.fakes.authenticator import SoftAuthenticator, octets, text

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOST, ORIGIN = "licet.example", "https://licet.example"
KEY = b"k" * 32
ANNA = MemberId("anna")
ACT = Act("approve", OrganisationId("museum"), "case", "d" * 64, NOW)


def device(**parts: object) -> SoftAuthenticator:
    return SoftAuthenticator(**{"origin": ORIGIN, **parts})


def registered(of: SoftAuthenticator) -> Passkey:
    challenge = passkeys.new_challenge(KEY, NOW)
    options = passkeys.registration_options(challenge, HOST, ANNA, "Anna", ())
    made = passkeys.registered(of.make(options), challenge, HOST, ORIGIN)
    return Passkey(
        id=PasskeyId("passkey"),
        member=ANNA,
        credential=made.credential,
        public_key=made.public_key,
        relying_party=HOST,
        origin=ORIGIN,
        counter=made.counter,
        failures=0,
        locked_until=None,
        made_at=NOW,
        ended_at=None,
    )


OWN = device()
PASSKEY = registered(OWN)


def signature(of: SoftAuthenticator, act: Act = ACT, host: str = HOST) -> bytes:
    answer = of.sign(passkeys.challenge_of(ANNA, act), host)
    return passkeys.read_assertion(answer).signature


def test_a_passkey_signs_the_act_it_was_asked_for() -> None:
    assert passkeys.passkey_signed(ANNA, ACT, signature(OWN), PASSKEY)


@pytest.mark.parametrize("part", ["name", "organisation", "object", "digest", "at"])
def test_it_signs_no_other_act(part: str) -> None:
    other = replace(ACT, **{part: NOW + timedelta(seconds=1) if part == "at" else "other"})
    assert not passkeys.passkey_signed(ANNA, other, signature(OWN), PASSKEY)


def test_it_signs_for_nobody_else() -> None:
    bob = MemberId("bob")
    made = signature(OWN)
    assert not passkeys.passkey_signed(bob, ACT, made, PASSKEY)
    assert not passkeys.passkey_signed(bob, ACT, made, replace(PASSKEY, member=bob))
    assert not passkeys.passkey_signed(ANNA, ACT, signature(device()), PASSKEY)


@pytest.mark.parametrize(
    ("changed", "host"),
    [
        ({"origin": "https://evil.example"}, HOST),
        ({"origin": "http://licet.example"}, HOST),
        ({}, "evil.example"),
        ({"verifies": False}, HOST),
    ],
)
def test_it_signs_nowhere_else_and_for_nobody_unverified(
    changed: dict[str, object], host: str
) -> None:
    other = device(credential=OWN.credential, key=OWN.key, **changed)
    assert not passkeys.passkey_signed(ANNA, ACT, signature(other, host=host), PASSKEY)


def test_a_key_files_signature_is_none_of_a_passkey() -> None:
    assert passkeys.assertion_of(b"s" * 64) is None
    assert not passkeys.passkey_signed(ANNA, ACT, b"s" * 64, PASSKEY)


def test_a_device_that_counts_counts_on() -> None:
    challenge = passkeys.new_challenge(KEY, NOW)
    own = device()
    passkey = registered(own)
    first = passkeys.read_assertion(own.sign(challenge, HOST))
    then = passkeys.counted(first, challenge, passkey, passkey.counter)
    assert then == 1
    assert passkeys.counted(first, challenge, passkey, then) is None


@pytest.mark.parametrize("changed", [{"verifies": False}, {"origin": "https://evil.example"}])
def test_a_passkey_of_another_place_or_of_nobody_is_not_registered(
    changed: dict[str, object],
) -> None:
    with pytest.raises(BadInput):
        registered(device(**changed))


def test_what_a_browser_is_asked_for() -> None:
    challenge = passkeys.new_challenge(KEY, NOW)
    made = json.loads(passkeys.registration_options(challenge, HOST, ANNA, "Anna", (b"old",)))
    assert octets(made["challenge"]) == challenge
    assert made["attestation"] == "none"
    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert [one["id"] for one in made["excludeCredentials"]] == [text(b"old")]
    asked = json.loads(passkeys.assertion_options(challenge, HOST))
    assert (asked["rpId"], asked["userVerification"]) == (HOST, "required")


def test_a_challenge_is_known_again_for_five_minutes() -> None:
    challenge = passkeys.new_challenge(KEY, NOW)
    assert challenge != passkeys.new_challenge(KEY, NOW)
    assert passkeys.challenge_holds(KEY, challenge, NOW + timedelta(minutes=5))
    assert not passkeys.challenge_holds(KEY, challenge, NOW + timedelta(minutes=5, seconds=1))
    assert not passkeys.challenge_holds(b"o" * 32, challenge, NOW)
    later = challenge[:16] + (2**60).to_bytes(8, "big") + challenge[24:]
    assert not passkeys.challenge_holds(KEY, later, NOW)


@given(st.binary(max_size=200))
def test_what_is_no_answer_is_told_plainly(answer: bytes) -> None:
    with pytest.raises(BadInput):
        passkeys.read_assertion(answer)
    with pytest.raises(BadInput):
        passkeys.registered(answer, b"c" * 40, HOST, ORIGIN)
    assert passkeys.assertion_of(passkeys.HEAD + answer) is None
    assert not passkeys.challenge_holds(KEY, answer, NOW)


WORDS = st.text(max_size=20) | st.none() | st.integers() | st.just(text(OWN.credential))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "id": WORDS,
            "rawId": WORDS,
            "type": WORDS,
            "response": WORDS
            | st.dictionaries(
                st.sampled_from(["authenticatorData", "clientDataJSON", "signature"]), WORDS
            ),
        },
    )
)
def test_what_looks_like_an_answer_signs_nothing(parts: dict[str, object]) -> None:
    made = passkeys.HEAD + json.dumps(parts).encode()
    assert not passkeys.passkey_signed(ANNA, ACT, made, PASSKEY)
    with pytest.raises(BadInput):
        passkeys.registered(made.removeprefix(passkeys.HEAD), b"c" * 40, HOST, ORIGIN)


def test_what_is_too_long_is_not_read() -> None:
    with pytest.raises(BadInput):
        passkeys.read_assertion(b" " * passkeys.LONGEST + OWN.sign(b"c" * 32, HOST))
    answer = passkeys.read_assertion(OWN.sign(b"c" * 32, HOST))
    assert passkeys.challenge_in(answer) == b"c" * 32
    with pytest.raises(BadInput):
        passkeys.challenge_in(replace(answer, answer=b"{}"))
