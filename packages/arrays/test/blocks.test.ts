import { adamw } from "@descent/adam";
import { clipByGlobalNorm, rule } from "@descent/core";
import { adamMiniHeads } from "@descent/factored";
import { shampooBlocked, soap } from "@descent/preconditioned";
import { describe, expect, test } from "vitest";
import { optimizer } from "../src/index.ts";

/* A rule with blocks of a size steps each block as a parameter of its own would be stepped: the expected steps are those. */

const soapBlocked = rule({
  ...soap,
  id: "test/soap-blocked",
  title: "SOAP in blocks",
  blocks: { size: "blockSize" },
  hyper: { ...soap.hyper, blockSize: 4 },
});
/** State by block, by element and by matrix; facts of the block; a value of one number that fills a block. */
const mixed = rule({
  id: "test/mixed",
  title: "Mixed",
  paper: "",
  layout: ["out", "in"],
  blocks: { size: "blockSize" },
  hyper: { lr: 0.1, beta: 0.75, every: 2, blockSize: 4 },
  state: { m: 0, n: { place: "scalar", init: 0.5 }, c: { place: ["rows", "cols"], init: 1 }, held: 0 },
  before: [{ when: "t % every == 0", c: "c + g * rows / cols" }],
  update: {
    m: "beta * m + (1 - beta) * g",
    n: "max(n, norm(m) / sqrt(size))",
    held: "n",
    p: "p - lr * (m / n + rowMean(c) * columnMax(g) + held)",
  },
});

const [rows, cols] = [7, 10];
const numbers = (n: number, phase: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(phase + 1.7 * i));
const cuts = (length: number, size: number) =>
  Array.from({ length: Math.ceil(length / size) }, (_, i) => ({
    at: i * size,
    many: Math.min(size, length - i * size),
  }));
const blocks = cuts(rows, 4).flatMap((down) => cuts(cols, 4).map((across) => ({ down, across })));

/** The numbers of a block of a matrix with `cols` columns. */
const cut = (from: Float32Array, { down, across }: (typeof blocks)[number]): Float32Array =>
  Float32Array.from({ length: down.many * across.many }, (_, i) => {
    const [r, c] = [Math.floor(i / across.many), i % across.many];
    return from[(down.at + r) * cols + across.at + c]!;
  });

/** How the same matrix lies in memory, and how to see it. */
const layouts = {
  "[out, in]": { shape: [rows, cols], axes: { out: [0], in: [1] }, at: (r: number, c: number) => r * cols + c },
  "[in, out]": { shape: [cols, rows], axes: { out: [1], in: [0] }, at: (r: number, c: number) => c * rows + r },
  // Outputs between inputs and width: in × out × width, whose columns are inputs by width.
  "[in, out, width]": {
    shape: [5, rows, 2],
    axes: { out: [1], in: [0] },
    at: (r: number, c: number) => (Math.floor(c / 2) * rows + r) * 2 + (c % 2),
  },
} as const;
type Layout = (typeof layouts)[keyof typeof layouts];
const lying = (seen: Float32Array, { at }: Layout): Float32Array => {
  const out = new Float32Array(seen.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) out[at(r, c)] = seen[r * cols + c]!;
  return out;
};

describe.each(["wasm", "interpreter"] as const)("%s", (engine) => {
  describe.each(Object.entries(layouts))("%s", (_, layout) => {
    test.each([
      ["shampooBlocked", shampooBlocked({ lr: 0.3, blockSize: 4 }), shampooBlocked({ lr: 0.3 })],
      ["soap", soapBlocked({ lr: 0.1, every: 2 }), soap({ lr: 0.1, every: 2 })],
      ["mixed", mixed(), mixed()],
    ])("%s", (_name, inBlocks, alone) => {
      const p = lying(numbers(rows * cols, 0), layout);
      const { shape, axes } = layout;
      const opt = optimizer({ w: { data: p, shape, axes } }, inBlocks, { engine });
      const parts = blocks.map((block) => cut(numbers(rows * cols, 0), block));
      const each = optimizer(
        Object.fromEntries(
          blocks.map(({ down, across }, k) => [
            `${k}`,
            { data: parts[k]!, shape: [down.many, across.many], axes: { out: [0], in: [1] } },
          ]),
        ),
        alone,
        { engine },
      );
      for (let t = 1; t <= 4; t++) {
        const g = numbers(rows * cols, t);
        opt.update({ w: lying(g, layout) });
        each.update(Object.fromEntries(blocks.map((block, k) => [`${k}`, cut(g, block)])));
      }
      const seen = Float32Array.from({ length: rows * cols }, (_, i) => p[layout.at(Math.floor(i / cols), i % cols)]!);
      // Products add in the order of memory, so not to the bit.
      blocks.forEach((block, k) => {
        cut(seen, block).forEach((x, i) => void expect(x).toBeCloseTo(parts[k]![i]!, 5));
      });
    });
  });

  test("a sum over the model is that of whole parameters", () => {
    const [p, q] = [numbers(rows * cols, 0), numbers(rows * cols, 0)];
    const shape = [rows, cols];
    const clipped = optimizer({ w: { data: p, shape } }, clipByGlobalNorm(shampooBlocked({ blockSize: 4 }), 0.5), {
      engine,
    });
    const plain = optimizer({ w: { data: q, shape } }, shampooBlocked({ blockSize: 4 }), { engine });
    for (let t = 1; t <= 3; t++) {
      const g = numbers(rows * cols, t);
      const norm = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
      clipped.update({ w: g });
      plain.update({ w: g.map((x) => (x * 0.5) / norm) });
    }
    p.forEach((x, i) => void expect(x).toBeCloseTo(q[i]!, 5));
  });
});

test("a parameter no larger than a block is seen whole, and its state has the rule's names", () => {
  const opt = optimizer({ w: { data: numbers(6, 0), shape: [2, 3] } }, shampooBlocked({ blockSize: 3 }));
  opt.update({ w: numbers(6, 1) });
  expect(Object.keys(opt.state().tensors).sort()).toEqual(["l/w", "r/w"]);
});

test("inspect() shows the matrix that equations see, and how many blocks", () => {
  const { axes } = layouts["[in, out]"];
  const w = { data: numbers(70, 0), shape: [cols, rows], axes };
  const of = (configured: Parameters<typeof optimizer>[1]) => optimizer({ w }, configured).inspect().parameters.w!;
  expect(of(shampooBlocked({ blockSize: 4 })).seen).toEqual({ rows: 4, cols: 4, blocks: 6 });
  expect(of(shampooBlocked()).seen).toEqual({ rows: 7, cols: 10, blocks: 1 });
  expect(of(adamMiniHeads({ heads: 7 })).seen).toEqual({ rows: 1, cols: 10, blocks: 7 });
  expect(of(adamw())).not.toHaveProperty("seen");
  expect(Object.keys(of(shampooBlocked({ blockSize: 6 })).state)).toEqual([
    "l[0,0]",
    "r[0,0]",
    "l[0,1]",
    "r[0,1]",
    "l[1,0]",
    "r[1,0]",
    "l[1,1]",
    "r[1,1]",
  ]);
});

test("state moves to where rows and columns lie the other way round, and is refused where their order changes", () => {
  const make = (layout: { readonly shape: readonly number[]; readonly axes: object }, p: Float32Array) =>
    optimizer({ w: { data: p, shape: layout.shape, axes: layout.axes as never } }, shampooBlocked({ blockSize: 4 }));
  const [a, b] = [layouts["[out, in]"], layouts["[in, out]"]];
  const [p, q] = [numbers(rows * cols, 0), lying(numbers(rows * cols, 0), b)];
  const [first, second] = [make(a, p), make(b, q)];
  first.update({ w: numbers(rows * cols, 1) });
  second.update({ w: lying(numbers(rows * cols, 1), b) });
  second.load(first.state());
  first.update({ w: numbers(rows * cols, 2) });
  second.update({ w: lying(numbers(rows * cols, 2), b) });
  lying(p, b).forEach((x, i) => void expect(q[i]).toBeCloseTo(x, 5));
  const oihw = make({ shape: [7, 5, 2, 1], axes: { out: [0], in: [1] } }, numbers(70, 0));
  const hwio = make({ shape: [2, 1, 5, 7], axes: { out: [3], in: [2] } }, numbers(70, 0));
  oihw.update({ w: numbers(70, 1) });
  expect(() => hwio.load(oihw.state())).toThrow(
    /sees blocks of rows and columns, whose dimensions were in another order/,
  );
});

test("what blocks cannot have is refused by name", () => {
  const of = (more: object) =>
    optimizer(
      { w: { data: numbers(70, 0), shape: [7, 10] } },
      rule({ ...mixed, id: "test/other", ...more } as never)() as never,
    );
  expect(() =>
    of({ state: { ...mixed.state, r: { place: "row", init: 0 } }, update: { r: "r + rowMean(g)", ...mixed.update } }),
  ).toThrow(/its state `r` is by row or column/);
  expect(() => of({ update: { ...mixed.update, p: "p - lr * (g / (1 + total(c)) + held)" } })).toThrow(
    /sum over the model what they compute of a block/,
  );
  expect(() => of({ hyper: { ...mixed.hyper, blockSize: 0 } })).toThrow(/blockSize/);
  expect(() => of({ blocks: { size: "big" } })).toThrow(/how large blocks are at most/);
});
