"""A stranger checks a pack about an order offline, and finds whatever is wrong with it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.ledger import checkpoint as checkpoints
from licet.ledger import order as orders
from licet.ledger import pack
from licet.ledger.order import Answered, HeldBack, OrderStatement
from licet.ledger.order_entries import belonging, drawn, take_apart
from licet.terms.errors import Corrupt
from licet.terms.ledger import Entry, EntryKind
from tests.exploring import examples
from tests.gates.tree import ROOT
from tests.ledger.making import NOW, ORIGIN, Ledger, Witness, ledger_key, published
from tests.ledger.order_making import (
    BLOCK,
    ORDER,
    OTHER,
    REQUEST,
    Told,
    history,
    listed,
    registered,
    verdict_on,
)

PAGE = ROOT / "docs/formats/pack.md"


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


def test_it_says_what_is_proved_and_what_is_not(told: Told) -> None:
    verdict = verdict_on(told.files())
    assert verdict.problems == ()
    assert (verdict.kind, verdict.ok) == ("pack", True)
    said = " / ".join(verdict.proved)
    for words in (
        "signed by the key you trust",
        "order.toml is the text that was registered",
        "15 entries are in the ledger",
        "they are all 14 entries that entry 18 counted for the order",
        "the ledger of 4 entries is the beginning of that of 20",
        "people in its scope: 3",
        "requests answered before anybody was erased: 1",
        "people erased: 3, from entry 9 on; keys destroyed: 6; looked for: 6; still there: 0",
        "clause 2 (erase) was met in time",
    ):
        assert words in said, words
    words = " / ".join(verdict.rests_on_word)
    assert verdict.rests_on_word[0].startswith("the ledger's history: no witness you named")
    assert "never entered into the ledger" in words
    assert "all whom the order reaches" in words


def test_a_witness_that_saw_the_proof_is_told(told: Told) -> None:
    witness = Witness("witness.example/w1", 9)
    first, last = told.chain
    body = last.note.split("\n\n")[0] + "\n"
    seen = checkpoints.add_cosignature(last, witness.line(body, 1_769_850_000), witness.verifier)
    verdict = verdict_on(told.files(chain=(first, seen)), (witness.verifier.text,))
    assert verdict.ok
    assert any("witness.example/w1 saw 20 entries" in one for one in verdict.proved)
    assert not any("no witness" in one for one in verdict.rests_on_word)
    early = checkpoints.add_cosignature(
        first, witness.line(first.note.split("\n\n")[0] + "\n", 1), witness.verifier
    )
    before = verdict_on(told.files(chain=(early, last)), (witness.verifier.text,))
    assert "no witness you named" in before.rests_on_word[0]


def test_every_changed_byte_is_found_and_says_where(told: Told) -> None:
    files = told.files()
    for name, data in files.items():
        for at in (0, len(data) // 2, len(data) - 1):
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            verdict = verdict_on({**files, name: changed})
            assert not verdict.ok, name
            if name != pack.LISTING:
                assert f"{name} is not the file that was signed" in verdict.problems


def test_a_file_that_is_missing_or_added_is_found(told: Told) -> None:
    files = told.files()
    for name in files:
        left = {other: data for other, data in files.items() if other != name}
        problems = verdict_on(left).problems
        assert any(name in one for one in problems), (name, problems)
    added = verdict_on({**files, "letter-2.pdf": b"x"})
    assert added.problems == ("letter-2.pdf is not on the signed list",)


def test_an_entry_that_is_left_out_is_found_though_it_is_signed_anew(told: Told) -> None:
    for gone in range(1, len(told.counted)):
        leaves = (*told.counted[:gone], *told.counted[gone + 1 :], told.proof)
        problems = verdict_on(told.files(leaves=leaves)).problems
        assert any(one.startswith("an entry was left out: entry 18 counts 14") for one in problems)
    hidden = told.files(leaves=(*told.counted[1:], told.proof))
    assert any(
        "no entry says that the order was registered" in p for p in verdict_on(hidden).problems
    )


def test_an_entry_of_another_order_is_found(told: Told) -> None:
    strange = told.ledger.leaves[4]
    leaves = tuple(sorted((*told.counted, strange, told.proof), key=lambda leaf: leaf.index))
    problems = verdict_on(told.files(leaves=leaves)).problems
    assert "entry 4 does not belong to this order" in problems
    assert any(one.startswith("an entry does not belong") for one in problems)


def test_another_orders_proof_proves_nothing(told: Told) -> None:
    other = replace(told.statement, order=OTHER)
    problems = verdict_on(listed(told.files(statement=other), order=OTHER)).problems
    assert any(f"no entry here says that order {OTHER} was proved" in one for one in problems)
    mixed = verdict_on(told.files(statement=other)).problems
    assert "the statement is about another order than the list" in mixed


def test_a_ledger_that_was_rewritten_is_found(told: Told) -> None:
    """The operator writes another history with the same key; the old first day gives it away."""
    entries = history()
    entries[0] = registered(OTHER)
    again = Told(entries)
    forged = again.files(chain=(told.chain[0], again.chain[1]))
    problems = verdict_on(forged).problems
    assert any(one.startswith("the ledger was rewritten: the signed 4 entries") for one in problems)


def test_entries_of_a_rewritten_tree_do_not_lead_to_the_old_root(told: Told) -> None:
    entries = history()
    entries[0] = registered(OTHER)
    again = Told(entries)
    files = {**again.files(), **{n: d for n, d in told.files().items() if "checkpoints/" in n}}
    problems = verdict_on(listed(files)).problems
    assert any("do not lead to the signed root" in one for one in problems)


def test_an_entry_that_was_hidden_from_the_first_moment_is_found_in_a_copy(tmp_path: Path) -> None:
    """The operator lifted the block and counted without that: only who has the ledger sees it."""
    entries = [*history(), Entry(EntryKind.BLOCK_LIFTED, NOW, objects=(("block", BLOCK),))]
    hiding = Told(entries, hidden=frozenset({18}))
    published(tmp_path / "tiles", hiding.ledger)
    assert verdict_on(hiding.files()).ok
    (problem,) = verdict_on(hiding.files(), mirror=tmp_path / "tiles").problems
    assert problem.endswith("15 belong to the order, and entry 19 counted 14")


def test_a_copy_of_the_ledger_that_agrees_is_told(told: Told, tmp_path: Path) -> None:
    published(tmp_path / "tiles", told.ledger)
    verdict = verdict_on(told.files(), mirror=tmp_path / "tiles")
    assert verdict.ok
    assert any(
        "entries of the ledger's copy: nothing was left out" in one for one in verdict.proved
    )
    entries = tmp_path / "tiles/tile/entries/000.p/20"
    entries.write_bytes(entries.read_bytes().replace(b"collect", b"rollect"))
    problems = verdict_on(told.files(), mirror=tmp_path / "tiles").problems
    assert any("the copy of the ledger is damaged" in one for one in problems)


def test_a_copy_that_ends_early_or_tells_another_story_is_told(told: Told, tmp_path: Path) -> None:
    short, other = Ledger(), Ledger().fill(30)
    for leaf in told.ledger.leaves[:10]:
        short.append(leaf.data)
    published(tmp_path / "short", short)
    published(tmp_path / "other", other)
    problems = verdict_on(told.files(), mirror=tmp_path / "short").problems
    assert any("the copy ends at entry 10" in one for one in problems)
    problems = verdict_on(told.files(), mirror=tmp_path / "other").problems
    assert any("another history" in one for one in problems)


def test_a_stale_checkpoint_is_found(told: Told) -> None:
    ledger = told.ledger
    hashes = [leaf.hash for leaf in ledger.leaves[:18]]
    from licet.ledger import tree

    root = tree.root(tree.frontier_of(18, tree.nodes_of(hashes)), 18)
    old = checkpoints.sign(ORIGIN, 18, root, ledger_key())
    leaves = told.counted
    short = told.files(leaves=leaves, chain=(told.chain[0], old))
    whole = {**short, pack.ENTRIES: told.files()[pack.ENTRIES]}
    assert verdict_on(listed(whole)).problems == (
        "the last checkpoint is stale: it is of 18 entries and does not cover entry 18",
    )
    assert any("end before it" in one for one in verdict_on(short).problems)
    early = checkpoints.sign(ORIGIN, 1, hashes[0], ledger_key())
    problems = verdict_on(told.files(chain=(early, told.chain[1]))).problems
    assert any("does not cover entry 1, which registered the order" in one for one in problems)


def test_only_one_checkpoint_leaves_the_first_day_to_the_operators_word(told: Told) -> None:
    verdict = verdict_on(told.files(chain=told.chain[1:]))
    assert verdict.ok
    assert any("the order's first day" in one for one in verdict.rests_on_word)


def test_a_statement_that_was_changed_is_not_the_one_committed_to(told: Told) -> None:
    other = replace(told.statement, left=(*told.statement.left, ("probes", 0)))
    problems = verdict_on(told.files(statement=other)).problems
    assert problems == ("the statement is not the one that entry 18 commits to",)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("blocks", 7),
        ("answered", ()),
        ("reached", (("people", 0),)),
        ("met", ()),
        ("text", "00" * 32),
        ("confirmed_at", NOW),
    ],
)
def test_a_statement_that_says_something_else_than_its_entries_is_found(
    field: str, value: object
) -> None:
    """The operator commits to a lie; the entries are drawn again."""

    def lie(statement: OrderStatement) -> OrderStatement:
        return replace(statement, record=replace(statement.record, **{field: value}))

    problems = verdict_on(Told(change=lie).files()).problems
    assert any(f"something else than the entries: {field}" in one for one in problems)


def _without(kind: EntryKind, *named: str) -> list[Entry]:
    return [
        one
        for one in history()
        if one.kind is not kind or (named and not {n for _, n in one.objects} & set(named))
    ]


def _late() -> list[Entry]:
    entries = _without(EntryKind.REQUEST_DELIVERED, REQUEST)
    answer = next(
        e
        for e in history()
        if ("request", REQUEST) in e.objects and e.kind is EntryKind.REQUEST_DELIVERED
    )
    return [*entries, replace(answer, at=NOW + timedelta(days=5))]


def _lifted() -> list[Entry]:
    lifted = Entry(EntryKind.BLOCK_LIFTED, NOW, objects=(("block", BLOCK),))
    return [*history(), lifted]


def _facts(effect: str, **facts: int) -> list[Entry]:
    return [
        replace(one, facts=tuple({**dict(one.facts), **facts}.items()))
        if dict(one.facts).get("effect") == effect
        else one
        for one in history()
    ]


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        (lambda: _without(EntryKind.BLOCK_PLACED), "no block was placed for it"),
        (lambda: _without(EntryKind.ORDER_CONFIRMED), "no two members confirmed the order"),
        (lambda: _without(EntryKind.REQUEST_DELIVERED, REQUEST), "were never answered"),
        (lambda: _without(EntryKind.CLAUSE_MET), "no entry says that clause 2 (erase) was met"),
        (_late, "somebody was erased before a request was answered: entry 17"),
        (_lifted, "lifted before it was proved"),
        (lambda: _facts("check_keys", absent=5), "a key is still there"),
        (lambda: _facts("check_keys", epochs=2), "a key is still there"),
        (lambda: _facts("check_unfindable", found=1), "a search still finds somebody"),
        (lambda: _facts("delete_rows", templates_left=2), "something is left in: templates"),
    ],
)
def test_an_order_that_was_not_carried_out_as_ordered_does_not_hold(
    entries: Callable[[], list[Entry]], says: str
) -> None:
    """Whole and signed and in the ledger, and still no proof of compliance."""
    problems = verdict_on(Told(entries()).files()).problems
    assert any(says in one for one in problems), problems


def test_what_is_left_is_found_unless_a_hold_keeps_it() -> None:
    def left(statement: OrderStatement) -> OrderStatement:
        return replace(statement, left=(("people", 1),))

    def held(statement: OrderStatement) -> OrderStatement:
        hold = HeldBack("h-1", "cd" * 32, NOW + timedelta(days=100))
        return replace(statement, left=(("held", 1), ("people", 1)), held=(hold,))

    problems = verdict_on(Told(change=left).files()).problems
    assert problems == ("the order still reached something when it was proved: people",)
    verdict = verdict_on(Told(change=held).files())
    assert verdict.ok
    assert any("a legal hold keeps somebody until 2026-05-11: h-1" in one for one in verdict.proved)


def test_a_clause_that_was_met_late_is_told_and_not_hidden() -> None:
    due = [
        replace(one, facts=tuple({**dict(one.facts), "due_2": int(NOW.timestamp() * 1000)}.items()))
        if one.kind is EntryKind.ORDER_REGISTERED
        else one
        for one in history()
    ]
    verdict = verdict_on(Told(due).files())
    assert verdict.ok
    assert any("clause 2 (erase) was met late by 5 days" in one for one in verdict.proved)


def test_people_whom_no_plan_erased_are_not_passed_over() -> None:
    """Three were in scope, one was erased for the order, nobody is left: two went otherwise."""
    entries = [
        replace(one, facts=(("people_0", 1), ("people_1", 1)))
        if one.kind is EntryKind.SUBJECT_ERASING
        else one
        for one in history()
    ]
    verdict = verdict_on(Told(entries).files())
    assert verdict.ok
    assert any("whom its plans did not erase: 2" in one for one in verdict.rests_on_word)


def test_a_pack_of_another_key_is_not_trusted() -> None:
    verdict = verdict_on(Told(seed=2).files())
    assert any("not by the key you trust" in one for one in verdict.problems)


def test_a_checkpoint_of_another_key_is_found(told: Told) -> None:
    first, last = told.chain
    forged = checkpoints.sign(ORIGIN, last.size, last.root, ledger_key(2))
    problems = verdict_on(told.files(chain=(first, forged))).problems
    assert problems == ("ledger/checkpoints/20.txt is not signed by the key that signed the list",)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        (pack.CONSISTENCY, b"", "nothing proves that 4 entries became 20"),
        (pack.ENTRIES, b"{}\n", "an entry lacks data, index"),
        (pack.NODES, b"[]\n", "a node is not an object"),
        (pack.STATEMENT, b"{}", "the statement lacks"),
        (pack.STATEMENT, b'{"about": 1.5}', "1.5 is not a whole number"),
        ("ledger/checkpoints/21.txt", b"x", "this is not a signed note"),
        (pack.TEXT, b"a = 1", "the statement names another order than order.toml"),
        (pack.TEXT, b"other", "order.toml cannot be read"),
    ],
)
def test_files_in_another_form_are_found_though_signed_anew(
    told: Told, name: str, data: bytes, says: str
) -> None:
    problems = verdict_on(listed({**told.files(), name: data})).problems
    assert any(says in one for one in problems), problems


@settings(max_examples=examples(20))
@given(
    st.sampled_from(sorted(Told().files())),
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from([b"[" * 5000, b"a = " + b"[" * 5000, b"{}\n{}\n", b"\xff"]),
    ),
    st.booleans(),
)
def test_whatever_stands_in_a_file_is_told_and_never_breaks(
    told: Told, name: str, data: bytes, anew: bool
) -> None:
    files = {**told.files(), name: data}
    verdict = verdict_on(listed(files) if anew and name != pack.LISTING else files)
    assert verdict.ok is (not verdict.problems)
    assert name in {pack.LETTER, pack.SCHEMA} or not verdict.ok


@settings(max_examples=examples(15))
@given(st.data())
def test_whatever_an_entry_says_is_told_and_never_breaks(data) -> None:
    """An operator may write entries of their own making; the reader's program stands."""
    entries = history()
    at = data.draw(st.integers(0, len(entries) - 1))
    facts = dict(entries[at].facts)
    names = st.sampled_from([*facts, "n", "at", "clause_1", "due_1", "effect", "keys", "text"])
    value = st.one_of(st.integers(-(2**52), 2**52), st.sampled_from(["erase", "x:y", "", "due"]))
    facts[data.draw(names)] = data.draw(value)
    entries[at] = replace(entries[at], facts=tuple(facts.items()))
    try:
        told = Told(entries)
    except Corrupt:
        return  # The operator's own program refuses to state such a thing.
    assert verdict_on(told.files()).kind == "pack"


def test_a_pack_without_a_list_or_a_checkpoint_proves_nothing(told: Told) -> None:
    assert "there is no files.json" in verdict_on({}).problems[0]
    none = {n: d for n, d in told.files().items() if "checkpoints/" not in n}
    assert "it holds no checkpoint of the ledger" in verdict_on(listed(none)).problems


def test_a_statement_says_the_same_when_it_is_read_again(told: Told) -> None:
    def whole(statement: OrderStatement) -> OrderStatement:
        hold = HeldBack("h-1", "cd" * 32, NOW)
        record = replace(
            statement.record,
            answered=(Answered("r", 4, NOW),),
            open=("r-2",),
            erasing=None,
            done=replace(statement.record.done, scanned_at=None),
        )
        return replace(statement, held=(hold,), record=record)

    for one in (told.statement, whole(told.statement)):
        assert pack.read_statement(pack.write_statement(one)) == one
        assert orders.from_json(orders.to_json(one)) == one
        facts = dict(orders.proved_facts(one))
        assert orders.proved_with(facts) == (one.left, one.held)
    with pytest.raises(Corrupt, match="edited"):
        pack.read_statement(pack.write_statement(told.statement) + b"\n")


def test_what_belongs_is_found_among_everything_else(told: Told) -> None:
    """The strangers' entries stay out, and an order nobody registered has no record."""
    every = tuple(take_apart(told.ledger.leaves))
    indices = [leaf.index for leaf in told.counted]
    assert indices == [1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17]
    assert [one.leaf.index for one in belonging(OTHER, every)] == [
        4,
        9,
        *range(10, 13),
        14,
        15,
        16,
    ]
    with pytest.raises(Corrupt, match="no entry says that the order was registered"):
        drawn("nobody", told.read)


def test_a_source_that_ceased_for_the_order_is_told_when_it_is_empty() -> None:
    """Of what names the source only its purge belongs; another source's stays out."""
    ceased = Entry(
        EntryKind.SOURCE_CEASED, NOW, objects=(("order", ORDER), ("source", "s-1")), facts=()
    )
    purged = Entry(EntryKind.SOURCE_PURGED, NOW, objects=(("source", "s-1"),))
    other = Entry(EntryKind.SOURCE_PURGED, NOW, objects=(("source", "s-2"),))
    told = Told([*history(), ceased, purged, other])
    assert told.statement.record.done.purged == 1
    assert [leaf.index for leaf in told.counted][-2:] == [18, 19]
    verdict = verdict_on(told.files())
    assert verdict.ok
    assert any("ceased for it and were emptied: 1" in one for one in verdict.proved)


def test_a_list_is_a_packs_own(told: Told) -> None:
    listing = told.files()[pack.LISTING]
    assert pack.is_listing(listing)
    assert not pack.is_listing(b"{}")
    assert not pack.is_listing(b"not json")
    assert pack.take_listing(listing).holds


def test_the_pages_example_is_this_order(told: Told) -> None:
    """The page shows files of the order in ``order_making``, and tells of every part."""
    files = told.files()
    page = PAGE.read_text("utf-8")
    for name in (pack.STATEMENT, pack.NODES, pack.CONSISTENCY):
        assert f"```json\n{files[name].decode()}```" in page, name
    assert files[pack.ENTRIES].decode().splitlines()[1] in page
    parts = {**orders.to_json(told.statement), **orders.to_json(told.statement)["record"]}
    assert {part for part in parts if f"| `{part}` |" not in page} == set()
    shown = set(re.findall(r"[├└]── (\S+)", page))
    assert shown == {*files, "ledger/checkpoints/20.tsr"}


def test_the_page_for_authorities_quotes_what_is_said() -> None:
    """Every message in the table is one that the code says."""
    said = "".join(
        (ROOT / "src/licet/ledger" / name).read_text("utf-8")
        for name in ("verify_pack.py", "order_doubts.py", "findings.py")
    )
    said = re.sub(r'"\s+f?"', "", said)
    page = (ROOT / "docs/how-to/check-a-pack.md").read_text("utf-8")
    quoted = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert len(quoted) > 10
    for words in quoted:
        assert all(part.strip(" ,") in said for part in words.split("...")), words
