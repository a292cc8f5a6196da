import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";
import type { Array as JaxArray, JsTree } from "@jax-js/jax";

/** Parameters, gradients or updates: arrays in objects and lists, as jax-js takes them, or one array alone. */
export type Tree = JsTree<JaxArray>;

/** The name of a tree that is one array. */
const ALONE = "params";

// By structure, because two copies of jax-js may be installed. What is traced by `jit` or `grad` has no numbers.
const isArray = (x: unknown): x is JaxArray =>
  typeof x === "object" && x !== null && "dataSync" in x && "dtype" in x && "shape" in x;
const isTraced = (x: unknown): boolean => typeof x === "object" && x !== null && "aval" in x && !("dataSync" in x);
const isBranch = (x: unknown): x is Readonly<Record<string, unknown>> =>
  Array.isArray(x) || (typeof x === "object" && x !== null && Object.getPrototypeOf(x)?.constructor?.name === "Object");

/** Throws unless it is an array of float32 numbers. */
export function checkArray(what: string, x: unknown): asserts x is JaxArray {
  if (isTraced(x))
    throw new OptimizerError(
      `${what} is traced by jit, grad or vmap. Descent compiles its own step: call update() and step() outside of the function, with the gradients it returned.`,
    );
  if (!isArray(x)) throw new OptimizerError(`${what} must be an array of jax-js; got ${shown(x)}.`);
  if (x.dtype !== "float32")
    throw new OptimizerError(`${what} is ${x.dtype}, and optimizers step float32. Convert it: astype(np.float32).`);
}

/**
 * The arrays of a tree by name: its keys and places, joined by `/`, as in `layers/0/kernel`. Leaves that are undefined are left out.
 * `what` begins errors: "The parameters".
 */
export function leaves(what: string, tree: unknown): Map<string, JaxArray> {
  const found = new Map<string, JaxArray>();
  const visit = (x: unknown, name: string): void => {
    if (isBranch(x)) {
      for (const [key, value] of Object.entries(x)) visit(value, name === "" ? key : `${name}/${key}`);
      return;
    }
    if (x === undefined) return;
    const full = name === "" ? ALONE : name;
    checkArray(name === "" ? what : `${what}: \`${name}\``, x);
    if (found.has(full)) throw new OptimizerError(`${what} have two arrays named \`${full}\`. Rename one.`);
    found.set(full, x);
  };
  visit(tree, "");
  return found;
}

/** A tree like this one, each array replaced by that of its name in `arrays`, where there is one. */
export function replaced<T extends Tree>(tree: T, arrays: ReadonlyMap<string, JaxArray>): T {
  const visit = (x: unknown, name: string): unknown => {
    if (Array.isArray(x)) return x.map((value, i) => visit(value, name === "" ? `${i}` : `${name}/${i}`));
    if (isBranch(x))
      return Object.fromEntries(
        Object.entries(x).map(([key, value]) => [key, visit(value, name === "" ? key : `${name}/${key}`)]),
      );
    if (x === undefined) return x;
    return arrays.get(name === "" ? ALONE : name) ?? x;
  };
  return visit(tree, "") as T; // it has the same branches
}
