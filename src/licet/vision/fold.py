"""Making a dequantised graph faster without changing its function.

Steps, in order:

1. Each batch normalisation goes into the convolution or fully connected layer before
   it, computed in float64.
2. Each PReLU, a*x + (1-a)*ReLU(x), becomes (1-a) * (ReLU(x) + a/(1-a) * x), and the
   factor (1-a) goes into the weights of the convolution that reads it: two passes over
   memory instead of four, and the runtime keeps its blocked layout. Where a is too near 1
   to divide by, or no single convolution reads it, the plain form stays.

Exact but for rounding: tests hold it to 1e-5 of the dequantised original.
"""

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, helper

from licet.vision.graph import Weights, attributes, constants, rebuild

NEAR_ONE = 1e-3
"""How near 1 a PReLU slope may come before dividing by 1-a would cost precision."""


def fold(model: ModelProto) -> ModelProto:
    """Return a dequantised model with normalisations folded and PReLU rewritten."""
    result = ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    known = constants(graph)
    nodes = _fold_normalisation(list(graph.node), known)
    nodes = _rewrite_prelu(nodes, known)
    rebuild(graph, nodes, known)
    return result


def _fold_normalisation(nodes: list[NodeProto], known: Weights) -> list[NodeProto]:
    """Return the nodes with each normalisation folded into the layer that feeds it."""
    readers = _readers(nodes)
    folded: set[str] = set()
    result: list[NodeProto] = []
    for node in nodes:
        if node.op_type == "BatchNormalization" and node.output[0] in folded:
            continue
        after = readers.get(node.output[0], [])
        alone = len(after) == 1 and after[0].op_type == "BatchNormalization"
        if alone and _folds(node):
            _absorb(node, after[0], known)
            folded.add(after[0].output[0])
        result.append(node)
    return result


def _folds(node: NodeProto) -> bool:
    """Tell whether a layer's outputs are its weights' rows, so that scaling rows scales outputs."""
    if node.op_type == "Conv":
        return True
    return node.op_type == "Gemm" and attributes(node).get("transB") == 1


def _scale_and_shift(
    node: NodeProto, known: Weights
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what a normalisation multiplies by and adds, per channel."""
    gamma, beta, mean, variance = (known[name].astype(np.float64) for name in node.input[1:5])
    epsilon = float(str(attributes(node).get("epsilon", 1e-5)))
    scale = gamma / np.sqrt(variance + epsilon)
    return scale, beta - mean * scale


def _absorb(layer: NodeProto, normalisation: NodeProto, known: Weights) -> None:
    """Put a normalisation into a layer's weights and bias, and take over its output."""
    scale, shift = _scale_and_shift(normalisation, known)
    weight = known[layer.input[1]].astype(np.float64)
    bias = (
        known[layer.input[2]].astype(np.float64) if len(layer.input) > 2 else np.zeros_like(shift)
    )
    rows = scale.reshape(-1, *[1] * (weight.ndim - 1))
    names = [f"{layer.output[0]}:weight", f"{layer.output[0]}:bias"]
    known[names[0]] = (weight * rows).astype(np.float32)
    known[names[1]] = (bias * scale + shift).astype(np.float32)
    inputs = [layer.input[0], *names]
    del layer.input[:]
    layer.input.extend(inputs)
    layer.output[0] = normalisation.output[0]


def _rewrite_prelu(nodes: list[NodeProto], known: Weights) -> list[NodeProto]:
    """Return the nodes with each PReLU replaced by what is faster and equal."""
    readers = _readers(nodes)
    result: list[NodeProto] = []
    for node in nodes:
        if node.op_type != "PRelu":
            result.append(node)
            continue
        after = readers.get(node.output[0], [])
        slope = known[node.input[1]].reshape(-1).astype(np.float64)
        rest = 1 - slope
        alone = len(after) == 1 and after[0].op_type == "Conv"
        if alone and float(np.abs(rest).min()) >= NEAR_ONE:
            _scale_inputs(after[0], rest, known)
            result += _sum(node, slope / rest, None, known)
        else:
            result += _sum(node, slope, rest, known)
    return result


def _scale_inputs(layer: NodeProto, factor: NDArray[np.float64], known: Weights) -> None:
    """Multiply what a convolution reads, per channel, by way of its weights."""
    weight = known[layer.input[1]].astype(np.float64)
    depthwise = attributes(layer).get("group", 1) != 1
    shape = (-1, 1, 1, 1) if depthwise else (1, -1, 1, 1)
    name = f"{layer.output[0]}:scaled"
    known[name] = (weight * factor.reshape(shape)).astype(np.float32)
    layer.input[1] = name


def _sum(
    node: NodeProto,
    linear: NDArray[np.float64],
    positive: NDArray[np.float64] | None,
    known: Weights,
) -> list[NodeProto]:
    """Return nodes for linear*x + positive*ReLU(x); ``positive`` None is 1.

    A product per channel is written as a batch normalisation, the only one for which the
    runtime keeps its blocked layout.
    """
    source, target = node.input[0], node.output[0]
    zero, one, relu = f"{target}:zero", f"{target}:one", f"{target}:relu"
    known[zero] = np.zeros(linear.shape, np.float32)
    known[one] = np.ones(linear.shape, np.float32)

    def scaled(name: str, factor: NDArray[np.float64], part: str) -> NodeProto:
        known[f"{target}:{part}"] = factor.astype(np.float32)
        inputs = [name, f"{target}:{part}", zero, zero, one]
        return helper.make_node("BatchNormalization", inputs, [f"{target}:{part}x"], epsilon=0.0)

    nodes = [helper.make_node("Relu", [source], [relu]), scaled(source, linear, "linear")]
    last = relu
    if positive is not None:
        nodes.append(scaled(relu, positive, "positive"))
        last = f"{target}:positivex"
    return [*nodes, helper.make_node("Add", [f"{target}:linearx", last], [target])]


def _readers(nodes: list[NodeProto]) -> dict[str, list[NodeProto]]:
    """Return which nodes read each value."""
    readers: dict[str, list[NodeProto]] = {}
    for node in nodes:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    return readers
