import { OnnxError } from "../../errors.ts";
import { Graph } from "../../graph/graph.ts";
import { describe, float, floatList, int, type Node, string, strings } from "../../graph/node.ts";
import { range } from "../axes.ts";
import { fewSteps } from "../bounds.ts";
import { Builder, type Size } from "../builder.ts";
import { iota } from "../gradients/indexing.ts";
import { type Expansion, name } from "./expansion.ts";

type Function = (b: Builder, x: string) => string;

const takesAlpha = new Set(["Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu"]);
const takesBeta = new Set(["Affine", "ScaledTanh", "HardSigmoid"]);
const defaults: Readonly<Record<string, readonly [number, number]>> = {
  Affine: [1, 0],
  LeakyRelu: [0.01, 0],
  ThresholdedRelu: [1, 0],
  ScaledTanh: [1, 1],
  HardSigmoid: [0.2, 0.5],
  Elu: [1, 0],
};

/** The activations of each direction, clipped inputs included. */
function activations(node: Node, standard: readonly string[], directions: number): Function[][] {
  const all = strings(node, "activations") ?? Array.from({ length: directions }, () => standard).flat();
  const alphas = [...(floatList(node, "activation_alpha") ?? [])];
  const betas = [...(floatList(node, "activation_beta") ?? [])];
  const clip = float(node, "clip", 0);
  const functions = all.map((given): Function => {
    const known = Object.keys(defaults).concat("Relu", "Tanh", "Sigmoid", "Softsign", "Softplus");
    const op = known.find((k) => k.toLowerCase() === given.toLowerCase());
    if (op === undefined) throw new OnnxError(`${describe(node)} has the unknown activation "${given}".`);
    const [a, c] = defaults[op] ?? [0, 0];
    const alpha = takesAlpha.has(op) ? (alphas.shift() ?? a) : a;
    const beta = takesBeta.has(op) ? (betas.shift() ?? c) : c;
    const apply: Function = (b, x) => {
      if (op === "Affine") return b.plus(b.scaled(x, alpha), beta);
      if (op === "ScaledTanh") return b.scaled(b.op("Tanh", [b.scaled(x, beta)]), alpha);
      if (op === "HardSigmoid") return b.op(op, [x], { alpha, beta });
      return b.op(op, [x], takesAlpha.has(op) ? { alpha } : {});
    };
    return clip > 0 ? (b, x) => apply(b, b.op("Clip", [x, b.number(-clip, x), b.number(clip, x)])) : apply;
  });
  return range(directions).map((d) => functions.slice(d * standard.length, (d + 1) * standard.length));
}

/** The values a cell carries from step to step; the first is its output. */
type State = readonly string[];

interface Cell {
  /** How many blocks of `hidden` the weights have. */
  readonly gates: number;
  readonly activations: readonly string[];
  /** The outputs of the operator after Y, and so the states. */
  readonly states: number;
  /** One step: `x` is the projected input, biases included where they may be. */
  step(b: Builder, x: string, state: State, at: Direction): State;
  /** The part of the recurrent bias that may not be added to the projected input. */
  readonly innerBias?: (node: Node) => boolean;
}

interface Direction {
  readonly node: Node;
  readonly hidden: number;
  /** R transposed: [hidden, gates · hidden]. */
  readonly recurrent: string;
  readonly functions: readonly Function[];
  /** Recurrent bias of the last gate, where the cell asks for it apart. */
  readonly inner: string | undefined;
  /** Peepholes. */
  readonly peep: readonly string[] | undefined;
}

const halves = (b: Builder, x: string, axis: number, hidden: number, count: number): string[] =>
  b.split(x, axis, Array<number>(count).fill(hidden));

const plain: Cell = {
  gates: 1,
  activations: ["Tanh"],
  states: 1,
  step: (b, x, [h = ""], { recurrent, functions }) => [functions[0]!(b, b.add(x, b.op("MatMul", [h, recurrent])))],
};

const gru: Cell = {
  gates: 3,
  activations: ["Sigmoid", "Tanh"],
  states: 1,
  innerBias: (node) => int(node, "linear_before_reset", 0) === 1,
  step(b, x, [h = ""], { node, hidden, recurrent, functions, inner }) {
    const [f, g] = functions as [Function, Function]; // one each, by `activations`
    const [xzr = "", xh = ""] = b.split(x, 1, [2 * hidden, hidden]);
    let z: string;
    let candidate: string;
    if (int(node, "linear_before_reset", 0) === 1) {
      const [rzr = "", rh = ""] = b.split(b.op("MatMul", [h, recurrent]), 1, [2 * hidden, hidden]);
      const [update = "", reset = ""] = halves(b, f(b, b.add(xzr, rzr)), 1, hidden, 2);
      const memory = inner === undefined ? rh : b.add(rh, inner);
      z = update;
      candidate = g(b, b.add(xh, b.mul(reset, memory)));
    } else {
      const [wzr = "", wh = ""] = b.split(recurrent, 1, [2 * hidden, hidden]);
      const [update = "", reset = ""] = halves(b, f(b, b.add(xzr, b.op("MatMul", [h, wzr]))), 1, hidden, 2);
      z = update;
      candidate = g(b, b.add(xh, b.op("MatMul", [b.mul(reset, h), wh])));
    }
    return [b.add(b.mul(b.from(1, z), candidate), b.mul(z, h))];
  },
};

const lstm: Cell = {
  gates: 4,
  activations: ["Sigmoid", "Tanh", "Tanh"],
  states: 2,
  step(b, x, [h = "", c = ""], { node, hidden, recurrent, functions, peep }) {
    const [f, g, out] = functions as [Function, Function, Function]; // one each, by `activations`
    const [xi = "", xo = "", xf = "", xc = ""] = halves(b, b.add(x, b.op("MatMul", [h, recurrent])), 1, hidden, 4);
    const peeped = (gate: string, k: number, cell: string): string =>
      peep === undefined ? gate : b.add(gate, b.mul(peep[k]!, cell));
    const i = f(b, peeped(xi, 0, c));
    const forget = int(node, "input_forget", 0) === 1 ? b.from(1, i) : f(b, peeped(xf, 2, c));
    const cell = b.add(b.mul(forget, c), b.mul(i, g(b, xc)));
    const o = f(b, peeped(xo, 1, cell));
    return [b.mul(o, out(b, cell)), cell];
  },
};

/** One direction of a layer: what its steps read, and where they begin. */
interface Run {
  readonly b: Builder;
  readonly cell: Cell;
  readonly at: Direction;
  /** [steps, batch, gates · hidden] */
  readonly projected: string;
  readonly initial: State;
  readonly backwards: boolean;
  /** The length of each sequence, or "". */
  readonly lengths: string;
}

/** One step; a sequence that has ended (or, backwards, not begun) keeps its state and outputs zeros. */
function stepped(b: Builder, run: Run, x: string, t: string, state: State): readonly [out: string, state: State] {
  const { cell, at, lengths } = run;
  const next = cell.step(b, x, state, at);
  const [out = ""] = next;
  if (lengths === "") return [out, next];
  const runs = b.unsqueeze(b.op("Greater", [lengths, t]), [1]);
  return [b.masked(runs, out), next.map((s, i) => b.where(runs, s, state[i]!))];
}

/** The steps written out one after the other; the outputs [steps, batch, hidden] and the last state. */
function unrolled(run: Run, steps: number): { readonly all: string; readonly state: State } {
  const { b, projected, backwards, lengths } = run;
  const inputs = b.split(projected, 0, Array<number>(steps).fill(1)).map((s) => b.squeeze(s, [0]));
  let state = run.initial;
  const out: string[] = [];
  for (const t of backwards ? range(steps).reverse() : range(steps)) {
    const time = lengths === "" ? "" : b.graph.constant(t, b.elem(lengths), []);
    [out[t], state] = stepped(b, run, inputs[t]!, time, state);
  }
  const stacked = out.map((o) => b.unsqueeze(o, [0]));
  return { all: b.concat(stacked, 0), state };
}

/** The steps as a Scan, where only the run tells how many there are. */
function scanned(run: Run): { readonly all: string; readonly state: State } {
  const { b, projected, initial, backwards, lengths } = run;
  const body = new Graph(b.graph.opset, b.graph);
  const inner = new Builder(body, b.target);
  const state = initial.map((s) => body.input(body.fresh("state"), b.graph.type(s)));
  const { elem, shape = [] } = b.graph.type(projected);
  const x = body.input(body.fresh("x"), { elem, shape: shape.slice(1) });
  const slices = [projected];
  let t = "";
  if (lengths !== "") {
    slices.push(b.cast(iota(b, b.size(projected, 0)), b.elem(lengths)));
    t = body.input(body.fresh("t"), { elem: b.elem(lengths), shape: [] });
  }
  const [out, next] = stepped(inner, run, x, t, state);
  for (const value of [...next, out]) body.output(inner.op("Identity", [value]));
  const direction = backwards ? 1 : 0;
  const made = b.ops(
    "Scan",
    [...initial, ...slices],
    {
      body,
      num_scan_inputs: slices.length,
      scan_input_directions: slices.map(() => direction),
      scan_output_directions: [direction],
    },
    initial.length + 1,
  );
  return { all: made.at(-1)!, state: made.slice(0, -1) };
}

/** A recurrent layer in simpler operators. */
function layer(cell: Cell): Expansion {
  return (b, node) => {
    const [given = "", w = "", r = "", bias = "", lengths = "", h0 = "", c0 = "", p = ""] = node.inputs;
    const batchFirst = int(node, "layout", 0) === 1;
    const direction = string(node, "direction", "forward");
    const directions = direction === "bidirectional" ? 2 : 1;
    const x = batchFirst ? b.transpose(given, [1, 0, 2]) : given;
    const steps = b.size(x, 0);
    const hidden = int(node, "hidden_size") ?? b.fixed(r, 2, node);
    const batch = b.size(x, 1);
    const functions = activations(node, cell.activations, directions);
    const { gates } = cell;
    const part = (all: string, d: number): string =>
      directions === 1 ? b.squeeze(all, [0]) : b.squeeze(b.slice(all, [0], [d], [d + 1]), [0]);
    const start = (initial: string, d: number): string => {
      if (initial === "") return b.filled([batch, hidden] as Size[], x);
      return part(batchFirst ? b.transpose(initial, [1, 0, 2]) : initial, d);
    };
    const perDirection = range(directions).map((d) => {
      let projected = b.op("MatMul", [x, b.transpose(part(w, d), [1, 0])]);
      let inner: string | undefined;
      if (bias !== "") {
        const [input = "", recurrent = ""] = b.split(part(bias, d), 0, [gates * hidden, gates * hidden]);
        if (cell.innerBias?.(node)) {
          const [outer = "", last = ""] = b.split(recurrent, 0, [(gates - 1) * hidden, hidden]);
          inner = last;
          projected = b.add(projected, b.add(input, b.concat([outer, b.filled([hidden], outer)], 0)));
        } else projected = b.add(projected, b.add(input, recurrent));
      }
      const at: Direction = {
        node,
        hidden,
        recurrent: b.transpose(part(r, d), [1, 0]),
        functions: functions[d]!,
        inner,
        peep: p === "" ? undefined : halves(b, part(p, d), 0, hidden, 3),
      };
      const initial = cell.states === 2 ? [start(h0, d), start(c0, d)] : [start(h0, d)];
      const backwards = direction === "reverse" || d === 1;
      const run: Run = { b, cell, at, projected, initial, backwards, lengths };
      return typeof steps === "number" && fewSteps(steps) ? unrolled(run, steps) : scanned(run);
    });
    name(b, node, 0, () => {
      const all = b.concat(
        perDirection.map(({ all: one }) => b.unsqueeze(one, [1])),
        1,
      );
      return batchFirst ? b.transpose(all, [2, 0, 1, 3]) : all;
    });
    range(cell.states).forEach((i) => {
      name(b, node, i + 1, () => {
        const all = b.concat(
          perDirection.map(({ state }) => b.unsqueeze(state[i]!, [0])),
          0,
        );
        return batchFirst ? b.transpose(all, [1, 0, 2]) : all;
      });
    });
    return true;
  };
}

export const recurrent: Readonly<Record<string, Expansion>> = {
  RNN: layer(plain),
  GRU: layer(gru),
  LSTM: layer(lstm),
};
