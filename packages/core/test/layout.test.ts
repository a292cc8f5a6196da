import { adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { ema } from "@descent/averaging";
import { reference } from "@descent/conformance";
import {
  biases,
  type Configured,
  decodeState,
  embeddings,
  encodeState,
  matrices,
  norms,
  partition,
  vectors,
} from "@descent/core";
import { type Axes, configured, fromPlain, type RuleSpec, type Slots, toPlain } from "@descent/core/adapter";
import { topological, trace } from "@descent/core/graph";
import { adafactor, sm3 } from "@descent/factored";
import { muon } from "@descent/orthogonal";
import { klSoap, shampoo, soap, soapOneSided } from "@descent/preconditioned";
import { sam } from "@descent/sharpness";
import { describe, expect, test } from "vitest";

const spec = (update: RuleSpec["update"], state: Slots = {}): RuleSpec => ({
  id: "probe",
  title: "Probe",
  paper: "",
  hyper: { lr: 0.1, c: 0.25 },
  layout: ["out", "in"],
  state,
  update,
});

/** Rules that tell rows from columns. */
const rules: Readonly<Record<string, RuleSpec>> = {
  "rows, columns and their facts": spec({ p: "p - lr * (g * rowMean(g^2) - columnSum(p) * rows + cols * rowMax(g))" }),
  "state by row and by column": spec(
    { r: "0.9 * r + rowSum(g * p)", k: "0.5 * k + columnMean(g)", p: "p - lr * (r * g + r * k - mean(r) * p)" },
    { r: { place: "row", init: 1 }, k: { place: "column", init: 0 } },
  ),
  "products and transposes": spec({ m: "0.9 * m + g", p: "p - lr * ((m @ p') @ g - norm(g @ g') * p)" }, { m: 0 }),
  "state of its own size": spec(
    { L: "0.9 * L + g @ g'", Q: "qr(g' @ (g @ Q))", p: "p - lr * (inverseRoot(L + eye(rows), 4) @ g + g @ Q @ Q')" },
    { L: { place: ["rows", "rows"], init: "eye" }, Q: { place: ["cols", 2], init: "normal" } },
  ),
  "functions of matrices": spec({
    p: "p - lr * (eigh(g @ g' + p @ p') @ g + svd(g, 2) @ (svd(g, 2)' @ p) + solve(g @ g' + eye(rows), p) + qr(p) @ p)",
  }),
};

/** The same numbers in another order of dimensions. */
function permuted(data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((n, x) => n * x, 1));
  let out = [0];
  for (const d of order) out = out.flatMap((at) => Array.from({ length: shape[d]! }, (_, i) => at + i * strides[d]!));
  return Float32Array.from(out, (at) => data[at]!);
}
const numbers = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i) / 2 + Math.cos(i * i + seed) / 3);

interface Layout {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its dimensions among those of the straight one: outputs, then inputs, in the same order. */
  readonly order: readonly number[];
  readonly axes: Axes;
}
const dense: readonly Layout[] = [
  { name: "[out, in]", shape: [3, 7], order: [0, 1], axes: { out: [0], in: [1] } },
  { name: "[in, out]", shape: [7, 3], order: [1, 0], axes: { out: [1], in: [0] } },
];
// The order of inputs within a row is the memory's: [O, H, W, I] and [H, W, I, O] have the same.
const images: readonly Layout[] = [
  { name: "[O, H, W, I]", shape: [3, 2, 1, 4], order: [0, 1, 2, 3], axes: { out: [0], in: [3] } },
  { name: "[H, W, I, O]", shape: [2, 1, 4, 3], order: [1, 2, 3, 0], axes: { out: [3], in: [2] } },
];
// Outputs between other dimensions: numbers are permuted.
const transposed: readonly Layout[] = [
  images[0]!,
  { name: "[H, W, O, I]", shape: [2, 1, 3, 4], order: [1, 2, 0, 3], axes: { out: [2], in: [3] } },
];
const several: readonly Layout[] = [
  { name: "[O, P, I, J]", shape: [2, 2, 3, 2], order: [0, 1, 2, 3], axes: { out: [0, 1], in: [2, 3] } },
  { name: "[I, O, J, P]", shape: [3, 2, 2, 2], order: [2, 0, 3, 1], axes: { out: [1, 3], in: [0, 2] } },
];
const depthwise: readonly Layout[] = [
  { name: "[C, M, H, W]", shape: [2, 2, 3, 2], order: [0, 1, 2, 3], axes: { out: [1], in: [], batch: [0] } },
  { name: "[C, H, W, M]", shape: [2, 3, 2, 2], order: [0, 2, 3, 1], axes: { out: [3], in: [], batch: [0] } },
];

describe.each(["wasm", "interpreter", "reference"] as const)("a rule with a layout, on %s", (engine) => {
  describe.each([
    ["dense layers", dense],
    ["convolutions", images],
    ["transposed convolutions", transposed],
    ["layers of two dimensions", several],
    ["depthwise convolutions", depthwise],
  ] as const)("of %s", (_, [straight, other]) => {
    test.each(Object.entries(rules))("sees outputs as rows wherever they lie: %s", async (_, rule) => {
      const run = async ({ shape, order, axes }: Layout): Promise<Float32Array> => {
        const lay = (data: Float32Array): Float32Array => permuted(data, straight!.shape, order);
        const data = lay(numbers(24 - (straight!.shape.length === 2 ? 3 : 0), 1));
        const steps = [2, 3, 4].map((seed) => ({ w: lay(numbers(data.length, seed)) }));
        const one = { data, shape, axes };
        if (engine === "reference") {
          const session = await reference.start({ w: one }, configured(rule, {}));
          for (const g of steps) await session.update(g);
          data.set(await session.read("w"));
        } else {
          const opt = optimizer({ w: one }, configured(rule, {}), { engine });
          for (const g of steps) opt.update(g);
          const again = optimizer({ w: one }, configured(rule, {}), { engine });
          again.load(opt.state());
          expect(again.state()).toEqual(opt.state());
        }
        // Back to the order of the straight one.
        const inverse = order.map((_, d) => order.indexOf(d));
        return permuted(data, shape, inverse);
      };
      const [a, b] = [await run(straight!), await run(other!)];
      const start = numbers(a.length, 1);
      const moved = Math.hypot(...a.map((x, i) => x - start[i]!));
      expect(Math.hypot(...a.map((x, i) => x - b[i]!)) / moved).toBeLessThan(1e-5); // float32, sums in another order
      expect(moved).toBeGreaterThan(0.1);
    });
  });
});

describe("a state moves between layouts", () => {
  const layouts: readonly (readonly [Layout, Layout])[] = [
    [dense[0]!, dense[1]!],
    [dense[1]!, dense[0]!],
    // Rows have their numbers in another order: [O, I, H, W] and [H, W, I, O], PyTorch's and TensorFlow's.
    [
      { name: "[O, I, H, W]", shape: [3, 4, 2, 1], order: [0, 1, 2, 3], axes: { out: [0], in: [1] } },
      { name: "[H, W, I, O]", shape: [2, 1, 4, 3], order: [2, 3, 1, 0], axes: { out: [3], in: [2] } },
    ],
    // Transposed convolutions of PyTorch and TensorFlow.
    [
      { name: "[I, O, H, W]", shape: [4, 3, 2, 1], order: [1, 0, 2, 3], axes: { out: [1], in: [0] } },
      { name: "[H, W, O, I]", shape: [2, 1, 3, 4], order: [2, 3, 0, 1], axes: { out: [2], in: [3] } },
    ],
    // Depthwise convolutions of TensorFlow, and outputs first.
    [
      { name: "[H, W, C, M]", shape: [2, 2, 3, 2], order: [2, 3, 0, 1], axes: { out: [3], in: [], batch: [2] } },
      { name: "[C, M, H, W]", shape: [3, 2, 2, 2], order: [0, 1, 2, 3], axes: { out: [1], in: [], batch: [0] } },
    ],
    // All sides alike: only the axes tell.
    [
      { name: "[O, I, H, W] of 2", shape: [2, 2, 2, 2], order: [0, 1, 2, 3], axes: { out: [0], in: [1] } },
      { name: "[H, W, I, O] of 2", shape: [2, 2, 2, 2], order: [2, 3, 1, 0], axes: { out: [3], in: [2] } },
    ],
  ];
  const proven: Readonly<Record<string, () => Configured>> = {
    adamw: () => adamw({ lr: 0.05 }),
    muon: () => muon({ lr: 0.05 }),
    adafactor: () => adafactor({ lr: 0.05 }),
    sm3: () => sm3({ lr: 0.05 }),
    shampoo: () => shampoo({ lr: 0.05, eps: 0.01 }),
    soap: () => soap({ lr: 0.05, every: 2 }),
    soapOneSided: () => soapOneSided({ lr: 0.05, every: 2 }),
    klSoap: () => klSoap({ lr: 0.05, every: 2 }),
    "the mean of sam around shampoo": () => ema(sam(shampoo({ lr: 0.05, eps: 0.01 }))),
    probe: () => configured(rules["state of its own size"]!, {}),
  };
  const cases = layouts.flatMap(([a, b]) =>
    Object.entries(proven)
      // The probe's second side is 2 at most, and its starts are drawn by the parameter's name, the same in both.
      .map(([name, make]) => [name, a, b, make] as const),
  );
  test.each(cases.map(([name, a, b, make]) => [`${name} from ${a.name} to ${b.name}`, a, b, make] as const))(
    "%s",
    (_, from, to, make) => {
      const straight = from.order.map((d) => from.order.indexOf(d));
      expect(straight.length).toBe(from.shape.length);
      const length = from.shape.reduce((n, d) => n * d, 1);
      /** Numbers in the order of `from`, in that of `to`. */
      const across = from.order.map((_, d) => from.order.indexOf(to.order[d]!));
      const lay = (data: Float32Array): Float32Array => permuted(data, from.shape, across);
      const step = (k: number): Float32Array => numbers(length, k + 2);
      const [here, there] = [numbers(length, 1), new Float32Array(length)];
      const one = optimizer({ w: { data: here, shape: from.shape, axes: from.axes } }, make());
      for (let k = 0; k < 5; k++) one.update({ w: step(k) }); // SAM is in the middle of a round
      there.set(lay(here));
      const other = optimizer({ w: { data: there, shape: to.shape, axes: to.axes } }, make());
      expect(other.load(decodeState(encodeState(one.state()))).loaded).toEqual(["w"]);
      const before = there.slice();
      for (let k = 5; k < 10; k++) {
        one.update({ w: step(k) });
        other.update({ w: lay(step(k)) });
      }
      const wanted = lay(here);
      const moved = Math.hypot(...there.map((x, i) => x - before[i]!));
      expect(Math.hypot(...wanted.map((x, i) => x - there[i]!)) / moved).toBeLessThan(1e-4); // roots, in float32
      expect(moved).toBeGreaterThan(0.01);
    },
  );

  test("and back, bit for bit", () => {
    const [from, to] = layouts[2]!;
    const at = ({ shape, axes }: Layout) => ({ w: { data: numbers(24, 1), shape, axes } });
    const [one, other, again] = [from, to, from].map((l) => optimizer(at(l), soap()));
    for (let k = 0; k < 3; k++) one!.update({ w: numbers(24, k) });
    other!.load(one!.state());
    expect(other!.state().tensors["m/w"]!.data).not.toEqual(one!.state().tensors["m/w"]!.data);
    again!.load(other!.state());
    expect(again!.state()).toEqual(one!.state());
  });

  test("but not for a rule with rows that does not say of what, nor where the axes are not known", () => {
    const { layout: _, ...plain } = rules["state by row and by column"]!;
    const [from, to] = dense as [Layout, Layout];
    const started = (rule: RuleSpec, { shape, axes }: Layout, known = true) =>
      optimizer({ w: { data: numbers(21, 1), shape, ...(known ? { axes } : {}) } }, configured(rule, {}));
    const one = started(plain, from);
    one.update({ w: numbers(21, 2) });
    expect(() => started(plain, to).load(one.state())).toThrow(
      "`w` lies otherwise than it was saved, and Probe does not say what its rows are, so its state `r` cannot be moved",
    );
    expect(() => started(plain, to, false).load(one.state())).toThrow("was saved with shape [3,7] and has shape [7,3]");
    const damaged = one.state();
    const parameters = { w: { ...damaged.meta.parameters.w!, axes: { in: [0], out: [0] } } };
    expect(() => one.load({ ...damaged, meta: { ...damaged.meta, parameters } })).toThrow(
      /axes name dimension 0 twice/,
    );
  });
});

test("without axes, or for vectors, a layout changes nothing", () => {
  const update = { p: "p - lr * rowMean(g) * rows" };
  const step = (shape: readonly number[], rule: RuleSpec): Float32Array => {
    const data = numbers(6, 1);
    optimizer({ w: { data, shape } }, configured(rule, {})).update({ w: numbers(6, 2) });
    return data;
  };
  const { layout: _, ...plain } = spec(update);
  for (const shape of [[2, 3], [6]]) expect(step(shape, spec(update))).toEqual(step(shape, plain)); // biome-ignore format: two shapes
});

test("a kernel whose outputs lie between other dimensions is permuted once for what is multiplied, and once back", () => {
  const swaps = (formula: string, state: Slots = {}): number => {
    const lie = [[2, 3, 4, 5]] as const;
    const rule = spec({ ...(state.m === 0 ? { m: "0.9 * m + g" } : {}), p: `p - lr * ${formula}` }, state);
    const { outputs } = trace(rule, { rows: 8, cols: 15 }, undefined, undefined, lie);
    return topological(Object.values(outputs)).filter(({ op }) => op === "swap").length;
  };
  expect(swaps("g / (norm(g) + abs(p))")).toBe(0);
  expect(swaps("(m @ m' @ m)", { m: 0 })).toBe(2);
  expect(swaps("g / sqrt(rowMean(g^2) + columnMean(g^2))")).toBe(2); // g^2, and what is divided by
});

test("a value for every row fills a tensor of a kernel whose outputs lie between others", () => {
  const rule = spec({ v: "rowMean(g)", p: "p - lr * v" }, { v: 0 });
  const run = ({ shape, axes, order }: Layout): Float32Array => {
    const data = permuted(numbers(24, 1), images[0]!.shape, order);
    optimizer({ w: { data, shape, axes } }, configured(rule, {})).update({
      w: permuted(numbers(24, 2), images[0]!.shape, order),
    });
    return permuted(
      data,
      shape,
      order.map((_, d) => order.indexOf(d)),
    );
  };
  const [one, other] = transposed.map(run);
  for (const [i, x] of one!.entries()) expect(Math.abs(x - other![i]!)).toBeLessThan(1e-6); // sums in another order
});

test("a rule that needs matrices refuses a vector, and says what to do", () => {
  const rule: RuleSpec = { ...spec({ p: "p - lr * g @ g' @ g" }), needs: "matrix" };
  const w = { data: numbers(6, 1), shape: [2, 3] };
  const bias = { data: numbers(3, 1), shape: [3] };
  expect(() => optimizer({ w, "conv1/bias": bias }, configured(rule, {}))).toThrow(
    "Probe needs a matrix, and `conv1/bias` has shape [3]. Give it another rule: partition(…).",
  );
  const both = partition({ hidden: configured(rule, {}), rest: adamw() }, { hidden: matrices });
  optimizer({ w, "conv1/bias": bias }, both).update({ w: numbers(6, 2), "conv1/bias": numbers(3, 2) });
  expect(fromPlain(toPlain(configured(rule, {}), []))).toMatchObject({
    rule: { needs: "matrix", layout: ["out", "in"] },
  });
  for (const wrong of [{ layout: ["rows", "cols"] }, { needs: "vector" }] as const)
    expect(() => fromPlain(toPlain(configured({ ...rule, ...wrong } as unknown as RuleSpec, {}), []))).toThrow(
      Object.keys(wrong)[0],
    );
});

test("selectors know parameters by what they are", () => {
  const all = [
    { name: "kernel", shape: [2, 3], role: "kernel" },
    { name: "bias", shape: [3], role: "bias" },
    { name: "gamma", shape: [3], role: "norm" },
    { name: "table", shape: [9, 3], role: "embedding" },
    { name: "scale", shape: [] },
  ] as const;
  const found = (select: (parameter: (typeof all)[number]) => boolean): string[] =>
    all.filter(select).map((p) => p.name);
  expect(found(matrices)).toEqual(["kernel"]);
  expect(found(vectors)).toEqual(["bias", "gamma", "scale"]);
  expect(found(embeddings)).toEqual(["table"]);
  expect(found(norms)).toEqual(["gamma"]);
  expect(found(biases)).toEqual(["bias"]);
});

describe("a rule with blocks", () => {
  const heads: RuleSpec = {
    id: "probe",
    title: "Probe",
    paper: "",
    hyper: { lr: 0.1, heads: 2 },
    layout: ["out", "in"],
    blocks: { rows: "heads" },
    state: { v: { place: "scalar", init: 0 }, m: 0 },
    update: {
      v: "0.5 * v + mean(g^2) + rows + 2 * size",
      m: "0.9 * m + g * largest(abs(p))",
      p: "p - lr * m / (sqrt(v) + norm(p))",
    },
  };
  const { blocks: _, ...plain } = heads;
  const shape = [4, 6];
  const run = (
    rule: RuleSpec,
    arrays: Readonly<Record<string, { data: Float32Array; shape: readonly number[]; axes?: Axes }>>,
    gradients: (k: number) => Record<string, Float32Array>,
    options = {},
  ) => {
    const opt = optimizer(arrays, configured(rule, options));
    for (let k = 0; k < 3; k++) opt.update(gradients(k));
    return opt;
  };
  const close = (a: ArrayLike<number>, b: ArrayLike<number>): void => {
    expect(a.length).toBe(b.length);
    for (let i = 0; i < a.length; i++) expect(Math.abs(a[i]! - b[i]!)).toBeLessThan(1e-6); // sums in another order
  };

  test("steps each block as a parameter of its own, wherever outputs lie", () => {
    const halves = { upper: numbers(24, 1).slice(0, 12), lower: numbers(24, 1).slice(12) };
    const apart = run(
      plain,
      { upper: { data: halves.upper, shape: [2, 6] }, lower: { data: halves.lower, shape: [2, 6] } },
      (k) => ({ upper: numbers(24, k + 2).slice(0, 12), lower: numbers(24, k + 2).slice(12) }),
    );
    const wanted = [...halves.upper, ...halves.lower];
    for (const [order, axes] of [
      [[0, 1], { out: [0], in: [1] }],
      [[1, 0], { out: [1], in: [0] }],
    ] as const) {
      const data = permuted(numbers(24, 1), shape, order);
      const one = { data, shape: order.map((d) => shape[d]!), axes };
      const opt = run(heads, { w: one }, (k) => ({ w: permuted(numbers(24, k + 2), shape, order) }));
      close(permuted(data, one.shape, order), wanted); // both orders are their own inverse
      const { tensors } = opt.state();
      expect(tensors["v/w"]!.shape).toEqual([2]);
      close(tensors["v/w"]!.data, [
        ...apart.state().tensors["v/upper"]!.data,
        ...apart.state().tensors["v/lower"]!.data,
      ]);
    }
    const kernel = {
      data: permuted(numbers(24, 1), [4, 2, 3], [1, 0, 2]),
      shape: [2, 4, 3],
      axes: { out: [1], in: [0] },
    };
    run(heads, { w: kernel }, (k) => ({ w: permuted(numbers(24, k + 2), [4, 2, 3], [1, 0, 2]) }));
    close(permuted(kernel.data, [2, 4, 3], [1, 0, 2]), wanted);
  });

  test("has blocks of a vector's elements, and one block is the tensor", () => {
    const vector = (): { data: Float32Array; shape: number[] } => ({ data: numbers(6, 1), shape: [6] });
    const [b, whole, one] = [vector(), vector(), vector()];
    run(heads, { b }, (k) => ({ b: numbers(6, k + 2) }));
    const parts = {
      x: { data: numbers(6, 1).slice(0, 3), shape: [3] },
      y: { data: numbers(6, 1).slice(3), shape: [3] },
    };
    run(plain, parts, (k) => ({ x: numbers(6, k + 2).slice(0, 3), y: numbers(6, k + 2).slice(3) }));
    close(b.data, [...parts.x.data, ...parts.y.data]);
    run(heads, { b: one }, (k) => ({ b: numbers(6, k + 2) }), { heads: 1 });
    run(plain, { b: whole }, (k) => ({ b: numbers(6, k + 2) }));
    close(one.data, whole.data);
  });

  test("refuses rows that its blocks do not divide, a schedule, and equations that look into a block", () => {
    const w = { data: numbers(21, 1), shape: [3, 7] };
    expect(() => optimizer({ w }, configured(heads, {}))).toThrow(
      "Probe sees 2 blocks of rows (`heads`), and `w` of shape [3, 7] has 3 rows. Give a number that divides them",
    );
    expect(() => configured(heads, { heads: (() => 2) as never })).toThrow("cannot change with a schedule");
    const square = { data: numbers(16, 1), shape: [4, 4] };
    for (const [formula, why] of [
      ["rowMean(g) * g", "its equations sum by row or column"],
      ["g @ g' @ g", "its equations multiply matrices"],
    ] as const)
      expect(() => optimizer({ square }, configured({ ...heads, update: { p: `p - lr * ${formula}` } }, {}))).toThrow(
        why,
      );
    const byRow = { ...heads, state: { m: 0, v: { place: "row", init: 0 } } } as const;
    expect(() => optimizer({ square }, configured(byRow, {}))).toThrow(
      "its state `v` is by row or column, or a matrix",
    );
    for (const blocks of [{ rows: "several" }, { rows: 0 }, { cols: 2 }, 2])
      expect(() => fromPlain(toPlain(configured({ ...heads, blocks } as unknown as RuleSpec, {}), []))).toThrow(
        "`blocks`",
      );
  });

  test("is data, and moves between layouts", () => {
    expect(fromPlain(toPlain(configured(heads, {}), []))).toMatchObject({ rule: { blocks: { rows: "heads" } } });
    const [from, to] = [{ axes: { out: [0], in: [1] } }, { axes: { out: [1], in: [0] } }];
    const here = { data: numbers(24, 1), shape, ...from };
    const one = run(heads, { w: here }, (k) => ({ w: numbers(24, k + 2) }));
    const there = { data: permuted(here.data, shape, [1, 0]), shape: [6, 4], ...to };
    const other = optimizer({ w: there }, configured(heads, {}));
    expect(other.load(decodeState(encodeState(one.state()))).loaded).toEqual(["w"]);
    one.update({ w: numbers(24, 9) });
    other.update({ w: permuted(numbers(24, 9), shape, [1, 0]) });
    close(permuted(there.data, [6, 4], [1, 0]), here.data);
  });
});
