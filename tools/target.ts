import { arraysTargets } from "@descent/conformance";

/**
 * Where tools run rules. The interpreter has the bits of the kernels (packages/arrays/test/bits.test.ts) and compiles nothing,
 * which takes longer than the few steps of a golden.
 */
export const target = arraysTargets().find(({ name }) => name.includes("interpreter"))!; // there is one
