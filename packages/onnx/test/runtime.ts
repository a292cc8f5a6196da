import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Constant } from "../src/proto/constant.ts";
import type { Elem, TypedArray } from "../src/proto/elem.ts";

/** Runs a model on plain onnxruntime and gives every output, of tensors only. */
export async function run(
  model: Uint8Array,
  feeds: Readonly<Record<string, Constant>>,
  options: InferenceSession.SessionOptions = {},
): Promise<Record<string, Constant>> {
  const session = await InferenceSession.create(model, { logSeverityLevel: 4, intraOpNumThreads: 1, ...options });
  const results = await session.run(Object.fromEntries(Object.entries(feeds).map(([name, c]) => [name, tensorFor(c)])));
  const all: Record<string, Constant> = {};
  for (const [name, tensor] of Object.entries(results)) {
    // An optional or a sequence is not a tensor.
    if (tensor instanceof Tensor) all[name] = constantFrom(tensor);
  }
  await session.release();
  return all;
}

function tensorFor({ elem, dims, data, strings }: Constant): Tensor {
  if (elem === "string")
    return new Tensor(
      "string",
      (strings ?? []).map((s) => new TextDecoder().decode(s)),
      dims,
    );
  // Their names are ours; what the runtime lacks, it refuses.
  return new Tensor(elem as "float32", data as Float32Array, dims);
}

function constantFrom(tensor: Tensor): Constant {
  if (tensor.type === "string") {
    const strings = Array.from(tensor.data as string[], (s) => new TextEncoder().encode(s)); // By its type.
    return { elem: "string", dims: [...tensor.dims], data: new Uint8Array(0), strings };
  }
  return { elem: tensor.type as Elem, dims: [...tensor.dims], data: tensor.data as TypedArray }; // As above.
}

/** The largest difference between two tensors, relative where they are large; infinite if their types differ. */
export function apart(a: Constant | undefined, b: Constant | undefined): number {
  if (a === undefined || b === undefined || a.elem !== b.elem) return Number.POSITIVE_INFINITY;
  if (String(a.dims) !== String(b.dims)) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [Number(a.data[i]), Number(b.data[i])];
    if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) worst = Math.max(worst, Math.abs(x - y) / (1 + Math.abs(y)));
  }
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst;
}
