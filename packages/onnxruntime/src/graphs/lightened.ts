import type { ModelProto } from "@descent/onnx";
import { mapInitializers } from "./training-file.ts";

/** Shorter tensors are left as they are. */
const LEAST = 4096;
/** Numbers are read where they lie at such addresses, and copied elsewhere. */
const ALIGNED = 8;

/**
 * The model without the numbers of these tensors: the training has them now, and an export writes them from there. In their place
 * stand zeros that all of them share and nobody reads, which take no memory. Others lie where their numbers can be read without a
 * copy. Where little else of the file is needed, it is copied, so
 * that nothing holds the file's bytes.
 */
export function lightened(model: ModelProto, names: readonly string[]): ModelProto {
  const gone = new Set(names);
  const large = (raw: Uint8Array | undefined): raw is Uint8Array => raw !== undefined && raw.length >= LEAST;
  let longest = 0;
  for (const { name = "", rawData } of model.graph?.initializer ?? [])
    if (gone.has(name) && large(rawData)) longest = Math.max(longest, rawData.length);
  const zeros = new Uint8Array(longest); // pages that are never written to are not there
  const light = mapInitializers(model, (tensor) => {
    const { name = "", rawData } = tensor;
    if (!large(rawData)) return tensor;
    if (gone.has(name)) return { ...tensor, rawData: zeros.subarray(0, rawData.length) };
    return rawData.byteOffset % ALIGNED === 0 ? tensor : { ...tensor, rawData: new Uint8Array(rawData) };
  });
  return apart(light, zeros.buffer);
}

/** The model with copies of what it views in buffers of which it needs less than half. */
function apart(model: ModelProto, zeros: ArrayBuffer): ModelProto {
  const needed = new Map<ArrayBufferLike, number>();
  walk(model, (view) => {
    needed.set(view.buffer, (needed.get(view.buffer) ?? 0) + view.byteLength);
    return view;
  });
  return walk(model, (view) => {
    const { buffer, byteLength } = view;
    if (buffer === zeros || byteLength === 0 || 2 * needed.get(buffer)! > buffer.byteLength) return view; // counted above
    return new Uint8Array(view); // a Buffer's own `slice` copies nothing
  }) as ModelProto; // of the same shape
}

/** A copy of a tree of records and lists, with other bytes. */
function walk(tree: unknown, bytes: (view: Uint8Array) => Uint8Array): unknown {
  if (tree instanceof Uint8Array) return bytes(tree);
  if (typeof tree !== "object" || tree === null || ArrayBuffer.isView(tree)) return tree;
  if (Array.isArray(tree)) return tree.map((one) => walk(one, bytes));
  const copy: Record<string | symbol, unknown> = { ...tree };
  for (const [key, one] of Object.entries(tree)) copy[key] = walk(one, bytes);
  // Under a symbol the codec keeps the order of fields, and the bytes of those that it does not know.
  for (const key of Object.getOwnPropertySymbols(tree))
    copy[key] = (copy[key] as readonly unknown[]).map((run) => (run instanceof Uint8Array ? bytes(run) : run));
  return copy;
}
