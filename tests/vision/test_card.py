import pytest

from licet.terms.errors import Setup
from licet.vision.card import read_card, shipped_card


def test_the_shipped_cards_name_their_files_and_licences() -> None:
    recogniser, detector = shipped_card("sface-2021dec"), shipped_card("yunet-2023mar")
    assert recogniser.model_id == "sface-2021dec@fb143eea"
    assert detector.model_id == "yunet-2023mar@49f000ec"
    assert (recogniser.licence, detector.licence) == ("Apache-2.0", "MIT")
    assert recogniser.dimension == 128
    assert len(recogniser.file.sha256) == len(detector.file.sha256) == 64


@pytest.mark.parametrize("text", ["", "name = ", "name = 'x'", "name = 'x'\nfile = 3"])
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(Setup, match="not a model card"):
        read_card(text)


def test_an_unknown_card_is_refused() -> None:
    with pytest.raises(Setup, match="no model card"):
        shipped_card("dlib")
