import { OptimizerError, type StateDict } from "@descent/core";
import { isRecord, knownOptions, refuseRepeated, type Shape, shown } from "@descent/core/adapter";
import { gathered, type Library, type Names, type Piece, scattered } from "../state/convert.ts";
import { alike, type Forms } from "../state/forms.ts";

const forms: Forms = {
  adam: { slots: { m: "m", v: "v" } },
  "adagrad-eps-inside": { slots: { s: "accumulator" } },
  "tensorflow/adadelta": { slots: { v: "accum_grad", u: "accum_var" } },
  ...alike(["momentum", "nesterov"], { slots: { b: "momentum" } }),
  "dialects/rmsprop-rate-inside": { slots: { v: "rms", b: "momentum" } },
  "tensorflow/rmsprop-centered": { slots: { v: "rms", b: "momentum", gBar: "mg" } },
  sgd: { slots: {} },
};

const tensorflow: Library = {
  title: "TensorFlow.js",
  forms,
  axes: (rank) => ({ in: [rank - 2], out: [rank - 1] }),
};

/** A weight of `await optimizer.getWeights()`. */
export interface NamedWeight {
  readonly name: string;
  /** A tensor of tfjs, which is read at once. */
  readonly tensor: { readonly shape: Shape; dataSync(): ArrayLike<number> };
}

/** A weight to make a tensor of for `optimizer.setWeights`. */
export interface PlainWeight {
  readonly name: string;
  readonly shape: Shape;
  /** `"int32"` for counts of updates, else `"float32"`. */
  readonly dtype: "float32" | "int32";
  readonly data: Float32Array | Int32Array;
}

/** Options of `fromWeights` and `toWeights`. */
export interface WeightsOptions {
  /** Names of TensorFlow.js's variables by our names; those not listed are the same. */
  readonly names?: Names | undefined;
}

/**
 * `await optimizer.getWeights()` of a TensorFlow.js optimizer as a state to load: `opt.load(fromWeights(weights, opt.state()))`.
 * `like` is the state of the optimizer that is to go on.
 */
export function fromWeights(weights: readonly NamedWeight[], like: StateDict, options: WeightsOptions = {}): StateDict {
  const { names = {} } = knownOptions("fromWeights", options, ["names"]);
  const known =
    Array.isArray(weights) &&
    weights.every(
      (w: unknown) =>
        isRecord(w) &&
        typeof w.name === "string" &&
        typeof w.tensor === "object" &&
        w.tensor !== null &&
        typeof Reflect.get(w.tensor, "dataSync") === "function",
    );
  if (!known)
    throw new OptimizerError(`fromWeights takes what await optimizer.getWeights() gives; got ${shown(weights)}.`);
  const byName = new Map(weights.map(({ name, tensor }) => [name, tensor]));
  const t = byName.get("iter")?.dataSync()[0];
  if (t === undefined)
    throw new OptimizerError("fromWeights: the weights have no `iter`, with which getWeights() begins.");
  return gathered(
    tensorflow,
    like,
    names,
    {
      tensor(slot, parameter) {
        const found = byName.get(`${parameter}/${slot}`);
        return found && { shape: found.shape, data: found.dataSync() };
      },
      parameters: (slot) =>
        [...byName.keys()].flatMap((key) => (key.endsWith(`/${slot}`) ? [key.slice(0, -slot.length - 1)] : [])),
      count: () => t,
    },
    t,
  );
}

/**
 * A state as weights for `optimizer.setWeights` of TensorFlow.js, in its order:
 * `setWeights(toWeights(state).map(({ name, data, shape, dtype }) => ({ name, tensor: tf.tensor(data, shape, dtype) })))`. Its state
 * goes by position, so `order` must be that in which it steps the variables; ours by default.
 */
export function toWeights(
  state: StateDict,
  options: WeightsOptions & { readonly order?: readonly string[] | undefined } = {},
): PlainWeight[] {
  const { names = {}, order } = knownOptions("toWeights", options, ["names", "order"]);
  const all = scattered(tensorflow, state, names);
  const stale = all.find(({ t }) => t === 0);
  if (stale)
    throw new OptimizerError(`toWeights: \`${stale.parameter}\` has not been stepped, which TensorFlow.js cannot say.`);
  if (order !== undefined && !(Array.isArray(order) && order.length === all.length))
    throw new OptimizerError(
      `toWeights: \`order\` must have the names of all ${all.length} variables; got ${shown(order)}.`,
    );
  refuseRepeated("toWeights: `order`", order ?? []);
  const sorted = (order ?? all.map(({ parameter }) => parameter)).map((name) => {
    const found = all.find(({ parameter }) => parameter === name);
    if (!found) throw new OptimizerError(`toWeights: the state has no variable ${shown(name)}.`);
    return found.pieces;
  });
  const slots = sorted[0]?.map(({ slot }) => slot) ?? [];
  const weight = ({ parameter, slot, shape, data }: Piece): PlainWeight => ({
    name: `${parameter}/${slot}`,
    shape,
    dtype: "float32",
    data: Float32Array.from(data),
  });
  const iter: PlainWeight = { name: "iter", shape: [], dtype: "int32", data: Int32Array.of(state.meta.step) };
  return [iter, ...slots.flatMap((_, i) => sorted.map((pieces) => weight(pieces[i]!)))];
}
