"""ONNX's own node tests as files, in the layout of its repository: python onnx_nodes.py FOLDER."""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases


def proto(value, kind):
    if isinstance(value, onnx.TensorProto):
        return value
    if kind.HasField("sequence_type"):
        return numpy_helper.from_list(value)
    if kind.HasField("optional_type"):
        return numpy_helper.from_optional(value)
    return numpy_helper.from_array(np.asarray(value))


root = Path(sys.argv[1]) / "node"
for case in collect_testcases(None):
    data = root / case.name / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    (root / case.name / "model.onnx").write_bytes(case.model.SerializeToString())
    inputs, outputs = case.data_sets[0]
    for name, values, infos in (("input", inputs, case.model.graph.input), ("output", outputs, case.model.graph.output)):
        for i, (value, info) in enumerate(zip(values, infos)):
            (data / f"{name}_{i}.pb").write_bytes(proto(value, info.type).SerializeToString())
(Path(sys.argv[1]) / "VERSION").write_text(f"{onnx.__version__}\n")
print(f"{len(list(root.iterdir()))} tests of ONNX {onnx.__version__}")
