import { type Configured, decodeState, encodeState, freeze, type StateDict } from "@descent/core";
import { isReduction, topological, trace } from "@descent/core/graph";
import { assert, sameBits, sameState, within } from "./assert.ts";
import { type Data, given, mapInputs, only, pick } from "./data.ts";
import type { Session, Starts, Target } from "./target.ts";

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
  const read: [string, Float32Array][] = [];
  for (const name of Object.keys(starts)) read.push([name, (await session.read(name)).slice()]);
  return Object.fromEntries(read);
}

/** The parameters after all steps. */
export const run = (target: Target, configured: Configured, data: Data): Promise<Record<string, Float32Array>> =>
  using(target, data.starts, configured, async (session) => {
    for (const k of data.steps.keys()) await session.update(...given(data, k));
    return readAll(session, data.starts);
  });

const EXACT =
  "A backend declared `exact` rounds every element operation to float32, one by one and without fused multiply-add, and rounds host scalars to float32 where they meet elements";

/** The target must give the bits of `expected`. A failure names the first step at which it does not. */
export async function checkExact(target: Target, expected: Target, configured: Configured, data: Data): Promise<void> {
  const both = async (steps: Data["steps"]) =>
    Promise.all([target, expected].map((one) => run(one, configured, { ...data, steps }))) as Promise<
      [Record<string, Float32Array>, Record<string, Float32Array>]
    >; // one for each target
  try {
    sameBits(...(await both(data.steps)));
  } catch (error) {
    for (let n = 1; n < data.steps.length; n++)
      await within(`after step ${n}`, async () => sameBits(...(await both(data.steps.slice(0, n)))));
    throw new Error(`after step ${data.steps.length}: ${(error as Error).message}. ${EXACT}.`, { cause: error }); // sameBits throws errors
  }
}

/** Whether a step of one tensor depends on the others: a norm over the whole model does. */
export function couplesTensors(configured: Configured): boolean {
  if (configured.kind === "frozen") return false;
  if (configured.kind === "partition") return Object.values(configured.groups).some(couplesTensors);
  const { rule } = configured;
  const phases = [...Object.keys(rule.phases ?? {}), undefined];
  const all = phases.flatMap((phase) => Object.values(trace(rule, undefined, undefined, phase).outputs));
  return topological(all).some(
    (e) => (isReduction(e) && e.value === "model") || (e.op === "var" && e.value === "count"),
  );
}

/** Saves in the middle, through the bytes of a file, and goes on in a new optimizer: nothing may differ. */
export async function checkResume(target: Target, configured: Configured, data: Data): Promise<void> {
  const { starts, steps, phases = 1 } = data;
  // Between two phases of a round, where there are several.
  const half = phases * Math.ceil(steps.length / phases / 2) - (phases > 1 ? 1 : 0);
  await using(target, starts, configured, async (first) => {
    for (let k = 0; k < half; k++) await first.update(...given(data, k));
    const saved: StateDict = decodeState(encodeState(await first.state()));
    const now = await readAll(first, starts);
    const again: Starts = Object.fromEntries(
      Object.entries(starts).map(([name, start]) => [name, { ...start, data: now[name]! }]),
    );
    await using(target, again, configured, async (second) => {
      const { missing, unexpected, mismatched, changed } = await second.load(saved);
      const found = { missing, unexpected, mismatched, changed };
      sameState(found, { missing: [], unexpected: [], mismatched: [], changed: [] }, "the report of load");
      for (let k = half; k < steps.length; k++) {
        await first.update(...given(data, k));
        await second.update(...given(data, k));
        const where = `resumed after update ${half}, at update ${k + 1}`;
        await within(where, async () => sameBits(await readAll(second, starts), await readAll(first, starts)));
      }
      sameState(await second.state(), await first.state());
    });
  });
}

/** Tensors stepped alone must move as they do together. */
export async function checkApart(target: Target, configured: Configured, data: Data): Promise<void> {
  const together = await run(target, configured, data);
  for (const name of Object.keys(data.starts)) {
    const alone = await run(target, configured, only(data, [name]));
    await within("stepped alone, beside others", () => sameBits(alone, pick(together, [name])));
  }
}

/** The order in which parameters and gradients are given must not matter. */
export async function checkOrder(target: Target, configured: Configured, data: Data): Promise<void> {
  const names = Object.keys(data.starts).reverse();
  const { steps, ...turned } = only(data, names);
  // Every other step in the first order, so that the order also changes while running.
  const mixed = { ...turned, steps: data.steps.map((g, k) => (k % 2 ? g : steps[k]!)) };
  const reversed = await run(target, configured, mixed);
  const straight = await run(target, configured, data);
  await within("given in reverse order", () => sameBits(reversed, straight));
}

/** A frozen parameter must stay as it is, without state, and the others must not notice. */
export async function checkFrozen(target: Target, configured: Configured, data: Data): Promise<void> {
  const [kept, ...others] = Object.keys(data.starts).reverse();
  const name = kept!; // data has parameters
  await using(target, data.starts, freeze(configured, name), async (session) => {
    for (const k of data.steps.keys()) await session.update(...given(data, k));
    const now = await readAll(session, data.starts);
    await within("a frozen parameter moved", () => sameBits(pick(now, [name]), { [name]: data.starts[name]!.data }));
    const { tensors } = await session.state();
    const slots = Object.keys(tensors).filter((key) => key.endsWith(`/${name}`));
    assert(slots.length === 0, `the frozen \`${name}\` has state: ${slots.join(", ")}`);
    const rest = await run(target, configured, only(data, others));
    await within("beside a frozen parameter", () => sameBits(pick(now, others), rest));
  });
}

/** A parameter without a gradient must be skipped: no decay, no momentum, and its `t` stays. */
export async function checkMissing(target: Target, configured: Configured, data: Data): Promise<void> {
  const { starts, phases = 1 } = data;
  const names = Object.keys(starts);
  const name = names.at(-1)!; // data has parameters
  const others = names.slice(0, -1);
  await using(target, starts, configured, async (session) => {
    const step = async (which: number, of: readonly string[]): Promise<void> => {
      for (const k of updatesOf(which, phases)) await session.update(...given(data, k, of));
    };
    await step(0, names);
    const before = await readAll(session, starts);
    await step(1, others);
    const skipped = await readAll(session, starts);
    await within("a parameter without a gradient moved", () => sameBits(pick(skipped, [name]), pick(before, [name])));
    const updates = (of: string): number => session.inspect().parameters[of]!.t;
    assert(updates(name) === 1, `\`${name}\` had one gradient in two steps, and its t is ${updates(name)}; expected 1`);
    for (const other of others)
      assert(updates(other) === 2, `\`${other}\` had two gradients, and its t is ${updates(other)}; expected 2`);
    await step(2, names);
    if (couplesTensors(configured)) return;
    const now = pick(await readAll(session, starts), [name]);
    const alone = only(data, [name], [...updatesOf(0, phases), ...updatesOf(2, phases)]);
    const expected = await run(target, configured, alone);
    await within("after a step without a gradient", () => sameBits(now, expected));
  });
}

/** The numbers of the updates that make up a step. */
const updatesOf = (step: number, phases: number): number[] =>
  Array.from({ length: phases }, (_, phase) => step * phases + phase);

/** The data with a tensor beside the others that has no elements. */
function besideEmpty(data: Data): Data {
  const empty = new Float32Array(0);
  return {
    ...data,
    starts: { ...data.starts, empty: { shape: [0, 3], data: empty } },
    steps: data.steps.map((g) => ({ ...g, empty })),
    inputs: data.inputs?.map((all) => mapInputs(all, (arrays) => ({ ...arrays, empty }))),
  };
}

/** A tensor without elements takes part and changes nothing for the others. */
export async function checkEmpty(target: Target, configured: Configured, data: Data): Promise<void> {
  const beside = besideEmpty(data);
  const { empty: nothing, ...rest } = await run(target, configured, beside);
  assert(nothing?.length === 0, `the tensor without elements has ${nothing?.length} elements after a step`);
  const without = await run(target, configured, data);
  await within("beside a tensor without elements", () => sameBits(rest, without));
  await checkResume(target, configured, beside);
}

/** A backend may decline tensors without elements, and must then say so when the optimizer is made or stepped. */
export async function checkRefusesEmpty(target: Target, configured: Configured, data: Data): Promise<void> {
  const beside = besideEmpty(data);
  const accepted = await run(target, configured, { ...beside, steps: beside.steps.slice(0, 1) }).then(
    () => true,
    () => false,
  );
  assert(!accepted, "it steps tensors without elements now; remove `refusesEmpty`");
}

/** Gradient sizes at which a rule must stay finite: none, one whose square underflows, one whose square overflows. */
export const extremes = [0, 1e-30, 1e30] as const;

/** The first number that is not finite, or nothing. */
export async function firstNonFinite(
  target: Target,
  configured: Configured,
  data: Data,
): Promise<
  { readonly tensor: string; readonly element: number; readonly step: number; readonly value: number } | undefined
> {
  return using(target, data.starts, configured, async (session) => {
    for (const k of data.steps.keys()) {
      await session.update(...given(data, k));
      for (const [tensor, x] of Object.entries(await readAll(session, data.starts))) {
        const element = x.findIndex((v) => !Number.isFinite(v));
        if (element >= 0) return { tensor, element, step: k + 1, value: x[element]! };
      }
    }
    return undefined;
  });
}

/** Ordinary steps after which a rule that was shocked must have moved again. */
const RECOVERY = 1000;

/** After how many ordinary steps every tensor moves again, once it has met the gradients of `shock`; undefined if none does. */
export async function movesAgain(
  target: Target,
  configured: Configured,
  shock: Data,
  ordinary: Data,
): Promise<number | undefined> {
  const { steps, phases = 1 } = ordinary;
  return using(target, shock.starts, configured, async (session) => {
    for (const k of shock.steps.keys()) await session.update(...given(shock, k));
    let before = await readAll(session, shock.starts);
    for (let step = 0; step < RECOVERY; step++) {
      for (let phase = 0; phase < phases; phase++)
        await session.update(...given(ordinary, (step * phases + phase) % steps.length));
      const now = await readAll(session, shock.starts);
      const moves = ([name, x]: [string, Float32Array]): boolean =>
        x.every(Number.isFinite) && x.some((v, i) => v !== before[name]![i]);
      if (Object.entries(now).every(moves)) return step + 1;
      before = now;
    }
    return undefined;
  });
}

/** Every hyper-parameter as a schedule that alternates, against the same numbers set by hand before each step. */
export async function checkSchedules(
  target: Target,
  make: (hyper: Readonly<Record<string, number | ((step: number) => number)>>) => Configured,
  hyper: Readonly<Record<string, number>>,
  data: Data,
): Promise<void> {
  const { starts, steps, phases = 1 } = data;
  const at = (name: string, value: number, step: number): number => {
    if (step % 2 === 0) return value;
    if (/(^|\.)(seed|every)$/.test(name)) return value + 1; // a whole number
    return value === 0 ? 0.01 : 0.9 * value;
  };
  const now = (step: number) =>
    Object.fromEntries(Object.entries(hyper).map(([name, value]) => [name, at(name, value, step)]));
  const scheduled = make(
    Object.fromEntries(Object.entries(hyper).map(([name, value]) => [name, (step: number) => at(name, value, step)])),
  );
  const wanted = await using(target, starts, make(hyper), async (session) => {
    for (const k of steps.keys()) {
      session.set(now(Math.floor(k / phases)));
      await session.update(...given(data, k));
    }
    return readAll(session, starts);
  });
  const found = await run(target, scheduled, data);
  await within("scheduled hyper-parameters, beside the same numbers set by hand", () => sameBits(found, wanted));
}
