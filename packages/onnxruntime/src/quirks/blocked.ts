import { exportModel, Graph } from "@descent/onnx";
import type { Node } from "@descent/onnx/graph";
import type { Runtime, RuntimeSession } from "../runtime/runtime.ts";

/**
 * ONNX Runtime's CPU convolves two to three times as fast in blocks of channels, and does so only where weights are
 * constants; in training they are inputs. The operators it uses then (com.microsoft.nchwc, in which the size of a block is
 * the CPU's) are written here for such weights too. They are not documented, so their results are compared first, and saved
 * graphs never contain them.
 */
const DOMAIN = "com.microsoft.nchwc";

/** Below this many outputs per channel, moving the weights costs more than blocks save. */
const LEAST_OUTPUTS = 64;

const blocks = new WeakMap<Runtime, Promise<number | undefined>>();

/** Convolutions of a graph in blocks of channels, where the runtime has and computes them. Whether the graph was changed. */
export async function inBlocks(graph: Graph, runtime: Runtime): Promise<boolean> {
  if (!graph.nodes.some((node) => node.op === "Conv")) return false;
  let known = blocks.get(runtime);
  if (known === undefined) blocks.set(runtime, (known = blockOf(runtime)));
  const block = await known;
  return block !== undefined && blocked(graph, block);
}

/** Convolutions in blocks of this many channels, where channels fill blocks. Whether the graph was changed. */
export function blocked(graph: Graph, block: number): boolean {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes)
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const rectified = new Set<Node>();
  // `readers` does not list reads by inner graphs.
  const nested = graph.nodes.some(({ attributes }) =>
    Object.values(attributes).some(({ kind }) => /^graph/.test(kind)),
  );
  /** Images that several convolutions read are put into blocks once. */
  const images = new Map<string, string>();
  const op = (name: string, inputs: readonly string[], attributes = {}, domain = ""): string =>
    graph.op(name, inputs, attributes, 1, domain)[0]!; // one output

  /** Weights [out, in, …kernel] as [out / block, in / block, …kernel, in of a block, out of a block]; few inputs stay as they are. */
  const weights = (w: string, [outputs, inputs, ...kernel]: readonly [number, number, number, number]): string => {
    const taps = kernel.reduce((n, k) => n * k, 1);
    // Outputs taken for channels of an image, blocks of them are moved in by the operator that does so fastest.
    let moved = op("ReorderInput", [op("Reshape", [w, graph.ints([1, outputs, inputs, taps])])], {}, DOMAIN);
    if (inputs >= block) {
      moved = op("Reshape", [moved, graph.ints([(outputs * inputs) / block ** 2, block, taps, block])]);
      moved = op("Transpose", [moved], { perm: [0, 2, 1, 3] });
    }
    return op("Reshape", [moved, graph.ints([outputs, inputs, ...kernel])]);
  };

  graph.rewrite((node) => {
    if (rectified.has(node)) return true;
    const [x = "", w = "", ...bias] = node.inputs;
    const [y = ""] = node.outputs;
    if (node.op !== "Conv" || node.domain !== "" || graph.initializers.has(w)) return false; // those it does itself
    const [type, of] = [graph.typeOf(y), graph.typeOf(w)?.shape];
    if (type?.elem !== "float32" || of?.length !== 4 || of.some((s) => typeof s !== "number")) return false;
    const shape = of as [number, number, number, number]; // as was just seen
    const [outputs, inputs] = shape;
    if (outputs % block !== 0 || (inputs > block && inputs % block !== 0) || graph.typeOf(x)?.shape?.[1] !== inputs)
      return false;
    const [batch, , ...space] = type.shape ?? [];
    if ([batch, ...space].reduce<number>((n, s) => n * (typeof s === "number" ? s : 64), 1) < LEAST_OUTPUTS)
      return false;

    const image = inputs < block ? x : (images.get(x) ?? op("ReorderInput", [x], {}, DOMAIN));
    images.set(x, image);
    const [after, ...others] = readers.get(y) ?? [];
    const rectifies = after?.op === "Relu" && others.length === 0 && !nested && !graph.outputs.has(y);
    if (rectifies) rectified.add(after);
    const attributes = { ...node.attributes, ...(rectifies ? { activation: "Relu" } : {}) };
    const result = op("Conv", [image, weights(w, shape), ...bias], attributes, DOMAIN);
    const name = rectifies ? after.outputs[0]! : y;
    graph.op("ReorderOutput", [result], { channels: outputs }, [name], DOMAIN);
    graph.setType(name, type);
    return true;
  });
  if (!graph.nodes.some(({ domain }) => domain === DOMAIN)) return false;
  graph.domains.set(DOMAIN, 1);
  return true;
}

/** The size of a block on this CPU, if its operators are there and compute what a plain convolution does. */
export async function blockOf(runtime: Runtime): Promise<number | undefined> {
  try {
    const probe = new Graph();
    probe.domains.set(DOMAIN, 1);
    probe.input("x", { elem: "float32", shape: [1, 4, 1, 1] }); // it takes multiples of 4
    probe.op("ReorderInput", ["x"], {}, ["y"], DOMAIN);
    probe.output("y", { elem: "float32", shape: [1, "block", 1, 1] });
    const block = await inSession(runtime, probe, async (session) => {
      const { y } = await session.run({ x: new runtime.Tensor("float32", new Float32Array(4), [1, 4, 1, 1]) }, ["y"]);
      return y?.dims[1];
    });
    return block !== undefined && [4, 8, 16].includes(block) && (await agrees(runtime, block)) ? block : undefined;
  } catch {
    return undefined; // another runtime, or another release of it
  }
}

/** Two convolutions in a row, with every attribute off its default: from few channels, and from a block and more. */
async function agrees(runtime: Runtime, block: number): Promise<boolean> {
  const shapes: Readonly<Record<string, readonly number[]>> = {
    x: [2, 3, 13, 12],
    w: [2 * block, 3, 3, 2],
    b: [2 * block],
    v: [block, 2 * block, 2, 3],
  };
  const build = (): Graph => {
    const g = new Graph();
    for (const [name, shape] of Object.entries(shapes)) g.input(name, { elem: "float32", shape });
    const [y = ""] = g.op("Conv", ["x", "w", "b"], { pads: [1, 0, 2, 1], strides: [1, 1], dilations: [1, 2] });
    const [r = ""] = g.op("Relu", [y]);
    g.op("Conv", [r, "v"], { pads: [1, 2, 0, 1], strides: [2, 1] }, ["z"]);
    g.output(r);
    g.output("z");
    return g;
  };
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, shape], k) => {
      const data = Float32Array.from({ length: shape.reduce((n, s) => n * s, 1) }, (_, i) => Math.sin(i * 1.7 + k));
      return [name, new runtime.Tensor("float32", data, shape)];
    }),
  );
  const outcome = (graph: Graph): Promise<readonly Float32Array[]> =>
    inSession(runtime, graph, async (session) => {
      const results = await session.run(feeds, [...graph.outputs.keys()]);
      return Object.values(results).map(({ data }) => data as Float32Array); // of float32, as the graph says
    });
  const inBlocks = build();
  blocked(inBlocks, block);
  const [plain, other] = [await outcome(build()), await outcome(inBlocks)];
  // Sums of at most 6 · 2 block products of about 1, in another order.
  return plain.every((a, k) => a.length === other[k]!.length && a.every((v, i) => Math.abs(v - other[k]![i]!) < 1e-3));
}

async function inSession<T>(runtime: Runtime, graph: Graph, use: (session: RuntimeSession) => Promise<T>): Promise<T> {
  const options = { executionProviders: ["cpu"], intraOpNumThreads: 1, logSeverityLevel: 4 };
  const session = await runtime.InferenceSession.create(exportModel(graph), options);
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}
