"""A pack tells who outside saw the ledger, and when: a real witness, a real timestamp."""

from dataclasses import replace
from pathlib import Path

from licet.effects.proving.packing import write_pack
from licet.effects.stamping import stamp_ledger
from licet.effects.witnessing import show_to_witnesses
from licet.ledger import pack as packs
from licet.ledger.stamp import read_authorities
from licet.rights import ordering
from licet.rights.ordering import Confirmed, Registered
from licet.terms.ids import Territory
from licet.worker import run_once
from tests.effects.test_proving import Told
from tests.fakes.authority import LocalAuthority
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order
from tests.fakes.web import http_server
from tests.fakes.witness import LocalWitness


def test_a_pack_tells_who_saw_the_ledger_and_when(world: World, tmp_path: Path) -> None:
    """Registered, seen, carried out, seen again: each between two moments that others know."""
    vkey = world.app.ledger_key.vkey
    witness = LocalWitness("w.example/1", 11, tmp_path / "w.json").knows(vkey)
    authority, other = LocalAuthority(), LocalAuthority(called="Somebody Else")
    roots = tmp_path / "roots.txt"
    roots.write_bytes(authority.pem)
    with http_server(witness.answer) as one, http_server(authority.answer) as stamps:
        settings = world.app.settings.model_copy(
            update={
                "witnesses": (witness.vkey,),
                "witness_urls": (one,),
                "timestamp_url": stamps,
                "timestamp_authorities": roots,
            }
        )
        app = world.app = replace(world.app, settings=settings)
        world.granted("anna", residence=Territory("FR"))
        done = ordering.register(app, world.who("steward"), an_order())
        assert isinstance(done, Registered)
        show_to_witnesses(app)
        both = world.who("officer", "steward")
        assert isinstance(ordering.confirm(app, both, done.order), Confirmed)
        assert run_once(app).problems == ()
        show_to_witnesses(app)
        stamp_ledger(app)
    made = write_pack(app, done.order)
    assert made.witnessed >= 1
    told = Told.of(made)
    trusted = read_authorities(authority.pem)
    verdict = told.verdict(vkey, witnesses=(witness.vkey,), authorities=trusted)
    assert verdict.problems == ()
    said = [one for one in verdict.proved if one.startswith("the witness w.example/1 saw")]
    assert len(said) >= 2
    assert any("Harbour Time" in one and "stamped" in one for one in verdict.proved)
    assert not any("no witness" in one for one in verdict.rests_on_word)
    _what_is_not_trusted_counts_for_nothing(told, vkey, other, authority)


def _what_is_not_trusted_counts_for_nothing(
    told: Told, vkey: str, other: LocalAuthority, authority: LocalAuthority
) -> None:
    nobody = told.verdict(vkey)
    assert nobody.ok
    assert "no witness you named" in nobody.rests_on_word[0]
    assert any("you named no timestamp authority" in one for one in nobody.rests_on_word)
    wrong = told.verdict(vkey, authorities=read_authorities(other.pem))
    assert any("no certificate that you trust stands behind it" in one for one in wrong.problems)
    stamped = next(name for name in told.files if name.endswith(packs.STAMP))
    changed = Told({**told.files, stamped: told.files[stamped][:-1] + b"\x00"})
    assert not changed.verdict(vkey, authorities=read_authorities(authority.pem)).ok
