import { isCallback, takes } from "../errors.ts";
import type { Part } from "./operators.ts";

/** How many sets of parameters stepped together are remembered. */
const MOST = 16;

/**
 * `make`, called once per set of parameters that are stepped together by the same programs: for frameworks that compile a
 * step. What it made for the sets used last is kept.
 */
export function oncePerJobs<X>(make: (jobs: readonly Part[]) => X): (jobs: readonly Part[]) => X {
  takes("oncePerJobs", "a function of the jobs", make, isCallback(make));
  let known: { readonly jobs: readonly Part[]; readonly made: X }[] = [];
  return (jobs) => {
    takes("a function of oncePerJobs", "a list of jobs", jobs, Array.isArray(jobs));
    const found = known.find(
      (one) =>
        one.jobs.length === jobs.length &&
        one.jobs.every((job, i) => job.parameter === jobs[i]!.parameter && job.program === jobs[i]!.program),
    );
    const parts = found?.jobs ?? jobs.map(({ program, parameter }) => ({ program, parameter })); // keeps no tensor alive
    const { made } = found ?? { made: make(parts) };
    known = [{ jobs: parts, made }, ...known.filter((one) => one !== found)].slice(0, MOST);
    return made;
  };
}
