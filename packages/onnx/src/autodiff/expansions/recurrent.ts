import { OnnxError } from "../../errors.ts";
import { describe, float, floatList, int, type Node, string, strings } from "../../graph/node.ts";
import { range } from "../axes.ts";
import { rounds } from "../bounds.ts";
import type { Builder, Size } from "../builder.ts";
import { type Expansion, name } from "./expansion.ts";

type Function = (x: string) => string;

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
function activations(b: Builder, node: Node, standard: readonly string[], directions: number): Function[][] {
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
    const apply = (x: string): string => {
      if (op === "Affine") return b.plus(b.scaled(x, alpha), beta);
      if (op === "ScaledTanh") return b.scaled(b.op("Tanh", [b.scaled(x, beta)]), alpha);
      if (op === "HardSigmoid") return b.op(op, [x], { alpha, beta });
      return b.op(op, [x], takesAlpha.has(op) ? { alpha } : {});
    };
    return clip > 0 ? (x) => apply(b.op("Clip", [x, b.number(-clip, x), b.number(clip, x)])) : apply;
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
  step: (b, x, [h = ""], { recurrent, functions }) => [functions[0]!(b.add(x, b.op("MatMul", [h, recurrent])))],
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
      const [update = "", reset = ""] = halves(b, f(b.add(xzr, rzr)), 1, hidden, 2);
      const memory = inner === undefined ? rh : b.add(rh, inner);
      z = update;
      candidate = g(b.add(xh, b.mul(reset, memory)));
    } else {
      const [wzr = "", wh = ""] = b.split(recurrent, 1, [2 * hidden, hidden]);
      const [update = "", reset = ""] = halves(b, f(b.add(xzr, b.op("MatMul", [h, wzr]))), 1, hidden, 2);
      z = update;
      candidate = g(b.add(xh, b.op("MatMul", [b.mul(reset, h), wh])));
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
    const i = f(peeped(xi, 0, c));
    const forget = int(node, "input_forget", 0) === 1 ? b.from(1, i) : f(peeped(xf, 2, c));
    const cell = b.add(b.mul(forget, c), b.mul(i, g(xc)));
    const o = f(peeped(xo, 1, cell));
    return [b.mul(o, out(cell)), cell];
  },
};

/** A recurrent layer, step by step. */
function unrolled(cell: Cell): Expansion {
  return (b, node) => {
    const [given = "", w = "", r = "", bias = "", lengths = "", h0 = "", c0 = "", p = ""] = node.inputs;
    const batchFirst = int(node, "layout", 0) === 1;
    const direction = string(node, "direction", "forward");
    const directions = direction === "bidirectional" ? 2 : 1;
    const x = batchFirst ? b.transpose(given, [1, 0, 2]) : given;
    const steps = rounds(b.fixed(x, 0, node), "steps");
    const hidden = int(node, "hidden_size") ?? b.fixed(r, 2, node);
    const batch = b.size(x, 1);
    const functions = activations(b, node, cell.activations, directions);
    const { gates } = cell;
    const part = (all: string, d: number): string =>
      directions === 1 ? b.squeeze(all, [0]) : b.squeeze(b.slice(all, [0], [d], [d + 1]), [0]);
    const start = (initial: string, d: number): string => {
      if (initial === "") return b.filled([batch, hidden] as Size[], x);
      return part(batchFirst ? b.transpose(initial, [1, 0, 2]) : initial, d);
    };
    const perDirection = range(directions).map((d) => {
      const backwards = direction === "reverse" || d === 1;
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
      const inputs = b.split(projected, 0, Array<number>(steps).fill(1)).map((s) => b.squeeze(s, [0]));
      let state: State = cell.states === 2 ? [start(h0, d), start(c0, d)] : [start(h0, d)];
      const out: string[] = [];
      for (const t of backwards ? range(steps).reverse() : range(steps)) {
        let next = cell.step(b, inputs[t]!, state, at);
        out[t] = next[0]!;
        if (lengths !== "") {
          // A sequence that has ended (or, backwards, not begun) keeps its state and outputs zeros.
          const runs = b.unsqueeze(b.op("Greater", [lengths, b.graph.constant(t, b.elem(lengths), [])]), [1]);
          const before = state;
          out[t] = b.masked(runs, out[t]!);
          next = next.map((s, i) => b.where(runs, s, before[i]!));
        }
        state = next;
      }
      return { out, state };
    });
    name(b, node, 0, () => {
      const stacked = perDirection.map(({ out }) =>
        b.concat(
          out.map((o) => b.unsqueeze(o, [0])),
          0,
        ),
      );
      const all = b.concat(
        stacked.map((s) => b.unsqueeze(s, [1])),
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
  RNN: unrolled(plain),
  GRU: unrolled(gru),
  LSTM: unrolled(lstm),
};
