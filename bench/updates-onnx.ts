import { exportModel, Graph } from "@descent/onnx";
import type { Runtime, RuntimeTensor } from "@descent/onnxruntime";
import { type Contender, libraryOf, sine, versionOf } from "./contender.ts";
import { PROOF, type UpdateTask } from "./protocol.ts";

const [B1, B2] = [0.9, 0.999];

/** AdamW in ONNX's operators, as people would write it: one run steps every tensor. */
function graph(count: number, size: number): Uint8Array {
  const graph = new Graph();
  const op = (name: string, inputs: readonly string[], output?: string): string =>
    graph.op(name, inputs, {}, output === undefined ? 1 : [output])[0]!; // one output
  const input = (name: string, shape: readonly number[]): string => graph.input(name, { elem: "float32", shape });
  const [rate, root, keep] = [input("rate", []), input("root", []), input("keep", [])];
  const [b1, a1, b2, a2] = [graph.constant(B1), graph.constant(1 - B1), graph.constant(B2), graph.constant(1 - B2)];
  const eps = graph.constant(1e-8);
  for (let k = 0; k < count; k++) {
    const [p, g] = [input(`p${k}`, [size]), input(`g${k}`, [size])];
    const [m, v] = [input(`m${k}`, [size]), input(`v${k}`, [size])];
    const first = op("Add", [op("Mul", [b1, m]), op("Mul", [a1, g])], `next m${k}`);
    const second = op("Add", [op("Mul", [b2, v]), op("Mul", [a2, op("Mul", [g, g])])], `next v${k}`);
    const below = op("Add", [op("Mul", [root, op("Sqrt", [second])]), eps]);
    op("Sub", [op("Mul", [keep, p]), op("Div", [op("Mul", [rate, first]), below])], `next p${k}`);
    for (const kind of ["p", "m", "v"]) graph.output(`next ${kind}${k}`);
  }
  return exportModel(graph);
}

/** AdamW as a graph that ONNX Runtime runs on one thread, from one set of arrays into another and back. */
export async function onnx({ count, size, rate }: UpdateTask): Promise<Contender> {
  const runtime = libraryOf("onnxruntime", "onnxruntime-node") as Runtime;
  const session = await runtime.InferenceSession.create(graph(count, size), { intraOpNumThreads: 1 });
  const tensor = (data: Float32Array, dims: readonly number[]): RuntimeTensor =>
    new runtime.Tensor("float32", data, dims);
  const vectors = (kind: string, fill = (array: Float32Array) => array): [string, RuntimeTensor][] =>
    Array.from({ length: count }, (_, k) => [`${kind}${k}`, tensor(fill(new Float32Array(size)), [size])]);
  const gradients = Object.fromEntries(vectors("g", sine));
  let from = [...vectors("p", sine), ...vectors("m"), ...vectors("v")];
  let to = [...vectors("p"), ...vectors("m"), ...vectors("v")];
  let t = 0;
  const step = async (): Promise<void> => {
    t++;
    const scalars = { rate: rate / (1 - B1 ** t), root: 1 / Math.sqrt(1 - B2 ** t), keep: 1 - rate * 0.01 };
    await session.run(
      {
        ...Object.fromEntries(from),
        ...gradients,
        ...Object.fromEntries(Object.entries(scalars).map(([name, x]) => [name, tensor(Float32Array.of(x), [])])),
      },
      Object.fromEntries(to.map(([name, into]) => [`next ${name}`, into])),
    );
    [from, to] = [to, from];
  };
  for (let i = 0; i < PROOF; i++) await step();
  const last = from[count - 1]![1].data as Float32Array; // float32, as made above
  return {
    step,
    proof: [...last.subarray(1, 4)],
    versions: { "onnxruntime-node": versionOf("onnxruntime", "onnxruntime-node") },
    dispose: () => session.release(),
  };
}
