import { type Expr, variable } from "../expr.ts";
import { hostFunction } from "../host.ts";
import type { Program, SlotSpec } from "../program.ts";
import { type Domain, type Kernel, kernel, reach } from "./kernel.ts";

export interface Step {
  readonly kernel: Kernel;
  readonly domain: Domain;
}

/** What can run once the reductions of the stage before are known. */
export interface Stage {
  /** What is one number per tensor or model and needed here, in float64 on the host. */
  readonly wanted: readonly Expr[];
  /** The wanted numbers from those known so far. */
  readonly evaluate: (known: ReadonlyMap<Expr, number>) => readonly number[];
  readonly steps: readonly Step[];
  /** The sums over the model that this stage takes, and text that is equal for equal sums of two rules. */
  readonly model: readonly { readonly sum: Expr; readonly spelt: string }[];
}

/**
 * A program in the order in which it is computed. What is one number (`values`) is float64 and kept by expression; so
 * are the float32 `vectors` by row and by column.
 */
export interface Plan {
  readonly stages: readonly Stage[];
  readonly kernels: readonly Kernel[];
  /** Slots of one number, read before the first stage. */
  readonly values: readonly { readonly input: string; readonly key: Expr }[];
  readonly vectors: readonly { readonly key: Expr; readonly input: string | undefined }[];
  /** New values of slots of one number, written after the last stage. */
  readonly stores: readonly { readonly input: string; readonly value: Expr }[];
  /** Whether a step must take the sums of all jobs before it can finish any. */
  readonly model: boolean;
  /** The one loop over elements that is all this program needs, where that is so: such jobs may be merged. */
  readonly elementwise: Elementwise | undefined;
}

export interface Elementwise {
  readonly kernel: Kernel;
  /** The tensors that the kernel's buffers are, by name. */
  readonly inputs: readonly string[];
  /** Which of the program's scalars its arguments are. */
  readonly scalars: readonly number[];
}

const plans = new WeakMap<Program, Plan>();

/** The plan of a program, made once. */
export function plan(program: Program): Plan {
  let known = plans.get(program);
  if (!known) plans.set(program, (known = make(program)));
  return known;
}

/** Text that is equal for equal expressions, whichever copy of core built them. */
function spell(root: Expr): string {
  const order = reach([root], () => false);
  const at = new Map(order.map((e, i) => [e, i]));
  return order.map((e) => `${e.op} ${e.place} ${String(e.value)} ${e.args.map((a) => at.get(a)).join()}`).join(";");
}

export const domainOf = (e: Expr): Domain => (e.place === "row" || e.place === "column" ? e.place : "tensor");

function make(program: Program): Plan {
  // Found in the graph rather than made: a second copy of core would make another node.
  const found = reach(Object.values(program.outputs), () => false).filter((e) => e.op === "var" && e.place !== "host");
  const node = (name: string, place: SlotSpec["place"]): Expr =>
    found.find((e) => e.value === name) ?? variable(name, place);
  const placeOf = (name: string): SlotSpec["place"] => program.slots[name]?.place ?? "tensor"; // p is no slot

  const values = program.inputs
    .filter((n) => placeOf(n) === "scalar")
    .map((n) => ({ input: n, key: node(n, "scalar") }));
  const vectors = new Map<Expr, string | undefined>();
  for (const name of program.inputs)
    if (domainOf(node(name, placeOf(name))) !== "tensor") vectors.set(node(name, placeOf(name)), name);
  const known = new Set<Expr>([...program.scalars, ...values.map((v) => v.key)]);

  /** One stage: what it needs computed first, then its loops. */
  function stage(reductions: readonly Expr[], outputs: Readonly<Record<string, Expr>>): Stage {
    const wanted: Expr[] = [];
    const steps: Step[] = [];
    const want = (e: Expr): void => {
      if (known.has(e)) return;
      known.add(e);
      wanted.push(e);
    };
    const step = (domain: Domain, into: ReadonlyMap<Expr, Expr>, sums: readonly Expr[]): void => {
      const k = kernel(domain, into, sums, (e) => vectors.has(e));
      for (const { key, perRow } of k.args) {
        if (perRow) vector(key);
        else want(key);
      }
      for (const { key, read } of k.buffers) if (read && domainOf(key) !== "tensor") vector(key);
      for (const key of into.keys()) if (domainOf(key) !== "tensor" && !vectors.has(key)) vectors.set(key, undefined);
      for (const e of sums) {
        if (domainOf(e) === "tensor") known.add(e);
        else vectors.set(e, undefined);
      }
      steps.push({ kernel: k, domain });
    };
    /** Computes what is by row or column into a vector of its own, unless it has one. */
    const vector = (e: Expr): void => {
      if (!vectors.has(e)) step(domainOf(e), new Map([[e, e]]), []);
    };

    // A loop by rows and a loop over elements add in different orders: a sum takes the second wherever it can.
    const byRows = (e: Expr): boolean => kernel("tensor", new Map(), [e], (x) => vectors.has(x)).byRows;
    for (const sums of [reductions.filter((e) => !byRows(e)), reductions.filter(byRows)])
      if (sums.length > 0) step("tensor", new Map(), sums);

    // Slots by row and by column go last: the loop over elements may still read what they were.
    for (const domain of ["tensor", "row", "column"] as const) {
      const here = Object.entries(outputs).filter(([name]) => placeOf(name) === domain);
      if (here.length > 0) step(domain, new Map(here.map(([name, e]) => [node(name, domain), e])), []);
    }
    for (const [name, e] of Object.entries(outputs)) if (placeOf(name) === "scalar") want(e);

    const evaluate = hostFunction(wanted);
    return {
      wanted,
      evaluate: (numbers) => evaluate({}, numbers),
      steps,
      model: reductions.filter((e) => e.value === "model").map((sum) => ({ sum, spelt: spell(sum) })),
    };
  }

  const stages = [...program.passes.map((reductions) => stage(reductions, {})), stage([], program.outputs)];
  const stores = Object.entries(program.outputs)
    .filter(([name]) => placeOf(name) === "scalar")
    .map(([input, value]) => ({ input, value }));
  const kernels = stages.flatMap((s) => s.steps.map((x) => x.kernel));
  return {
    stages,
    kernels,
    values,
    vectors: [...vectors].map(([key, input]) => ({ key, input })),
    stores,
    model: stages.some((s) => s.model.length > 0),
    elementwise: stages.length === 1 && stores.length === 0 ? elementwise(program, kernels) : undefined,
  };
}

function elementwise(program: Program, kernels: readonly Kernel[]): Elementwise | undefined {
  const [only, ...others] = kernels;
  if (!only || others.length > 0 || only.byRows) return undefined;
  const scalars = only.args.map(({ key }) => program.scalars.indexOf(key));
  if (scalars.includes(-1)) return undefined;
  return { kernel: only, inputs: only.buffers.map(({ key }) => key.value as string), scalars }; // by element only variables are stored
}

/** Every operation a program uses. */
export const operations = (program: Program): Set<Expr["op"]> =>
  new Set(reach(Object.values(program.outputs), () => false).map((e) => e.op));
