"""The model as an ONNX graph that takes a judge's features as they are."""

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper
from tools.pair_model.fitting import USED, PairModel

from tallystick.flows.living_linkage.pair_model import INPUT, OUTPUT
from tallystick.linkage.domain.living.features import FEATURES

__all__ = ["graph_of"]


def graph_of(model: PairModel) -> ModelProto:
    """Write the graph; it computes in double precision, since bits are counted in hundreds and weights are small."""
    weights = np.zeros(len(FEATURES))
    for name, weight in zip(USED, model.weights, strict=True):
        weights[FEATURES.index(name)] = weight
    graph = helper.make_graph(
        [
            helper.make_node("Cast", [INPUT], ["exact"], to=TensorProto.DOUBLE),
            helper.make_node("MatMul", ["exact", "weights"], ["weighed"]),
            helper.make_node("Add", ["weighed", "bias"], ["logit"]),
            helper.make_node("Sigmoid", ["logit"], ["exact_probability"]),
            helper.make_node("Cast", ["exact_probability"], [OUTPUT], to=TensorProto.FLOAT),
        ],
        "pair",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["pairs", len(FEATURES)])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["pairs"])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array(model.bias), "bias")],
        doc_string="Probability that a pair in the grey zone is one person; columns: " + ", ".join(FEATURES),
    )
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10, producer_name="tallystick"
    )
    checker.check_model(made)
    return made
