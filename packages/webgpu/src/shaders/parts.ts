import { frame, tree } from "./frame.ts";
import { type DeviceKernel, FIXED, STEPPED, THREADS } from "./kernel.ts";

/** Adds up parts of sums: from `first` on, `length` of them, into the place that `cols` says. */
export const parts: DeviceKernel = {
  kind: "parts",
  domain: "scalar",
  matrix: undefined,
  inner: 0,
  title: "sums",
  names: [],
  written: new Set(),
  scratch: [],
  sums: [],
  code: () =>
    frame(
      "",
      [],
      FIXED,
      `var sum0 = 0.0;
for (var i = thread; i < length; i += ${THREADS}u) { sum0 += scratch[first + i]; }
${tree("sum0", 1, "scratch[cols]", "thread == 0u")}`,
    ),
};

/** Adds up parts of columns: `scalars` rows of them, from `first` on, each of `length` columns, into the vector at `cols`. */
export const columnParts: DeviceKernel = {
  ...parts,
  kind: "columnParts",
  code: () =>
    frame(
      "",
      [],
      FIXED,
      `for (var k = 0u; k < ${STEPPED / THREADS}u; k++) {
let i = turn * ${STEPPED}u + k * ${THREADS}u + thread;
if (i < length) {
var sum0 = 0.0;
for (var tile = 0u; tile < scalars; tile++) { sum0 += scratch[first + tile * length + i]; }
scratch[cols + i] = sum0;
}
}`,
    ),
};
