"""Files that are named: read with a clear reason why not, written once or not at all."""

import os
from pathlib import Path

import pytest

from licet.cli import files, keys, names
from licet.cli.output import Grid, advice, plain, say, sentence
from licet.cli.to_json import document, to_json
from licet.terms.errors import BadInput, Conflict, Setup


def test_a_file_is_taken_before_the_act_and_goes_if_nothing_comes(tmp_path: Path) -> None:
    place = tmp_path / "receipt.json"
    with files.handout(place):
        assert place.stat().st_mode & 0o777 == 0o600
    assert not place.exists()
    with pytest.raises(KeyError), files.handout(place):
        raise KeyError
    assert not place.exists()
    files.write_new(place, b"words")
    assert place.read_bytes() == b"words"
    with pytest.raises(Conflict, match="exists"):
        files.write_new(place, b"other words")
    assert place.read_bytes() == b"words"


def test_a_link_is_not_followed_when_a_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Conflict):
        files.write_new(tmp_path / "link", b"words")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.touch(), "is empty"),
        (os.mkfifo, "not a regular file"),
        (lambda path: path.symlink_to(path), "symbolic link"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, make: object, says: str) -> None:
    place = tmp_path / "photo.jpg"
    make(place)  # type: ignore[operator]
    with pytest.raises(BadInput, match=says) as found:
        files.read(place, "the photo")
    assert found.value.remedy


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_an_odd_name_is_no_defect(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        files.read(tmp_path / name, "the photo")
    with pytest.raises(BadInput):
        files.write_new(tmp_path / name, b"words")


def test_a_file_that_is_too_large_is_named(tmp_path: Path) -> None:
    place = tmp_path / "photo.jpg"
    with place.open("wb") as stream:
        stream.truncate(files.MOST_BYTES + 1)
    with pytest.raises(BadInput, match="larger than 100 MB"):
        files.read(place, "the photo")


def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "receipt.json"

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Setup, match="No space") as found:
        files.write_new(place, b"words")
    assert "Free some space" in found.value.remedy
    assert not place.exists()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ines", "Ines"),
        ("Žofie 王", "Žofie 王"),
        ("a\x1b[31mb", "a\\u001b[31mb"),
        ("two\nlines", "two\\u000alines"),
        ("\u202eevil", "\\u202eevil"),
        ("\udcff", "\\udcff"),
    ],
)
def test_nothing_hides_in_a_name(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_table_without_rows_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    say([Grid(("a", "b"), (), "There is nothing."), Grid(("a", "b"), (("1", "\x07"),), "")])
    assert capsys.readouterr().out == "There is nothing.\na  b\n1  \\u0007\n"


def test_sentences_end_once() -> None:
    assert [sentence("no"), sentence("no."), sentence("so?")] == ["no.", "no.", "so?"]
    assert [advice("mend it"), advice("/a is gone")] == ["Mend it.", "/a is gone."]


def test_json_is_one_document_of_plain_letters() -> None:
    assert document({"ü": b"\x00", "p": Path("a")}) == '{\n  "\\u00fc": "AA==",\n  "p": "a"\n}\n'
    assert to_json(frozenset({"b", "a"})) == ["a", "b"]
    with pytest.raises(TypeError, match="object"):
        to_json(object())


def test_a_public_key_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "anna.key.pub"
    public = keys.throwaway()
    file.write_text(keys.to_line(public))
    assert keys.read_public(str(file)) == public
    for wrong in ("", "words", keys.HEAD, keys.HEAD + "AAAA", keys.HEAD + "!" * 44):
        file.write_text(wrong + "\n")
        with pytest.raises(BadInput):
            keys.read_public(str(file))


def test_the_latest_version_of_a_purpose_is_meant() -> None:
    assert names.purpose("find_my_photos") == "find_my_photos@1"
    assert names.purpose("find_my_photos@1") == "find_my_photos@1"
    with pytest.raises(BadInput, match="no purpose"):
        names.purpose("find_my_photos@9")
