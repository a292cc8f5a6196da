import { among, list, OptimizerError, shown, suggestion } from "./errors.ts";
import { type Parameter, type Shape, size } from "./parameter.ts";

/* Checks of the parameters, memory and gradients that adapters are given, in one wording. */

/** By tag, not only by `instanceof`: arrays of another realm (an iframe, a test environment) are as good. */
export const isFloat32Array = (x: unknown): x is Float32Array =>
  x instanceof Float32Array || Object.prototype.toString.call(x) === "[object Float32Array]";

/** Values by name: a record, or pairs such as a Map's. */
export type Named<V> = Readonly<Record<string, V>> | Iterable<readonly [string, V]>;

/**
 * The names and values of a record, or of a Map or any other iterable of pairs. Throws for everything else, and for two
 * values of one name; also for instances without properties of their own, which have names only behind getters. `what`
 * begins the error: "The parameters".
 */
export function named<V>(what: string, given: Named<V>): (readonly [name: string, value: V])[] {
  const wrong = (why: string): never => {
    throw new OptimizerError(`${what} must be given by name, { name: value } or a Map; ${why}.`);
  };
  if (typeof given !== "object" || given === null) return wrong(`got ${shown(given)}`);
  if (!(Symbol.iterator in given)) {
    const pairs = Object.entries(given);
    return pairs.length > 0 || isPlain(given) ? pairs : wrong(`got ${shown(given)} without properties of its own`);
  }
  const pairs = new Map<string, V>();
  for (const pair of given as Iterable<unknown>) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string")
      return wrong(`got ${shown(given)}, which is not made of [name, value]`);
    const [name, value] = pair as [string, V]; // checked above
    if (pairs.has(name)) return wrong(`there are two values named \`${name}\``);
    pairs.set(name, value);
  }
  return [...pairs];
}

/** Whether an object is a record, also one of another realm or without a prototype. */
function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.prototype.toString.call(given) === "[object Object]";
}

/** Where a parameter lies, in bytes. */
export interface Stretch {
  readonly name: string;
  /** The memory that other parameters may lie in too, but not at the same bytes: an ArrayBuffer, a GPUBuffer. */
  readonly memory: object;
  /** The first byte. */
  readonly at: number;
  /** How many bytes it takes. */
  readonly bytes: number;
}

/** Throws if two parameters have numbers in common. */
export function refuseOverlap(places: Iterable<Stretch>): void {
  const byMemory = new Map<object, Stretch[]>();
  for (const place of places) {
    if (place.bytes === 0) continue;
    const inside = byMemory.get(place.memory);
    if (inside) inside.push(place);
    else byMemory.set(place.memory, [place]);
  }
  for (const inside of byMemory.values()) {
    inside.sort((a, b) => a.at - b.at);
    for (const [i, { name, at, bytes }] of inside.entries()) {
      const next = inside[i + 1];
      if (!next || next.at >= at + bytes) continue;
      throw new OptimizerError(
        next.at === at && next.bytes === bytes
          ? `${list([name, next.name])} are the same numbers. Tied weights are one parameter: give them once, under one name, and as its gradient the sum of the gradients of all their uses. On arrays and WebGPU, { tied: [[…]] } does that.`
          : `${list([name, next.name])} share memory. Every parameter needs numbers of its own; copy one.`,
      );
    }
  }
}

/** Throws if there is a gradient, or `what` is given, under a name that no parameter has. */
export function refuseUnknown(gradients: object, parameters: ReadonlyMap<string, unknown>, what = "a gradient"): void {
  for (const name of Object.keys(gradients))
    if (!parameters.has(name)) {
      const names = [...parameters.keys()];
      throw new OptimizerError(
        `There is ${what} for \`${name}\`, which is not a parameter here; ${among(names)}.${suggestion(name, names)}`,
      );
    }
}

/** Throws if a step is given no gradient at all, which would do nothing. `call` is what was called. */
export function refuseNone(call: string, names: readonly unknown[], parameters: Iterable<string>): void {
  if (names.length > 0) return;
  const all = [...parameters];
  throw new OptimizerError(
    `\`${call}\` got no gradients, so there is nothing to step. Give them by name, { ${all[0] ?? "w"}: gradient }; ${among(all)}.`,
  );
}

/** Throws if the gradient of a parameter has another shape than the parameter. */
export function refuseShape({ name, shape }: Parameter, gradient: Shape): void {
  if (gradient.length !== shape.length || gradient.some((d, i) => d !== shape[i]))
    throw new OptimizerError(`\`${name}\` has the shape [${shape}], and its gradient [${gradient}].`);
}

/** Throws if a parameter has no elements, for frameworks that have no such tensors. */
export function refuseEmpty({ name, shape }: Parameter, framework: string): void {
  if (size(shape) === 0)
    throw new OptimizerError(`\`${name}\` has no elements, which ${framework} cannot step. Leave it out.`);
}

/** Throws where `call` is given a name that no parameter has. */
export function refuseUnknownNames(call: string, names: Iterable<unknown>, known: ReadonlyMap<string, unknown>): void {
  for (const name of names)
    if (typeof name !== "string" || !known.has(name)) {
      const all = [...known.keys()];
      throw new OptimizerError(
        `\`${call}\`: there is no parameter ${shown(name)}; ${among(all)}.${typeof name === "string" ? suggestion(name, all) : ""}`,
      );
    }
}

/** Throws where a list has a name twice, which is a slip: `what` says whose list it is. */
export function refuseRepeated(what: string, names: readonly string[]): void {
  const name = names.find((one, i) => names.indexOf(one) !== i);
  if (name !== undefined) throw new OptimizerError(`${what} names \`${name}\` twice. Name it once.`);
}

/** The new names of parameters by their present ones, as `rename` is given them. Throws where one is not known, or no text. */
export function newNames(
  names: Named<string | undefined>,
  known: ReadonlyMap<string, unknown>,
): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  for (const [from, to] of named("`rename`: the names", names)) {
    refuseUnknownNames("rename", [from], known);
    if (typeof to !== "string" || to === "")
      throw new OptimizerError(`\`rename\`: the new name of \`${from}\` must be a text; got ${shown(to)}.`);
    given[from] = to;
  }
  return given;
}

/** Throws if a parameter that `add` is given has a name that is taken. `memory` is where numbers lie: "array". */
export function refuseTaken(added: Iterable<string>, known: ReadonlyMap<string, unknown>, memory: string): void {
  for (const name of added)
    if (known.has(name))
      throw new OptimizerError(
        `There is a parameter \`${name}\` already. Give the new one another name, or give its new ${memory} to rebind().`,
      );
}

/** The names of the parameters that `remove` is given. Throws where one is not known, or where none would be left. */
export function goneNames(names: readonly string[], known: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  refuseUnknownNames("remove", names, known);
  refuseRepeated("`remove`", names);
  const gone = new Set(names);
  if (gone.size === known.size)
    throw new OptimizerError("`remove` would leave no parameter. Dispose of the optimizer instead: dispose().");
  return gone;
}
