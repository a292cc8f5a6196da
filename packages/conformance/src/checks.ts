import { type Configured, decodeState, encodeState, freeze, type StateDict } from "@descent/core";
import type { Role } from "@descent/core/adapter";
import { isReduction, trace } from "@descent/core/graph";
import { expect } from "vitest";
import type { Gradients, Session, Starts, Target } from "./backend.ts";

/** Start values and gradients of several steps: what a check runs on. */
export interface Data {
  readonly starts: Starts;
  readonly steps: readonly Gradients[];
}

/** A small linear congruential generator: the same numbers everywhere, uniform in [-1, 1). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export interface Sample {
  readonly steps?: number | undefined;
  /** Size of the gradients. */
  readonly scale?: number | undefined;
  /** Elements per tensor: a kernel, a bias, a kernel, … */
  readonly sizes?: readonly number[] | undefined;
}

/** Two tensors of unlike roles and sizes that fill no whole SIMD register, and correlated gradients with a zero among them. */
export function sampleData({ steps = 8, scale = 1, sizes = [21, 5] }: Sample = {}): Data {
  const next = uniform(7);
  const roles: readonly Role[] = ["kernel", "bias"];
  const starts: Starts = Object.fromEntries(
    sizes.map((n, i) => [
      i === 0 ? "w" : i === 1 ? "b" : `x${i}`,
      { shape: [n], role: roles[i % 2], data: Float32Array.from({ length: n }, () => next() / 2) },
    ]),
  );
  const last = new Map<string, number[]>();
  return {
    starts,
    steps: Array.from({ length: steps }, () =>
      Object.fromEntries(
        Object.entries(starts).map(([name, { data }]) => {
          const g = Array.from(data, (_, k) => (k === 2 ? 0 : 0.6 * (last.get(name)?.[k] ?? 0) + 0.8 * next()));
          last.set(name, g);
          return [name, Float32Array.from(g, (x) => x * scale)];
        }),
      ),
    ),
  };
}

export const pick = <V>(record: Readonly<Record<string, V>>, names: readonly string[]): Record<string, V> =>
  Object.fromEntries(names.filter((n) => n in record).map((n) => [n, record[n]!])); // filtered to those there

/** Starts an optimizer, lets `use` work with it, and disposes of it whatever happens. */
export async function using<R>(
  target: Target,
  starts: Starts,
  configured: Configured,
  use: (session: Session) => Promise<R>,
): Promise<R> {
  const session = await target.start(starts, configured);
  try {
    return await use(session);
  } finally {
    session.dispose();
  }
}

export async function readAll(session: Session, starts: Starts): Promise<Record<string, Float32Array>> {
  const out: Record<string, Float32Array> = {};
  for (const name of Object.keys(starts)) out[name] = (await session.read(name)).slice();
  return out;
}

/** The parameters after all steps. */
export const run = (
  target: Target,
  configured: Configured,
  { starts, steps }: Data,
): Promise<Record<string, Float32Array>> =>
  using(target, starts, configured, async (session) => {
    for (const gradients of steps) await session.update(gradients);
    return readAll(session, starts);
  });

/** The same numbers to the last bit; zeros of both signs are told apart, NaN equals NaN. */
export function expectBits(
  actual: Readonly<Record<string, Float32Array>>,
  wanted: Readonly<Record<string, Float32Array>>,
): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, x] of Object.entries(wanted)) {
    const y = actual[name]!; // the keys agree
    expect(y.length, name).toBe(x.length);
    const i = x.findIndex((v, k) => !Object.is(v, y[k]));
    if (i >= 0) expect.fail(`\`${name}\`[${i}] is ${y[i]} where ${x[i]} was expected, to the last bit`);
  }
}

/** Whether a step of one tensor depends on the others: a norm over the whole model does. */
export function couplesTensors(configured: Configured): boolean {
  if (configured.kind === "frozen") return false;
  if (configured.kind === "partition") return Object.values(configured.groups).some(couplesTensors);
  return trace(configured.rule)
    .passes.flat()
    .some((e) => isReduction(e) && e.value === "model");
}

/** Saves in the middle, through the bytes of a file, and goes on in a new optimizer: nothing may differ. */
export async function checkResume(target: Target, configured: Configured, { starts, steps }: Data): Promise<void> {
  const half = Math.ceil(steps.length / 2);
  await using(target, starts, configured, async (first) => {
    for (const gradients of steps.slice(0, half)) await first.update(gradients);
    const saved: StateDict = decodeState(encodeState(await first.state()));
    const now = await readAll(first, starts);
    const again: Starts = Object.fromEntries(
      Object.entries(starts).map(([name, start]) => [name, { ...start, data: now[name]! }]),
    );
    await using(target, again, configured, async (second) => {
      const report = await second.load(saved);
      expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [], changed: [] });
      for (const gradients of steps.slice(half)) {
        await first.update(gradients);
        await second.update(gradients);
      }
      expectBits(await readAll(second, starts), await readAll(first, starts));
      expect(await second.state()).toEqual(await first.state());
    });
  });
}

export async function checkApart(target: Target, configured: Configured, data: Data): Promise<void> {
  const together = await run(target, configured, data);
  for (const name of Object.keys(data.starts)) {
    const alone = await run(target, configured, {
      starts: pick(data.starts, [name]),
      steps: data.steps.map((g) => pick(g, [name])),
    });
    expectBits(alone, pick(together, [name]));
  }
}

export async function checkOrder(target: Target, configured: Configured, data: Data): Promise<void> {
  const names = Object.keys(data.starts).reverse();
  const turned = await run(target, configured, {
    starts: pick(data.starts, names),
    // Every other step in the first order, so that the order also changes while running.
    steps: data.steps.map((g, k) => (k % 2 ? g : pick(g, names))),
  });
  expectBits(turned, await run(target, configured, data));
}

export async function checkFrozen(target: Target, configured: Configured, data: Data): Promise<void> {
  const [kept, ...others] = Object.keys(data.starts).reverse();
  const name = kept!; // data has parameters
  await using(target, data.starts, freeze(configured, name), async (session) => {
    for (const gradients of data.steps) await session.update(gradients);
    const now = await readAll(session, data.starts);
    expectBits(pick(now, [name]), { [name]: data.starts[name]!.data });
    const { tensors } = await session.state();
    expect(Object.keys(tensors).filter((key) => key.endsWith(`/${name}`))).toEqual([]);
    const without = { starts: pick(data.starts, others), steps: data.steps.map((g) => pick(g, others)) };
    expectBits(pick(now, others), await run(target, configured, without));
  });
}

export async function checkMissing(target: Target, configured: Configured, { starts, steps }: Data): Promise<void> {
  const names = Object.keys(starts);
  const name = names.at(-1)!; // data has parameters
  const others = names.slice(0, -1);
  await using(target, starts, configured, async (session) => {
    await session.update(steps[0]!);
    const before = await readAll(session, starts);
    await session.update(pick(steps[1]!, others));
    const skipped = await readAll(session, starts);
    expectBits(pick(skipped, [name]), pick(before, [name]));
    expect(session.inspect().parameters[name]!.t).toBe(1);
    for (const other of others) expect(session.inspect().parameters[other]!.t).toBe(2);
    await session.update(steps[2]!);
    if (couplesTensors(configured)) return;
    const alone = { starts: pick(starts, [name]), steps: [steps[0]!, steps[2]!].map((g) => pick(g, [name])) };
    expectBits(pick(await readAll(session, starts), [name]), await run(target, configured, alone));
  });
}

export async function checkEmpty(target: Target, configured: Configured, { starts, steps }: Data): Promise<void> {
  const empty = new Float32Array(0);
  const withEmpty = { ...starts, empty: { shape: [0, 3], data: empty } };
  const gradients = steps.map((g) => ({ ...g, empty }));
  const { empty: nothing, ...rest } = await run(target, configured, { starts: withEmpty, steps: gradients });
  expect(nothing).toHaveLength(0);
  expectBits(rest, await run(target, configured, { starts, steps }));
  await checkResume(target, configured, { starts: withEmpty, steps: gradients });
}

/** The sizes of gradient among which a rule must stay finite: none, one whose square underflows, one whose square overflows. */
export const extremes = [0, 1e-30, 1e30] as const;

export async function staysFinite(target: Target, configured: Configured, scale: number): Promise<boolean> {
  const now = await run(target, configured, sampleData({ steps: 4, scale }));
  return Object.values(now).every((x) => x.every(Number.isFinite));
}

/** Every hyper-parameter as a schedule that alternates, against the same numbers set by hand before each step. */
export async function checkSchedules(
  target: Target,
  make: (hyper: Readonly<Record<string, number | ((step: number) => number)>>) => Configured,
  hyper: Readonly<Record<string, number>>,
  { starts, steps }: Data,
): Promise<void> {
  const at = (value: number, step: number): number => (step % 2 === 0 ? value : value === 0 ? 0.01 : 0.9 * value);
  const now = (step: number) =>
    Object.fromEntries(Object.entries(hyper).map(([name, value]) => [name, at(value, step)]));
  const scheduled = make(
    Object.fromEntries(Object.entries(hyper).map(([name, value]) => [name, (step: number) => at(value, step)])),
  );
  const wanted = await using(target, starts, make(hyper), async (session) => {
    for (const [step, gradients] of steps.entries()) {
      session.set(now(step));
      await session.update(gradients);
    }
    return readAll(session, starts);
  });
  expectBits(await run(target, scheduled, { starts, steps }), wanted);
}
