"""Events files: TensorBoard's own writer."""

import io

import numpy as np
import tensorboard
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def record(event):
    file = io.BytesIO()
    RecordWriter(file).write(event.SerializeToString())
    return file.getvalue().hex()


def goldens():
    numbers = {"batch/loss": 0.25, "batch/lr": 1e-3, "ünïcode": -3.5}
    values = [summary_pb2.Summary.Value(tag=tag, simple_value=x) for tag, x in numbers.items()]
    histogram = {"min": -1.5, "max": 2.0, "count": 5.0, "sum": 1.25, "squares": 7.5, "limits": [-1.0, 0.0, 1.5, 2.5], "counts": [1.0, 0.0, 2.0, 2.0]}
    renamed = {"min": "min", "max": "max", "num": "count", "sum": "sum", "sum_squares": "squares", "bucket_limit": "limits", "bucket": "counts"}
    proto = summary_pb2.HistogramProto(**{theirs: histogram[ours] for theirs, ours in renamed.items()})
    return {
        "packages/training/test/golden/events.json": {
            "source": f"tensorboard {tensorboard.__version__}, RecordWriter",
            "records": [
                {"event": {"time": 1.5e9, "version": "brain.Event:2"}, "hex": record(event_pb2.Event(wall_time=1.5e9, file_version="brain.Event:2"))},
                {"event": {"time": 1.5e9 + 0.25, "step": 300, "values": numbers}, "hex": record(event_pb2.Event(wall_time=1.5e9 + 0.25, step=300, summary=summary_pb2.Summary(value=values)))},
                {
                    "event": {"time": 2.0, "step": 2**40, "values": {"weights/w": histogram}},
                    "hex": record(event_pb2.Event(wall_time=2.0, step=2**40, summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="weights/w", histo=proto)]))),
                },
            ],
        }
    }
