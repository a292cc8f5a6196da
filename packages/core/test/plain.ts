import type { Backend, Job } from "../src/adapter.ts";
import { type Expr, isReduction, type Program, topological, variable } from "../src/graph.ts";
import { Sheet } from "../src/host.ts";

/** A backend in plain double precision, one element after the other: slow, and simple enough to be believed. */
export const plain: Backend<Float64Array> = {
  name: "plain",
  slot: (_, shape, start) =>
    typeof start === "number"
      ? new Float64Array(shape.reduce((n, d) => n * d, 1)).fill(start)
      : Float64Array.from(start instanceof Float32Array ? start : start.of),
  free: () => {},
  run(jobs) {
    const known = jobs.map((job) => new Map(job.program.scalars.map((e, i) => [e, job.scalars[i]!])));
    const passes = Math.max(...jobs.map((j) => j.program.passes.length));
    for (let k = 0; k < passes; k++)
      for (const [j, job] of jobs.entries())
        for (const e of job.program.passes[k] ?? []) {
          const sum = (who: number): number => sumOf(e, jobs[who]!, known[who]!);
          if (e.place === "scalar") known[j]!.set(e, sum(j));
          else if (e.place === "model")
            known[j]!.set(
              e,
              jobs.reduce((all, other, who) => (other.program.passes[k]?.includes(e) ? all + sum(who) : all), 0),
            );
          else throw new Error(`no ${e.place} here`);
        }
    const results = jobs.map((job, j) =>
      Object.entries(job.program.outputs).map(
        ([name, e]) => [job.tensors[name]!, evaluate(e, job, known[j]!)] as const,
      ),
    );
    for (const [tensor, values] of results.flat()) tensor.set(values);
  },
};

function evaluate(e: Expr, job: Job<Float64Array>, known: ReadonlyMap<Expr, number>): Float64Array {
  const sheet = new Sheet();
  const inputs = tensorInputs(job.program).map((x) => ({
    from: (job.tensors[String(x.value)] ?? job.inputs[String(x.value)])!,
    at: sheet.give(x),
  }));
  const uniform = [...known].map(([x, value]) => ({ value, at: sheet.give(x) }));
  const compute = sheet.compute([e]);
  const row = sheet.row();
  for (const { value, at } of uniform) row[at] = value;
  return job.tensors.p!.map((_, i) => {
    for (const { from, at } of inputs) row[at] = from[i]!;
    compute(row);
    return row[sheet.at(e)]!;
  });
}

const sumOf = (e: Expr, job: Job<Float64Array>, known: ReadonlyMap<Expr, number>): number =>
  evaluate(e.args[0]!, job, known).reduce((sum, x) => sum + (e.op === "sumsq" ? x * x : x), 0);

const tensorInputs = (program: Program): Expr[] =>
  topological([...Object.values(program.outputs), ...program.passes.flat()])
    .filter((e) => e.op === "var" && e.place === "tensor" && !isReduction(e))
    .concat(variable("p", "tensor"));
