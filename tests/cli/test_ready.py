"""``licet ready`` asks one by one, keeps what was said, and leaves alone what people changed."""

from pathlib import Path

import pytest

from tests.cli.stage import Done, Player, Theatre, run

SAID = {
    "established": "US",
    "representative": "Harbour Europe GmbH, Hamburg",
    "contact": "privacy@archive.example",
    "purposes": "find_my_photos",
    "people": "guests",
    "told": "a sign",
    "need": "captions name nobody",
    "risks": "none that we know",
    "advice": "the officer agrees",
    "processors": "none",
    "recipients": "none",
    "ai_role": "deployer",
    "classification": "high_risk",
    "reasons": "found from a distance",
    "records": "FR, a host",
    "keys": "FR, a host",
    "ledger": "FR, a host",
    "backups": "none",
    "mail": "none",
}


class Talking(Theatre):
    """Somebody sits at the terminal and answers so many questions."""

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self.said = said
        self.asked: list[str] = []

    @property
    def can_ask(self) -> bool:
        return True

    def ask(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self.said.pop(0) if self.said else ""


@pytest.fixture
def opened(player: Player) -> Player:
    """Give a real deployment in which nothing was answered."""
    player.monkeypatch.setenv("LICET_PASSPHRASE", "correct horse battery")
    Path("undertaking.pdf").write_text("we undertake")
    for name in ("sara", "otto"):
        assert run(player.theatre, ["member", "key", f"{name}.key"]).code == 0
    begin = ["--undertaking", "undertaking.pdf", "--controller", "A club"]
    begin += ["--steward", "sara=sara.key.pub", "--officer", "otto=otto.key.pub"]
    assert run(player.theatre, ["init", *begin]).code == 0
    return player


def _ready(said: list[str], *words: str) -> tuple[Done, Talking]:
    talking = Talking(said)
    return run(talking, ["ready", *words]), talking


def _home() -> Path:
    return next(Path().rglob("licet.toml")).parent


def test_it_goes_on_where_it_was_left(opened: Player) -> None:
    said = list(SAID.values())
    first, talking = _ready(said[:3])
    assert first.code == 7
    assert len(talking.asked) == 4
    assert "GDPR 27" in talking.asked[1]
    second, talking = _ready(said[3:])
    assert "GDPR 5(1)(b)" in talking.asked[0]
    assert "Read the papers" in second.out
    assert len(talking.asked) == len(said) - 3
    third, talking = _ready([])
    assert talking.asked == []
    assert "impact-assessment.md" in third.out
    bad, _ = _ready([], "--answers", "none.toml")
    assert bad.code == 10


def test_a_wrong_answer_is_said_and_not_kept(opened: Player) -> None:
    wrong, _ = _ready(["ATLANTIS"])
    assert wrong.code == 10
    assert "established names ATLANTIS" in wrong.err
    again, talking = _ready([])
    assert "established" in again.out
    assert "GDPR 3, 27" in talking.asked[0]


def test_what_people_changed_is_left_alone_and_filed_as_it_lies_there(opened: Player) -> None:
    _ready(list(SAID.values()))
    notice = _home() / "ready/source-notice.md"
    drafted = notice.read_text()
    assert "Harbour Europe GmbH" in drafted
    notice.write_text(drafted + "\nAsk for Ida at the desk.\n")
    Path("more.toml").write_text('told = "a sign and the radio"\n')
    _ready([], "--answers", "more.toml")
    assert "Ask for Ida" in notice.read_text()
    assert "the radio" in (_home() / "ready/impact-assessment.md").read_text()
    keys = ["--key", "sara.key", "--key", "otto.key"]
    filed, _ = _ready([], "--file", *keys)
    assert filed.code == 0, filed
    assert "Prepared" in filed.out
    drawn, _ = _ready([], "--anew", "--json")
    assert '"ready": true' in drawn.out
    assert "Ask for Ida" not in notice.read_text()


def test_a_sandbox_is_asked_nothing(player: Player) -> None:
    assert run(player.theatre, ["init", "--sandbox", "--controller", "A club"]).code == 0
    done, talking = _ready(["FR"])
    assert done.code == 0
    assert talking.asked == []
