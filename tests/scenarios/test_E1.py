"""E1: a newcomer runs two commands; the demonstration tells its whole story on real photos."""

import re
from pathlib import Path

from licet.demo.story import main
from tests.scenarios.conftest import ROOT


def test_the_demonstration_runs_to_its_end(
    tmp_path: Path, capsys, photos: object, monkeypatch
) -> None:
    """Eleven scenes, each refusal where it belongs, a page with pictures, a certificate."""
    monkeypatch.setenv("LICET_CACHE", str(ROOT / ".cache" / "models"))
    monkeypatch.setenv("COLUMNS", "200")
    out = tmp_path / "demo"
    assert main(out, ROOT / ".cache" / "fixtures") == 0
    said = capsys.readouterr().out
    for n in range(1, 12):
        assert re.search(rf"^{n}\. ", said, re.MULTILINE), n
    assert said.count("refused.") == 6
    assert "4 photos, 16 faces: 4 appearances kept" in said
    assert said.rstrip().splitlines()[-1].startswith("Look at")
    page = (out / "index.html").read_text("utf-8")
    pictures = re.findall(r'<img src="(pictures/[^"]+)"', page)
    assert len(pictures) == 6
    assert all((out / name).read_bytes().startswith(b"\xff\xd8") for name in pictures)
    assert (out / "erasure-certificate.json").is_file()


def test_the_readme_names_two_commands() -> None:
    """And the makefile has them."""
    readme = (ROOT / "README.md").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in ("demo", "test"):
        assert f"make {command}" in readme
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)
