import type { Configured, Rule } from "@descent/core";
import { isRule, type Role, type RuleSpec, type Shape } from "@descent/core/adapter";
import { fail } from "./assert.ts";
import { displacementError } from "./displacement.ts";
import { takes, takesRecord, takesTarget } from "./takes.ts";
import type { Inputs, Session, Starts, Target } from "./target.ts";

/** A path through parameter space from a source that is not this library: see `goldens/` in the repository. */
export interface Golden {
  /** The id of the rule that it is for. */
  readonly rule: string;
  /** The library, version and class the numbers come from. */
  readonly source: string;
  /** The rule's hyper-parameters and their defaults. */
  readonly hyper: Readonly<Record<string, number>>;
  /** Paths with different options and starts. */
  readonly settings: readonly GoldenSetting[];
}

/** One path: options, start, gradients, and the parameters after each step. */
export interface GoldenSetting {
  readonly name: string;
  /** Hyper-parameters that differ from the defaults. */
  readonly options: Readonly<Record<string, number>>;
  /** The start, by name: numbers row by row. */
  readonly parameters: Readonly<
    Record<string, { readonly shape: Shape; readonly role: Role; readonly start: readonly number[] }>
  >;
  /** Of each update: one per step, or one per phase of each step. */
  readonly gradients: readonly Readonly<Record<string, readonly number[]>>[];
  /** The other inputs of each update, for rules that read more than gradients: numbers, or arrays by parameter. */
  readonly inputs?:
    | readonly Readonly<Record<string, number | Readonly<Record<string, readonly number[]>>>>[]
    | undefined;
  /** The parameters after each update, in double precision. */
  readonly path: readonly Readonly<Record<string, readonly number[]>>[];
  /** Options that change: their values by step, in place of those of `options`. */
  readonly schedules?: Readonly<Record<string, readonly number[]>> | undefined;
  /** Whether the path is of the parameters to evaluate with, the readout. */
  readonly readout?: boolean | undefined;
  /** State after the last update, by slot and parameter: what the path shows only up to its sign or scale, or not at all. */
  readonly slots?: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> | undefined;
}

/** The part of a golden that `followGolden` follows. */
type Followed = Pick<GoldenSetting, "parameters" | "gradients" | "inputs" | "path" | "readout" | "slots">;

/** Any rule, whatever its options; `never` because functions are contravariant in what they take. */
export type AnyRule = RuleSpec & ((options?: never) => Configured);

/** The rules among a module's exports, by name. */
export function rulesOf(module: Readonly<Record<string, unknown>>): [name: string, rule: AnyRule][] {
  takesRecord("rulesOf", "a module's exports, import * as rules from …", module);
  return Object.entries(module).filter((entry): entry is [string, Rule & AnyRule] => isRule(entry[1]));
}

/** Calls a rule with options that are known at run time only; those among `schedules` have the values of each step. */
export function configure(
  rule: AnyRule,
  options: Readonly<Record<string, unknown>>,
  schedules: NonNullable<GoldenSetting["schedules"]> = {},
): Configured {
  takes("configure", "a rule and its options", rule, isRule(rule));
  takesRecord("configure", "values by step, { lr: [0.1, 0.2, …] }", schedules);
  const changing = Object.entries(schedules).map(([name, values]) => [
    name,
    (step: number) => values[step] ?? values.at(-1) ?? Number.NaN, // a backend may ask for the rate after the last step
  ]);
  return rule({ ...options, ...Object.fromEntries(changing) } as never); // the rule checks names and values itself
}

/** The folder of the goldens of one of Descent's families, for authors of backends: `describeRules(adam, goldens("adam"))`. */
export function goldens(family: string): URL {
  takes(
    "goldens",
    'the name of a family, such as "adam"',
    family,
    typeof family === "string" && /^[a-z-]+$/.test(family),
  );
  const here = import.meta.url; // not written inside new URL(…), which bundlers would follow
  return new URL(`../goldens/${family}/`, here);
}

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === "object" && x !== null;

/** A golden read from JSON. Throws a TypeError that names the entry which is missing or of another kind. */
export function parseGolden(value: unknown, where: string): Golden {
  const must = (holds: boolean, what: string): void => {
    if (!holds) throw new TypeError(`The golden ${where} ${what}. ${SCHEMA}`);
  };
  must(isRecord(value), "is not an object");
  const golden = value as Partial<Golden>; // its entries are checked below
  must(typeof golden.rule === "string", "has no `rule`, the export's name");
  must(typeof golden.source === "string", "has no `source`, the library or paper its numbers come from");
  must(isRecord(golden.hyper), "has no `hyper`, the rule's defaults by name");
  must(Array.isArray(golden.settings) && golden.settings.length > 0, "has no `settings`");
  for (const [i, setting] of golden.settings!.entries()) {
    const at = `has settings[${i}] without`;
    must(isRecord(setting), `has settings[${i}] that is not an object`);
    must(typeof setting.name === "string", `${at} a \`name\``);
    must(isRecord(setting.options), `${at} \`options\``);
    must(isRecord(setting.parameters), `${at} \`parameters\``);
    must(Array.isArray(setting.gradients) && setting.gradients.length > 0, `${at} \`gradients\``);
    must(Array.isArray(setting.path), `${at} a \`path\``);
    must(
      setting.path.length === setting.gradients.length,
      `has ${setting.gradients.length} gradients and a path of ${setting.path.length} steps in settings[${i}]`,
    );
    const { inputs } = setting;
    must(
      inputs === undefined || (Array.isArray(inputs) && inputs.length === setting.gradients.length),
      `has \`inputs\` in settings[${i}] that are not a list as long as its gradients`,
    );
    const scheduled = Object.values(setting.schedules ?? {});
    must(
      scheduled.every((values) => Array.isArray(values) && values.length > 0),
      `has \`schedules\` in settings[${i}] that are not lists of numbers`,
    );
    for (const [name, parameter] of Object.entries(setting.parameters))
      must(Array.isArray(parameter?.start), `${at} a \`start\` for \`${name}\``);
  }
  return golden as Golden; // every entry was checked
}

/** The form of a golden, for messages. */
export const SCHEMA =
  "A golden is { rule, source, hyper, settings: [{ name, options, parameters: { w: { shape, role, start } }, gradients: [{ w }, …], path: [{ w }, …] }, …] }, numbers in double precision, from a source other than the rule under test; a rule with inputs has inputs: [{ h: { w }, loss: 1 }, …] too.";

/** All goldens of a folder on disk by rule, or those handed in as data (a browser has no folder). A missing folder holds none. */
export async function readGoldens(from: URL | readonly Golden[]): Promise<ReadonlyMap<string, Golden>> {
  takes(
    "readGoldens",
    "the URL of a folder of goldens, or a list of them",
    from,
    from instanceof URL || Array.isArray(from),
  );
  if (!(from instanceof URL)) return new Map(from.map((g, i) => [g.rule, parseGolden(g, `number ${i}`)]));
  const { existsSync } = await import("node:fs");
  const { readdir, readFile } = await import("node:fs/promises");
  if (!existsSync(from)) return new Map();
  const files = (await readdir(from)).filter((f) => f.endsWith(".json"));
  const goldens = await Promise.all(
    files.map(
      async (f) => [f.slice(0, -5), parseGolden(JSON.parse(await readFile(new URL(f, from), "utf8")), f)] as const,
    ),
  );
  return new Map(goldens);
}

export const startsOf = ({ parameters }: Pick<GoldenSetting, "parameters">): Starts =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, role, start }]) => [
      name,
      { shape, role, data: Float32Array.from(start) },
    ]),
  );

const arrays = (numbers: Readonly<Record<string, readonly number[]>>): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(numbers).map(([name, x]) => [name, Float32Array.from(x)]));

const inputsOf = (inputs: NonNullable<GoldenSetting["inputs"]>[number] | undefined): Inputs | undefined =>
  inputs &&
  Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, typeof x === "number" ? x : arrays(x)]));

function readout(session: Session, tensor: string): Float32Array | Promise<Float32Array> {
  return session.readout ? session.readout(tensor) : fail("the golden is of a readout, and the target's sessions have no `readout`"); // biome-ignore format: one line
}

/** Where a run is farthest from its golden. */
export interface GoldenError {
  /** The distance from the golden, as a share of the distance moved. */
  readonly error: number;
  /** The parameter that is farthest off. */
  readonly tensor: string;
  /** Counts from 1. */
  readonly step: number;
}

/**
 * Follows a golden on a backend and reports the largest displacement error of any tensor at any step; it gives up at the
 * first error above `enough`.
 */
export async function followGolden(
  target: Target,
  configured: Configured,
  setting: Followed,
  enough: number = Infinity,
): Promise<GoldenError> {
  takesTarget("followGolden", target);
  takesRecord("followGolden", "a setting: { parameters, gradients, path }", setting);
  takesRecord("followGolden", "a setting: { parameters, gradients, path }", setting.parameters);
  const steps = Array.isArray(setting.gradients) && Array.isArray(setting.path);
  takes("followGolden", "a setting: { parameters, gradients, path }", setting, steps);
  takes("followGolden", "the error to stop at", enough, typeof enough === "number");
  const session: Session = await target.start(startsOf(setting), configured);
  try {
    let worst: GoldenError = { error: 0, tensor: "", step: 0 };
    for (const [k, gradients] of setting.gradients.entries()) {
      await session.update(arrays(gradients), inputsOf(setting.inputs?.[k]));
      for (const [tensor, golden] of Object.entries(setting.path[k]!)) {
        const now = await (setting.readout ? readout(session, tensor) : session.read(tensor));
        const error = displacementError(now, golden, setting.parameters[tensor]!.start);
        if (error > worst.error) worst = { error, tensor, step: k + 1 };
        if (error > enough) return worst;
      }
    }
    if (setting.slots) {
      const { tensors } = await session.state();
      for (const [slot, byName] of Object.entries(setting.slots))
        for (const [name, golden] of Object.entries(byName)) {
          const tensor = `${slot}/${name}`;
          const now = tensors[tensor]?.data ?? fail(`the state has no \`${tensor}\`, and the golden has`);
          const error = displacementError(Float64Array.from(now, Number), golden, golden.map(() => 0)); // biome-ignore format: one line
          if (error > worst.error) worst = { error, tensor, step: setting.path.length };
        }
    }
    return worst;
  } finally {
    session.dispose();
  }
}
