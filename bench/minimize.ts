import {
  bounded,
  boundedSquares,
  fitWithin,
  golden as goldenBounds,
  solveWithin,
} from "../packages/quasi-newton/test/bounded.ts";
import { golden, median, methods, reached, solve } from "../packages/quasi-newton/test/methods.ts";
import { problems } from "../packages/quasi-newton/test/problems.ts";
import { table } from "./report.ts";

/** Evaluations that each method of @descent/quasi-newton needs on problems of Moré, Garbow and Hillstrom, beside SciPy's. */
export function minimize(): string {
  const shared = methods.filter(({ id }) => golden.problems[0]!.runs[id]);
  const ratios = new Map(shared.map(({ id }) => [id, [] as number[]]));
  const rows = problems.map((problem, i) => [
    problem.name,
    ...shared.map((method) => {
      const run = golden.problems[i]!.runs[method.id]!; // every method ran on every problem
      const { evaluations, converged } = solve(method, problem);
      if (reached(run)) ratios.get(method.id)!.push(evaluations / run.evaluations);
      return `${evaluations}${converged ? "" : "*"} / ${run.failed !== undefined ? "–" : `${run.evaluations}${reached(run) ? "" : "*"}`}`;
    }),
  ]);
  const medians = ["median ratio", ...shared.map(({ id }) => median(ratios.get(id)!).toFixed(2))];
  return [
    `## Evaluations until no element of the gradient is larger than 1e-5, Descent / SciPy`,
    "",
    table(["", ...shared.map(({ id }) => id)], [...rows, medians]),
    "",
    `- ${golden.source}. Each evaluation is a value and a gradient.`,
    `- SciPy's run beside gauss-newton is least_squares by dogbox: the same steps within a trust region, and not along a line.`,
    `- With a *, the run ended elsewhere; a – is a run that SciPy refused. The median is over runs that SciPy finished.`,
    "",
    ...withinBounds(),
  ].join("\n");
}

/** The same within bounds, by L-BFGS-B and, of sums of squares, by Levenberg and Marquardt's method. */
function withinBounds(): string[] {
  const runs = {
    lbfgsb: { problems: bounded.map((p) => ({ ...p, found: solveWithin(p) })), title: "L-BFGS-B" },
    levenbergMarquardt: {
      problems: boundedSquares.map((p) => ({ ...p, found: fitWithin(p, p.residuals) })),
      title: "Levenberg–Marquardt beside trf",
    },
  };
  const both = Object.values(runs).flatMap(({ problems, title }) => {
    const rows = problems.map(({ name, run, found }) => [
      name,
      `${found.evaluations} / ${run.evaluations}`,
      `${found.value.toPrecision(5)} / ${run.value.toPrecision(5)}`,
    ]);
    const ratio = median(problems.map(({ run, found }) => found.evaluations / run.evaluations));
    return [
      `## Evaluations within bounds, Descent / SciPy: ${title}`,
      "",
      table(["", "evaluations", "minimum"], [...rows, ["median ratio", ratio.toFixed(2), ""]]),
      "",
    ];
  });
  return [
    ...both,
    `- ${goldenBounds.source}. Problems named hs… are Hock and Schittkowski's; in the others one number of three is held above, and one below, the minimum without bounds.`,
  ];
}
