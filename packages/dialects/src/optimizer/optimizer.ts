import { type Configured, OptimizerError, type Schedule } from "@descent/core";
import { type HyperValue, isCallback, isRecord, list, shown, suggestion } from "@descent/core/adapter";

/** The library whose names, defaults and formulas an optimizer has. */
export type Library = "torch" | "optax" | "keras" | "tensorflow";

/** The values that an option takes, by its default: a schedule wherever there is a number. */
export type Wide<V> = V extends boolean ? boolean : V extends number ? HyperValue : V extends string ? string : V;

/** Options of a library's optimizer, with their defaults. */
export type Defaults = Readonly<Record<string, unknown>>;

/** Every option, given or not. */
export type Values<D extends Defaults> = { readonly [K in keyof D]: Wide<D[K]> };

/** The options that are given. */
export type Given<D extends Defaults> = { readonly [K in keyof D]?: Wide<D[K]> | undefined };

/** An optimizer of another library: call it with that library's options, and it gives what an optimizer here is made from. */
export interface Dialect<D extends Defaults = Defaults> {
  (options?: Given<D>): Configured;
  readonly library: Library;
  /** As the library spells it. */
  readonly dialect: string;
  /** The library's options and defaults. */
  readonly defaults: D;
  /** Options of the library that are not supported here, with the reason. */
  readonly refuses: Readonly<Record<string, string>>;
}

/** The description of an optimizer of another library. */
export interface Entry<D extends Defaults> {
  readonly library: Library;
  readonly dialect: string;
  readonly defaults: D;
  readonly refuses?: Readonly<Record<string, string>> | undefined;
  /** Options that may be null, although they have a default that is not. */
  readonly nullable?: readonly string[] | undefined;
  readonly make: (values: Values<D>) => Configured;
}

/** A function of the library's options from its description. Unknown, refused and unfit options are errors that name them. */
export function optimizer<const D extends Defaults>(entry: Entry<D>): Dialect<D> {
  const { library, dialect, defaults, refuses = {}, nullable, make } = entry;
  const configure = (options: Given<D> = {}): Configured => make(read(dialect, options, defaults, refuses, nullable));
  return Object.assign(configure, { library, dialect, defaults, refuses });
}

/** The values of all options: the given ones, checked, and defaults for the rest. */
export function read<D extends Defaults>(
  where: string,
  options: Given<D>,
  defaults: D,
  refuses: Readonly<Record<string, string>> = {},
  nullable: readonly string[] = [],
): Values<D> {
  const names = Object.keys(defaults);
  if (!isRecord(options))
    throw new OptimizerError(
      `${where} takes its options by name: ${where}({ ${names.slice(0, 2).join(", ")}, … }); got ${shown(options)}.`,
    );
  const values: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries<unknown>(options)) {
    const off = value === undefined || value === null || value === false || value === 0;
    if (Object.hasOwn(refuses, name)) {
      if (!off) throw new OptimizerError(`${where}: \`${name}\` cannot be had here: ${refuses[name]}`);
      continue;
    }
    if (!Object.hasOwn(defaults, name))
      throw new OptimizerError(
        `${where} has no option \`${name}\`; it takes ${list(names, names.length)}.${suggestion(name, names)}`,
      );
    if (value === undefined) continue;
    if (value !== null || !nullable.includes(name)) checkOption(where, name, value, defaults[name]);
    values[name] = value;
  }
  return values as Values<D>; // each value was checked against its default
}

const isNumeric = (x: unknown): x is number | Schedule => typeof x === "number" || isCallback(x);

/** Throws unless an option is of the kind that its default is. A default of null says that the option may be left out. */
function checkOption(where: string, name: string, value: unknown, by: unknown): void {
  const must = (fits: boolean, wanted: string): void => {
    if (!fits) throw new OptimizerError(`${where}: \`${name}\` must be ${wanted}; got ${shown(value)}.`);
  };
  if (typeof by === "number") must(isNumeric(value), "a number or a schedule");
  else if (typeof by === "boolean") must(typeof value === "boolean", "true or false");
  else if (typeof by === "string") must(typeof value === "string", "a word");
  else if (Array.isArray(by))
    must(
      Array.isArray(value) && value.length === by.length && value.every((x, i) => isNumeric(x) || x === by[i]),
      `${by.length} numbers, [${by.join(", ")}]`,
    );
}

/** An option that sizes or chooses something, and so cannot be a schedule. */
export function fixed(where: string, name: string, value: HyperValue): number {
  if (typeof value === "number") return value;
  throw new OptimizerError(`${where}: \`${name}\` must be a number, because a schedule of it has no meaning here.`);
}

/** Whether an option that is off at 0 is on. A schedule is. */
export const on = (value: HyperValue | null): value is HyperValue => value !== null && value !== 0;
