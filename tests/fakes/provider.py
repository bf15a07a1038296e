"""An identity provider in a process of its own, and somebody who signs in there."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

PROCESS = Path(__file__).with_name("provider_process.py")


@dataclass(frozen=True)
class RealProvider:
    """Where a provider listens; its issuer is that very address."""

    issuer: str

    def says(self, subject: str, **claims: object) -> None:
        """Let it say this of somebody from now on, whatever else it would say."""
        told = _line().put(f"{self.issuer}/users/{subject}", json=claims)
        assert told.status_code == 204, told.text

    def turn(self) -> None:
        """Let it sign with another key from now on."""
        assert _line().post(f"{self.issuer}/turn").status_code == 204

    def answered(self, address: str, subject: str, **form: str) -> dict[str, str]:
        """Sign in there as somebody, and return what it sends a browser back with."""
        done = _line().post(address, data={"sub": subject, **form}, follow_redirects=False)
        assert done.status_code == 302, done.text
        back = parse_qs(urlsplit(done.headers["location"]).query)
        return {name: values[0] for name, values in back.items()}


@cache
def _line() -> httpx2.Client:
    """One line for all: to read whom certificates lead to takes longer than an answer."""
    return httpx2.Client(verify=False)


def asked_of(address: str) -> dict[str, Any]:
    """What a browser is sent to a provider with."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@contextlib.contextmanager
def real_provider() -> Iterator[RealProvider]:
    """Run one until the block ends."""
    made = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(PROCESS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
    )
    try:
        assert made.stdout is not None
        yield RealProvider(f"http://localhost:{int(made.stdout.readline())}")
    finally:
        made.kill()
        made.wait()
        assert made.stdout is not None
        made.stdout.close()
