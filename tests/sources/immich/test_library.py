"""A library is listed and read by its API, and only what its owner shows there is taken."""

import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from unittest import mock

import pytest

from licet.sources.authority import NotProved, Proof
from licet.sources.contract import NO_PHOTO, UNCHANGED, Address, HoldsVideos, TellsChange
from licet.sources.immich import listing
from licet.sources.immich.proof import open_library, prove_library
from licet.sources.immich.source import LibrarySource, Reader
from licet.terms import ranged as ranging
from licet.terms.errors import BadInput, Busy, Conflict, LicetError
from licet.terms.face import Unreadable
from licet.terms.source import Fate
from tests.fakes.vision import photo, video
from tests.sources.immich.server import OWNER, READING, SECRET, SOMEBODY, Library, asset_id
from tests.sources.xmps import CANARY

ALBUM = "3d0fb0a2-4f27-4b9e-a5b3-6f2f1d7e9c10"
ORIGINAL = "/api/assets/{}/original"


OPEN: list[LibrarySource] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def source(place: str, may: Callable[[], bool] = lambda: True, **reader: object) -> LibrarySource:
    found = open_library(place, may, Reader(**reader))
    found.door.pace.sleep = lambda _seconds: None
    OPEN.append(found)
    return found


def names(found: LibrarySource) -> list[str]:
    return sorted(one.partition("/")[2] for one in found.walk())


def why(found: bytes | Unreadable) -> str:
    assert isinstance(found, Unreadable), found
    assert found.remedy
    return found.reason


def address(name: str) -> Address:
    return Address(f"{asset_id(name)}/{name}")


def test_photos_and_videos_of_the_owners_timeline_are_taken(library: Library) -> None:
    library.put("a.jpg", photo("anna"))
    library.put("clip.mp4", video(("x", 0, 1000)), type="VIDEO")
    library.put("sound.mp3", b"ID3", type="AUDIO")
    library.put("bin.jpg", photo("b"), isTrashed=True)
    library.put("theirs.jpg", photo("c"), ownerId=SOMEBODY)
    library.put("away.jpg", photo("d"), isOffline=True)
    for state in ("archive", "hidden", "locked"):
        library.put(f"{state}.jpg", photo(state), visibility=state)
    found = source(library.place)
    assert names(found) == ["a.jpg", "clip.mp4"]
    assert found.count() == 2
    told = {one.address.partition("/")[2]: one.rule for one in found.traces()}
    assert told == {"sound.mp3": "kind", "theirs.jpg": "owner", "away.jpg": "offline"}
    assert found.read(address("a.jpg")) == photo("anna")
    assert found.read(address("clip.mp4")) == NO_PHOTO
    assert why(found.read(address("theirs.jpg"))) == "it is not in the library any more"


def test_what_a_server_gives_unasked_is_left_out_all_the_same(library: Library) -> None:
    """Before 3.0 a server took the timeline where it was not told; after it all is given."""
    rows = [{"visibility": "archive"}, {"visibility": "locked"}, {"visibility": "hidden"}]
    rows += [{"isTrashed": True}, {"ownerId": SOMEBODY}]
    for number, row in enumerate(rows):
        library.put(f"{number}.jpg", photo("x"), **row)
    served = library._found

    def everything(route: str, asked: dict[str, object]) -> dict[str, object]:
        wide = {key: value for key, value in asked.items() if key != "visibility"}
        return served(route, {**wide, "withDeleted": True})

    library._found = everything  # type: ignore[method-assign]
    found = source(library.place)
    assert names(found) == []
    assert {one.rule for one in found.traces()} == {"locked", "hidden", "owner"}
    before = source(library.place, known=lambda _address: ("kept", ""), walked=True)
    assert names(before) == []
    put_away = {"archived", "locked", "hidden", "trashed", "owner"}
    assert {one.rule for one in before.traces()} == put_away
    for number in range(len(rows)):
        assert "left out" in why(source(library.place).read(address(f"{number}.jpg")))


def test_an_album_alone_is_read(library: Library) -> None:
    library.put("in.jpg", photo("a"), ALBUM)
    library.put("out.jpg", photo("b"))
    found = source(library.album(ALBUM))
    assert names(found) == ["in.jpg"]
    assert all(one["albumIds"] == [ALBUM] for one in library.bodies)
    alone = source(library.album(ALBUM))
    assert alone.read(address("in.jpg")) == photo("a")
    assert why(alone.read(address("out.jpg"))) == "it is not in the library any more"


def test_neither_people_nor_faces_are_asked_for_and_names_stay_there(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    library.put("a.jpg", photo("anna"))
    library.put("clip.mp4", video(("x", 0, 1000)), type="VIDEO")
    with caplog.at_level(logging.DEBUG):
        found = source(library.place)
        for one in found.walk():
            found.read(one)
            film = found.open_video(one)
            if film is not None:
                film.close()
        source(library.place).read(address("a.jpg"))
    known = {"/api/users/me", "/api/search/metadata", "/api/assets/{id}/original"}
    assert set(library.paths()) == known
    assert all(one["withPeople"] is one["withExif"] is False for one in library.bodies)
    for said in (caplog.text, repr(found), repr(found.traces())):
        assert CANARY not in said
        assert SECRET not in said
    assert all(one["x-api-key"] == SECRET for one in library.headers), "and goes nowhere else"


def test_large_listings_are_read_by_pages_and_resumed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(listing._ASKED, "size", 7)
    for number in range(20):
        library.put(f"{number:02}.jpg", photo(str(number)))
    found = source(library.place)
    everything = list(found.walk())
    assert len(everything) == 20
    assert everything == sorted(everything)
    assert library.paths().count("/api/search/metadata") == 3 + 1, "and the archive once"
    for place in (0, 7, 19):
        assert list(source(library.place).walk(everything[place])) == everything[place + 1 :]
    assert list(source(library.place).walk(str(Address("zzz")))) == []


def test_a_listing_has_an_end(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(listing._ASKED, "size", 1)
    monkeypatch.setattr(listing, "MOST_PAGES", 3)
    for number in range(5):
        library.put(f"{number}.jpg", photo(str(number)))
    with pytest.raises(BadInput, match="more than"):
        source(library.place).count()


def test_what_was_kept_in_the_same_state_is_not_read_again(library: Library) -> None:
    library.put("a.jpg", photo("anna"))
    found = source(library.place)
    assert found.read(address("a.jpg")) == photo("anna")
    (trace,) = found.traces()
    assert trace.fate is Fate.COLLECTED
    library.asked.clear()
    again = source(library.place, known=lambda _address: trace.state, walked=True)
    assert again.read(next(again.walk())) == UNCHANGED
    assert library.paths().count("/api/assets/{id}/original") == 0
    assert again.read_again(address("a.jpg")) == photo("anna")
    for change in ({"checksum": "other"}, {"fileModifiedAt": "2025-01-01T00:00:00.000Z"}):
        library.put("a.jpg", photo("anna"), **change)
        changed = source(library.place, known=lambda _address: trace.state, walked=True)
        assert changed.read(next(changed.walk())) == photo("anna")
    alone = source(library.place, known=lambda _address: trace.state)
    assert alone.read(address("a.jpg")) == photo("anna"), "who reads one photo gets it"


def test_a_video_is_read_in_parts_where_it_lies(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranging, "BUFFER", 100)
    data = video(("x", 0, 1000)) + bytes(1000)
    library.put("clip.mp4", data, type="VIDEO")
    found = source(library.place)
    assert isinstance(found, HoldsVideos)
    assert isinstance(found, TellsChange)
    assert found.changed_at(address("clip.mp4")) is None
    listed = source(library.place)
    assert listed.count() == 1
    known = listed.changed_at(address("clip.mp4"))
    assert known is not None, "of what was listed it is known before it is read"
    film = found.open_video(address("clip.mp4"))
    assert film is not None
    with film:
        assert film.read() == data
        film.seek(4)
        assert film.read(4) == b"ftyp"
        library.put("clip.mp4", data + b"more", type="VIDEO")
        film.seek(0)
        with pytest.raises(OSError, match="changed while it was read"):
            film.read()
        library.assets.clear()
        with pytest.raises(OSError, match="cannot be read on"):
            film.read()
    written = found.changed_at(address("clip.mp4"))
    assert written is not None
    assert written.year == 2024


def test_what_is_no_video_or_is_given_whole_alone_is_not_opened(library: Library) -> None:
    library.put("a.mp4", photo("a"), type="VIDEO")
    assert source(library.place).open_video(address("a.mp4")) is None
    library.put("b.mp4", video(("x", 0, 1)), type="VIDEO")
    library.whole_only = True
    assert source(library.place).open_video(address("b.mp4")) is None
    assert source(library.place).open_video(address("gone.mp4")) is None


def test_a_file_is_read_no_further_than_it_is_wanted(library: Library) -> None:
    found = library.put("a.jpg", b"no photo" + bytes(100_000))
    assert source(library.place).read(address("a.jpg")) == NO_PHOTO
    library.put("a.jpg", b"")
    assert source(library.place).read(address("a.jpg")) == NO_PHOTO
    huge = {"Content-Type": "image/jpeg", "Content-Length": str(200 * 1024**2)}
    library.instead[ORIGINAL.format(found)] = (200, huge, photo("a") + bytes(100))
    assert "larger than 100 MB" in why(source(library.place).read(address("a.jpg")))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_trouble_with_one_file_is_that_files_and_several_end_the_run(
    library: Library, status: int
) -> None:
    for number in range(5):
        found = library.put(f"{number}.jpg", photo(str(number)))
        library.instead[ORIGINAL.format(found)] = (status, {}, b"")
    place = source(library.place)
    walk = place.walk()
    for _ in range(3):
        assert str(status) in why(place.read(next(walk)))
    with pytest.raises(Busy):
        place.read(next(walk))


@pytest.mark.parametrize("status", [400, 404])
def test_a_file_that_went_meanwhile_is_gone(library: Library, status: int) -> None:
    found = library.put("a.jpg", photo("a"))
    library.instead[ORIGINAL.format(found)] = (status, {}, b"{}")
    assert "any more" in why(source(library.place).read(address("a.jpg")))


@pytest.mark.parametrize(
    ("status", "headers", "error", "says"),
    [
        (401, {}, Conflict, "does not let this key in"),
        (403, {}, Conflict, "does not let this key in"),
        (429, {"Retry-After": "120"}, Busy, "left alone for 120 seconds"),
        (429, {}, Busy, "left alone"),
        (301, {"Location": "http://127.0.0.1:1/"}, Conflict, "leads elsewhere"),
        (307, {"Location": "https://elsewhere.example/"}, Conflict, "leads elsewhere"),
        (418, {}, Conflict, "does not answer as Immich"),
        (200, {}, Conflict, "does not answer as Immich"),
    ],
)
@pytest.mark.parametrize("path", ["/api/users/me", "/api/search/metadata", ORIGINAL])
def test_who_is_turned_away_does_not_knock_at_the_next_door(
    library: Library, path: str, status: int, headers: dict[str, str], error: type, says: str
) -> None:
    found = library.put("a.jpg", photo("a"))
    library.instead[path.format(found)] = (status, headers, b"[1, 2")
    place = source(library.place)
    if (path, status) == (ORIGINAL, 200):
        assert place.read(address("a.jpg")) == NO_PHOTO
        return
    with pytest.raises(error, match=says) as stopped:
        place.read(next(place.walk()))
    asked = len(library.asked)
    assert SECRET not in f"{stopped.value!r} {stopped.value}"
    assert library.asked[-1][1] == path.format(found)
    assert len(library.asked) == asked


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"assets": []},
        {"assets": {"items": {}}},
        {"assets": {"items": ["x"]}},
        {"assets": {"items": [{}]}},
        {"assets": {"items": [{"id": "../../people", "type": "IMAGE"}]}},
        {"assets": {"items": [], "nextPage": "1"}},
        {"assets": {"items": [], "nextPage": "x"}},
    ],
)
def test_what_is_no_answer_of_immich_is_said_to_be_none(
    library: Library, answer: dict[str, object]
) -> None:
    head = {"Content-Type": "application/json"}
    library.instead["/api/search/metadata"] = (200, head, json.dumps(answer).encode())
    with pytest.raises(Conflict, match="does not answer as Immich"):
        source(library.place).count()


def test_an_album_that_is_not_theirs_to_read_is_said_so(library: Library) -> None:
    library.instead["/api/search/metadata"] = (400, {}, b'{"message": "no album.read access"}')
    with pytest.raises(Conflict, match="does not know this album"):
        source(library.album(ALBUM)).count()


def test_an_account_that_is_none_is_no_library(library: Library) -> None:
    library.instead["/api/users/me"] = (404, {}, b"")
    with pytest.raises(Conflict, match="does not answer as Immich"):
        source(library.place).count()


def test_a_server_that_is_gone_ends_the_run() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    keys = {"IMMICH_INSTANCE_URL": origin, "IMMICH_API_KEY": SECRET}
    with mock.patch.dict(os.environ, keys), pytest.raises(Busy, match="cannot be reached"):
        source(f"immich+{origin}/").count()


def test_whoever_may_not_ask_asks_nothing(library: Library) -> None:
    library.put("a.jpg", photo("a"))
    place = source(library.place, may=lambda: False)
    assert list(place.walk()) == []
    assert place.count() == 0
    assert "may not be collected" in why(place.read(address("a.jpg")))
    assert place.open_video(address("a.jpg")) is None
    assert library.asked == []


def test_a_walk_stops_between_two_requests(library: Library) -> None:
    for number in range(3):
        library.put(f"{number}.jpg", photo(str(number)))
    left = iter([True, True, True, True, False])
    place = source(library.place, may=lambda: next(left))
    walk = place.walk()
    assert isinstance(place.read(next(walk)), bytes)
    assert "may not be collected" in why(place.read(next(walk)))
    assert library.paths().count("/api/assets/{id}/original") == 1


def test_a_budget_that_is_used_up_ends_the_run(library: Library) -> None:
    library.put("a.jpg", photo("a"))
    place = source(library.place)
    walk = place.walk()
    first = next(walk)
    place.door.pace.data = place.door.pace.budget.data
    with pytest.raises(Busy, match="goes on from there"):
        place.read(first)


def test_no_other_host_is_looked_up_or_connected_to(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is named by its address is reached there, whatever its name is elsewhere."""
    monkeypatch.setenv("IMMICH_INSTANCE_URL", f"http://127.0.0.1:{library.port}")
    asked: list[object] = []
    look_up = socket.getaddrinfo

    def spy(host: str, *more: object, **named: object) -> object:
        asked.append(host)
        return look_up(host, *more, **named)  # type: ignore[arg-type]  # as it was asked

    monkeypatch.setattr(socket, "getaddrinfo", spy)
    library.put("a.jpg", photo("a"))
    place = f"immich+http://photos.club.example:{library.port}/?at=127.0.0.1"
    found = source(place)
    assert found.read(next(found.walk())) == photo("a")
    assert set(asked) <= {"127.0.0.1"}
    assert library.headers[0]["host"] == f"photos.club.example:{library.port}"


def test_a_name_that_leads_to_a_private_network_is_not_followed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", library.port))]
    monkeypatch.setenv("IMMICH_INSTANCE_URL", "https://photos.club.example")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_named: home)
    with pytest.raises(Busy, match="reserved for this machine"):
        source("immich+https://photos.club.example/").count()
    assert library.asked == []


@pytest.mark.parametrize(
    "bad", ["", "x", "a/b", f"{OWNER}", f"{OWNER}/a/b", f"../{OWNER}/a", f"{OWNER}/../a"]
)
def test_an_address_that_no_library_gave_is_refused(library: Library, bad: str) -> None:
    with pytest.raises(BadInput):
        source(library.place).read(Address(bad))
    assert library.asked == []


def proved(library: Library, *, expected: str = "licet d o") -> Proof | NotProved:
    return prove_library(library.place, expected)


def test_a_key_that_bears_the_token_and_only_reads_proves_it(library: Library) -> None:
    library.name = " licet d o "
    found = proved(library)
    assert isinstance(found, Proof)
    assert "licet d o" not in found.text
    assert SECRET not in found.text
    assert library.paths() == ["/api/api-keys/me"]


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("phone", (), "does not bear the token"),
        ("", (), "does not bear the token"),
        ("licet d o", ("all",), "may do more"),
        ("licet d o", ("asset.delete",), "may do more"),
        ("licet d o", ("person.read",), "may do more"),
        ("licet d o", ("face.read",), "may do more"),
    ],
)
def test_any_other_key_proves_nothing(
    library: Library, name: str, more: tuple[str, ...], says: str
) -> None:
    library.name, library.permissions = name, (*READING, *more)
    found = proved(library)
    assert isinstance(found, NotProved)
    assert says in found.reason
    assert "licet d o" in found.remedy


def test_a_key_that_may_not_read_proves_nothing(library: Library) -> None:
    library.name, library.permissions = "licet d o", ("asset.read",)
    found = proved(library)
    assert isinstance(found, NotProved)
    assert "may not read" in found.reason


@pytest.mark.parametrize(
    "answer",
    [(404, {}, b""), (401, {}, b""), (503, {}, b""), (200, {}, b"{}"), (200, {}, b"[]")],
)
def test_a_server_that_does_not_say_whose_key_it_is_proves_nothing(
    library: Library, answer: tuple[int, dict[str, str], bytes]
) -> None:
    library.instead["/api/api-keys/me"] = answer
    assert isinstance(proved(library), NotProved)
    assert isinstance(proved(library, expected=""), NotProved)


def test_every_error_says_what_to_do(library: Library) -> None:
    library.instead["/api/users/me"] = (401, {}, b"")
    with pytest.raises(LicetError) as refused:
        source(library.place).count()
    assert refused.value.remedy
