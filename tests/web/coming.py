"""Browsers and programs that are known at the door of a world."""

import json
from datetime import timedelta

from starlette.testclient import TestClient

from licet import admitting, signing_in
from licet.cli import signing
from licet.terms.admission import ApiKeyMade, ApiKeyWish
from licet.web.comers import Comer
from tests.fakes.authenticator import SoftAuthenticator
from tests.fakes.deployment import CLEARANCE
from tests.redteam.real import RealWorld
from tests.web.doors import SERVING


def sign_in(browser: TestClient, device: SoftAuthenticator) -> None:
    """Sign in as a browser does: ask, tap, answer. The cookie and the page's word stay."""
    options = browser.post("/sign-in/begin").text
    done = browser.post("/sign-in", json={"answer": device.answer(options).decode()})
    assert done.status_code == 200, done.text
    remember_word(browser)


def remember_word(browser: TestClient) -> None:
    """Send the session's own word from now on, as our pages do."""
    token = browser.cookies[SERVING.cookie]
    browser.headers["x-csrf-token"] = word_of(token)


def word_of(token: str) -> str:
    return Comer.word.fget(Comer(None, None, token))  # type: ignore[attr-defined, arg-type]


def program(browser: TestClient, world: RealWorld, name: str) -> TestClient:
    """Make a browser a program with an API key of a member."""
    wish = ApiKeyWish(world.people[name], CLEARANCE, world.clock() + timedelta(days=30))
    two = world.signed(signing.making_api_key(wish), "steward", "officer")
    made = admitting.make_api_key(world.app, two, wish)
    assert isinstance(made, ApiKeyMade), made
    browser.headers["authorization"] = f"Bearer {made.secret}"
    del browser.headers["origin"]
    return browser


def signature(sign: dict[str, str], device: SoftAuthenticator) -> dict[str, str]:
    """Sign what a refusal says is to be signed, and give it as the header."""
    from tests.fakes.authenticator import text

    assert json.loads(sign["options"])["userVerification"] == "required"
    return {"licet-signature": f"{sign['at']} {text(device.answer(sign['options']))}"}


def by_name(browser: TestClient, member: str) -> None:
    """Sign in by name, in a sandbox."""
    done = browser.post("/sign-in/name", data={"member": member})
    assert done.status_code == 303, done.text
    remember_word(browser)


__all__ = ["by_name", "program", "sign_in", "signature", "signing_in", "word_of"]
