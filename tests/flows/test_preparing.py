"""A deployment is prepared by two, and by nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licet.cli import signing
from licet.consent.purposes import table
from licet.preparing import is_ready, prepare
from licet.terms.duties import Place, StoreName
from licet.terms.errors import BadInput, Conflict
from licet.terms.ids import Territory
from licet.terms.ledger import Entry, EntryKind
from licet.terms.permit import Refusal
from tests.fakes.deployment import World
from tests.redteam.real import RealWorld, new_real_world, preparation, prepared


@pytest.fixture
def bare(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[RealWorld]:
    """Give a real deployment in which nothing was filed yet."""
    made = new_real_world(tmp_path / "home", new_database("sqlite"), filed=False)
    yield made
    made.app.close()


def _prepared(world: RealWorld, *names: str, **parts: object) -> int | Refusal:
    wish = preparation(**parts)
    return prepare(world.app, world.signed(signing.preparing(wish), *names), wish)


def test_what_is_missing_is_said_until_nothing_is(bare: RealWorld) -> None:
    lacks = [one.article for one in is_ready(bare.app).lacks]
    assert lacks == ["GDPR 35", "GDPR 14", "GDPR 26-28", "AI Act 6", *["GDPR 30(1)(e)"] * 3]
    prepared(bare)
    ready = is_ready(bare.app)
    assert ready.lacks == ()
    assert ready.prepared_at == bare.clock()


def test_what_was_filed_is_in_the_ledger_and_nobody_is_named_there(bare: RealWorld) -> None:
    named = "Harriet Harbour, 1 Quay, Hamburg"
    leaf = _prepared(bare, "steward", "officer", established_in_eu=False, representative=named)
    assert isinstance(leaf, int)
    with bare.app.store.read() as reader:
        (entry,) = reader.leaves.get(leaf, leaf + 1)
        stored = reader.deployment.get()
    assert EntryKind.DEPLOYMENT_PREPARED.value.encode() in entry.data
    for digest in ("ef" * 32, "fe" * 32, "fa" * 32):
        assert digest.encode() in entry.data
    assert b"Harriet" not in entry.data
    assert stored is not None
    assert stored.eu_representative == named


def test_what_is_filed_again_counts_from_then_on(bare: RealWorld) -> None:
    prepared(bare)
    bare.clock.go(days=100)
    prepared(bare, impact_assessment="aa" * 32)
    with bare.app.store.read() as reader:
        stored = reader.deployment.get()
    assert stored is not None
    assert (stored.dpia_digest, stored.prepared_at) == ("aa" * 32, bare.clock())


def test_what_is_no_paper_is_not_filed(bare: RealWorld) -> None:
    refused = _prepared(bare, "steward", "officer", impact_assessment="a binder")
    assert isinstance(refused, Refusal)
    assert refused.reason == "evidence_not_a_digest"
    for part in ("source_notice", "role_agreement"):
        with pytest.raises(BadInput, match="SHA-256"):
            _prepared(bare, "steward", "officer", **{part: "a sign"})
    assert is_ready(bare.app).prepared_at is None


def test_half_a_statement_is_no_statement(bare: RealWorld) -> None:
    with pytest.raises(BadInput, match="classification"):
        _prepared(bare, "steward", "officer", classification=" ")
    twice = tuple(Place(StoreName.KEYS, Territory(one), "us") for one in ("FR", "US"))
    with pytest.raises(BadInput, match="twice"):
        _prepared(bare, "steward", "officer", places=twice)


def test_a_sandbox_never_becomes_real(world: World) -> None:
    with pytest.raises(Conflict, match="sandbox"):
        prepare(world.app, world.who("steward", "officer"), preparation())
    assert is_ready(world.app).lacks == ()


def _assessed(world: RealWorld, digest: str) -> None:
    """Let the last assessment be of another list, as after an update that brings a purpose."""
    with world.app.store.unit() as unit:
        former = unit.deployment.get()
        assert former is not None
        unit.deployment.put(replace(former, purposes=digest))
        unit.record(Entry(EntryKind.ALERTED, unit.now))


def test_a_changed_list_of_purposes_waits_for_an_assessment_of_it(bare: RealWorld) -> None:
    prepared(bare)
    assert is_ready(bare.app).lacks == ()
    _assessed(bare, "aa" * 32)
    assert [one.article for one in is_ready(bare.app).lacks] == ["GDPR 35(11)"]
    with pytest.raises(Conflict, match="of the former one"):
        _prepared(bare, "steward", "officer")
    leaf = _prepared(bare, "steward", "officer", impact_assessment="ad" * 32)
    assert isinstance(leaf, int)
    assert is_ready(bare.app).lacks == ()
    with bare.app.store.read() as reader:
        changed = reader.leaves.get(leaf, leaf + 2)[1].data.decode()
    assert '"kind":"purposes.changed"' in changed
    for said in ("aa" * 32, table().digest, "ad" * 32):
        assert said in changed


def test_what_was_assessed_is_assessed_once(bare: RealWorld) -> None:
    """Papers filed again for the same list leave no second entry of a change."""
    prepared(bare)
    prepared(bare, impact_assessment="ad" * 32)
    with bare.app.store.read() as reader:
        entries = reader.leaves.get(0, reader.head.size)
    assert sum(b'"purposes.changed"' in one.data for one in entries) == 1
