import { OptimizerError } from "@descent/core";
import { type Library, pythonName } from "./formulas.ts";
import {
  asMatrix,
  defaults,
  functionName,
  functionsOf,
  heading,
  reads,
  startOf,
  startsNeedMath,
  waits,
} from "./module.ts";
import type { Kept, Script } from "./script.ts";

const jax: Library = { name: "jnp", traced: true, keep: "keepdims" };

/** A rule as an Optax `GradientTransformationExtraArgs`, which works under `jit`. */
export function optaxModule(script: Script): string {
  const { rule, phases, readout, matrices } = script;
  if (phases.length > 1)
    throw new OptimizerError(
      `${rule.title} takes ${phases.length} gradients per round, and an Optax transformation is given one. Print it for torch or numpy.`,
    );
  const { python, lines } = functionsOf(script, jax);
  const options = Object.keys(rule.hyper).map(pythonName);
  const decays = reads(script, "decays");
  const inputs = Object.entries(rule.inputs ?? {});
  const model = script.state.filter(({ place }) => place === "model");
  const own = script.state.filter(({ place }) => place !== "model");
  const like = matrices ? "w" : "p";
  const view = (text: string): string => (matrices ? `_matrix(${text})` : text);
  const back = (text: string): string => (matrices ? `_like(${text}, p)` : text);
  const math = python.math || startsNeedMath(script);
  const start = (kept: Kept, of: string): string => {
    const text = startOf(kept, script, jax, of, (name) => name);
    return `${pythonName(kept.name)}=${kept.place === "host" ? `jnp.asarray(${text}, dtype=${of}.dtype)` : text}`;
  };
  const tensors = inputs.flatMap(([name, kind]) => (kind === "tensor" ? [pythonName(name)] : []));
  const numbers = inputs.flatMap(([name, kind]) => (kind === "model" ? [pythonName(name)] : []));
  const lists = [
    "leaves",
    "tree.flatten_up_to(grads)",
    'state["leaves"]',
    ...tensors.map((name) => `tree.flatten_up_to(${name})`),
    ...(decays ? ["mask"] : []),
  ];
  const each = ["p", "g", "old", ...tensors, ...(decays ? ["decay"] : [])];
  const call = [
    view("p"),
    view("g"),
    "t=t",
    ...(reads(script, "ndim") ? ["ndim=p.ndim"] : []),
    ...(reads(script, "count") ? ["count=sum(leaf.size for leaf in leaves)"] : []),
    ...(decays ? ["decays=decay"] : []),
    ...tensors.map((name) => `${name}=${view(name)}`),
    ...numbers.map((name) => `${name}=${name}`),
    "**options",
    "**old",
    ...(model.length > 0 ? ['**state["model"]'] : []),
  ].join(", ");
  const names = model.map(({ name }) => `"${pythonName(name)}"`).join(", ");
  const signature = [...defaults(rule.hyper), ...(decays ? ["decays=None"] : [])].join(", ");
  const out = [
    ...heading(script),
    ...(math ? ["import math", ""] : []),
    "import jax",
    "import jax.numpy as jnp",
    "import optax",
    "",
    "",
    ...lines,
    ...(matrices ? [...asMatrix(script, "last"), "", ""] : []),
    `def ${functionName(rule)}(${signature}):`,
    `    """${rule.title}. Options may be schedules: functions of the number of updates done.${decays ? " `decays`: a tree of booleans like the parameters." : ""}"""`,
    "",
    "    def init(params):",
    "        leaves = jax.tree.leaves(params)",
    ...(rule.needs === "matrix"
      ? [
          "        for p in leaves:",
          "            if p.ndim < 2:",
          `                raise ValueError(f"${rule.title} needs matrices; got a parameter of shape {p.shape}.")`,
        ]
      : []),
    "",
    `        def start(p):`,
    ...(matrices ? ["            w = _matrix(p)"] : []),
    `            return dict(${own.map((kept) => start(kept, like)).join(", ")})`,
    "",
    `        return dict(${[
      "t=jnp.zeros((), int)",
      "leaves=[start(p) for p in leaves]",
      ...(model.length > 0 ? [`model=dict(${model.map((kept) => start(kept, "leaves[0]")).join(", ")})`] : []),
    ].join(", ")})`,
    "",
    `    def update(${["grads", "state", "params", ...(inputs.length > 0 ? ["*", ...tensors, ...numbers] : []), "**_"].join(", ")}):`,
    "        leaves, tree = jax.tree.flatten(params)",
    '        t = state["t"] + 1',
    `        given = dict(${options.map((name) => `${name}=${name}`).join(", ")})`,
    "        options = {name: value(t - 1) if callable(value) else value for name, value in given.items()}",
    ...(decays ? ["        mask = [True] * len(leaves) if decays is None else tree.flatten_up_to(decays)"] : []),
    "        runs = [",
    `            _update(${call})`,
    `            for ${each.join(", ")} in zip(${lists.join(", ")})`,
    "        ]",
    ...(waits(script) ? ["        runs = _together(runs)"] : []),
    `        updates = [${back('new.pop("p")')} - p for p, new in zip(leaves, runs)]`,
    ...(model.length > 0
      ? [
          `        model = {name: value for new in runs for name, value in new.items() if name in (${names},)}`,
          `        runs = [{name: value for name, value in new.items() if name not in (${names},)} for new in runs]`,
        ]
      : []),
    `        state = dict(${[
      "t=t",
      'leaves=[old | new for old, new in zip(state["leaves"], runs)]',
      ...(model.length > 0 ? ['model=state["model"] | model'] : []),
    ].join(", ")})`,
    "        return tree.unflatten(updates), state",
    "",
    "    return optax.GradientTransformationExtraArgs(init, update)",
    ...(readout ? ["", "", ...readoutOf(script, options)] : []),
  ];
  return `${out.join("\n").trimEnd()}\n`;
}

function readoutOf(script: Script, options: readonly string[]): string[] {
  const { rule, matrices } = script;
  const view = (text: string): string => (matrices ? `_matrix(${text})` : text);
  const value = `_readout(${view("p")}, None, t=state["t"], **options, **kept, **state.get("model", {}))["p"]`;
  return [
    `def ${functionName(rule)}_readout(${["params", "state", "*", ...defaults(rule.hyper)].join(", ")}):`,
    '    """The parameters to evaluate with."""',
    `    options = dict(${options.map((name) => `${name}=${name}`).join(", ")})`,
    "    leaves, tree = jax.tree.flatten(params)",
    `    return tree.unflatten([${matrices ? `_like(${value}, p)` : value} for p, kept in zip(leaves, state["leaves"])])`,
  ];
}
