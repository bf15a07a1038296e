"""The Merkle tree against RFC 6962's own words, known vectors and pymerkle."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.ledger import tree
from licet.ledger.maker import Leaves
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import ConsistencyProof, InclusionProof, LeafMaker
from tests.exploring import examples

# Leaves and roots that Certificate Transparency implementations share.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def mth(data: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 2.1, word for word."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = _k(len(data))
    return sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 2.1.1, word for word."""
    if len(data) == 1:
        return []
    k = _k(len(data))
    if m < k:
        return [*path(m, data[:k]), mth(data[k:])]
    return [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m: int, data: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 2.1.2, word for word."""
    if m == len(data):
        return [] if whole else [mth(data)]
    k = _k(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], False), mth(data[:k])]


def _k(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def frontier(data: Sequence[bytes]) -> tuple[bytes, ...]:
    found: tuple[bytes, ...] = ()
    for size, one in enumerate(data):
        found = tree.grow(found, size, tree.leaf_hash(one))
    return found


def leaves(count: int) -> list[bytes]:
    return [f"leaf {n}".encode() for n in range(count)]


def node_of(data: Sequence[bytes]) -> tree.Node:
    return tree.nodes_of([tree.leaf_hash(one) for one in data])


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    data = INPUTS[:size]
    assert tree.root(frontier(data), size).hex() == ROOTS[size - 1] == mth(data).hex()


def test_the_empty_tree() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.root((), 0) == tree.EMPTY_ROOT == mth([]) == bytes.fromhex(empty)


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_growing_gives_the_root_of_the_rfc(data: list[bytes]) -> None:
    grown = frontier(data)
    assert len(grown) == len(data).bit_count()
    assert tree.root(grown, len(data)) == mth(data)
    assert tree.frontier_of(len(data), node_of(data)) == grown


def test_roots_and_inclusion_agree_with_pymerkle() -> None:
    data = leaves(70)
    oracle = pymerkle.InmemoryTree.init_from_entries(data)
    node = node_of(data)
    for size in range(1, len(data) + 1):
        assert tree.root(frontier(data[:size]), size) == oracle.get_root(size)
    for size in (1, 2, 3, 31, 32, 33, 64, 70):
        for index in range(size):
            theirs = oracle.prove_inclusion(index + 1, size)
            assert tree.inclusion(index, size, node).path == tuple(theirs.path[1:])


def test_pymerkle_believes_a_consistency_made_of_our_nodes() -> None:
    data = leaves(40)
    oracle = pymerkle.InmemoryTree.init_from_entries(data)
    for old in range(1, 41):
        proof = tree.consistency(old, 40, node_of(data))
        states = oracle.get_root(old), oracle.get_root(40)
        assert tree.verify_consistency(proof, *states)
        pymerkle.verify_consistency(*states, oracle.prove_consistency(old, 40))


def test_every_proof_of_small_trees_is_the_rfcs_and_holds() -> None:
    data = leaves(34)
    node = node_of(data)
    for size in range(1, len(data) + 1):
        root = mth(data[:size])
        for index in range(size):
            proof = tree.inclusion(index, size, node)
            assert list(proof.path) == path(index, data[:size])
            assert tree.verify_inclusion(tree.leaf_hash(data[index]), proof, root)
        for old in range(size + 1):
            proof_ = tree.consistency(old, size, node)
            expected = subproof(old, data[:size], True) if old else []
            assert list(proof_.path) == expected
            assert tree.verify_consistency(proof_, mth(data[:old]), root)


@settings(max_examples=examples(50))
@given(st.data())
def test_a_changed_inclusion_proof_does_not_hold(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 60))
    index = data.draw(st.integers(0, size - 1))
    entries = leaves(size)
    proof, root = tree.inclusion(index, size, node_of(entries)), mth(entries)
    leaf = tree.leaf_hash(entries[index])
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index) | st.just(-1))
    assert not tree.verify_inclusion(leaf, InclusionProof(other, size, proof.path), root)
    assert not tree.verify_inclusion(tree.leaf_hash(b"no"), proof, root)
    assert not tree.verify_inclusion(leaf, proof, bytes(32))
    longer = InclusionProof(index, size, (*proof.path, bytes(32)))
    assert not tree.verify_inclusion(leaf, longer, root)
    if proof.path:
        at = data.draw(st.integers(0, len(proof.path) - 1))
        short = proof.path[:at] + proof.path[at + 1 :]
        assert not tree.verify_inclusion(leaf, InclusionProof(index, size, short), root)
        bent = (*proof.path[:at], bytes(32), *proof.path[at + 1 :])
        assert not tree.verify_inclusion(leaf, InclusionProof(index, size, bent), root)


@settings(max_examples=examples(50))
@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_a_changed_consistency_proof_does_not_hold(a: int, b: int, data: st.DataObject) -> None:
    old, new = min(a, b), max(a, b)
    entries = leaves(new)
    proof = tree.consistency(old, new, node_of(entries))
    roots = mth(entries[:old]), mth(entries)
    assert not tree.verify_consistency(proof, bytes(32), roots[1])
    assert not tree.verify_consistency(proof, roots[0], bytes(32))
    longer = ConsistencyProof(old, new, (*proof.path, bytes(32)))
    assert not tree.verify_consistency(longer, *roots)
    if proof.path:
        at = data.draw(st.integers(0, len(proof.path) - 1))
        short = proof.path[:at] + proof.path[at + 1 :]
        assert not tree.verify_consistency(ConsistencyProof(old, new, short), *roots)
        bent = (*proof.path[:at], bytes(32), *proof.path[at + 1 :])
        assert not tree.verify_consistency(ConsistencyProof(old, new, bent), *roots)


def test_proofs_from_nothing_and_backwards() -> None:
    roots = tree.EMPTY_ROOT, mth(leaves(5))
    assert tree.verify_consistency(ConsistencyProof(0, 5, ()), *roots)
    assert not tree.verify_consistency(ConsistencyProof(0, 5, ()), bytes(32), roots[1])
    assert not tree.verify_consistency(ConsistencyProof(0, 5, (bytes(32),)), *roots)
    assert not tree.verify_consistency(ConsistencyProof(5, 4, ()), roots[1], roots[1])
    assert not tree.verify_consistency(ConsistencyProof(-1, 4, ()), roots[1], roots[1])
    assert not tree.verify_consistency(ConsistencyProof(3, 5, ()), *roots)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(BadInput, match="is not in a ledger"):
        tree.inclusion(index, size, node_of(leaves(5)))


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_no_consistency_backwards(old: int, new: int) -> None:
    with pytest.raises(BadInput, match="no prefix"):
        tree.consistency(old, new, node_of(leaves(5)))


def test_a_frontier_of_another_size_is_corrupt() -> None:
    for wrong in ((), (bytes(32),) * 3):
        with pytest.raises(Corrupt, match="subtrees"):
            tree.grow(wrong, 5, bytes(32))
        with pytest.raises(Corrupt, match="subtrees"):
            tree.root(wrong, 5)


def test_growing_never_changes_what_was_there() -> None:
    data = leaves(33)
    roots = [mth(data[:size]) for size in range(34)]
    node = node_of(data)
    for old, new in pairwise(range(34)):
        proof = tree.consistency(old, new, node)
        assert tree.verify_consistency(proof, roots[old], roots[new])


def test_leaves_are_the_stores_leaf_maker() -> None:
    maker: LeafMaker = Leaves()
    assert maker.grow((), 0, maker.leaf_hash(b"")) == (tree.leaf_hash(b""),)
