import type { Reduction } from "@descent/core/graph";
import { frame, helpers, joined, nothing, tree } from "./frame.ts";
import { type DeviceKernel, FIXED, STEPPED, THREADS } from "./kernel.ts";

const parts = (op: Reduction): DeviceKernel => ({
  kind: "parts",
  domain: "scalar",
  matrix: undefined,
  inner: 0,
  title: "sums",
  names: [],
  written: new Set(),
  scratch: [],
  coded: [],
  sums: [],
  code: () =>
    frame(
      helpers([op]),
      [],
      FIXED,
      `${nothing(op, "sum0")}
for (var i = thread; i < length; i += ${THREADS}u) { ${joined(op, "sum0", "scratch[first + i]")} }
${tree(op, "sum0", 1, "scratch[cols]", "thread == 0u")}`,
    ),
});

const columnParts = (op: Reduction): DeviceKernel => ({
  ...parts(op),
  kind: "columnParts",
  code: () =>
    frame(
      helpers([op]),
      [],
      FIXED,
      `for (var k = 0u; k < ${STEPPED / THREADS}u; k++) {
let i = turn * ${STEPPED}u + k * ${THREADS}u + thread;
if (i < length) {
${nothing(op, "sum0")}
for (var tile = 0u; tile < scalars; tile++) { ${joined(op, "sum0", "scratch[first + tile * length + i]")} }
scratch[cols + i] = sum0;
}
}`,
    ),
});

/** The kernels that finish reductions which others began; sums of squares are sums by then. */
export interface Finish {
  /** Joins parts: from `first` on, `length` of them, into the place that `cols` says. */
  readonly parts: DeviceKernel;
  /** Joins parts of columns: `scalars` rows of them, from `first` on, each of `length` columns, into the vector at `cols`. */
  readonly columns: DeviceKernel;
}
const adding: Finish = { parts: parts("sum"), columns: columnParts("sum") };
const comparing: Finish = { parts: parts("largest"), columns: columnParts("largest") };
export const finishes: readonly Finish[] = [adding, comparing];
export const finishOf = (op: Reduction): Finish => (op === "largest" ? comparing : adding);
/** Fills with zeros: sums of no parts. */
export const zeros: DeviceKernel = adding.columns;
