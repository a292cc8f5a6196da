import { Graph } from "@descent/onnx";
import { withoutVectors } from "./vectors.ts";

/** Numbers with their sizes. */
interface Tensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}
/** A factor of a product: an input, and whether it is transposed before. */
interface Factor {
  readonly dims: readonly number[];
  readonly transposed: boolean;
}
/** Where a product is scaled, which providers join with the product itself. */
const scales = ["not", "on the left", "on the right", "after", "divided after"] as const;
type Scale = (typeof scales)[number];

/** Sizes of which every pair that fits is multiplied; no two of them are equal, so that no mistake hides. */
const [ROWS, INNER, COLUMNS, BATCH] = [4, 3, 5, 2] as const;
const lefts: readonly Factor[] = [
  { dims: [ROWS, INNER], transposed: false },
  { dims: [INNER, ROWS], transposed: true },
  { dims: [INNER], transposed: false },
  { dims: [BATCH, ROWS, INNER], transposed: false },
  { dims: [BATCH, INNER, ROWS], transposed: true },
];
const rights: readonly Factor[] = [
  { dims: [INNER, COLUMNS], transposed: false },
  { dims: [COLUMNS, INNER], transposed: true },
  { dims: [INNER], transposed: false },
  { dims: [BATCH, INNER, COLUMNS], transposed: false },
  { dims: [BATCH, COLUMNS, INNER], transposed: true },
];

/** One product of each form, as a graph whose output is all of them in a row. */
export interface Products {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, { readonly dims: readonly number[]; readonly data: Float32Array }>>;
  /** The output that holds all results. */
  readonly output: string;
  /** Computed here in float64. */
  readonly expected: readonly { readonly form: string; readonly values: readonly number[] }[];
}

/**
 * Every form of product, of vectors, matrices and batches, transposed or not, scaled or not, as the trainer's sessions compute
 * them: providers join the parts of a form into one operator, and some have done so wrongly.
 */
export function products(): Products {
  const graph = new Graph();
  const inputs: Record<string, { dims: readonly number[]; data: Float32Array }> = {};
  const given = (prefix: string, { dims }: Factor): string => {
    const name = `${prefix}${dims.join("x")}`;
    if (inputs[name] === undefined) {
      const data = Float32Array.from({ length: dims.reduce((n, d) => n * d, 1) }, (_, i) =>
        Math.sin(1.7 * i + dims.length + (prefix === "l" ? 1 : 2)),
      );
      inputs[name] = { dims, data };
      graph.input(name, { elem: "float32", shape: dims });
    }
    return name;
  };
  const op = (kind: string, operands: readonly string[], attributes = {}): string =>
    graph.op(kind, operands, attributes)[0]!; // one output
  const expected: { form: string; values: readonly number[] }[] = [];
  const parts: string[] = [];
  for (const left of lefts)
    for (const right of rights)
      for (const scale of scales) {
        const [a, b] = [given("l", left), given("r", right)];
        const half = graph.constant(0.5);
        const factor = (name: string, { dims, transposed }: Factor, scaled: boolean): string => {
          const by = scaled ? op("Mul", [name, half]) : name;
          return transposed ? op("Transpose", [by], { perm: turned(dims.map((_, i) => i)) }) : by;
        };
        const product = op("MatMul", [
          factor(a, left, scale === "on the left"),
          factor(b, right, scale === "on the right"),
        ]);
        const whole =
          scale === "after"
            ? op("Mul", [product, half])
            : scale === "divided after"
              ? op("Div", [product, graph.constant(2)])
              : product;
        parts.push(op("Reshape", [whole, graph.ints([-1])]));
        const values = multiplied(laid(inputs[a]!, left), laid(inputs[b]!, right));
        const by = scale === "not" ? 1 : 0.5;
        expected.push({ form: formOf(left, right, scale), values: values.map((v) => v * by) });
      }
  const output = op("Concat", parts, { axis: 0 });
  graph.output(output);
  withoutVectors(graph);
  return { graph, inputs, output, expected };
}

const kinds = ["", "vector", "matrix", "batch of matrices"] as const;
const named = ({ dims, transposed }: Factor): string => `${transposed ? "transposed " : ""}${kinds[dims.length] ?? ""}`;
const formOf = (left: Factor, right: Factor, scale: Scale): string =>
  `the product of a ${named(left)} and a ${named(right)}${scale === "not" ? "" : `, scaled ${scale}`},`;

/** The last two exchanged. */
const turned = (all: readonly number[]): number[] => [...all.slice(0, -2), all.at(-1)!, all.at(-2)!]; // two at least

/** A factor as it takes part in the product. */
function laid({ dims, data }: Tensor, { transposed }: Factor): Tensor {
  if (!transposed) return { dims, data };
  const [rows, columns] = dims.slice(-2) as [number, number]; // two at least
  const size = rows * columns;
  const all = Array.from(data, (_, i) => {
    const [at, within] = [i - (i % size), i % size];
    return data[at + (within % rows) * columns + Math.floor(within / rows)]!;
  });
  return { dims: turned(dims), data: all };
}

/** The product of two factors in float64; a vector is a row on the left and a column on the right. */
function multiplied(a: Tensor, b: Tensor): number[] {
  const left = a.dims.length === 1 ? [1, ...a.dims] : a.dims;
  const right = b.dims.length === 1 ? [...b.dims, 1] : b.dims;
  const [rows, inner] = left.slice(-2) as [number, number]; // two at least
  const columns = right.at(-1)!;
  const batch = Math.max(left.length, right.length) === 3 ? BATCH : 1;
  const found: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const x = a.data[(left.length === 3 ? n * rows * inner : 0) + i * inner + k]!;
          const y = b.data[(right.length === 3 ? n * inner * columns : 0) + k * columns + j]!;
          sum += x * y;
        }
        found.push(sum);
      }
  return found;
}
