"""Proof of control of a site: a file at its root, or a record of its name."""

import hashlib
import socket

import dns.rcode
import pytest

from licet.sources.authority import NotProved, Proof
from licet.sources.site import proof as room
from licet.sources.site.place import site_of
from licet.sources.site.proof import TOKEN_PATH, prove_by_file, prove_by_record, prove_site
from licet.terms.errors import BadInput, Setup
from licet.terms.source import Control
from tests.sources.site.servers import (
    HERE,
    HOST,
    Reply,
    Web,
    dns_server,
    local_door,
    local_resolver,
    prover,
)

TOKEN = "licet 6f1c0b1e 2b7d"
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()
SITE = site_of(f"https://{HOST}/club/")


def by_file(web: Web, expected: str = TOKEN) -> Proof | NotProved:
    with local_door() as door:
        return prove_by_file(site_of(web.at("/club/")), expected, door)


@pytest.mark.parametrize("text", [TOKEN, f"{TOKEN}\n", f"  {TOKEN}\r\n"])
def test_the_token_at_the_root_proves_control(web: Web, text: str) -> None:
    web.pages[TOKEN_PATH] = Reply(text, type="text/plain")
    found = by_file(web)
    assert found == Proof(
        Control.WELL_KNOWN_TOKEN, f"token sha256 {DIGEST} at {web.at(TOKEN_PATH)}"
    )
    assert TOKEN not in found.text
    assert web.asked == [TOKEN_PATH]


@pytest.mark.parametrize(
    "text", ["", " ", "another", TOKEN[:-1], TOKEN + "x", f"{TOKEN} {TOKEN}", TOKEN + "\0" * 2000]
)
def test_another_text_proves_nothing(web: Web, text: str) -> None:
    web.pages[TOKEN_PATH] = Reply(text, type="text/plain")
    assert isinstance(by_file(web), NotProved)


def test_an_empty_token_is_never_expected(web: Web) -> None:
    web.pages[TOKEN_PATH] = Reply("", type="text/plain")
    assert isinstance(by_file(web, ""), NotProved)
    with dns_server({f"_licet.{HOST}.": ['""']}) as port:
        assert isinstance(prove_by_record(SITE, "", local_resolver(port)), NotProved)


def test_a_token_below_the_path_proves_nothing(web: Web) -> None:
    """Who may write below a path of a host does not control the host."""
    web.pages[f"/club{TOKEN_PATH}"] = Reply(TOKEN, type="text/plain")
    found = by_file(web)
    assert isinstance(found, NotProved)
    assert "404" in found.reason
    assert TOKEN_PATH in found.remedy


@pytest.mark.parametrize("location", ["/upload/mine.txt", "https://evil.example/token"])
def test_a_redirect_proves_nothing(web: Web, location: str) -> None:
    web.pages[TOKEN_PATH] = Reply(status=302, headers={"Location": location})
    web.pages["/upload/mine.txt"] = Reply(TOKEN, type="text/plain")
    assert isinstance(by_file(web), NotProved)
    assert web.asked == [TOKEN_PATH]


def test_a_site_at_home_proves_nothing(web: Web) -> None:
    """Through the ordinary door nothing of this machine is ever reached."""
    web.pages[TOKEN_PATH] = Reply(TOKEN, type="text/plain")
    found = prove_site(web.at("/"), TOKEN, Control.WELL_KNOWN_TOKEN, "ask@album.example")
    assert isinstance(found, NotProved)
    assert web.asked == []


def test_what_is_no_site_is_not_asked() -> None:
    with pytest.raises(BadInput):
        prove_site("https://127.0.0.1/", TOKEN, Control.WELL_KNOWN_TOKEN, "a@b.example")
    with pytest.raises(Setup):
        prove_site(SITE.start, TOKEN, Control.WELL_KNOWN_TOKEN, "")


@pytest.mark.parametrize("control", [Control.OWN_STORAGE, Control.SIGNED_AGREEMENT])
def test_other_ways_prove_no_site(control: Control) -> None:
    assert isinstance(prove_site(SITE.start, TOKEN, control, "a@b.example"), NotProved)


@pytest.mark.parametrize(
    "texts",
    [
        [f'"{TOKEN}"'],
        ['"v=spf1 -all"', f'"{TOKEN}"'],
        [f'"{TOKEN[:5]}" "{TOKEN[5:]}"'],
    ],
)
def test_the_record_of_the_name_proves_control(texts: list[str]) -> None:
    with dns_server({f"_licet.{HOST}.": texts}) as port:
        found = prove_by_record(SITE, TOKEN, local_resolver(port))
    assert found == Proof(Control.DNS_RECORD, f"token sha256 {DIGEST} at TXT _licet.{HOST}")


@pytest.mark.parametrize(
    "records",
    [
        {},
        {f"_licet.{HOST}.": []},
        {f"_licet.{HOST}.": ['"another"']},
        {f"{HOST}.": [f'"{TOKEN}"']},
        {"_licet.album.example.": [f'"{TOKEN}"']},
    ],
)
def test_no_record_another_or_that_of_another_name_prove_nothing(
    records: dict[str, list[str]],
) -> None:
    with dns_server(records) as port:
        found = prove_by_record(SITE, TOKEN, local_resolver(port))
    assert isinstance(found, NotProved)
    assert f"_licet.{HOST}" in found.remedy


def test_a_dns_that_fails_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with dns_server({}, dns.rcode.SERVFAIL) as port:
        assert isinstance(prove_by_record(SITE, TOKEN, local_resolver(port)), NotProved)
    monkeypatch.setattr(room, "_DNS_SECONDS", 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((HERE, 0))
        found = prove_by_record(SITE, TOKEN, local_resolver(silent.getsockname()[1]))
    assert isinstance(found, NotProved)
    assert "in time" in found.reason


def test_the_ordinary_way_asks_the_machines_own_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    with dns_server({f"_licet.{HOST}.": [f'"{TOKEN}"']}) as port:
        monkeypatch.setattr("dns.resolver.Resolver", lambda: local_resolver(port))
        found = prove_site(SITE.start, TOKEN, Control.DNS_RECORD, "")
    assert isinstance(found, Proof)


def test_what_stands_in_for_the_ordinary_way_proves_as_it_does(web: Web) -> None:
    web.pages[TOKEN_PATH] = Reply(TOKEN, type="text/plain")
    place = web.at("/club/")
    assert isinstance(prover()(place, TOKEN, Control.WELL_KNOWN_TOKEN, "a@b.example"), Proof)
    assert isinstance(prover()(place, "other", Control.WELL_KNOWN_TOKEN, "a@b.example"), NotProved)
    with dns_server({f"_licet.{HOST}.": [f'"{TOKEN}"']}) as port:
        proved = prover(dns_port=port)(SITE.start, TOKEN, Control.DNS_RECORD, "a@b.example")
    assert isinstance(proved, Proof)


def test_a_record_proves_no_site_without_a_certificate() -> None:
    """Whoever has a name may point it at another's server: it would answer for its own photos."""
    plain = site_of(f"http://{HOST}/club/")
    with dns_server({f"_licet.{HOST}.": [f'"{TOKEN}"']}) as port:
        found = prove_by_record(plain, TOKEN, local_resolver(port))
    assert isinstance(found, NotProved)
    assert "server" in found.reason
