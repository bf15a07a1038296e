"""What names a library, and which addresses may be named for one."""

import pytest

from licet.sources.immich.place import read_place
from licet.terms.errors import BadInput

ALBUM = "3d0fb0a2-4f27-4b9e-a5b3-6f2f1d7e9c10"


@pytest.mark.parametrize(
    ("text", "place", "at"),
    [
        ("immich+https://photos.club.example", "immich+https://photos.club.example/", ""),
        ("immich+HTTPS://Photos.Club.Example:443/api/", "immich+https://photos.club.example/", ""),
        (
            f"immich+https://photos.club.example/albums/{ALBUM.upper()}/",
            f"immich+https://photos.club.example/albums/{ALBUM}",
            "",
        ),
        (
            "immich+https://photos.club.example:2283/?at=192.168.1.20",
            "immich+https://photos.club.example:2283/?at=192.168.1.20",
            "192.168.1.20",
        ),
        ("immich+http://nas/?at=10.0.0.7", "immich+http://nas/?at=10.0.0.7", "10.0.0.7"),
        ("immich+http://192.168.1.20:2283", "immich+http://192.168.1.20:2283/", "192.168.1.20"),
        ("immich+http://127.0.0.1:2283/", "immich+http://127.0.0.1:2283/", "127.0.0.1"),
        ("immich+http://[fd00::7]:2283/", "immich+http://[fd00::7]:2283/", "fd00::7"),
        ("immich+https://91.198.174.192/", "immich+https://91.198.174.192/", "91.198.174.192"),
    ],
)
def test_a_place_has_one_spelling(text: str, place: str, at: str) -> None:
    found = read_place(text)
    assert (str(found), found.at) == (place, at)
    assert read_place(str(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "immich+ftp://photos.club.example/",
        "immich+https://",
        "immich+https://photos.club.example:99999/",
        "immich+https://key@photos.club.example/",
        "immich+https://photos.club.example/#x",
        "immich+https://photos.club.example/people/1",
        "immich+https://photos.club.example/albums/../people",
        f"immich+https://photos.club.example/albums/{ALBUM}/../../people",
        "immich+https://photos.club.example/albums/1",
        "immich+https://photos.club.example/?at=10.0.0.1&at=10.0.0.2",
        "immich+https://photos.club.example/?to=10.0.0.1",
        "immich+https://192.168.1.20/?at=192.168.1.21",
        "immich+https://2130706433/",
        "immich+https://0x7f.0.0.1/",
        "immich+https://127.1/",
        "immich+http://photos.club.example/",
        "immich+http://91.198.174.192/",
    ],
)
def test_what_is_no_library_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_place(text)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "0.0.0.1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "224.0.0.1",
        "91.198.174.192",
        "photos.club.example",
        "2130706433",
    ],
)
def test_no_other_address_may_be_named(address: str) -> None:
    """Neither a cloud's own service nor the link, and what is on the internet has a name."""
    with pytest.raises(BadInput, match="named for no library"):
        read_place(f"immich+https://photos.club.example/?at={address}")


def test_a_clouds_own_service_is_no_library_either() -> None:
    for host in ("169.254.169.254", "[::ffff:10.0.0.1]", "100.100.100.200"):
        with pytest.raises(BadInput):
            read_place(f"immich+http://{host}/")
