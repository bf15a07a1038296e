"""D5: an order closes only with a pack that was sent, and that verifies offline.

A regulator was sent no proof that its order had been carried out. Here nobody can close an
order before a pack went out, nothing but a pack that holds counts as one, and a stranger
checks it with one command on a machine that has nothing but the file.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from licet.rights import ordering
from licet.rights.ordering import Confirmed, Registered
from licet.rights.proving import pack_of, require_pack
from licet.terms.errors import BadInput
from licet.terms.ids import OrderId, Territory
from licet.terms.permit import Refusal
from licet.worker import run_once
from tests.fakes.asking import proves, writes
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order

SECONDS = 5


def _carried_out(world: World) -> OrderId:
    """Somebody in France asked for her data before the order to erase her came."""
    world.enrolled("anna", residence=Territory("FR"))
    proves(world, writes(world, "anna@example.org", photo_follows=False))
    done = ordering.register(world.app, world.who("steward"), an_order())
    assert isinstance(done, Registered), done
    both = world.who("officer", "steward")
    assert isinstance(ordering.confirm(world.app, both, done.order), Confirmed)
    assert run_once(world.app).problems == ()
    return done.order


def _alone(*words: str, elsewhere: Path) -> tuple[float, subprocess.CompletedProcess[str]]:
    """Run licet in an empty folder, with nothing of this machine in its environment.

    Returns the seconds that it computed too: others may keep this machine busy meanwhile.
    """
    licet = str(Path(sys.executable).with_name("licet"))
    bare = {"PATH": os.environ["PATH"], "HOME": str(elsewhere), "LANG": "C.UTF-8"}
    before = _computed()
    done = subprocess.run(
        [licet, *words], cwd=elsewhere, env=bare, capture_output=True, text=True, check=False
    )
    return _computed() - before, done


def _computed() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_an_order_closes_only_with_a_pack_that_was_sent_and_holds(
    world: World, tmp_path: Path
) -> None:
    order, steward = _carried_out(world), world.who("steward")
    early = ordering.close(world.app, steward, order)
    assert isinstance(early, Refusal)
    assert early.reason == "order_not_sent"
    with pytest.raises(BadInput, match="no pack"):
        require_pack(world.app, order, b"Dear authority, all is well.")
    made = pack_of(world.app, steward, order)
    assert not isinstance(made, Refusal)
    _a_stranger_checks_it(made.data, world.app.ledger_key.vkey, tmp_path)
    digest = require_pack(world.app, order, made.data)
    assert isinstance(ordering.sent(world.app, steward, order, digest), int)
    assert isinstance(ordering.close(world.app, steward, order), int)


def _a_stranger_checks_it(data: bytes, vkey: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    file = elsewhere / "pack.zip"
    file.write_bytes(data)
    took, said = _alone("verify", "pack.zip", "--vkey", vkey, elsewhere=elsewhere)
    assert said.returncode == 0, said.stderr
    first, *lines = said.stdout.splitlines()
    assert first.startswith("pack: holds, UNWITNESSED")
    assert any("requests answered before anybody was erased: 1" in one for one in lines)
    assert any("that nothing was done which was never entered" in one for one in lines)
    assert took < SECONDS
    _changed(file, elsewhere / "changed.zip")
    _, found = _alone("verify", "changed.zip", "--vkey", vkey, "--json", elsewhere=elsewhere)
    assert found.returncode == 6
    assert json.loads(found.stdout)["problems"] == [
        "order.toml is not the file that was signed",
        "order.toml is not the text that was registered",
    ]


def _changed(file: Path, into: Path) -> None:
    """Write the pack again with one byte of the order changed."""
    with ZipFile(file) as whole, ZipFile(into, "w") as other:
        for name in whole.namelist():
            data = whole.read(name)
            other.writestr(name, data.replace(b"FR", b"FX", 1) if name == "order.toml" else data)
