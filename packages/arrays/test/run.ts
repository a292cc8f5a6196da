import type { Configured, Parameter } from "@descent/core";
import {
  configured,
  type Equations,
  type Macros,
  type RuleSpec,
  type Slots,
  size,
  slotShape,
} from "@descent/core/adapter";
import { hostFunction, type Program, trace } from "@descent/core/graph";
import { expect, vi } from "vitest";
import { HANG } from "../../../tests/limits.ts";
import { ArraysBackend, type BackendOptions } from "../src/backend.ts";
import { allocate, type Engine } from "../src/index.ts";
import { Tensor } from "../src/memory/tensor.ts";
import type { ArrayJob } from "../src/step/group.ts";
import type { Pool } from "../src/threads/pool.ts";

/** A rule for one test. */
export const spec = (
  update: Equations,
  state: Slots = {},
  hyper: Readonly<Record<string, number>> = { lr: 0.1 },
  macros: Macros = {},
): RuleSpec => ({ id: "probe", title: "Probe", paper: "", hyper, state, update, macros });
export const probe = (...args: Parameters<typeof spec>): Configured => configured(spec(...args), {});

/** The tensors of one parameter by name: `p`, `g` and slots. */
export type Data = Readonly<Record<string, Float32Array>>;
/** Where the arrays lie: in ordinary memory, or all in one WebAssembly memory, of one thread or shared by several. */
export type Layout = "outside" | "inside" | "shared";

export interface Case {
  readonly program: Program;
  readonly parameter: Parameter;
  readonly data: Data;
  readonly env: Readonly<Record<string, number>>;
}

/** One step of the jobs on copies of their data: what all tensors are afterwards. */
export function step(
  cases: readonly Case[],
  engine: Engine,
  layout: Layout = "outside",
  options: BackendOptions = {},
): Data[] {
  const { jobs, arrays } = prepared(cases, layout);
  new ArraysBackend(engine, options).run(jobs);
  return arrays;
}

/** The same by all threads of a pool, in memory that they share: whatever can be shared is. */
export async function stepTogether(cases: readonly Case[], pool: Pool, threads: number): Promise<Data[]> {
  const { jobs, arrays, reset } = prepared(cases, "shared");
  const backend = new ArraysBackend("wasm", { pool });
  backend.run(jobs); // the pool learns the kernels
  await vi.waitFor(() => expect(pool.threads).toBe(threads), { timeout: HANG, interval: 1 });
  reset();
  backend.run(jobs);
  return arrays;
}

function prepared(
  cases: readonly Case[],
  layout: Layout,
): { readonly jobs: readonly ArrayJob[]; readonly arrays: Data[]; reset(): void } {
  const all = cases.flatMap(({ data }, i) => Object.entries(data).map(([n, x]) => [`${i} ${n}`, x] as const));
  const { parameters } =
    layout === "outside"
      ? { parameters: Object.fromEntries(all.map(([n, x]) => [n, new Float32Array(x.length)])) }
      : allocate(Object.fromEntries(all.map(([n, x]) => [n, [x.length]])), { shared: layout === "shared" });
  const reset = (): void => {
    for (const [n, x] of all) parameters[n]!.set(x);
  };
  reset();
  const arrays = cases.map(({ data }, i) =>
    Object.fromEntries(Object.keys(data).map((n) => [n, parameters[`${i} ${n}`]!])),
  );
  const jobs = cases.map(({ program, parameter, env }, i): ArrayJob => {
    const { inputs: given } = program;
    const tensors = Object.entries(arrays[i]!).filter(([n]) => !given.includes(n));
    return {
      program,
      parameter,
      tensors: Object.fromEntries(tensors.map(([n, x]) => [n, new Tensor(x)])),
      inputs: Object.fromEntries(given.map((n) => [n, arrays[i]![n]!])),
      scalars: hostFunction(program.scalars)(env),
      t: 1,
    };
  });
  return { jobs, arrays, reset };
}

/** Fills `p`, `g` and the slots of a program. */
export function fill(
  program: Program,
  parameter: Parameter,
  of: (name: string, i: number) => number,
): Record<string, Float32Array> {
  const data: Record<string, Float32Array> = {};
  for (const name of [...program.kept, ...program.inputs]) {
    const slot = program.slots[name];
    const length = size(slot ? slotShape(slot, parameter) : parameter.shape);
    data[name] = Float32Array.from({ length }, (_, i) => of(name, i));
  }
  return data;
}

export const programOf = (rule: RuleSpec, parameter: Parameter): Program =>
  trace(rule, { rows: parameter.shape[0] ?? 1, cols: size(parameter.shape.slice(1)) });

/** Equal to the last bit; NaN equals NaN, zeros of both signs differ. */
export function expectSame(actual: readonly Data[], wanted: readonly Data[]): void {
  for (const [k, data] of wanted.entries())
    for (const [name, x] of Object.entries(data)) {
      const y = actual[k]![name]!;
      expect(y.length).toBe(x.length);
      const i = x.findIndex((v, j) => !Object.is(v, y[j]));
      if (i >= 0) expect.fail(`\`${name}\`[${i}] is ${y[i]} where ${x[i]} was expected, to the last bit`);
    }
}

export const specials: readonly number[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-45,
  -1e-45,
  1e-39,
  -3e-39,
  1.1754944e-38,
  3.4028235e38,
  -3.4028235e38,
  1,
  -1,
  0.5,
  2.5,
  1e30,
  -1e30,
  1e-30,
];

/** The same numbers everywhere: uniform in [-1, 1). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
