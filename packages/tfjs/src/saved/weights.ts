import { OptimizerError, type StateDict } from "@descent/core";
import { checkMeta, list } from "@descent/core/adapter";
import { keep, tensor as makeTensor, type Tensor } from "@tensorflow/tfjs-core";

/** tfjs-core uses this type without exporting it. */
export interface NamedTensor {
  name: string;
  tensor: Tensor;
}

/** The part of a saved optimizer that is text. */
interface SavedText {
  readonly meta: unknown;
  readonly names: readonly string[];
}

const PREFIX = "descent/";
const META = `${PREFIX}meta`;

/** JSON as the elements of an int32 tensor, one byte each: the only way to put text among a model's weights. */
const textToNumbers = (text: string): Int32Array => Int32Array.from(new TextEncoder().encode(text));
const numbersToText = (numbers: ArrayLike<number>): string => new TextDecoder().decode(Uint8Array.from(numbers));

/** Reads the tensors of `Weights`, or those of a file of it. */
export async function fromWeights(
  weights: readonly NamedTensor[],
): Promise<{ readonly state: StateDict; readonly names: readonly string[] }> {
  if (!Array.isArray(weights) || !weights.every((w) => typeof w?.name === "string" && isReadable(w.tensor)))
    throw new OptimizerError("setWeights takes what getWeights() returns: a list of { name, tensor }.");
  const read = await Promise.all(
    weights.map(async ({ name, tensor }) => ({ name, shape: tensor.shape, data: await tensor.data() })),
  );
  const text = read.find(({ name }) => name === META);
  if (!text)
    throw new OptimizerError(
      `These weights (${list(weights.map(({ name }) => name))}) are not a Descent optimizer's. Was the model saved with another one?`,
    );
  const { meta, names } = JSON.parse(numbersToText(text.data as Int32Array)) as SavedText; // written by Weights
  const slots = read.filter(({ name }) => name.startsWith(PREFIX) && name !== META);
  const tensors = slots.map(({ name, shape, data }) => [
    name.slice(PREFIX.length),
    { shape, data: Float32Array.from(data as Float32Array) }, // written as float32
  ]);
  return { state: { meta: checkMeta(meta), tensors: Object.fromEntries(tensors) }, names };
}

const isReadable = (tensor: unknown): boolean => typeof (tensor as Partial<Tensor> | undefined)?.data === "function";

/**
 * An optimizer's step count and state as tensors by name, as model.save wants them. It reads them and leaves them to the
 * optimizer, so they free themselves when the last has been read with `data()`. Their numbers stay: they can be read, cloned
 * and set again at any time.
 */
export class Weights {
  readonly named: NamedTensor[];

  constructor({ meta, tensors }: StateDict, names: readonly string[]) {
    const text = textToNumbers(JSON.stringify({ meta, names } satisfies SavedText));
    const unread = new Set<string>();
    const lend = (name: string, numbers: Float32Array | Int32Array, shape: readonly number[]): NamedTensor => {
      const dtype = numbers instanceof Int32Array ? "int32" : "float32";
      const make = (): Tensor => makeTensor(numbers.slice(), [...shape], dtype);
      const tensor = keep(make());
      unread.add(name);
      const data = async (): Promise<Float32Array | Int32Array> => {
        unread.delete(name);
        if (unread.size === 0) this.free();
        return numbers.slice();
      };
      Object.assign(tensor, { data, dataSync: () => numbers.slice(), clone: make });
      return { name, tensor };
    };
    this.named = [
      lend("iter", Int32Array.of(meta.step), []),
      lend(META, text, [text.length]),
      ...Object.entries(tensors).map(([key, { data, shape }]) => lend(PREFIX + key, data, shape)),
    ];
  }

  free(): void {
    for (const { tensor } of this.named) tensor.dispose();
  }
}
