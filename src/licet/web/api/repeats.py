"""Calls that may be made again: ``Idempotency-Key`` (draft-ietf-httpapi-idempotency-key).

Within this process the same key waits for the first call to end; over several processes the
second to finish is told that the first answered.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from licet.app import App
from licet.repeating import Repeatable, keep, kept
from licet.web.comers import Known, TheApp

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        # What was answered is sealed under this word alone: a short one is soon guessed.
        pattern=r"^([\x21-\x7e]{16,200})?$",
        description="A word of your own for this call, of 16 characters or more (a UUID): made "
        "again within a day, it gets the same answer, without what may not be shown any more.",
    ),
]

_turns: dict[tuple[str, str], threading.Lock] = {}
_gate = threading.Lock()


@dataclass(frozen=True, slots=True)
class Call:
    """A call that may be made again; ``word`` is empty where the caller gave it no key."""

    app: App
    holder: str
    word: str
    address: str

    def once(
        self, body: bytes, act: Callable[[], bytes], still: Callable[[bytes], bytes]
    ) -> Response:
        """Answer by acting, or with what may still be said of what was answered before (201).

        ``body`` is everything that was asked beside the address; both functions return JSON.
        Raises ``Conflict`` when the key was used for something else.
        """
        if not self.word:
            return _json(act(), 201)
        asked = sha256(f"{self.address}\n".encode() + body).digest()
        call = Repeatable(self.holder, self.word, asked)
        with _turn(call):
            before = kept(self.app, call)
            if before is not None:
                return _json(still(before[1]), before[0], again=True)
            answer = act()
            keep(self.app, call, 201, answer)
        return _json(answer, 201)


def _call(app: TheApp, comer: Known, request: Request, word: Key = "") -> Call:
    address = f"{request.method} {request.url.path}"
    return Call(app, str(comer.myself.member), word, address)


Repeats = Annotated[Call, Depends(_call)]


@contextmanager
def _turn(call: Repeatable) -> Iterator[None]:
    name = (call.holder, call.word)
    with _gate:
        lock = _turns.setdefault(name, threading.Lock())
    with lock:
        try:
            yield
        finally:
            with _gate:
                _turns.pop(name, None)


def _json(body: bytes, status: int, *, again: bool = False) -> Response:
    headers = {"idempotent-replayed": "true"} if again else {}
    return Response(body, status, headers, media_type="application/json")
