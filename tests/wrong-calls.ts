import { expect, test } from "vitest";

/**
 * One call that works: new arguments for every try, since a call may keep or change them. `call` is what to do with
 * them where that is not calling the export itself: a method of something, say. `use` does with a result what it is for,
 * so that nonsense cannot pass by being kept for later.
 */
export interface GoodCall {
  readonly args: () => readonly unknown[];
  readonly call?: (...args: never[]) => unknown;
  readonly use?: (result: never) => unknown;
  /** Places of arguments that may be anything at all: the value that a function tells people about, say. */
  readonly anything?: readonly number[];
  /** Places of objects that another library made, or checks: what is in them is not tried. */
  readonly foreign?: readonly number[];
  /** Lists of texts in which one may well stand twice, by the name of the option or the place of the argument. */
  readonly repeats?: readonly (string | number)[];
}

/** Good calls by the name of an export, or by any text for a method of one; a sentence says why an export is not called. */
export type GoodCalls = Readonly<Record<string, GoodCall | string>>;

/** An optimizer as TensorFlow.js makes them: an instance with getters and methods, and not a record. */
class AdamOptimizer {
  readonly learningRate = 0.01;
  get iterations(): number {
    return 0;
  }
  minimize(): void {}
  applyGradients(): void {}
}

/** Things people pass by mistake. */
const wrong: readonly (readonly [what: string, make: () => unknown])[] = [
  ["nothing", () => undefined],
  ["null", () => null],
  ["a number", () => 0.5],
  ["a number below 0", () => -3],
  ["NaN", () => Number.NaN],
  ["a bigint", () => 3n],
  ["a string", () => "adam"],
  ["an empty string", () => ""],
  ["a boolean", () => true],
  ["a symbol", () => Symbol("s")],
  ["a list", () => [1, 2]],
  ["an empty list", () => []],
  ["an empty object", () => ({})],
  ["an object with the names of every object's own", () => JSON.parse('{ "constructor": 1, "__proto__": 2 }')],
  ["an object without a prototype", () => Object.create(null)],
  ["a Map", () => new Map([["w", 1]])],
  ["a function", () => () => 1],
  ["a class", () => AdamOptimizer],
  ["a promise", () => Promise.resolve(1)],
  ["another library's object", () => new AdamOptimizer()],
];

/** Whether it is a record, of options or of things by name. */
const isPlain = (x: unknown): x is object =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype;

/** A list of names with its first once more; undefined for anything else. */
function repeated(value: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const [first] = value as unknown[];
  if (Array.isArray(first)) return first.every((one) => typeof one === "string") ? [...value, first] : undefined;
  return value.every((one) => typeof one === "string") ? [...value, first] : undefined;
}

const isOrHasFunctions = (exported: unknown): boolean =>
  typeof exported === "function" ||
  (typeof exported === "object" &&
    exported !== null &&
    Object.values(exported).some((member) => typeof member === "function"));

/** Whether an error is one that the package promises. */
export type Ours = (error: Error) => boolean;

const byName: Ours = ({ name }) => ["OptimizerError", "OnnxError", "ConformanceError"].includes(name);

/** An error of ours says what, where and what to do; one of the engine's, where its own code stumbled. */
function complaint(error: unknown, isOurs: Ours): string | undefined {
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  const ours = isOurs(error);
  const caret = error instanceof SyntaxError && error.message.includes("^"); // an equation, and where in it
  const { message } = error;
  if (!ours && !caret) return `threw ${error.name}: ${message}`;
  if (/\[object \w+\]|^.{0,12}$|`undefined`|\(\) =>/.test(message) || !/\s/.test(message))
    return `said only: ${message}`;
  return undefined;
}

async function outcome({ use }: GoodCall, isOurs: Ours, call: () => unknown): Promise<string | undefined> {
  try {
    const result = await call();
    await use?.(result as never); // what the call gives
    return undefined;
  } catch (error) {
    return complaint(error, isOurs);
  }
}

/**
 * Declares the tests that every public function must pass: whatever stands in whichever place of its arguments, or of the records among them, the answer
 * is a result or an error of ours, never the engine's TypeError. A list that names one thing twice is always an error. Every function that a module exports must be in the
 * table, and every object that holds functions. `isOurs` knows the errors of a package that has other ones.
 */
export function wrongCalls(module: Readonly<Record<string, unknown>>, good: GoodCalls, isOurs: Ours = byName): void {
  test("the table of wrong calls has every function that is exported", () => {
    const functions = Object.keys(module).filter((name) => isOrHasFunctions(module[name]));
    expect(functions.filter((name) => !Object.hasOwn(good, name))).toEqual([]);
  });
  for (const [name, entry] of Object.entries(good)) {
    if (typeof entry === "string") continue;
    const call = (args: readonly unknown[]): unknown => {
      const f = entry.call ?? module[name];
      if (typeof f !== "function") throw new Error(`there is no export ${name}: give the entry a \`call\``);
      return Reflect.apply(f, undefined, args);
    };
    test(`${name} refuses wrong calls in words`, async () => {
      const result = await call(entry.args());
      await entry.use?.(result as never); // what the call gives
      const failures: string[] = [];
      const note = (what: string, problem: string | undefined): void => {
        if (problem !== undefined) failures.push(`${what} ${problem}`);
      };
      if (entry.anything === undefined) note("without arguments", await outcome(entry, isOurs, () => call([])));
      for (const place of entry.args().keys())
        for (const [what, make] of wrong) {
          if (entry.anything?.includes(place)) continue;
          const given = (): unknown[] => entry.args().map((arg, i) => (i === place ? make() : arg));
          note(`${what} as argument ${place + 1}`, await outcome(entry, isOurs, () => call(given())));
        }
      const known = [...(entry.anything ?? []), ...(entry.foreign ?? [])];
      for (const [place, arg] of entry.args().entries())
        for (const key of isPlain(arg) && !known.includes(place) ? Object.keys(arg) : [])
          for (const [what, make] of wrong) {
            const given = (): unknown[] =>
              entry.args().map((a, i) => (i === place ? { ...(a as object), [key]: make() } : a));
            note(`${what} as \`${key}\` of argument ${place + 1}`, await outcome(entry, isOurs, () => call(given())));
          }
      const refusesTwice = async (where: string | number, what: string, args: () => unknown[]): Promise<void> => {
        if (entry.repeats?.includes(where) || entry.anything?.some((place) => place === where)) return;
        let refused = false;
        const said = await outcome(
          entry,
          (error) => (refused = isOurs(error)),
          () => call(args()),
        );
        note(`a name twice in ${what}`, said ?? (refused ? undefined : "was taken"));
      };
      for (const [place, arg] of entry.args().entries()) {
        const at = (change: (arg: unknown) => unknown) => (): unknown[] =>
          entry.args().map((a, i) => (i === place ? change(a) : a));
        if (repeated(arg)) await refusesTwice(place, `argument ${place + 1}`, at(repeated));
        for (const [key, value] of isPlain(arg) && !known.includes(place) ? Object.entries(arg) : [])
          if (repeated(value))
            await refusesTwice(
              key,
              `\`${key}\``,
              at((a) => ({ ...(a as object), [key]: repeated(value) })),
            );
      }
      expect(failures).toEqual([]);
    });
  }
}
