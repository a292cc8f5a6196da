import { OptimizerError, type StateDict } from "@descent/core";
import { decodeSafetensors, knownOptions, list, type SafeTensor, shown } from "@descent/core/adapter";
import { gathered, type Library, type Names } from "../state/convert.ts";
import { numbersOf } from "../state/numbers.ts";
import { filled } from "../state/template.ts";
import { forms } from "./forms.ts";

const optax: Library = {
  title: "Optax",
  forms,
  axes: (rank) => ({ in: [rank - 2], out: [rank - 1] }),
};

/** Options of `fromTree` and `toTree`. */
export interface TreeOptions {
  /** Optax's paths of parameters by our names, "dense/kernel"; those not listed are the same. */
  readonly names?: Names | undefined;
}

/** Options of `fromTree`. */
export interface FromTreeOptions extends TreeOptions {
  /** Updates done, where no part of the state counts them: that of sgd, adagrad, adadelta, rmsprop and sm3 without a schedule. */
  readonly step?: number | undefined;
}

/** Counts of updates are whole numbers, which no slot is; `adan` calls its own `t`. */
const isCount = (key: string, tensor: SafeTensor | undefined): boolean =>
  /(^|\/)(count|t)$/.test(key) && /^[IU]/.test(tensor?.dtype ?? "") && tensor?.shape.length === 0;

/** Where a slot keeps a parameter: below its own path, or in the place of the `*`. */
const pathOf = (slot: string, parameter: string): string =>
  slot.includes("*") ? slot.replace("*", () => parameter) : `${slot}/${parameter}`;

/** The key of a slot: the one path that ends so. A number of the whole model has the slot alone. */
function keyOf(keys: readonly string[], slot: string, parameter: string | undefined): string | undefined {
  const end = parameter === undefined ? slot : pathOf(slot, parameter);
  const found = keys.filter((key) => key === end || key.endsWith(`/${end}`));
  if (found.length > 1)
    throw new OptimizerError(`The tree has ${list(found)} for \`${end}\`. Save the part of one optimizer.`);
  return found[0];
}

/**
 * A state tree of Optax, flattened by path into a safetensors file, as a state to load: `opt.load(fromTree(bytes, opt.state()))`.
 * Keys are paths such as `1/0/mu/dense/kernel`; the README has the lines of Python. `like` is the state of the optimizer
 * that is to go on.
 */
export function fromTree(bytes: Uint8Array, like: StateDict, options: FromTreeOptions = {}): StateDict {
  const { names = {}, step } = knownOptions("fromTree", options, ["names", "step"]);
  const { tensors } = decodeSafetensors(bytes);
  const keys = Object.keys(tensors);
  const counts = new Set(
    keys.filter((key) => isCount(key, tensors[key])).map((key) => numbersOf("fromTree", key, tensors[key]!).data[0]!),
  );
  if (counts.size > 1 && step === undefined)
    throw new OptimizerError(
      `fromTree: the tree counts ${[...counts].join(" and ")} updates. Say which is meant: { step: 1000 }.`,
    );
  const [t = Number.NaN] = step === undefined ? counts : [step];
  if (!Number.isSafeInteger(t) || t < 0)
    throw new OptimizerError(
      `fromTree: nothing in the tree counts updates, and \`step\` is ${shown(step)}. Say how many there were: { step: 1000 }.`,
    );
  return gathered(
    optax,
    like,
    names,
    {
      tensor(slot, parameter) {
        const key = keyOf(keys, slot, parameter);
        return key === undefined ? undefined : numbersOf("fromTree", key, tensors[key]!);
      },
      model(slot) {
        const key = keyOf(keys, slot, undefined);
        return key === undefined ? undefined : numbersOf("fromTree", key, tensors[key]!);
      },
      parameters: (slot) =>
        keys.flatMap((key) => {
          const [, parameter] = new RegExp(`(?:^|/)${pathOf(slot, "(.+)")}$`).exec(key) ?? [];
          return parameter === undefined ? [] : [parameter];
        }),
      count: () => t,
    },
    t,
  );
}

/**
 * A state as a state tree of Optax: `like` is a file of a tree of such an optimizer, `optimizer.init(params)` for one, and the
 * result has the same keys.
 */
export function toTree(state: StateDict, like: Uint8Array, options: TreeOptions = {}): Uint8Array<ArrayBuffer> {
  const { names = {} } = knownOptions("toTree", options, ["names"]);
  return filled("toTree", optax, state, like, names, keyOf, isCount);
}
