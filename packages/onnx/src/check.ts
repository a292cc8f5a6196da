import { names, OnnxError } from "./errors.ts";

/** A value as an error shows it: briefly, and never a whole object. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}`;
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (value instanceof Promise) return "a promise (await it)";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value !== "object") return String(value);
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object" ? `an instance of ${name}` : "an object";
}

/** Whether this is an object that is read by name, and not a list, a Map, an array of numbers or a promise. */
export const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === "object" &&
  x !== null &&
  !Array.isArray(x) &&
  !ArrayBuffer.isView(x) &&
  !(x instanceof Promise || x instanceof Map || x instanceof Set);

/** One option: what it must be, in words, and whether a value is that. */
export interface Wanted {
  readonly want: string;
  fits(value: unknown): boolean;
}

export const isText = (x: unknown): x is string => typeof x === "string" && x !== "";
export const text: Wanted = { want: "a name", fits: isText };
/** Names of which none may come twice, because the second would mean nothing. */
export const distinct: Wanted = {
  want: "a list of names, each once",
  fits: (x) => Array.isArray(x) && x.every(isText) && new Set(x).size === x.length,
};
export const yesNo: Wanted = { want: "true or false", fits: (x) => typeof x === "boolean" };
/** Whether this can be called: a class cannot, without `new`. */
export const isFunction = (x: unknown): boolean =>
  typeof x === "function" && !/^class\b/.test(Function.prototype.toString.call(x));
export const func: Wanted = { want: "a function", fits: isFunction };
export const oneOf = (...values: readonly string[]): Wanted => ({
  want: values.map((v) => `"${v}"`).join(" or "),
  fits: (x) => typeof x === "string" && values.includes(x),
});

/** Refuses a value that is not what is wanted. */
export function check(what: string, value: unknown, { want, fits }: Wanted): void {
  if (!fits(value)) throw new OnnxError(`${what} must be ${want}; got ${shown(value)}.`);
}

/** Refuses options that are not an object, that do not exist, or that have the wrong type; undefined counts as left out. */
export function checkOptions<T>(
  what: string,
  options: T,
  known: Readonly<Record<Exclude<keyof T, symbol | number>, Wanted>>,
): void {
  if (!isRecord(options))
    throw new OnnxError(
      `The options of ${what} must be an object such as { ${Object.keys(known)[0]}: … }; got ${shown(options)}.`,
    );
  const all = new Map<string, Wanted>(Object.entries(known));
  for (const name of Object.keys(options)) {
    const wanted = all.get(name);
    if (wanted === undefined)
      throw new OnnxError(`${what} has no option \`${name}\`. It has ${names(all.keys(), 12)}.`);
    if (options[name] !== undefined) check(`\`${name}\` of ${what}`, options[name], wanted);
  }
}

/** A model's bytes or what `decodeModel` makes of them. */
export const model: Wanted = {
  want: "a model: the bytes of an .onnx file (Uint8Array) or what decodeModel() returns",
  fits: (x) =>
    x instanceof Uint8Array ||
    (isRecord(x) && ["graph", "functions", "opsetImport", "irVersion"].some((key) => key in x)),
};

/** A list in which every entry is a number. */
export const numbers: Wanted = {
  want: "a list of numbers",
  fits: (x) => Array.isArray(x) && x.every((n) => typeof n === "number"),
};
