"""The pages on the vault's formats: their examples are read and made by the code."""

import re
import sqlite3
from pathlib import Path

from licet.vault import service as services
from licet.vault.blobs import PART, Blobs
from licet.vault.seal import derive, open_sealed, tag
from licet.vault.service import LocalKeyService
from tests.vault.place import Place

PAGES = Path(__file__).parents[2] / "docs" / "formats"
FENCE = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _examples(page: str) -> list[str]:
    return FENCE.findall((PAGES / page).read_text(encoding="utf-8"))


def _named(example: str) -> dict[str, str]:
    rows = (line.rsplit(None, 1) for line in example.splitlines())
    return {name.strip(): value for name, value in rows}


def test_the_epoch_key_file_and_the_wrapped_key(tmp_path: Path) -> None:
    file, _, pair = _examples("keyring.md")
    epoch = file.splitlines()[1].removeprefix("epoch ")
    (tmp_path / f"{epoch}.epoch").write_text(file)
    service = LocalKeyService(tmp_path)
    assert service.epochs() == (epoch,)
    named = _named(pair)
    [key] = service.unwrap(epoch, [bytes.fromhex(named["wrapped"])])
    assert key.hex() == named["data key"]
    held = services._key_in(file.encode(), epoch, tmp_path)
    assert services._file(epoch, held).decode() == file


def test_the_tables(place: Place) -> None:
    place.ring()
    shown = _examples("keyring.md")[1]
    blank = re.compile(r"\s+")
    found = sqlite3.connect(place.main)
    statements = [row[0] for row in found.execute("SELECT sql FROM sqlite_schema WHERE sql > ''")]
    pragmas = [
        f"PRAGMA {name} = {found.execute(f'PRAGMA {name}').fetchone()[0]}"
        for name in ("application_id", "user_version")
    ]
    found.close()
    expected = [blank.sub(" ", one.strip()) for one in shown.split(";") if one.strip()]
    assert [blank.sub(" ", one) for one in statements + pragmas] == expected
    columns = re.findall(r"`(?:key|keyring)\.(\w+)`", (PAGES / "keyring.md").read_text())
    told = re.findall(r"^\s+(\w+) (?:TEXT|BLOB|INTEGER) [NP][OR]", shown, re.MULTILINE)
    assert columns == [name for name in told if name != "one"]


def test_the_part_of_a_kept_copy(tmp_path: Path) -> None:
    named = _named(_examples("copy.md")[0])
    key, plain = bytes.fromhex(named["key"]), bytes.fromhex(named["plaintext"])
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / named["id"]).write_bytes(bytes.fromhex(named["sealed"]))
    file = Blobs(tmp_path).open("source", named["id"], key)
    assert file is not None
    with file:
        assert file.read() == plain
    assert open_sealed(key, bytes.fromhex(named["sealed"]), named["where"]) == plain
    assert f"({PART:,} bytes)" in (PAGES / "copy.md").read_text(encoding="utf-8")


def test_the_sealed_value() -> None:
    named = _named(_examples("sealed.md")[0])
    key, sealed = bytes.fromhex(named["key"]), bytes.fromhex(named["sealed"])
    assert open_sealed(key, sealed, named["where"]).hex() == named["plaintext"]


def test_the_tag() -> None:
    named = _named(_examples("sealed.md")[1])
    key = bytes.fromhex(named["key"])
    assert derive(key, named["label"]).hex() == named["derived"]
    assert tag(key, named["label"], bytes.fromhex(named["value"])).hex() == named["tag"]
