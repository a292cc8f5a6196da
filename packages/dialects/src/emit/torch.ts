import { type Library, pythonName } from "./formulas.ts";
import {
  asMatrix,
  className,
  defaults,
  functionsOf,
  heading,
  reads,
  startOf,
  startsNeedMath,
  waits,
} from "./module.ts";
import type { Script } from "./script.ts";

const torch: Library = { name: "torch", traced: false, keep: "keepdim" };

/** A rule as a `torch.optim.Optimizer`. */
export function torchModule(script: Script): string {
  const { python, lines } = functionsOf(script, torch);
  const math = python.math || startsNeedMath(script);
  const { rule, readout } = script;
  const options = Object.keys(rule.hyper).map(pythonName);
  const decays = reads(script, "decays");
  const named = [...options, ...(decays ? ["decays"] : [])];
  const out = [
    ...heading(script),
    ...(readout ? ["from contextlib import contextmanager"] : []),
    ...(math ? ["import math"] : []),
    ...(readout || math ? [""] : []),
    "import torch",
    "",
    "",
    ...lines,
    ...(script.matrices ? [...asMatrix(script, "first"), "", ""] : []),
    `class ${className(rule)}(torch.optim.Optimizer):`,
    `    """${rule.title}${decays ? "; a group with `decays=False` is left out of weight decay" : ""}."""`,
    "",
    `    def __init__(${["self", "params", ...defaults(rule.hyper), ...(decays ? ["decays=True"] : [])].join(", ")}):`,
    `        super().__init__(params, dict(${named.map((name) => `${name}=${name}`).join(", ")}))`,
    "",
    ...stepOf(script).map(indented),
    "",
    ...stateOf(script).map(indented),
    ...(readout ? ["", ...readoutOf(script).map(indented)] : []),
  ];
  return `${out.join("\n").trimEnd()}\n`;
}

const modelNames = ({ state }: Script): string[] =>
  state.flatMap(({ name, place }) => (place === "model" ? [name] : []));

const indented = (line: string): string => (line === "" ? "" : `    ${line}`);

/** The inputs of a rule besides the gradient, by kind. */
function inputsOf({ rule }: Script): { readonly tensors: string[]; readonly numbers: string[] } {
  const all = Object.entries(rule.inputs ?? {});
  return {
    tensors: all.flatMap(([name, kind]) => (kind === "tensor" ? [name] : [])),
    numbers: all.flatMap(([name, kind]) => (kind === "model" ? [name] : [])),
  };
}

/** The call of a phase's function on a parameter. */
function callOf(script: Script, name: string, w: string, g: string): string {
  const { tensors, numbers } = inputsOf(script);
  const view = (text: string): string => (script.matrices ? `_matrix(${text})` : text);
  const facts = [
    ...(reads(script, "ndim") ? ["ndim=p.ndim"] : []),
    ...(reads(script, "count") ? ["count=count"] : []),
    ...tensors.map((input) => `${pythonName(input)}=${view(`${pythonName(input)}[p]`)}`),
    ...numbers.map((input) => `${pythonName(input)}=${pythonName(input)}`),
  ];
  const shared = modelNames(script).length > 0 ? ["**model"] : [];
  return `${name}(${[w, g, ...facts, "**group", "**state", ...shared].join(", ")})`;
}

function stepOf(script: Script): string[] {
  const { phases, matrices } = script;
  const { tensors, numbers } = inputsOf(script);
  const inputs = [...tensors, ...numbers].map(pythonName);
  const rounds = phases.length > 1;
  const signature = ["self", rounds ? "closure" : "closure=None", ...(inputs.length > 0 ? ["*", ...inputs] : [])];
  const about = [
    `One ${rounds ? `round: ${phases.map(({ name }) => name).join(", ")}, each with a gradient of its own` : "update of every parameter that has a gradient"}.`,
    ...(tensors.length > 0
      ? [` ${tensors.map((name) => `\`${pythonName(name)}\``).join(" and ")}: by parameter, tensors of its shape.`]
      : []),
  ].join("");
  const head = ["@torch.no_grad()", `def step(${signature.join(", ")}):`, `    """${about}"""`];
  const view = (text: string): string => (matrices ? `_matrix(${text})` : text);
  const back = (text: string): string => (matrices ? `_like(${text}, p)` : text);
  const counts = reads(script, "count")
    ? ['    count = sum(p.numel() for group in self.param_groups for p in group["params"])']
    : [];
  if (!rounds && !script.together)
    return [
      ...head,
      ...closure,
      ...counts,
      "    for group in self.param_groups:",
      '        for p in group["params"]:',
      "            if p.grad is None:",
      "                continue",
      "            state = self._state(p, group)",
      '            state["t"] += 1',
      `            new = ${callOf(script, "_update", view("p"), view("p.grad"))}`,
      `            p.copy_(${back('new.pop("p")')})`,
      "            state.update(new)",
      "    return result",
    ];
  const model = modelNames(script).map((name) => `"${pythonName(name)}"`);
  const body = (name: string): string[] => [
    "todo = []",
    "for group in self.param_groups:",
    '    todo += [(p, group, self._state(p, group)) for p in group["params"] if p.grad is not None]',
    ...(model.length > 0 ? ['model = self.state["model"]'] : []),
    "runs = []",
    "for p, group, state in todo:",
    ...(rounds ? [] : ['    state["t"] += 1']),
    `    runs.append(${callOf(script, name, rounds ? view('state["start"]') : view("p"), view("p.grad"))})`,
    `for (p, _, state), new in zip(todo, ${waits(script) ? "_together(runs)" : "runs"}):`,
    ...(rounds ? [`    p.copy_(${back('new.pop("p", state["start"])')})`] : [`    p.copy_(${back('new.pop("p")')})`]),
    ...(model.length > 0
      ? [`    model.update((name, new.pop(name)) for name in (${model.join(", ")},) if name in new)`]
      : []),
    "    state.update(new)",
  ];
  if (!rounds) return [...head, ...closure, ...counts, ...body("_update").map(indented), "    return result"];
  const names = phases.map(({ name }) => `_${pythonName(name)}`);
  return [
    ...head,
    ...counts,
    "    result = None",
    `    for phase in (${names.join(", ")}):`,
    "        with torch.enable_grad():",
    "            loss = closure()",
    "        result = loss if result is None else result",
    `        if phase is ${names[0]}:`,
    "            for group in self.param_groups:",
    '                for p in group["params"]:',
    "                    if p.grad is not None:",
    "                        state = self._state(p, group)",
    '                        state.update(t=state["t"] + 1, start=p.clone())',
    ...body("phase").map((line) => indented(indented(line))),
    "    return result",
  ];
}

const closure = [
  "    result = None",
  "    if closure is not None:",
  "        with torch.enable_grad():",
  "            result = closure()",
];

function stateOf(script: Script): string[] {
  const option = (name: string): string => `group["${name}"]`;
  const like = script.matrices ? "w" : "p";
  const own = script.state.filter(({ place }) => place !== "model");
  const shared = script.state.filter(({ place }) => place === "model");
  const starts = own.map((kept) => `${pythonName(kept.name)}=${startOf(kept, script, torch, like, option)}`);
  const refuse =
    script.rule.needs === "matrix"
      ? [
          "    if p.ndim < 2:",
          `        raise ValueError(f"${script.rule.title} needs matrices; got a parameter of shape {tuple(p.shape)}. Give it another optimizer.")`,
        ]
      : [];
  return [
    "def _state(self, p, group):",
    ...refuse,
    "    state = self.state[p]",
    "    if not state:",
    ...(script.matrices ? ["        w = _matrix(p)"] : []),
    `        state.update(${["t=0", ...starts].join(", ")})`,
    ...(shared.length > 0
      ? [
          '    if not self.state["model"]:',
          `        self.state["model"].update(${shared.map((kept) => `${pythonName(kept.name)}=${startOf(kept, script, torch, "p", option)}`).join(", ")})`,
        ]
      : []),
    "    return state",
  ];
}

function readoutOf(script: Script): string[] {
  const view = (text: string): string => (script.matrices ? `_matrix(${text})` : text);
  const back = (text: string): string => (script.matrices ? `_like(${text}, p)` : text);
  const shared = modelNames(script).length > 0 ? ', **self.state["model"]' : "";
  return [
    "@contextmanager",
    "def readout(self):",
    '    """Inside, parameters have the values to evaluate with: `with opt.readout(): …`."""',
    "    trained = []",
    "    with torch.no_grad():",
    "        for group in self.param_groups:",
    '            for p in group["params"]:',
    "                if state := self.state.get(p):",
    "                    trained.append((p, p.clone()))",
    `                    p.copy_(${back(`_readout(${view("p")}, None, **group, **state${shared})["p"]`)})`,
    "    try:",
    "        yield self",
    "    finally:",
    "        with torch.no_grad():",
    "            for p, old in trained:",
    "                p.copy_(old)",
  ];
}
