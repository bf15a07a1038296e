"""Many leaves are proved at once, and no leaf can be left out, moved or changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.ledger import tree
from licet.ledger.many import root_over, siblings
from licet.terms.errors import BadInput

HASHES = [tree.leaf_hash(bytes([n])) for n in range(70)]


def _root(size: int) -> bytes:
    node = tree.nodes_of(HASHES[:size])
    return tree.root(tree.frontier_of(size, node), size)


@given(
    st.integers(0, 70).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)) if n else st.just(set()))
    )
)
def test_they_lead_to_the_root(case: tuple[int, set[int]]) -> None:
    size, wanted = case
    nodes = siblings(sorted(wanted), size, tree.nodes_of(HASHES[:size]))
    leaves = {index: HASHES[index] for index in wanted}
    assert root_over(leaves, nodes, size) == _root(size)
    assert len(nodes) <= 13 * max(1, len(wanted))


@given(st.integers(1, 70), st.data())
def test_a_leaf_that_is_left_out_moved_or_changed_leads_elsewhere(size: int, data) -> None:
    wanted = data.draw(st.sets(st.integers(0, size - 1), min_size=1))
    nodes = siblings(sorted(wanted), size, tree.nodes_of(HASHES[:size]))
    leaves = {index: HASHES[index] for index in wanted}
    one = data.draw(st.sampled_from(sorted(wanted)))
    changed = {**leaves, one: tree.leaf_hash(b"other")}
    assert root_over(changed, nodes, size) != _root(size)
    without = {index: found for index, found in leaves.items() if index != one}
    assert root_over(without, nodes, size) != _root(size)
    beside = one + 1 if one + 1 not in wanted else size + 3
    assert root_over({**without, beside: HASHES[one]}, nodes, size) != _root(size)


@given(st.integers(2, 70), st.data())
def test_a_sibling_that_is_changed_missing_or_too_many_leads_elsewhere(size: int, data) -> None:
    one = data.draw(st.integers(0, size - 1))
    nodes = siblings([one], size, tree.nodes_of(HASHES[:size]))
    place = data.draw(st.sampled_from(sorted(nodes)))
    leaves = {one: HASHES[one]}
    assert root_over(leaves, {**nodes, place: HASHES[69][::-1]}, size) != _root(size)
    assert root_over(leaves, {p: n for p, n in nodes.items() if p != place}, size) is None
    assert root_over(leaves, {**nodes, (9, 9): HASHES[0]}, size) is None


def test_a_leaf_beyond_the_ledger_is_not_proved() -> None:
    with pytest.raises(BadInput):
        siblings([5], 5, tree.nodes_of(HASHES[:5]))
    assert root_over({5: HASHES[5]}, {}, 5) is None
    assert root_over({}, {}, 0) == tree.EMPTY_ROOT
