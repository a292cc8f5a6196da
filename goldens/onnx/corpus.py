"""Exports every model of architectures.py as people do, with PyTorch's loss, gradients and ten steps of AdamW: python corpus.py FOLDER.

Each file is one of: `dynamo` (torch.onnx.export as it comes), `raw` (with optimize=False), `legacy` (dynamo=False), and `kept` (dynamo=False, training
mode kept, nothing folded). Beside them lies MODEL.MODE.safetensors: the batch, the labels, the gradient of each parameter and its value after ten
steps, and how far each lies from what other roundings give (`noise`, `drift`). `npm run corpus -- FOLDER` trains each file and compares.
A run that was stopped continues; delete a model's files to export it again.
"""

import argparse
import copy
import json
import logging
import os
import random
import re
import sys
import time
import traceback
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file

import handwritten  # noqa: F401: they add to CASES
import libraries  # noqa: F401
import odd  # noqa: F401
import strangers  # noqa: F401
from architectures import CASES

EXPORTERS = ("dynamo", "raw", "legacy", "kept")
STEPS = 10
# ε is large, so that gradients that are zero but for rounding do not move weights by the rate.
ADAMW = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-4, weight_decay=0.01)


def seeded(name):
    seed = sum(ord(c) for c in name)
    random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)


def loss_of(kind, out, labels):
    if kind == "own":
        return out
    if kind == "mse":
        return F.mse_loss(out, labels)
    classes = out if out.ndim != 4 else out.permute(0, 2, 3, 1)
    return F.cross_entropy(classes.flatten(0, -2), labels.flatten())


def labels_of(kind, out):
    if kind == "own":
        return torch.zeros(0)
    if kind == "mse":
        return torch.randn_like(out)
    if out.ndim == 4:
        return torch.randint(0, out.shape[1], (out.shape[0], *out.shape[2:]))
    return torch.randint(0, out.shape[-1], out.shape[:-1])


def arguments(case, inputs):
    return (inputs,) if case.packs else tuple(inputs.values())


def train(model, case, inputs, labels, steps=STEPS):
    """The loss before each step and after the last, the first gradients, and the parameters before and after."""
    parameters = {k: p for k, p in model.named_parameters() if p.requires_grad}
    start = {k: p.detach().clone() for k, p in parameters.items()}
    optimizer = torch.optim.AdamW(parameters.values(), **ADAMW)
    losses, gradients = [], {}
    for step in range(steps + 1):
        optimizer.zero_grad()
        loss = loss_of(case.loss, model(*arguments(case, inputs)), labels)
        losses.append(loss.item())
        if step == steps:
            break
        loss.backward()
        if step == 0:
            gradients = {k: p.grad.clone() for k, p in parameters.items() if p.grad is not None}
        optimizer.step()
    return losses, gradients, start, {k: p.detach() for k, p in parameters.items()}


def made(name, mode):
    seeded(name)
    return CASES[name].make().float().train(mode == "train")


def apart(a, b):
    return (a.double() - b.double()).abs().max().reshape(1).float() if a.numel() else torch.zeros(1)


def another(model, name, mode):
    """A copy, or the same made again where hooks hold results."""
    try:
        return copy.deepcopy(model)
    except RuntimeError:
        state = random.getstate(), np.random.get_state(), torch.get_rng_state()
        again = made(name, mode)
        random.setstate(state[0]), np.random.set_state(state[1]), torch.set_rng_state(state[2])
        return again


def reference(name, mode):
    """The model as it is exported, its batch, and what PyTorch makes of them."""
    case = CASES[name]
    model = made(name, mode)
    inputs = case.inputs()
    with torch.no_grad():
        out = another(model, name, mode)(*arguments(case, inputs))
    labels = labels_of(case.loss, out)
    losses, gradients, start, end = train(another(model, name, mode), case, inputs, labels)
    # How far rounding alone takes PyTorch: from its run in float64, from one in another layout, and from six whose parameters begin a millionth aside.
    near = []
    try:
        wide = {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()}
        near.append(train(another(model, name, mode).double(), case, wide, labels.double() if labels.is_floating_point() else labels))
    except Exception:  # a model that insists on float32
        pass
    others = [near[0][1]] if near else []
    if any(v.ndim == 4 for v in inputs.values()):  # images: sums in the order of another layout
        images = {k: v.to(memory_format=torch.channels_last) if v.ndim == 4 else v for k, v in inputs.items()}
        turned = another(model, name, mode).to(memory_format=torch.channels_last)
        others.append(train(turned, case, images, labels, steps=1)[1])
    noise = {k: torch.stack([apart(g, one[k]) for one in others]).amax(0) for k, g in gradients.items()} if others else {}
    for seed in range(6):
        aside, draw = another(model, name, mode), torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for p in aside.parameters():
                p.mul_(1 + 1e-6 * torch.randn(p.shape, generator=draw))
        near.append(train(aside, case, inputs, labels))
    drift = {k: torch.stack([apart(e, run[3][k]) for run in near]).amax(0) for k, e in end.items()}
    spread = [max(abs(run[0][step] - loss) for run in near) for step, loss in enumerate(losses)]
    first = {id(p): k for k, p in model.named_parameters()}
    tied = {k: first[id(p)] for k, p in model.named_parameters(remove_duplicate=False) if first[id(p)] != k}
    tensors = {
        **{f"input.{k}": v for k, v in inputs.items()},
        "labels": labels,
        **{f"grad.{k}": v for k, v in gradients.items()},
        **{f"start.{k}": v for k, v in start.items()},
        **{f"end.{k}": v for k, v in end.items()},
        **{f"noise.{k}": v for k, v in noise.items()},
        **{f"drift.{k}": v for k, v in drift.items()},
    }
    about = {
        "loss": case.loss,
        "torch": torch.__version__.split("+")[0],
        "losses": losses,
        "spread": spread,
        "inputs": list(inputs),
        "frozen": [k for k, p in model.named_parameters() if not p.requires_grad],
        "buffers": [k for k, b in model.named_buffers()],
        "tied": tied,
        **({"hides": case.hides} if case.hides else {}),
        "adamw": {"lr": ADAMW["lr"], "eps": ADAMW["eps"], "weightDecay": ADAMW["weight_decay"]},
    }
    return model, inputs, out, tensors, about


def export(name, model, inputs, case, exporter, mode, path):
    names = list(inputs)
    axes = case.dynamic if case.dynamic is not None else {k: {0: "batch"} for k in names}
    outputs = ["out"]
    torch.manual_seed(0)
    model = another(model, name, mode)
    if exporter in ("dynamo", "raw"):
        shapes = tuple({i: torch.export.Dim(n) for i, n in axes.get(k, {}).items()} or None for k in names) if axes else None
        if shapes is not None:  # one name may stand for one Dim only
            dims = {n: torch.export.Dim(n) for k in names for n in axes.get(k, {}).values()}
            shapes = tuple({i: dims[n] for i, n in axes.get(k, {}).items()} or None for k in names)
        torch.onnx.export(
            model, arguments(case, inputs), path, dynamo=True, input_names=names, output_names=outputs, external_data=False, verbose=False,
            dynamic_shapes=shapes, **({"optimize": False} if exporter == "raw" else {}),
        )  # fmt: skip
    else:
        kept = dict(training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False) if exporter == "kept" or mode == "train" else {}
        given = (*arguments(case, inputs), {}) if case.packs else arguments(case, inputs)  # a dictionary at the end would be keywords
        torch.onnx.export(model, given, path, dynamo=False, input_names=names, output_names=outputs, dynamic_axes=axes, **kept)


def strip(path):
    """Without the stack traces, which hold paths of the machine."""
    import onnx

    model = onnx.load(path)
    for part in (model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
        if hasattr(part, "metadata_props"):
            kept = [entry for entry in part.metadata_props if "stack_trace" not in entry.key and "nn_module_stack" not in entry.key]
            del part.metadata_props[:]
            part.metadata_props.extend(kept)
        part.ClearField("doc_string")
    onnx.save(model, path)


def done(args, index, name, mode):
    """Whether a run that was stopped has written this model's numbers and all of its files, with this PyTorch."""
    stem = os.path.join(args.folder, f"{name}.{mode}")
    if not os.path.exists(f"{stem}.safetensors"):
        return False
    with safe_open(f"{stem}.safetensors", "np") as file:
        if json.loads(file.metadata()["about"])["torch"] != torch.__version__.split("+")[0]:
            return False
    wanted = [e for e in filter(None, args.exporters.split(",")) if not (e == "legacy" and mode == "train")]
    return all(os.path.exists(f"{stem}.{e}.onnx") or "error" in index.get(f"{name}.{mode}.{e}", {}) for e in wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--only", default="", help="a pattern of names")
    parser.add_argument("--exporters", default=",".join(EXPORTERS), help="those to use; none writes PyTorch's numbers only")
    parser.add_argument("--modes", default="train,eval")
    parser.add_argument("--strip", action="store_true", help="leave stack traces out, as the committed files do")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    os.makedirs(args.folder, exist_ok=True)
    json.dump(list(CASES), open(os.path.join(args.folder, "cases.json"), "w"))
    index_path = os.path.join(args.folder, "index.json")
    index = json.load(open(index_path)) if os.path.exists(index_path) else {}
    for name, case in CASES.items():
        if not re.search(args.only, name):
            continue
        for mode in (m for m in case.modes if m in args.modes):
            if done(args, index, name, mode):
                continue
            try:
                model, inputs, out, tensors, about = reference(name, mode)
            except Exception as error:
                print(f"{name} {mode}: the model does not run: {str(error).splitlines()[0][:200]}", flush=True)
                index[f"{name}.{mode}"] = {"error": str(error)[:300]}
                continue
            stem = os.path.join(args.folder, f"{name}.{mode}")
            save_file({k: v.contiguous().clone() for k, v in tensors.items()}, f"{stem}.safetensors", metadata={"about": json.dumps(about)})
            for exporter in filter(None, args.exporters.split(",")):
                if exporter == "legacy" and mode == "train":
                    continue  # it is `kept`
                key = f"{name}.{mode}.{exporter}"
                if os.path.exists(f"{stem}.{exporter}.onnx") or "error" in index.get(key, {}):
                    index.setdefault(key, {})
                    continue
                began = time.time()
                try:
                    stdout = sys.stdout
                    sys.stdout = open(os.devnull, "w")
                    try:
                        half = f"{stem}.{exporter}.half"
                        export(name, model, inputs, case, exporter, mode, half)
                        if args.strip:
                            strip(half)
                        os.replace(half, f"{stem}.{exporter}.onnx")
                    finally:
                        sys.stdout = stdout
                    index[key] = {}
                    print(f"{key}: {os.path.getsize(f'{stem}.{exporter}.onnx')} bytes, {time.time() - began:.1f} s", flush=True)
                except Exception as error:
                    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
                    index[key] = {"error": lines[0][:300]}
                    print(f"{key}: PyTorch does not export it: {lines[0][:160]}", flush=True)
            json.dump(index, open(index_path, "w"), indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
