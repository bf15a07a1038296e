"""Restore's steps in the store: later leaves come back, keyless rows go."""

from dataclasses import replace

import pytest

from licet.store.store import Store
from licet.terms.errors import BadInput, Corrupt
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import AccountId, HoldId, KeyId
from licet.terms.ledger import Leaf
from licet.terms.rights import Account, Hold, RequestCode
from tests.databases import PlainLeaves
from tests.store import things
from tests.store.things import DAY, NOON, House, change, entry

# --- keys ---


def keys_of(house: House) -> dict[str, KeyId]:
    ids = {
        "case": house.case.id,
        "copy": house.copy.id,
        "grant": house.grant.id,
        "search": house.search.id,
        "source": house.source.id,
        "subject": house.subject.id,
    }
    return {kind: KeyId(f"{kind}:{name}") for kind, name in ids.items()}


def test_rows_name_the_keys_they_need(store: Store) -> None:
    house = things.furnished(store)
    with store.unit() as unit:
        # None of these holds anything sealed.
        unit.subjects.add(things.a_subject(sealed_identity=b""))
        unit.grants.add(things.a_grant(house.subject.id, None))
        unit.sources.add(things.a_source(house.organisation.id, "empty"))
        empty = things.a_case(house.organisation.id, "empty")
        unit.governance.add_case(empty)
        unit.searches.add(
            things.a_search(empty.id, house.member.id, sealed_probe=None, probe_until=None)
        )
        unit.record(entry())
    with store.read() as reader:
        needed = list(reader.recover.rows_with_key())
    assert sorted(needed) == sorted(keys_of(house).values())


@pytest.mark.parametrize("kept", ["template", "suggestion", "note"])
def test_either_is_enough(store: Store, kept: str) -> None:
    house = things.furnished(store)
    with store.unit() as unit:
        if kept != "suggestion":
            unit.suggestions.delete_of_grant(house.grant.id)
        if kept != "template":
            unit.templates.delete_of_grant(house.grant.id)
        if kept == "note":
            unit.unlinked.add(house.grant.id, b"t" * 32, b"sealed")
        unit.record(entry())
    with store.read() as reader:
        assert set(reader.recover.rows_with_key()) == set(keys_of(house).values())


def test_without_its_key_a_search_loses_its_probe_and_nothing_else(store: Store) -> None:
    house, other = things.furnished(store, "one"), things.furnished(store, "two")
    with store.unit() as unit:
        assert unit.recover.delete_keyless([keys_of(house)["search"]]) == (("search", 1),)
        unit.record(entry())
    with store.read() as reader:
        kept = reader.searches.get(house.search.id)
        assert kept == replace(house.search, sealed_probe=None, probe_until=None)
        assert reader.searches.candidates(house.search.id) == (house.candidate,)
        assert reader.searches.get(other.search.id) == other.search
        assert keys_of(house)["search"] not in set(reader.recover.rows_with_key())


def test_without_their_keys_requests_are_empty_and_records_gone(store: Store) -> None:
    house = things.furnished(store)
    request = things.a_request(house)
    account = Account(AccountId("one"), house.plan.id, NOON, NOON + 180 * DAY, b"sealed", 3)
    change(store, lambda unit: unit.requests.add(request))
    change(store, lambda unit: unit.accounts.add(account))
    keys = {KeyId(f"request:{request.id}"), KeyId("account:one")}
    with store.read() as reader:
        assert keys <= set(reader.recover.rows_with_key())
        assert reader.recover.made_for(keys | {KeyId("account:two")}) == keys
    with store.unit() as unit:
        assert unit.recover.delete_keyless(keys) == (("account", 1), ("request", 1))
        assert unit.recover.delete_keyless(keys) == ()
        unit.record(entry())
    with store.read() as reader:
        assert reader.requests.get(request.id) == replace(request, sealed=b"")
        assert reader.accounts.all() == ()
        assert not keys & set(reader.recover.rows_with_key())
        assert reader.recover.made_for(keys) == frozenset()


def test_with_a_subject_go_their_notes_requests_and_holds(store: Store) -> None:
    house = things.furnished(store)
    request = things.a_request(house)
    code = RequestCode(request.id, b"salt", b"digest", 0, NOON + DAY)
    hold = Hold(
        HoldId("h"), house.subject.id, (house.grant.id,), "ab" * 32, NOON, NOON + DAY, None, 1
    )
    for act in (
        lambda unit: unit.requests.add(request),
        lambda unit: unit.requests.put_code(code),
        lambda unit: unit.holds.add(hold),
        lambda unit: unit.unlinked.add(house.grant.id, b"t" * 32),
    ):
        change(store, act)
    with store.unit() as unit:
        found = dict(unit.recover.delete_keyless([keys_of(house)["subject"]]))
        unit.record(entry())
    assert {k: v for k, v in found.items() if k in {"request", "request_code", "hold"}} == {
        "request": 1,
        "request_code": 1,
        "hold": 1,
    }
    assert found["unlinked"] == 1
    with store.read() as reader:
        assert reader.holds.of_subject(house.subject.id) == ()
        assert reader.requests.code(request.id) is None
        assert reader.unlinked.of_grant(house.grant.id) == frozenset()


def test_without_its_key_a_grant_ends(store: Store) -> None:
    house, other = things.furnished(store, "one"), things.furnished(store, "two")
    with store.unit() as unit:
        found = unit.recover.delete_keyless([keys_of(house)["grant"]])
        assert found == (("confirmation", 1), ("grant", 1), ("suggestion", 1), ("template", 1))
        assert unit.recover.delete_keyless([keys_of(house)["grant"]]) == ()
        unit.record(entry())
    with store.read() as reader:
        assert reader.grants.get(house.grant.id) == replace(house.grant, state=GrantState.ENDED)
        assert reader.subjects.get(house.subject.id) == house.subject
        assert list(reader.templates.all()) == [other.template]
        assert reader.suggestions.of_grant(other.grant.id) == (other.suggestion,)
        assert reader.confirmations.get(house.grant.id) is None
        assert reader.confirmations.get(other.grant.id) is not None
        assert keys_of(house)["grant"] not in set(reader.recover.rows_with_key())


def test_without_its_key_a_subject_is_erased_with_all_grants(store: Store) -> None:
    house, other = things.furnished(store, "one"), things.furnished(store, "two")
    with store.unit() as unit:
        found = dict(unit.recover.delete_keyless([keys_of(house)["subject"]]))
        assert found == {
            "confirmation": 1, "grant": 1, "subject": 1, "suggestion": 1, "template": 1
        }  # fmt: skip
        unit.record(entry())
    with store.read() as reader:
        erased = reader.subjects.get(house.subject.id)
        assert erased is not None
        assert erased.state is SubjectState.ERASED
        assert (erased.sealed_identity, erased.contact_tag, erased.residence) == (b"", b"", None)
        assert list(reader.grants.kept()) == [other.grant]
        assert reader.subjects.get(other.subject.id) == other.subject


def test_without_its_key_a_source_loses_its_items(store: Store) -> None:
    house, other = things.furnished(store, "one"), things.furnished(store, "two")
    with store.unit() as unit:
        found = unit.recover.delete_keyless([keys_of(house)["source"]])
        assert found == (
            ("face", 2),
            ("item", 1),
            ("item_address", 1),
            ("kept_copy", 1),
            ("trace", 1),
            ("visit", 1),
        )
        unit.record(entry())
    with store.read() as reader:
        assert reader.items.count() == 1
        assert reader.items.get(other.item.id) == other.item
        assert len(reader.items.faces(other.item.id)) == 2
        assert reader.sources.get(house.source.id) == house.source


def test_without_its_key_a_case_loses_probes_and_candidates(store: Store) -> None:
    house, other = things.furnished(store, "one"), things.furnished(store, "two")
    with store.unit() as unit:
        found = unit.recover.delete_keyless([keys_of(house)["case"]])
        assert found == (("candidate", 1), ("search", 1), ("verification", 1))
        unit.record(entry())
    with store.read() as reader:
        assert reader.searches.get(house.search.id) == replace(
            house.search, sealed_probe=None, probe_until=None
        )
        assert reader.searches.candidates(house.search.id) == ()
        assert reader.searches.candidates(other.search.id) == (other.candidate,)
        assert len(reader.searches.verifications(other.candidate.id)) == 1
        assert reader.searches.get(other.search.id) == other.search


def test_all_keys_absent_leaves_nothing_sealed(store: Store) -> None:
    houses = [things.furnished(store, str(n)) for n in range(3)]
    with store.unit() as unit:
        absent = [key for house in houses for key in keys_of(house).values()]
        unit.recover.delete_keyless(absent)
        unit.record(entry())
    with store.read() as reader:
        assert list(reader.recover.rows_with_key()) == []
        assert reader.templates.count() == reader.suggestions.count() == 0
        assert list(reader.grants.kept()) == []


def test_more_keys_than_one_statement_takes(store: Store) -> None:
    subjects = [things.a_subject() for _ in range(2100)]
    with store.unit() as unit:
        unit.subjects.add_many(subjects)
        unit.grants.add_many(things.a_grant(subject.id, None) for subject in subjects)
        unit.record(entry())
    with store.unit() as unit:
        absent = [KeyId(f"subject:{subject.id}") for subject in subjects]
        assert dict(unit.recover.delete_keyless(absent)) == {"grant": 2100, "subject": 2100}
        unit.record(entry())


@pytest.mark.parametrize("key", ["subject", "subject:", "epoch:1", ""])
def test_a_key_of_another_form(store: Store, key: str) -> None:
    with pytest.raises(BadInput), store.unit() as unit:
        unit.recover.delete_keyless([KeyId(key)])


# --- leaves ---


def leaves_of(store: Store) -> list[Leaf]:
    with store.read() as reader:
        return list(reader.leaves.iterate())


def some_leaves(count: int) -> list[Leaf]:
    makes = PlainLeaves()
    data = [makes.encode(entry(n=n)) for n in range(count)]
    return [Leaf(n, each, makes.leaf_hash(each)) for n, each in enumerate(data)]


def frontier_of(leaves: list[Leaf]) -> tuple[bytes, ...]:
    frontier: tuple[bytes, ...] = ()
    for leaf in leaves:
        frontier = PlainLeaves().grow(frontier, leaf.index, leaf.hash)
    return frontier


def test_leaves_come_back_exactly(store: Store) -> None:
    leaves = some_leaves(2345)
    with store.unit() as unit:
        assert unit.leaves.import_(leaves[:3], NOON) == 3
    with store.unit() as unit:
        assert unit.leaves.import_(iter(leaves[3:]), NOON + DAY) == 2342
        assert unit.head.size == 2345
        assert unit.record(entry()) == 2345
    assert leaves_of(store)[:-1] == leaves
    head = store.head()
    assert (head.size, head.time) == (2346, NOON + DAY)
    assert head.frontier == frontier_of(leaves_of(store))


def test_without_a_moment_the_unit_s_own_is_taken(store_url: str) -> None:
    store = Store.open(store_url, PlainLeaves(), clock=lambda: NOON)
    with store.unit() as unit:
        assert unit.leaves.import_(some_leaves(2)) == 2
    assert store.head().time == NOON
    store.close()


def test_no_leaves_change_nothing(store: Store) -> None:
    before = store.head()
    with store.unit() as unit:
        assert unit.leaves.import_([]) == 0
    assert store.head() == before


@pytest.mark.parametrize("damage", ["gap", "twice", "bytes", "hash"])
def test_damaged_leaves_do_not_come_back(store: Store, damage: str) -> None:
    leaves = some_leaves(5)
    if damage == "gap":
        del leaves[2]
    elif damage == "twice":
        leaves.insert(2, leaves[2])
    elif damage == "bytes":
        leaves[2] = replace(leaves[2], data=b"other")
    else:
        leaves[2] = replace(leaves[2], hash=b"\x00" * 32)

    def swallow() -> None:
        with store.unit() as unit:
            with pytest.raises(Corrupt, match="leaf"):
                unit.leaves.import_(leaves)
            unit.record(entry())

    with pytest.raises(Corrupt, match="tiles"):
        swallow()
    assert store.head().size == 0
    assert leaves_of(store) == []
