"""Reading a model's graph with float32 weights.

The files hold weights as blocks of 8-bit integers, which the runtime would turn into
floats again at every run. :func:`dequantise` does it once, makes batch (and for the
detector height and width) dynamic, and removes dropout, which does nothing outside
training. :mod:`licet.vision.fold` then makes the graph faster.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, helper, numpy_helper

Weights = dict[str, NDArray[np.generic]]


def read_graph(content: bytes) -> ModelProto:
    """Return the model in a file's bytes."""
    return onnx.load_model_from_string(content)


def write_graph(model: ModelProto) -> bytes:
    """Return a checked model as bytes."""
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def dequantise(model: ModelProto, free_axes: Mapping[int, str]) -> ModelProto:
    """Return the model with float32 weights; ``free_axes`` of its input become dynamic."""
    result = ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    known = constants(graph)
    kept: list[NodeProto] = []
    floated: set[str] = set()
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in known:
            known[node.output[0]] = _dequantised(node, known)
        elif node.op_type == "Reshape" and node.input[0] in floated:
            shape = tuple(int(size) for size in known[node.input[1]])
            known[node.output[0]] = known[node.input[0]].reshape(shape)
        else:
            kept.append(node)
            continue
        floated.add(node.output[0])
    rebuild(graph, _without_dropout(kept), known)
    _free(graph, free_axes)
    return result


def attributes(node: NodeProto) -> dict[str, object]:
    """Return a node's attributes by name; an attribute that holds nothing is left out."""
    return {
        item.name: helper.get_attribute_value(item)
        for item in node.attribute
        if item.type != AttributeProto.UNDEFINED
    }


def constants(graph: GraphProto) -> Weights:
    """Return every tensor that does not depend on the input."""
    known: Weights = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            known[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    return known


def _dequantised(node: NodeProto, known: Weights) -> NDArray[np.float32]:
    """Return ``(x - zero point) * scale`` (ONNX DequantizeLinear, per tensor, axis or block)."""
    details = attributes(node)
    values = known[node.input[0]].astype(np.float32)
    scale = known[node.input[1]].astype(np.float32)
    zero = np.zeros_like(scale)
    if len(node.input) > 2:
        zero = known[node.input[2]].astype(np.float32)
    axis, block = int(str(details.get("axis", 1))), int(str(details.get("block_size", 0)))
    if block:
        along = range(values.shape[axis])
        scale, zero = (np.repeat(x, block, axis=axis).take(along, axis) for x in (scale, zero))
    elif scale.size > 1:
        shape = [1] * values.ndim
        shape[axis] = -1
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    return (values - zero) * scale


def _without_dropout(nodes: list[NodeProto]) -> list[NodeProto]:
    """Return the nodes with each dropout's input put where its output was."""
    renamed = {node.output[0]: node.input[0] for node in nodes if node.op_type == "Dropout"}
    kept = [node for node in nodes if node.op_type != "Dropout"]
    for node in kept:
        for at, name in enumerate(node.input):
            node.input[at] = renamed.get(name, name)
    return kept


def rebuild(graph: GraphProto, nodes: Iterable[NodeProto], known: Weights) -> None:
    """Put nodes into a graph with exactly the weights and inputs they use."""
    kept = [node for node in nodes if node.op_type != "Constant"]
    made = {name for node in kept for name in node.output}
    used = {name for node in kept for name in node.input if name and name not in made}
    inputs = [item for item in graph.input if item.name in used and item.name not in known]
    del graph.node[:], graph.initializer[:], graph.input[:], graph.value_info[:]
    graph.node.extend(kept)
    graph.input.extend(inputs)
    for name in sorted(used & set(known)):
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(known[name]), name))


def _free(graph: GraphProto, axes: Mapping[int, str]) -> None:
    """Name the input's free axes; an output keeps only its last (feature) size."""
    for item in graph.input:
        for axis, name in axes.items():
            item.type.tensor_type.shape.dim[axis].dim_param = name
    for item in graph.output:
        sizes = item.type.tensor_type.shape.dim
        for axis, size in enumerate(list(sizes)[:-1]):
            size.dim_param = axes.get(0, "N") if axis == 0 and 0 in axes else f"{item.name}:{axis}"
