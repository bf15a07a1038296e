"""Invitations, passkeys, sessions and API keys read back, end once, and say no."""

from dataclasses import replace

import pytest

from licet.store.store import Store
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import ApiKeyId, IdentityId, MemberId, PasskeyId, SessionId
from tests.store import comers, things
from tests.store.things import DAY, NOON, change, refused


def test_what_members_come_in_with_is_found_by_what_they_bring(store: Store) -> None:
    member = things.furnished(store).member.id
    invitation, passkey = comers.an_invitation(member), comers.a_passkey(member)
    session, key = comers.a_session(member), comers.an_api_key(member)
    answer = comers.an_answer(member)
    change(
        store,
        lambda unit: unit.admission.invite(invitation),
        lambda unit: unit.admission.add_passkey(passkey),
        lambda unit: unit.admission.open_session(session),
        lambda unit: unit.admission.add_api_key(key),
        lambda unit: unit.admission.keep_answer(answer),
    )
    with store.read() as reader:
        it = reader.admission
        assert it.invitation(invitation.digest) == invitation
        assert it.passkey(passkey.id) == it.passkey_of(passkey.credential) == passkey
        assert it.passkeys(member) == (passkey,)
        assert it.session(session.digest) == it.session_from(session.challenge) == session
        assert it.sessions(member) == (session,)
        assert it.api_key(key.id) == it.api_key_of(key.digest) == key
        assert it.api_keys(member) == (key,)
        assert it.answer(member, answer.key) == answer
        assert it.answer("somebody else", answer.key) is None
        assert it.invitation(b"none") is it.session(b"none") is it.api_key_of(b"none") is None
        assert it.passkeys(MemberId("none")) == it.sessions(MemberId("none")) == ()


def test_each_is_added_once_and_ends_once(store: Store) -> None:
    member = things.furnished(store).member.id
    invitation, passkey = comers.an_invitation(member), comers.a_passkey(member)
    session, key = comers.a_session(member), comers.an_api_key(member)
    change(
        store,
        lambda unit: unit.admission.invite(invitation),
        lambda unit: unit.admission.add_passkey(passkey),
        lambda unit: unit.admission.open_session(session),
        lambda unit: unit.admission.add_api_key(key),
        lambda unit: unit.admission.use_invitation(invitation.id, NOON),
        lambda unit: unit.admission.end_passkey(passkey.id, NOON),
        lambda unit: unit.admission.end_session(session.id, NOON),
        lambda unit: unit.admission.end_api_key(key.id, NOON),
    )
    same = comers.a_passkey(member, credential=passkey.credential)
    replayed = comers.a_session(member, challenge=session.challenge)
    nobody = MemberId("none")
    refused(store, Conflict, lambda unit: unit.admission.add_passkey(same))
    refused(store, Conflict, lambda unit: unit.admission.open_session(replayed))
    refused(store, Conflict, lambda unit: unit.admission.invite(comers.an_invitation(nobody)))
    refused(store, Conflict, lambda unit: unit.admission.add_api_key(comers.an_api_key(nobody)))
    refused(store, Conflict, lambda unit: unit.admission.use_invitation(invitation.id, NOON))
    refused(store, Conflict, lambda unit: unit.admission.end_passkey(passkey.id, NOON))
    refused(store, Conflict, lambda unit: unit.admission.end_session(session.id, NOON))
    refused(store, Conflict, lambda unit: unit.admission.end_api_key(key.id, NOON))
    refused(store, NotFound, lambda unit: unit.admission.end_passkey(PasskeyId("no"), NOON))
    refused(store, NotFound, lambda unit: unit.admission.end_session(SessionId("no"), NOON))
    refused(store, NotFound, lambda unit: unit.admission.end_api_key(ApiKeyId("no"), NOON))
    refused(store, NotFound, lambda unit: unit.admission.count_passkey(PasskeyId("no"), 1))


def test_failures_are_counted_until_somebody_comes_in(store: Store) -> None:
    member = things.furnished(store).member.id
    passkey = comers.a_passkey(member)
    change(
        store,
        lambda unit: unit.admission.add_passkey(passkey),
        lambda unit: unit.admission.fail_passkey(passkey.id, 5, NOON + DAY),
    )
    with store.read() as reader:
        failing = reader.admission.passkey(passkey.id)
    assert failing is not None
    assert (failing.failures, failing.locked_until) == (5, NOON + DAY)
    change(store, lambda unit: unit.admission.count_passkey(passkey.id, 7))
    with store.read() as reader:
        come = reader.admission.passkey(passkey.id)
    assert come is not None
    assert (come.counter, come.failures, come.locked_until) == (7, 0, None)


@pytest.mark.parametrize("everything", [True, False])
def test_what_a_member_comes_in_with_ends_together(store: Store, everything: bool) -> None:
    house = things.furnished(store)
    other = things.a_member(house.organisation.id, name="other")
    change(
        store,
        lambda unit: unit.governance.add_member(other),
        lambda unit: comers.admit(unit, house),
        lambda unit: unit.admission.open_session(comers.a_session(other.id)),
        lambda unit: (
            unit.admission.end_everything(house.member.id, NOON)
            if everything
            else unit.admission.end_sessions(house.member.id, NOON)
        ),
    )
    with store.read() as reader:
        it, member = reader.admission, house.member.id
        ends = (it.passkeys(member)[0].ended_at, it.api_keys(member)[0].ended_at)
        assert it.sessions(member)[0].ended_at == NOON
        assert ends == ((NOON, NOON) if everything else (None, None))
        assert it.sessions(other.id)[0].ended_at is None


def test_books_are_kept_without_an_entry_and_forgotten(store: Store) -> None:
    member = things.furnished(store).member.id
    session, answer = comers.a_session(member), comers.an_answer(member)
    change(store, lambda unit: unit.admission.open_session(session))
    with store.unit(bookkeeping=True) as unit:
        unit.admission.see_session(session.id, NOON + DAY)
        unit.admission.keep_answer(answer)
    with store.read() as reader:
        seen = reader.admission.session(session.digest)
    assert seen is not None
    assert seen.seen_at == NOON + DAY
    with store.unit(bookkeeping=True) as unit:
        assert unit.admission.forget(NOON, NOON) == 0
        assert unit.admission.forget(NOON + 2 * DAY, NOON + 2 * DAY) == 2
    with store.read() as reader:
        assert reader.admission.session(session.digest) is None
        assert reader.admission.answer(member, answer.key) is None


def test_nobody_is_signed_in_after_a_restore(store: Store) -> None:
    house = things.furnished(store)
    change(
        store,
        lambda unit: comers.admit(unit, house),
        lambda unit: unit.admission.drop_sessions(),
    )
    with store.read() as reader:
        assert reader.admission.sessions(house.member.id) == ()
        assert len(reader.admission.passkeys(house.member.id)) == 1


def test_an_identity_is_one_members_and_goes_with_them(store: Store) -> None:
    member = things.furnished(store).member.id
    identity, passkey = comers.an_identity(member), comers.a_passkey(member)
    used, unused = comers.an_invitation(member), comers.an_invitation(member)
    change(
        store,
        lambda unit: unit.admission.bind(identity),
        lambda unit: unit.admission.add_passkey(passkey),
        lambda unit: unit.admission.name_passkey(passkey.id, "the blue one"),
        lambda unit: unit.admission.fail_identity(identity.id, 3, NOON),
        lambda unit: unit.admission.invite(used),
        lambda unit: unit.admission.invite(unused),
        lambda unit: unit.admission.use_invitation(used.id, NOON),
    )
    same = comers.an_identity(member, tag=identity.tag)
    refused(store, Conflict, lambda unit: unit.admission.bind(same))
    refused(store, NotFound, lambda unit: unit.admission.fail_identity(IdentityId("no"), 1, None))
    with store.read() as reader:
        it = reader.admission
        failing = replace(identity, failures=3, locked_until=NOON)
        assert it.identity(identity.id) == it.identity_of(identity.tag) == failing
        assert it.identities(member) == (failing,)
        assert it.identity(IdentityId("no")) is it.identity_of(b"none") is None
        assert [one.name for one in it.passkeys(member)] == ["the blue one"]
        assert {one.id for one in it.invitations(member)} == {used.id, unused.id}
    gone: list[bool] = []
    change(store, lambda unit: gone.append(unit.admission.recall(unused.id)))
    change(store, lambda unit: gone.append(unit.admission.unbind(identity.id)))
    assert gone == [True, True]
    with store.unit(bookkeeping=True) as unit:
        assert not unit.admission.recall(used.id), "it was used"
        assert not unit.admission.unbind(identity.id)
    other = comers.an_identity(member)
    change(store, lambda unit: unit.admission.bind(other))
    change(store, lambda unit: unit.admission.end_everything(member, NOON))
    with store.read() as reader:
        assert reader.admission.identities(member) == ()
