"""The place that a site stands for, and the one spelling of its addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.site.place import Site, path_of, site_of, spell
from licet.sources.site.trace import Stop
from licet.terms.errors import BadInput

SITE = site_of("https://www.album.example/club/photos")
BASE = SITE.start + "2024/"


@pytest.mark.parametrize(
    ("place", "site"),
    [
        ("https://www.album.example", Site("https", "www.album.example", 443, "/")),
        (" HTTPS://WWW.Album.Example:443/a ", Site("https", "www.album.example", 443, "/a/")),
        ("http://album.example:8080/a/b/", Site("http", "album.example", 8080, "/a/b/")),
        ("https://bücher.example/ü", Site("https", "xn--bcher-kva.example", 443, "/%C3%BC/")),
        ("https://album.example./x/../y", Site("https", "album.example", 443, "/y/")),
    ],
)
def test_a_place_is_a_host_and_a_path(place: str, site: Site) -> None:
    assert site_of(place) == site
    assert site_of(site.start) == site


@pytest.mark.parametrize(
    "place",
    [
        "",
        "album.example",
        "/srv/photos",
        "file:///etc/passwd",
        "ftp://album.example/",
        "gopher://album.example/",
        "https://",
        "https://album/",
        "https://localhost/",
        "https://a.localhost/",
        "https://router.local/",
        "https://db.internal/",
        "https://1.0.0.127.in-addr.arpa/",
        "https://x.onion/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://a.0x7f/",
        "https://１２７.0.0.1/",  # noqa: RUF001 - digits that are not ASCII become ones that are
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://me@album.example/",
        "https://me:secret@album.example/",
        "https://album.example@evil.example/",
        "https://album.example:22/",
        "https://album.example:99999/",
        "https://album.example:x/",
        "https://album.example/?all",
        "https://album.example/#top",
        "https://album.example/..%2fx",
        "https://album.example/fetch/https://other.example",
        "https://album.example\\@evil.example/",
        "https://a_.example b/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "https://xn--\udcff.example/",
    ],
)
def test_what_is_no_public_place_is_refused(place: str) -> None:
    with pytest.raises(BadInput):
        site_of(place)


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("a.jpg", "/club/photos/2024/a.jpg"),
        ("../b.jpg", "/club/photos/b.jpg"),
        ("./", "/club/photos/2024/"),
        ("?page=2", "/club/photos/2024/?page=2"),
        ("?utm_source=x&page=2&fbclid=1", "/club/photos/2024/?page=2"),
        ("?utm_source=x", "/club/photos/2024/"),
        ("/club/photos", "/club/photos"),
        ("a.jpg#top", "/club/photos/2024/a.jpg"),
        ("%61%2e%6apg", "/club/photos/2024/a.jpg"),
        ("a%c3%a4 ä.jpg", "/club/photos/2024/a%C3%A4%20%C3%A4.jpg"),
        (" a\n.jp\tg ", "/club/photos/2024/a.jpg"),
        ("//WWW.ALBUM.example:443/club/photos/x", "/club/photos/x"),
        ("x//y", "/club/photos/2024/x/y"),
        ("//www.album.example//club///photos//", "/club/photos/"),
        ("50%.jpg", "/club/photos/2024/50%25.jpg"),
    ],
)
def test_an_address_has_one_spelling(link: str, path: str) -> None:
    found = spell(link, BASE)
    assert found == SITE.origin + path
    assert SITE.outside(found) is None
    assert path_of(found) == path


@pytest.mark.parametrize(
    "link",
    [
        "../../x.jpg",
        "/club/photosx/a.jpg",
        "/club/photo",
        "/",
        "/club/photos/../secret",
        "/club/photos/%2e%2e/secret",
        "/club/photos/%2E./secret",
        "/club/photos/..%2fsecret",
        "/club/photos/..%5csecret",
        "/club/photos/%252e%252e%252fsecret",
        "/club/photos/..;/secret",
        "/club/photos/a?file=../../etc/passwd",
        "/club/photos/resize?url=https://other.example/a.jpg",
        "/club/photos/resize?url=https%3A%2F%2Fother.example%2Fa.jpg",
        "/club/photos/resize?url=%2F%2Fother.example%2Fa.jpg",
        "/club/photos/https://other.example/a.jpg",
        "//evil.example/club/photos/a.jpg",
        "http://www.album.example/club/photos/a.jpg",
        "https://www.album.example:8443/club/photos/a.jpg",
        "https://album.example/club/photos/a.jpg",
        "https://www.album.example.evil.example/club/photos/a.jpg",
        "https://www.album.example@evil.example/club/photos/a.jpg",
        "https://me@www.album.example/club/photos/a.jpg",
        "https://127.0.0.1/club/photos/a.jpg",
        "https://[::1]/club/photos/a.jpg",
        "\\\\evil.example\\a.jpg",
        "/\\evil.example/a.jpg",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "file:///etc/passwd",
        "https://[::1",
        "https://a..b/",
        "a\0.jpg",
        "",
    ],
)
def test_nothing_else_is_inside(link: str) -> None:
    found = spell(link, BASE)
    assert isinstance(found, Stop) or SITE.outside(found) is not None


texts = st.text(st.sampled_from("ab./%25eEfF\\?&=#:@;ä \t\x00-") | st.characters(), max_size=30)


@given(texts)
def test_spelling_twice_changes_nothing(link: str) -> None:
    found = spell(link, BASE)
    if isinstance(found, str):
        assert spell(found) == found
        assert found.isascii()
        assert found.isprintable()
        assert "#" not in found


@given(st.lists(st.sampled_from(["..", ".", "a", "%2e%2e", "%2E.", "", "b%2fc"]), max_size=9))
def test_no_dots_lead_out(names: list[str]) -> None:
    found = spell("/club/photos/" + "/".join(names), BASE)
    assert isinstance(found, str)
    if SITE.outside(found) is None:
        assert path_of(found).startswith(("/club/photos/", "/club/photos"))
        assert "/.." not in path_of(found)
