"""The line to a deployment: keys, tries, parts of lists, problems as exceptions."""

import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx2

from licet.client.problems import Busy, Problem, problem_of

Told = dict[str, Any]
"""What the API tells of one thing, as JSON."""

File = bytes | tuple[str, bytes]
"""The bytes of a file, or its name and its bytes."""

PREFIX = "/api/v1"
TRIES = 3
LONGEST_WAIT = 30.0
MOST = 200
"""Rows of one part of a list."""


class Line:
    """One deployment, asked with one API key. Close it, or use it in a ``with``.

    A call is tried again when the line breaks, or when the server says that it is busy: what
    changes something carries an idempotency key, so that nothing happens twice.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        seconds: float = 60.0,
        wait: Callable[[float], None] = time.sleep,
        transport: httpx2.BaseTransport | None = None,
        verify: Any = True,
    ) -> None:
        """``address`` is the deployment's (``https://licet.example.org``), ``key`` an API key."""
        self._wait = wait
        self._line = httpx2.Client(
            base_url=address.rstrip("/"),
            headers={"authorization": f"Bearer {key}", "accept": "application/json"},
            timeout=seconds,
            transport=transport,
            verify=verify,
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close the line."""
        self.close()

    def close(self) -> None:
        """Close the line."""
        self._line.close()

    def _told(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        asked: Mapping[str, object] | None = None,
        file: tuple[str, File] | None = None,
        fields: Mapping[str, object] | None = None,
        once: bool = False,
    ) -> Told:
        more: dict[str, Any] = {"params": _without_none(asked)}
        if file is not None:
            name, given = file
            more["files"] = {name: given if isinstance(given, tuple) else (name, given)}
            more["data"] = {key: str(value) for key, value in _without_none(fields).items()}
        elif body is not None:
            more["json"] = dict(body)
        headers = {"idempotency-key": str(uuid4())} if once else {}
        found: Told = self._asked(verb, path, headers, more).json()
        return found

    def _several(self, verb: str, path: str) -> list[Told]:
        found: list[Told] = self._asked(verb, path, {}, {}).json()
        return found

    def _each(
        self, verb: str, path: str, *, asked: Mapping[str, object] | None = None
    ) -> Iterator[Told]:
        """Yield every row of a list, a part at a time."""
        cursor: str | None = ""
        while cursor is not None:
            part = self._told(verb, path, asked={**(asked or {}), "limit": MOST, "cursor": cursor})
            yield from part["items"]
            cursor = part["next"]

    def _text(self, verb: str, path: str) -> str:
        return self._asked(verb, path, {}, {}).text

    def _bytes(self, verb: str, path: str) -> bytes:
        return self._asked(verb, path, {}, {}).content

    def _asked(
        self, verb: str, path: str, headers: Mapping[str, str], more: Mapping[str, Any]
    ) -> httpx2.Response:
        """Ask until there is an answer, or it is known that there will be none."""
        may_repeat = verb == "GET" or "idempotency-key" in headers
        for left in reversed(range(TRIES if may_repeat else 1)):
            try:
                answer = self._line.request(verb, PREFIX + path, headers=dict(headers), **more)
            except httpx2.TransportError:
                if not left:
                    raise
                self._wait(1.0)
                continue
            if answer.is_success:
                return answer
            problem = _problem(answer)
            if not left or not isinstance(problem, Busy):
                raise problem
            self._wait(min(problem.after, LONGEST_WAIT))
        raise AssertionError("the last try returns or raises")  # pragma: no cover - never reached


def _problem(answer: httpx2.Response) -> Problem:
    said = answer.headers.get("content-type", "")
    told = answer.json() if "json" in said else {}
    return problem_of(answer.status_code, told, answer.headers.get("retry-after", ""))


def _without_none(given: Mapping[str, object] | None) -> dict[str, Any]:
    return {name: value for name, value in (given or {}).items() if value is not None}
