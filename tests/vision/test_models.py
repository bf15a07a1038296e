"""The model files by hash, their rewriting, and the cache."""

import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from licet.terms.errors import Setup
from licet.vision import runtime
from licet.vision.align import sample_of
from licet.vision.card import shipped_card
from licet.vision.decode import open_photo
from licet.vision.engine import Engine
from licet.vision.files import read_model, read_with_hash, write_with_hash
from licet.vision.fold import fold
from licet.vision.graph import dequantise, read_graph, write_graph
from licet.vision.runtime import FREE_AXES, Runner, optimised, prepared

pytestmark = pytest.mark.vision
CARD = shipped_card("sface-2021dec")


@pytest.fixture(scope="module")
def original() -> bytes:
    models = os.environ.get("LICET_MODELS")
    return read_model(CARD, Path(models) if models else None)


@pytest.fixture(scope="module")
def plain(original: bytes) -> Runner:
    return Runner(write_graph(dequantise(read_graph(original), FREE_AXES["recogniser"])))


@pytest.fixture(scope="module")
def folded(original: bytes) -> Runner:
    return Runner(optimised(CARD, original))


def test_folded_equals_dequantised_on_random_input(plain: Runner, folded: Runner) -> None:
    chance = np.random.default_rng(3)
    tensor = chance.integers(0, 256, (6, 3, 112, 112)).astype(np.float32)
    tensor[4], tensor[5] = 0, 255
    assert np.abs(folded(tensor)[0] - plain(tensor)[0]).max() < 1e-5


def test_folded_equals_dequantised_on_real_faces(
    plain: Runner, folded: Runner, engine: Engine, photos: dict
) -> None:
    samples = []
    for photo in photos.values():
        inspection = engine.inspect(photo.content())
        pixels = open_photo(photo.content()).pixels()
        samples.append(sample_of(pixels, inspection.faces[0].face, 1.0))
    tensor = np.stack(samples).transpose(0, 3, 1, 2).astype(np.float32)
    assert np.abs(folded(tensor)[0] - plain(tensor)[0]).max() < 1e-5


def test_the_batch_does_not_change_the_answer(folded: Runner) -> None:
    tensor = np.random.default_rng(0).random((5, 3, 112, 112), np.float32) * 255
    together = folded(tensor)[0]
    alone = np.concatenate([folded(tensor[at : at + 1])[0] for at in range(5)])
    assert np.abs(together - alone).max() < 1e-5


def _tiny(slopes: NDArray[np.float32]) -> onnx.ModelProto:
    """A quantised Conv, normalisation, PReLU, Conv, PReLU, dropout and a Gemm."""
    chance = np.random.default_rng(1)
    weights = {
        "q": chance.integers(-127, 127, (4, 18)).astype(np.int8),
        "s": chance.random((4, 2)).astype(np.float32) / 50,
        "z": chance.integers(-3, 3, (4, 2)).astype(np.int8),
        "shape": np.array([4, 2, 3, 3]),
        "gamma": chance.random(4).astype(np.float32) + 0.5,
        "beta": chance.random(4).astype(np.float32),
        "mean": chance.random(4).astype(np.float32),
        "var": chance.random(4).astype(np.float32) + 0.1,
        "slope": slopes.reshape(4, 1, 1),
        "w2": chance.random((4, 1, 3, 3)).astype(np.float32) - 0.5,
        "slope2": slopes[::-1].reshape(4, 1, 1).copy(),
        "gw": chance.random((3, 4 * 25)).astype(np.float32) - 0.5,
        "gb": chance.random(3).astype(np.float32),
        "ratio": np.float32(0.5),
    }
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"], axis=1, block_size=9),
        helper.make_node("Reshape", ["d", "shape"], ["w"]),
        helper.make_node("Conv", ["x", "w"], ["c"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("BatchNormalization", ["c", "gamma", "beta", "mean", "var"], ["b"]),
        helper.make_node("PRelu", ["b", "slope"], ["p"]),
        helper.make_node("Conv", ["p", "w2"], ["c2"], group=4, pads=[1, 1, 1, 1]),
        helper.make_node("PRelu", ["c2", "slope2"], ["p2"]),
        helper.make_node("Dropout", ["p2", "ratio"], ["o"]),
        helper.make_node("Flatten", ["o"], ["f"]),
        helper.make_node("Gemm", ["f", "gw", "gb"], ["y"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 5, 5])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


@pytest.mark.parametrize("slopes", [[0.25, -0.5, 0.9, 0.0], [0.25, 1.0, 0.5, 0.0]])
def test_rewriting_keeps_the_function_of_the_quantised_original(slopes: list[float]) -> None:
    model = _tiny(np.array(slopes, np.float32))
    tensor = np.random.default_rng(2).normal(size=(1, 2, 5, 5)).astype(np.float32)
    truth = ReferenceEvaluator(model).run(None, {"x": tensor})[0]
    content = write_graph(fold(dequantise(model, {0: "N"})))
    kinds = {node.op_type for node in read_graph(content).graph.node}
    assert not kinds & {"PRelu", "Dropout", "DequantizeLinear"}
    assert np.abs(Runner(content)(tensor)[0] - truth).max() < 1e-5
    assert Runner(content)(np.repeat(tensor, 3, axis=0))[0].shape == (3, 3)


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Setup, match=r"no face_recognition.*LICET_MODELS"):
        read_model(CARD, tmp_path)


def test_an_altered_file_is_refused_even_when_the_cache_is_whole(
    tmp_path: Path, original: bytes
) -> None:
    models, cache = tmp_path / "models", tmp_path / "cache"
    models.mkdir()
    place = models / CARD.file.name
    place.write_bytes(original)
    prepared(CARD, models, cache)
    place.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    with pytest.raises(Setup, match="not the one on the card"):
        prepared(CARD, models, cache)


def test_a_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / CARD.file.name).mkdir()
    with pytest.raises(Setup):
        read_model(CARD, tmp_path)


def test_the_cache_is_used_when_whole_and_made_again_when_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = shipped_card("yunet-2023mar")
    first = prepared(card, None, tmp_path)
    [place] = [one for one in tmp_path.iterdir() if one.suffix == ".onnx"]
    damaged = first[:-1] + bytes([first[-1] ^ 1])
    place.write_bytes(damaged)
    assert prepared(card, None, tmp_path) == first
    assert place.read_bytes() == first
    monkeypatch.setattr(runtime, "optimised", lambda *_: pytest.fail("not from the cache"))
    assert prepared(card, None, tmp_path) == first


def test_a_cache_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Setup, match="cannot be written"):
        write_with_hash(tmp_path / "file" / "model.onnx", b"x")


def test_half_a_cache_is_no_cache(tmp_path: Path) -> None:
    write_with_hash(tmp_path / "m", b"content")
    assert read_with_hash(tmp_path / "m") == b"content"
    (tmp_path / "m.sha256").unlink()
    assert read_with_hash(tmp_path / "m") is None
    assert read_with_hash(tmp_path / "other") is None
    assert [one.name for one in tmp_path.iterdir()] == ["m"]
