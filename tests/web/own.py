"""A data subject at the web door, for tests: they come by the code that went to their mail."""

from starlette.testclient import TestClient

from licet.web.visitors import Own
from tests.fakes.deployment import World
from tests.web.doors import SERVING


def comes_by_code(browser: TestClient, world: World, contact: str) -> str:
    """Ask for a code, give it back, and return the session's own word."""
    assert browser.post("/me/sign-in", data={"contact": contact}).status_code == 303
    done = browser.post("/me/code", data={"code": world.outbox.code()})
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    return word_of(browser)


def word_of(browser: TestClient) -> str:
    """Return the word of the session that a browser holds."""
    token = browser.cookies[SERVING.own_cookie]
    return Own.word.fget(Own(None, token))  # type: ignore[attr-defined, arg-type]
