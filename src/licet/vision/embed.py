"""Aligned samples to templates: the recogniser's features as fixed-point unit vectors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from licet.terms.errors import BadInput
from licet.terms.face import STEP, Template
from licet.terms.ids import ModelId
from licet.vision.decode import Pixels
from licet.vision.runtime import Runner

BATCH = 8
"""Samples per run: more bring no speed and cost memory (measured: docs/reference/models.md)."""


def embed(run: Runner, samples: Sequence[Pixels], *, flips: bool = False) -> NDArray[np.float64]:
    """Return one unit vector per aligned RGB sample (rows).

    With ``flips`` the embedding of the mirrored sample is added before normalising.
    """
    if not samples:
        return np.zeros((0, 0))
    parts = [_run(run, samples[at : at + BATCH], flips) for at in range(0, len(samples), BATCH)]
    return np.concatenate(parts)


def to_template(model: ModelId, vector: NDArray[np.float64]) -> Template:
    """Return a vector as a template: normalised, times STEP, rounded, int16."""
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0:
        raise BadInput("these features have no direction", "use another photo")
    values = np.rint(vector / length * STEP).astype("<i2")
    return Template(model, values.tobytes())


def combine(templates: Sequence[Template]) -> Template:
    """Return the mean of templates of one model. Raises :class:`BadInput` on none or two models."""
    if not templates:
        raise BadInput("no templates to average", "enrol with at least one photo")
    model = templates[0].model
    if any(t.model != model or len(t.values) != len(templates[0].values) for t in templates):
        raise BadInput("templates of two models do not average", "enrol again with one model")
    rows = np.array([np.frombuffer(t.values, "<i2") for t in templates], np.float64)
    return to_template(model, rows.mean(axis=0))


def _run(run: Runner, samples: Sequence[Pixels], flips: bool) -> NDArray[np.float64]:
    """Return unit vectors of one batch."""
    tensor = np.stack(samples).transpose(0, 3, 1, 2).astype(np.float32)
    rows = run(np.ascontiguousarray(tensor))[0].astype(np.float64)
    if flips:
        rows = _unit(rows) + _unit(run(np.ascontiguousarray(tensor[:, :, :, ::-1]))[0])
    return _unit(rows)


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return rows divided by their length."""
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float64)
