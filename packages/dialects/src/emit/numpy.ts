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
import type { Script } from "./script.ts";

const numpy: Library = { name: "np", traced: false, keep: "keepdims" };

/** A rule as a function of NumPy arrays by name. */
export function numpyModule(script: Script): string {
  const { python, lines } = functionsOf(script, numpy);
  const { rule, phases, readout, matrices } = script;
  const math = python.math || startsNeedMath(script);
  const options = Object.keys(rule.hyper).map(pythonName);
  const decays = reads(script, "decays");
  const inputs = Object.entries(rule.inputs ?? {});
  const model = script.state.filter(({ place }) => place === "model");
  const own = script.state.filter(({ place }) => place !== "model");
  const like = matrices ? "w" : "p";
  const view = (text: string): string => (matrices ? `_matrix(${text})` : text);
  const back = (text: string): string => (matrices ? `_like(${text}, params[name])` : text);
  const rounds = phases.length > 1;
  const start = own.map((kept) => `${pythonName(kept.name)}=${startOf(kept, script, numpy, like, (name) => name)}`);
  const call = [
    view(rounds ? 'old["start"]' : "p"),
    view("grads[name]"),
    ...(reads(script, "ndim") ? ["ndim=p.ndim"] : []),
    ...(reads(script, "count") ? ["count=sum(x.size for x in params.values())"] : []),
    ...(decays ? ["decays=decays is None or decays(name)"] : []),
    ...inputs.map(
      ([name, kind]) =>
        `${pythonName(name)}=${kind === "tensor" ? view(`${pythonName(name)}[name]`) : pythonName(name)}`,
    ),
    ...options.map((name) => `${name}=${name}`),
    "**old",
    ...(model.length > 0 ? ["**model"] : []),
  ].join(", ");
  const phaseList = phases.map(({ name }) => `_${pythonName(name)}`).join(", ");
  const signature = [
    "params",
    "grads",
    "state=None",
    "*",
    ...inputs.map(([name]) => pythonName(name)),
    ...defaults(rule.hyper),
    ...(decays ? ["decays=None"] : []),
  ].join(", ");
  const out = [
    ...heading(script),
    ...(math ? ["import math", ""] : []),
    "import numpy as np",
    "",
    "",
    ...lines,
    ...(matrices ? [...asMatrix(script, "first"), "", ""] : []),
    `def ${functionName(rule)}(${signature}):`,
    `    """One ${rounds ? "phase" : "update"}: \`params, state = ${functionName(rule)}(params, grads, state)\`, dictionaries of arrays by name."""`,
    "    state = dict(state or {})",
    ...(model.length > 0
      ? [
          "    like = next(iter(params.values()))",
          `    model = state.get("model") or dict(${model.map((kept) => `${pythonName(kept.name)}=${startOf(kept, script, numpy, "like", (name) => name)}`).join(", ")})`,
        ]
      : []),
    ...(rounds ? ['    number = state.get("phase", 0)', `    phase = (${phaseList})[number]`] : []),
    "    todo, runs = [], []",
    "    for name in grads:",
    "        p = params[name]",
    ...(rule.needs === "matrix"
      ? [
          "        if p.ndim < 2:",
          `            raise ValueError(f"${rule.title} needs matrices; got {name} of shape {p.shape}.")`,
        ]
      : []),
    ...(matrices ? ["        w = _matrix(p)"] : []),
    `        old = dict(state.get(name) or dict(${["t=0", ...start].join(", ")}))`,
    ...(rounds
      ? ["        if number == 0:", '            old.update(t=old["t"] + 1, start=p)']
      : ['        old["t"] += 1']),
    "        todo.append((name, old))",
    '        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):',
    `            runs.append(${rounds ? "phase" : "_update"}(${call}))`,
    "    params = dict(params)",
    `    for (name, old), new in zip(todo, ${waits(script) ? "_together(runs)" : "runs"}):`,
    `        params[name] = ${back(rounds ? 'new.pop("p", old["start"])' : 'new.pop("p")')}`,
    ...(model.length > 0
      ? [
          `        model = model | {key: new.pop(key) for key in (${model.map(({ name }) => `"${pythonName(name)}"`).join(", ")},) if key in new}`,
        ]
      : []),
    "        state[name] = old | new",
    ...(model.length > 0 ? ['    state["model"] = model'] : []),
    ...(rounds ? [`    state["phase"] = (number + 1) % ${phases.length}`] : []),
    "    return params, state",
    ...(readout ? ["", "", ...readoutOf(script, options)] : []),
  ];
  return `${out.join("\n").trimEnd()}\n`;
}

function readoutOf(script: Script, options: readonly string[]): string[] {
  const { rule, matrices } = script;
  const value = matrices
    ? '_like(_readout(_matrix(params[name]), None, **options, **state[name], **state.get("model", {}))["p"], params[name])'
    : '_readout(params[name], None, **options, **state[name], **state.get("model", {}))["p"]';
  return [
    `def ${functionName(rule)}_readout(${["params", "state", "*", ...defaults(rule.hyper)].join(", ")}):`,
    '    """The parameters to evaluate with."""',
    `    options = dict(${options.map((name) => `${name}=${name}`).join(", ")})`,
    `    return {name: ${value} if name in state else params[name] for name in params}`,
  ];
}
