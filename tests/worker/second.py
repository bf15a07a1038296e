"""A second process of a deployment: it searches and collects what it is told, and says when.

``python -m tests.worker.second`` reads one JSON object a line and answers with one. While it
collects it says how many photos it looked at, and when it looked at the last one.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from licet.app import App, open_app
from licet.collect import collect
from licet.search import search
from licet.terms.acting import Who
from licet.terms.collecting import Collected
from licet.terms.face import Inspection, Unreadable
from licet.terms.ids import CaseId, MemberId, SourceId
from licet.terms.permit import By
from licet.terms.search import SearchResult
from tests.fakes.deployment import CLEARANCE, AnyPhoto, FakeClock, FakeOutbox, settings_of
from tests.fakes.vision import FakeVision, photo

SLOW = 0.02
"""Seconds that looking at a photo takes here, so that somebody can stop it in the middle."""


class SlowVision(FakeVision):
    """A fake that takes its time, and notes when it looked at a photo last."""

    last = 0.0
    tells = False

    def inspect(
        self, photo: bytes, *, flips: bool = False, thorough: bool = False
    ) -> Inspection | Unreadable:
        time.sleep(SLOW)
        self.last = time.time()
        if self.tells:
            self.tells = False
            _say({"first": self.last})
        return super().inspect(photo, flips=flips, thorough=thorough)


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def _search(app: App, given: dict[str, Any]) -> dict[str, Any]:
    who = Who(By.MEMBER, (MemberId(given["member"]),))
    probe = photo(given["person"], shot=given["shot"])
    done = search(app, who, CaseId(given["case"]), CLEARANCE, probe)
    if isinstance(done, SearchResult):
        return {"found": len(done.candidates), "in_scope": done.in_scope}
    return {"refused": done.reason}


def _collect(app: App, given: dict[str, Any]) -> dict[str, Any]:
    who = Who(By.MEMBER, (MemberId(given["member"]),))
    vision = app.vision
    assert isinstance(vision, SlowVision)
    before, vision.tells = vision.inspected, True
    done = collect(app, who, SourceId(given["source"]))
    said: dict[str, Any] = {"last": vision.last, "looked": vision.inspected - before}
    return said if isinstance(done, Collected) else {**said, "refused": done.reason}


def main() -> None:
    given = json.loads(sys.stdin.readline())
    app = open_app(
        settings_of(Path(given["home"]), given["url"]),
        clock=FakeClock(),
        vision=SlowVision(),
        outbox=FakeOutbox(),
        fixture_photos=AnyPhoto(),
    )
    _say({"open": True})
    for line in sys.stdin:
        given = json.loads(line)
        _say((_search if given["do"] == "search" else _collect)(app, given))
    app.close()


if __name__ == "__main__":
    main()
