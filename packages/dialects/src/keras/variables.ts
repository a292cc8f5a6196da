import { OptimizerError, type StateDict } from "@descent/core";
import { decodeSafetensors, isRecord, knownOptions } from "@descent/core/adapter";
import { gathered, type Library, type Names } from "../state/convert.ts";
import { numbersOf } from "../state/numbers.ts";
import { filled } from "../state/template.ts";
import { formsOf } from "./forms.ts";

/** Options of `fromVariables` and `toVariables`. */
export interface VariablesOptions {
  /** Keras's paths of weights by our names, "sequential/hidden/kernel"; those not listed are the same. */
  readonly names?: Names | undefined;
}

/** Keras with the average of weights that the state's options speak of. */
function keras(state: StateDict): Library {
  const groups: unknown = isRecord(state) && isRecord(state.meta) ? state.meta.groups : undefined;
  const options = isRecord(groups)
    ? Object.values(groups).flatMap((group) =>
        isRecord(group) && isRecord(group.hyper) ? Object.keys(group.hyper) : [],
      )
    : [];
  const averaging = ["averagedModel", "averagedOver"].find((id) => options.includes(`${id}.decay`));
  return { title: "Keras", forms: formsOf(averaging), axes: (rank) => ({ in: [rank - 2], out: [rank - 1] }) };
}

/** The files that Keras writes by itself: HDF5, `.weights.h5`, and zip archives with one, `.keras`. */
const OWN = [
  [0x89, 0x48, 0x44, 0x46],
  [0x50, 0x4b, 0x03, 0x04],
] as const;

/**
 * Throws for a file that Keras wrote by itself. Its variables have numbers in place of names, so that Keras must open it in any
 * case, and three lines of Python need no reader of HDF5 here.
 */
function refuseOwn(where: string, bytes: unknown): void {
  if (!(bytes instanceof Uint8Array) || !OWN.some((magic) => magic.every((byte, i) => bytes[i] === byte))) return;
  throw new OptimizerError(
    `${where} takes a safetensors file, and this is a file of Keras's own, .keras or .weights.h5, which numbers its variables and does not name them. In Python:\n  model = keras.models.load_model("model.keras")  # or build and compile it, and load_weights\n  variables = {v.path: numpy.array(v, order="C") for v in model.optimizer.variables}\n  safetensors.numpy.save_file(variables, "optimizer.safetensors")`,
  );
}

const isCount = (key: string): boolean => key.endsWith("/iteration");

/** The key of a variable: `adam/sequential_hidden_kernel_momentum`. */
const keyOf = (keys: readonly string[], slot: string, parameter = ""): string | undefined =>
  keys.find((key) => key.slice(key.indexOf("/") + 1) === `${parameter.replaceAll("/", "_")}_${slot}`);

/**
 * The variables of a Keras optimizer, by their paths in a safetensors file, as a state to load:
 * `opt.load(fromVariables(bytes, opt.state()))`. The README has the line of Python. `like` is the state of the optimizer that
 * is to go on.
 */
export function fromVariables(bytes: Uint8Array, like: StateDict, options: VariablesOptions = {}): StateDict {
  const { names = {} } = knownOptions("fromVariables", options, ["names"]);
  refuseOwn("fromVariables", bytes);
  const { tensors } = decodeSafetensors(bytes);
  const keys = Object.keys(tensors);
  const [iteration] = keys.filter(isCount);
  if (iteration === undefined)
    throw new OptimizerError(
      "fromVariables: the file has no `…/iteration`. Save { v.path: v.numpy() for v in optimizer.variables }.",
    );
  const parameters: unknown = isRecord(like) && isRecord(like.meta) ? like.meta.parameters : {};
  const known = new Set(
    Object.keys(isRecord(parameters) ? parameters : {}).map((name) => {
      const there = isRecord(names) && Object.hasOwn(names, name) ? names[name]! : name;
      return (typeof there === "string" ? there : String(there?.name)).replaceAll("/", "_");
    }),
  );
  const t = numbersOf("fromVariables", iteration, tensors[iteration]!).data[0]!;
  return gathered(
    keras(like),
    like,
    names,
    {
      tensor(slot, parameter) {
        const key = keyOf(keys, slot, parameter);
        return key === undefined ? undefined : numbersOf("fromVariables", key, tensors[key]!);
      },
      // Keras joins the path by underscores, so it is told by the names that are known.
      parameters: (slot) =>
        keys
          .map((key) => key.slice(key.indexOf("/") + 1))
          .filter((key) => key.endsWith(`_${slot}`) && !known.has(key.slice(0, -slot.length - 1)))
          .map((key) => key.slice(0, -slot.length - 1)),
      count: () => t,
    },
    t,
  );
}

/**
 * A state as the variables of a Keras optimizer: `like` is a file of the variables of such an optimizer, freshly built for
 * one, and the result has the same keys. The learning rate stays the file's.
 */
export function toVariables(
  state: StateDict,
  like: Uint8Array,
  options: VariablesOptions = {},
): Uint8Array<ArrayBuffer> {
  const { names = {} } = knownOptions("toVariables", options, ["names"]);
  refuseOwn("toVariables", like);
  return filled("toVariables", keras(state), state, like, names, keyOf, isCount);
}
