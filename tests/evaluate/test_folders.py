from pathlib import Path

import pytest

from licet.evaluate.folders import read_groups, read_pairs, read_people
from licet.terms.errors import BadInput


def make(folder: Path, *names: str) -> None:
    for name in names:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"x")


def test_people_and_photos_are_in_natural_order(tmp_path: Path) -> None:
    make(
        tmp_path, *(f"s{p}/{n}.pgm" for p in (10, 2) for n in (10, 9, 1)), "s2/notes.txt", "README"
    )
    (tmp_path / "empty").mkdir()
    (tmp_path / "s2" / "loop").symlink_to(tmp_path)
    people = read_people(tmp_path)
    assert [person.name for person in people] == ["s2", "s10"]
    assert [place.name for place in people[0].photos] == ["1.pgm", "9.pgm", "10.pgm"]


def test_odd_names_and_endings_are_read(tmp_path: Path) -> None:
    make(tmp_path, "Zoë ²/Ünïcode \u202e.JPG", "李/1.PNG")
    assert [len(person.photos) for person in read_people(tmp_path)] == [1, 1]


def test_a_folder_without_people_is_refused(tmp_path: Path) -> None:
    make(tmp_path, "photo.jpg")
    with pytest.raises(BadInput, match="no photos"):
        read_people(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_people(tmp_path / "nowhere")


def test_groups_are_read_with_or_without_a_heading(tmp_path: Path) -> None:
    assert read_groups(tmp_path) == {}
    (tmp_path / "groups.csv").write_text("person,group\nAda,a\nBob , b\n\n", "utf-8")
    assert read_groups(tmp_path) == {"Ada": "a", "Bob": "b"}
    (tmp_path / "groups.csv").write_text("Ada,a,b\n", "utf-8")
    with pytest.raises(BadInput, match="two columns"):
        read_groups(tmp_path)
    (tmp_path / "groups.csv").write_bytes(b"\xff\xfe\x00,")
    with pytest.raises(BadInput, match="cannot be read"):
        read_groups(tmp_path)


def test_pairs_are_read_as_lfw_writes_them(tmp_path: Path) -> None:
    make(tmp_path, "Ada/Ada_0001.jpg", "Ada/Ada_0002.jpg", "Bob/Bob_0001.jpg")
    listed = tmp_path / "pairs.txt"
    listed.write_text("1\t2\nAda\t1\t2\nAda\t2\tBob\t1\n", "utf-8")
    same, different = read_pairs(listed, tmp_path)
    assert (same.same, different.same) == (True, False)
    assert (same.second.name, different.second.name) == ("Ada_0002.jpg", "Bob_0001.jpg")


@pytest.mark.parametrize("line", ["Ada\t1\t9", "Eve\t1\t2", "Ada\tone\t2", "Ada\t1\t2\t3\t4", ""])
def test_pairs_that_mean_nothing_are_refused(tmp_path: Path, line: str) -> None:
    make(tmp_path, "Ada/Ada_0001.jpg", "Ada/Ada_0002.jpg")
    (tmp_path / "pairs.txt").write_text(f"10\t300\n{line}\n", "utf-8")
    with pytest.raises(BadInput):
        read_pairs(tmp_path / "pairs.txt", tmp_path)


def test_a_missing_list_of_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_pairs(tmp_path / "pairs.txt", tmp_path)
