"""Models as functions: prepared once, cached with their hash, run by onnxruntime."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from licet.vision.card import ModelCard
from licet.vision.files import read_model, read_with_hash, write_with_hash

Pixels = NDArray[np.float32]

RECIPE = 1
"""Raised whenever the rewriting changes, so that files cached by another recipe are not used."""

FREE_AXES: Mapping[str, Mapping[int, str]] = {
    "recogniser": {0: "N"},
    "detector": {2: "H", 3: "W"},
}


class Runner:
    """One prepared model. Threads may share it: a run keeps no state."""

    def __init__(self, content: bytes, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Sizes differ from photo to photo, so a memory plan for one shape helps no other.
        options.enable_mem_pattern = False
        self._session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        self._input: str = self._session.get_inputs()[0].name
        self.outputs: tuple[str, ...] = tuple(item.name for item in self._session.get_outputs())

    def __call__(self, tensor: Pixels) -> list[NDArray[np.float32]]:
        """Return the model's outputs, in the order of :attr:`outputs`, for an NCHW tensor."""
        found: list[NDArray[np.float32]] = self._session.run(None, {self._input: tensor})
        return found


def prepared(card: ModelCard, models: Path | None, cache: Path) -> bytes:
    """Return a card's model ready to run: from the cache if whole, else made and cached.

    The original is found and checked by its hash even when the cache holds the result, so
    that a model which was altered or taken away is noticed. Raises
    :class:`licet.terms.errors.Setup`.
    """
    original = read_model(card, models)
    place = cache / f"{card.name}-{card.file.sha256[:16]}-r{RECIPE}.onnx"
    cached = read_with_hash(place)
    if cached is not None:
        return cached
    content = optimised(card, original)
    write_with_hash(place, content)
    return content


def optimised(card: ModelCard, original: bytes) -> bytes:
    """Return the dequantised and folded model of an original file."""
    from licet.vision.fold import fold
    from licet.vision.graph import dequantise, read_graph, write_graph

    return write_graph(fold(dequantise(read_graph(original), FREE_AXES[card.job])))
