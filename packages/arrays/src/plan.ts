import { type Expr, type Program, type SlotSpec, scalarOps, variable } from "@descent/core";
import { type Domain, type Kernel, kernel, reach } from "./kernel.ts";

/** Where a kernel finds a buffer: a tensor of the job by name, or one of its vectors by number. */
export type Place = { readonly input: string } | { readonly vector: number };

export interface Step {
  readonly kernel: Kernel;
  readonly domain: Domain;
  /** One per buffer of the kernel. */
  readonly buffers: readonly Place[];
  /** The names of the buffers that are tensors. */
  readonly inputs: readonly string[];
  /** One per argument: the number of a value, or of a vector by row. */
  readonly args: readonly number[];
  /** One per sum: the number of a value, or of a vector by row. */
  readonly sums: readonly number[];
  /** One per sum by column: the number of a vector. */
  readonly columnSums: readonly number[];
}

/** One operation in float64 on values that are one number per tensor or per model. */
export interface ScalarStep {
  readonly compute: (...x: number[]) => number;
  readonly args: readonly number[];
  readonly to: number;
}

/** What can run once the reductions of the stage before are known. */
export interface Stage {
  readonly scalars: readonly ScalarStep[];
  readonly steps: readonly Step[];
  /** Sums over the model that this stage takes: the number of their value, and what tells equal sums of two rules. */
  readonly model: readonly { readonly value: number; readonly key: string }[];
}

/** A program in the order in which it is computed. `values` are float64 numbers, `vectors` float32 by row or column. */
export interface Plan {
  /** Initial values: the program's scalars come first, then constants and what is computed. */
  readonly values: Float64Array;
  /** Slots of one number, read before the first stage and written after the last. */
  readonly scalarSlots: readonly { readonly input: string; readonly value: number }[];
  readonly scalarStores: readonly { readonly input: string; readonly value: number }[];
  /** By number of the vector: by row or by column, and the slot it is, if it is one. */
  readonly vectors: readonly { readonly domain: "row" | "column"; readonly input: string | undefined }[];
  readonly stages: readonly Stage[];
  readonly kernels: readonly Kernel[];
  /** Whether a step must take the sums of all jobs before it can finish any. */
  readonly model: boolean;
  /** The one loop over elements that is all this program needs, where that is so: such jobs may be merged. */
  readonly elementwise: Step | undefined;
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

const oneMinusPower = (...[base, n]: number[]): number =>
  base! > 0 ? -Math.expm1(n! * Math.log(base!)) : 1 - base! ** n!;

const isScalarOp = (op: Expr["op"]): op is keyof typeof scalarOps => op in scalarOps;

const domainOf = (e: Expr): Domain => (e.place === "row" || e.place === "column" ? e.place : "tensor");

function make(program: Program): Plan {
  const numbers: number[] = program.scalars.map(() => 0);
  const values = new Map<Expr, number>(program.scalars.map((e, i) => [e, i]));
  const vectors = new Map<Expr, number>();
  const vectorInfo: { domain: "row" | "column"; input: string | undefined }[] = [];

  const newValue = (e: Expr, initial = 0): number => {
    const at = numbers.push(initial) - 1;
    values.set(e, at);
    return at;
  };
  const newVector = (e: Expr, input?: string): number => {
    const at = vectorInfo.push({ domain: e.place === "row" ? "row" : "column", input }) - 1;
    vectors.set(e, at);
    return at;
  };

  // Found in the graph rather than made: a second copy of core would make another node.
  const found = reach(Object.values(program.outputs), () => false).filter((e) => e.op === "var" && e.place !== "host");
  const node = (name: string, place: "tensor" | SlotSpec["place"]): Expr =>
    found.find((e) => e.value === name) ?? variable(name, place);

  const scalarSlots: { input: string; value: number }[] = [];
  for (const [input, { place }] of Object.entries(program.slots)) {
    if (place === "row" || place === "column") newVector(node(input, place), input);
    if (place === "scalar") scalarSlots.push({ input, value: newValue(node(input, place)) });
  }

  /** One stage: what it needs computed first, then its loops. */
  function stage(reductions: readonly Expr[], stores: Readonly<Record<string, Expr>>): Stage {
    const scalars: ScalarStep[] = [];
    const steps: Step[] = [];

    const value = (root: Expr): number => {
      for (const e of reach([root], (x) => values.has(x))) {
        if (values.has(e)) continue;
        if (e.op === "const")
          newValue(e, e.value as number); // const nodes hold numbers
        else if (!isScalarOp(e.op)) throw new TypeError(`${program.title}: the value of \`${e.op}\` is not known here`);
        else {
          // 1 - b^n as core takes it on the host, which keeps its digits when b is close to one.
          const [one, power] = e.args;
          const correction = e.op === "sub" && one!.value === 1 && power!.op === "pow";
          const args = (correction ? power! : e).args.map((a) => values.get(a)!); // children come first
          scalars.push({ compute: correction ? oneMinusPower : scalarOps[e.op], args, to: newValue(e) });
        }
      }
      return values.get(root)!;
    };
    const vector = (e: Expr): number => {
      const known = vectors.get(e);
      if (known !== undefined) return known;
      step(domainOf(e), new Map([[e, e]]), []);
      return vectors.get(e)!; // the step stores into it
    };
    const step = (domain: Domain, into: ReadonlyMap<Expr, Expr>, sums: readonly Expr[]): void => {
      const k = kernel(domain, into, sums, (e) => vectors.has(e));
      const args = k.args.map(({ key, perRow }) => (perRow ? vector(key) : value(key)));
      const buffers = k.buffers.map(({ key, read }): Place => {
        if (domainOf(key) === "tensor") return { input: key.value as string }; // only variables are tensors in memory
        if (read) return { vector: vector(key) };
        return { vector: vectors.get(key) ?? newVector(key) };
      });
      steps.push({
        kernel: k,
        domain,
        buffers,
        inputs: buffers.flatMap((at) => ("input" in at ? [at.input] : [])),
        args,
        sums: k.sums.map((e) => (e.value === "row" ? newVector(e) : newValue(e))),
        columnSums: k.columnSums.map((e) => newVector(e)),
      });
    };

    // A loop by rows and a loop over elements add in different orders: a sum takes the second wherever it can.
    const [flat, byRows] = [false, true].map((rows) =>
      reductions.filter((e) => kernel("tensor", new Map(), [e], (x) => vectors.has(x)).byRows === rows),
    ) as [Expr[], Expr[]];
    if (flat.length > 0) step("tensor", new Map(), flat);
    if (byRows.length > 0) step("tensor", new Map(), byRows);

    // Slots by row and by column go last: the loop over elements may still read what they were.
    for (const domain of ["tensor", "row", "column"] as const) {
      const into = new Map<Expr, Expr>();
      for (const [name, e] of Object.entries(stores)) {
        const place = program.slots[name]?.place ?? "tensor";
        if (place === domain) into.set(node(name, place), e);
      }
      if (into.size > 0) step(domain, into, []);
    }
    for (const [input, e] of Object.entries(stores))
      if (program.slots[input]?.place === "scalar") scalarStores.push({ input, value: value(e) });
    const model = reductions.flatMap((e) => (e.value === "model" ? [{ value: values.get(e)!, key: spell(e) }] : []));
    return { scalars, steps, model };
  }

  const scalarStores: { input: string; value: number }[] = [];
  const stages = [...program.passes.map((reductions) => stage(reductions, {})), stage([], program.outputs)];
  const [only, ...others] = stages.flatMap((s) => s.steps);
  const plain = others.length === 0 && stages.length === 1 && scalarStores.length === 0;
  const flat = only?.kernel.byRows === false && only.args.every((at) => at < program.scalars.length);
  const elementwise = plain && flat ? only : undefined;
  return {
    values: Float64Array.from(numbers),
    scalarSlots,
    scalarStores,
    vectors: vectorInfo,
    stages,
    kernels: stages.flatMap((s) => s.steps.map((x) => x.kernel)),
    model: stages.some((s) => s.model.length > 0),
    elementwise,
  };
}

/** Every operation a program uses. */
export const operations = (program: Program): Set<Expr["op"]> =>
  new Set(reach(Object.values(program.outputs), () => false).map((e) => e.op));
