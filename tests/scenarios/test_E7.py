"""E7: one command ends a deployment, and its ledger stays verifiable.

Everybody is told, open requests are answered first, all keys are destroyed, the
certificate is checked on a machine that has nothing but the file and the public key.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from licet.collect import collect
from licet.rights.closing import Closing, certificate_of_end, close_deployment
from licet.rights.intake import prove, receive
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.errors import Ended
from licet.terms.permit import Refusal
from licet.terms.rights import Proved, Received, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World, settings_of
from tests.fakes.vision import photo


def _filled(world: World) -> None:
    """Two people: one was searched, one has just asked for her data; photos of both."""
    world.enrolled("anna")
    world.enrolled("bea")
    source = world.source(world.folder(a=photo("anna"), b=photo("bea", shot=1)))
    collect(world.app, world.who("steward"), source.id)
    probe = photo("anna", shot=7)
    case = world.case(probe)
    search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    wish = RequestWish(RightKind.ACCESS, "bea@example.org", "bea", "What do you have of me?")
    done = receive(world.app, SUBJECT, wish)
    assert isinstance(done, Received), done
    assert isinstance(prove(world.app, done.request, world.outbox.code()), Proved)


def test_one_command_ends_a_deployment(world: World, tmp_path: Path) -> None:
    _filled(world)
    backed = len(world.outbox.letters)
    alone = close_deployment(world.app, world.who("officer"), world.organisation)
    assert isinstance(alone, Refusal), "nobody ends it alone"
    done = close_deployment(world.app, world.who("steward", "officer"), world.organisation)
    assert isinstance(done, Closing), done
    run_once(world.app)
    kinds = _kinds(world)
    assert kinds.index("request.delivered") < kinds.index("source.ceased"), "answered first"
    letters = world.outbox.letters[backed:]
    closing = [one for one in letters if one.subject.startswith("We stop")]
    assert {one.to for one in closing} == {"anna@example.org", "bea@example.org"}
    assert any(one.attachments for one in letters if one.to == "bea@example.org"), "her package"
    with world.app.store.read() as reader:
        assert reader.subjects.count_left() == 0
        assert reader.templates.count() == reader.items.count() == 0
    world.clock.go(days=190)  # who searched anna stays readable with two keys for six months
    assert run_once(world.app).closed
    vkey = world.app.ledger_key.vkey
    certificate = tmp_path / "end.json"
    certificate.write_bytes(certificate_of_end(settings_of(world.home, world.url), world.clock))
    said = _verified(certificate, vkey, tmp_path)
    assert said["ok"], said
    assert said["kind"] == "closing-certificate"
    assert world.app.keyring.ids() == ()
    assert world.app.service.epochs() == ()
    with pytest.raises(Ended, match="ended for good"):
        world.reopen()
    assert _kinds(world)[-1] == "deployment.closed"
    assert world.app.tiles.check() == ()


def _kinds(world: World) -> list[str]:
    with world.app.store.read() as reader:
        leaves = reader.leaves.get(0, reader.head.size)
    return [json.loads(leaf.data)["kind"] for leaf in leaves]


def _verified(file: Path, vkey: str, elsewhere: Path) -> dict[str, object]:
    """Check the certificate as a stranger does: another folder, no deployment."""
    licet = str(Path(sys.executable).with_name("licet"))
    words = [licet, "verify", str(file), "--vkey", vkey, "--json"]
    done = subprocess.run(words, cwd=elsewhere, capture_output=True, check=False, timeout=60)
    found: dict[str, object] = json.loads(done.stdout)
    return found
