"""A process that dies by SIGKILL at a boundary, again and again.

It loads everything once and then forks a child for each order that comes on its input, a
line of JSON: where the deployment is, which deed to do, at which boundary to die and at
which passing of it. The child opens the deployment itself, as any process would. It
answers with the child's exit status, and with the boundaries passed when none was fatal.

An order that says which boundaries to ``avoid`` kills at the first other one, and answers
with its name: so a deed that is begun again and again dies once at each. One that says
``among`` which to die kills at no other.

One that asks what is ``left`` at each passing hears that too, as a digest of what lies in
the files then: who dies where nothing was written since the boundary before leaves the same.
"""

import hashlib
import json
import os
import signal
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

from licet.app import App, open_app
from licet.enrol import enrol
from licet.granting import ask_grant, confirm, withdraw
from licet.rights.erase import erase
from licet.terms.acting import SUBJECT, Who
from licet.terms.basis import Relationship
from licet.terms.errors import Ended
from licet.terms.grant import Identity
from licet.terms.granting import Asked, GrantWish
from licet.terms.ids import GrantId, MemberId, OrganisationId, SubjectId
from licet.terms.permit import By
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, AnyPhoto, FakeClock, FakeOutbox, settings_of
from tests.fakes.vision import FakeVision, photo

Order = dict[str, Any]


class Passing:
    """Counts the passings of each boundary, and kills the process at one of them."""

    def __init__(self, order: Order, say: int) -> None:
        self.passed: list[str] = []
        self.left: list[str] = []
        self._where, self._left = order.get("where", ""), order.get("times", 1)
        self._avoid, self._say = order.get("avoid"), say
        self._among = order.get("among")
        self._looked_at = [Path(one) for one in order.get("left", ())]

    def __call__(self, name: str) -> None:
        self.passed.append(name)
        if self._looked_at:
            self.left.append(_written(self._looked_at))
        among = self._among is None or name in self._among
        if self._avoid is not None and name not in self._avoid and among:
            os.write(self._say, json.dumps([name]).encode())
            os.kill(os.getpid(), signal.SIGKILL)
        if name == self._where:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def _written(folders: list[Path]) -> str:
    """Return a digest over what was written to these folders so far."""
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    running = hashlib.sha256()
    for file in files:
        if not file.name.endswith("-shm"):  # An index of the file beside it, made anew.
            running.update(str(file).encode() + b"\0" + file.read_bytes())
    return running.hexdigest()


def _open(order: Order, at: Passing, outbox: FakeOutbox) -> App:
    clock = FakeClock(datetime.fromisoformat(order["now"])) if "now" in order else FakeClock()
    return open_app(
        settings_of(Path(order["home"]), order["url"]),
        clock=clock,
        at=at,
        vision=FakeVision(),
        outbox=outbox,
        fixture_photos=AnyPhoto(),
    )


def _grant(app: App, order: Order, outbox: FakeOutbox) -> None:
    wish = GrantWish(
        OrganisationId(order["organisation"]),
        CLEARANCE,
        Relationship.PICTURED,
        Identity(order["name"], f"{order['name']}@example.org", "1980-05-17"),
    )
    asked = ask_grant(app, _steward(order), wish)
    assert isinstance(asked, Asked), asked
    confirm(app, asked.grant, outbox.code())


def _enrol(app: App, order: Order, _outbox: FakeOutbox) -> None:
    photos = tuple(photo(order["name"], shot=n) for n in range(3))
    both = Who(By.MEMBER, (MemberId(order["steward"]), MemberId(order["officer"])))
    enrol(app, both, GrantId(order["grant"]), photos, 1)


def _withdraw(app: App, order: Order, _outbox: FakeOutbox) -> None:
    withdraw(app, SUBJECT, GrantId(order["grant"]))


def _erase(app: App, order: Order, _outbox: FakeOutbox) -> None:
    erase(app, SUBJECT, SubjectId(order["subject"]))


def _work(app: App, _order: Order, _outbox: FakeOutbox) -> None:
    done = run_once(app)
    assert done.problems == (), done


DEEDS = {
    "grant": _grant,
    "enrol": _enrol,
    "withdraw": _withdraw,
    "erase": _erase,
    "work": _work,
}


def _steward(order: Order) -> Who:
    return Who(By.MEMBER, (MemberId(order["steward"]),))


def _live(order: Order, say: int) -> None:
    """Be the child: open, do the deed, and say what was passed if still alive."""
    outbox = FakeOutbox()
    at = Passing(order, say)
    try:
        app = _open(order, at, outbox)
    except Ended:
        # Whoever was killed before had ended the deployment: there is nothing to do.
        assert order["deed"] == "work"
    else:
        DEEDS[order["deed"]](app, order, outbox)
        app.close()
    said = {"passed": at.passed, "left": at.left} if order.get("left") else at.passed
    os.write(say, json.dumps(said).encode())


def _fork(order: Order) -> dict[str, Any]:
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(hear)
            _live(order, say)
            status = 0
        except Exception:  # noqa: BLE001 - told here, since nothing after this will
            traceback.print_exc()
        finally:
            # Nothing of the parent's may run again in the child.
            os._exit(status)
    os.close(say)
    with os.fdopen(hear, "rb") as stream:
        passed = stream.read()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    said = json.loads(passed) if passed else []
    return {"code": code, **(said if isinstance(said, dict) else {"passed": said})}


def main() -> None:
    """Answer orders until the input ends."""
    from licet.gallery.exact import ExactGallery

    assert ExactGallery
    for line in sys.stdin:
        print(json.dumps(_fork(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
