import { type Configured, isRule, type Rule } from "@descent/core";
import type { Role, Shape } from "@descent/core/adapter";
import type { Session, Starts, Target } from "./backend.ts";
import { displacementError } from "./displacement.ts";

/** A path through parameter space from a source that is not this library: see `goldens/` in the repository. */
export interface Golden {
  readonly rule: string;
  /** The library, version and class the numbers come from. */
  readonly source: string;
  /** The rule's hyper-parameters and their defaults. */
  readonly hyper: Readonly<Record<string, number>>;
  readonly settings: readonly GoldenSetting[];
}

export interface GoldenSetting {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  readonly parameters: Readonly<
    Record<string, { readonly shape: Shape; readonly role: Role; readonly start: readonly number[] }>
  >;
  readonly gradients: readonly Readonly<Record<string, readonly number[]>>[];
  /** The parameters after each step, in double precision. */
  readonly path: readonly Readonly<Record<string, readonly number[]>>[];
}

/** Any rule, whatever its options; `never` because functions are contravariant in what they take. */
export type AnyRule = Pick<Rule, "id" | "title" | "hyper" | "state" | "update"> & ((options?: never) => Configured);

/** The rules among a module's exports, by name. */
export const rulesOf = (module: Readonly<Record<string, unknown>>): [name: string, rule: AnyRule][] =>
  Object.entries(module).filter((entry): entry is [string, Rule & AnyRule] => isRule(entry[1]));

/** Calls a rule with options that are known at run time only. */
export const configure = (rule: AnyRule, options: Readonly<Record<string, unknown>>): Configured =>
  rule(options as never); // the rule checks names and values itself

/** All goldens of a folder on disk by rule, or those handed in as data (a browser has no folder). */
export async function readGoldens(from: URL | readonly Golden[]): Promise<ReadonlyMap<string, Golden>> {
  if (!(from instanceof URL)) return new Map(from.map((g) => [g.rule, g]));
  const { readdir, readFile } = await import("node:fs/promises");
  const files = (await readdir(from)).filter((f) => f.endsWith(".json"));
  const goldens = await Promise.all(
    files.map(async (f) => [f.slice(0, -5), JSON.parse(await readFile(new URL(f, from), "utf8")) as Golden] as const), // written by goldens/make.py
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

/** Where a run is farthest from its golden. */
export interface GoldenError {
  readonly error: number;
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
  setting: Pick<GoldenSetting, "parameters" | "gradients" | "path">,
  enough: number = Infinity,
): Promise<GoldenError> {
  const session: Session = await target.start(startsOf(setting), configured);
  try {
    let worst: GoldenError = { error: 0, tensor: "", step: 0 };
    for (const [k, gradients] of setting.gradients.entries()) {
      await session.update(
        Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, Float32Array.from(g)])),
      );
      for (const [tensor, golden] of Object.entries(setting.path[k]!)) {
        const error = displacementError(await session.read(tensor), golden, setting.parameters[tensor]!.start);
        if (error > worst.error) worst = { error, tensor, step: k + 1 };
        if (error > enough) return worst;
      }
    }
    return worst;
  } finally {
    session.dispose();
  }
}
