/** The environment of this process, and in a browser what Vitest was told to give it. */
const settings = { ...(import.meta as { readonly env?: NodeJS.ProcessEnv }).env, ...globalThis.process?.env };

/** Whether everything runs, as in `npm run test:long`. Otherwise what takes long and differs little is sampled. */
export const long: boolean = settings.DESCENT_TESTS === "long";

/** The end of the name of a test that only `npm run test:long` runs. */
export const LONG = "(long)";

/** How many formulas of the conformance kit a rule adds up where compiling a rule takes long. */
export const TOGETHER: number = long ? 1 : 6;

/** On how many random rules a property is tried; divided by `of` where each takes longer. `RUNS=1000` searches thoroughly. */
export const runs = (of = 1): number => Math.ceil(Number(settings.RUNS ?? (long ? 60 : 30)) / of); // fast-check never ends at a fraction
