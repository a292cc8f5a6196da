import type { Parameter } from "@descent/core";
import type { Axes, Shape } from "@descent/core/adapter";
import * as initializers from "@descent/initializers";
import { type GoodCall, wrongCalls } from "../../../tests/wrong-calls.ts";

const { initialize, zeros, heNormal, stream } = initializers;
const kernel: Parameter = { name: "w", shape: [3, 4], axes: initializers.layouts.dense };
const start = (initializer: initializers.Initializer): Float32Array => initialize(kernel, initializer, 42);
const good = (...args: unknown[]): GoodCall => ({ args: () => args, use: start });
/** One option of an initializer. */
const option = (make: (value: never) => initializers.Initializer, value: unknown): GoodCall => ({
  args: () => [value],
  call: make,
  use: start,
});

wrongCalls(initializers, {
  constant: good(1),
  zeros: good(),
  ones: good(),
  normal: good({ mean: 0, std: 1 }),
  "normal({ std })": option((std) => initializers.normal({ std }), 1),
  "normal({ mean })": option((mean) => initializers.normal({ mean, std: 1 }), 0),
  truncatedNormal: good({ mean: 0, std: 1 }),
  uniform: good({ min: 0, max: 1 }),
  "uniform({ min })": option((min) => initializers.uniform({ min, max: 10 }), 0),
  varianceScaling: good({ scale: 1, mode: "fanIn", distribution: "normal" }),
  "varianceScaling({ scale })": option((scale) => initializers.varianceScaling({ scale }), 1),
  "varianceScaling({ mode })": option((mode) => initializers.varianceScaling({ mode }), "fanOut"),
  "varianceScaling({ distribution })": option(
    (distribution) => initializers.varianceScaling({ distribution }),
    "uniform",
  ),
  glorotNormal: good({ gain: 1, truncated: true }),
  glorotUniform: good({ gain: "relu", fans: "torch" }),
  xavierNormal: good({ gain: 1, truncated: true }),
  "xavierNormal({ gain })": option((gain) => initializers.xavierNormal({ gain }), "tanh"),
  "xavierNormal({ truncated })": option((truncated) => initializers.xavierNormal({ truncated }), true),
  xavierUniform: good({ gain: "relu" }),
  heNormal: good({ gain: 1, mode: "fanOut", truncated: true }),
  "heNormal({ mode })": option((mode) => heNormal({ mode }), "fanOut"),
  heUniform: good({ gain: 1, mode: "fanOut" }),
  kaimingNormal: good({ gain: 1, mode: "fanOut", truncated: true }),
  kaimingUniform: good({ gain: 1, mode: "fanOut" }),
  lecunNormal: good({ truncated: true, fans: "keras" }),
  lecunUniform: good({ fans: "keras" }),
  orthogonal: good({ gain: 1 }),
  "orthogonal({ gain })": option((gain) => initializers.orthogonal({ gain }), 1),
  deltaOrthogonal: good({ gain: 0.5 }),
  dirac: good({ gain: 1, groups: 2 }),
  fixup: good({ blocks: 3, layers: 2, inner: heNormal() }),
  lsuv: {
    args: () => [new Float32Array([1, 2]), (w: Float32Array) => w, { tolerance: 0.1, tries: 3 }],
  },
  "lsuv, the outputs": {
    args: () => [[0, 2]],
    call: (outputs: number[]) => initializers.lsuv(new Float32Array([0, 2]), () => outputs),
  },
  mupOutput: good({ base: 4, inner: heNormal() }),
  scaledBy: good(2, heNormal()),
  siren: good({ omega: 30, first: true }),
  sparse: good({ sparsity: 0.5, std: 1 }),
  tFixup: good({ layers: 3, part: "decoder", inner: heNormal() }),
  zerO: good(),
  identity: good({ gain: 1 }),
  "identity({ gain })": option((gain) => initializers.identity({ gain }), 1),
  gain: { args: () => ["leakyRelu", 0.2] },
  "heNormal({ fans })": option((fans) => heNormal({ fans }), "torch"),
  fans: { args: () => [kernel, "keras"] },
  "fans({ shape })": { args: () => [[3, 4]], call: (shape: Shape) => initializers.fans({ ...kernel, shape }) },
  "fans({ axes })": { args: () => [kernel.axes], call: (axes: Axes) => initializers.fans({ ...kernel, axes }) },
  "fans({ axes: { in } })": {
    args: () => [[0]],
    call: (dimensions: number[]) => initializers.fans({ ...kernel, axes: { in: dimensions, out: [1] } }),
  },
  initialize: { args: () => [kernel, zeros(), 42] },
  "initialize, the name": { args: () => ["w"], call: (name: string) => initialize({ ...kernel, name }, zeros(), 42) },
  "initialize, the shape": {
    args: () => [[3, 4]],
    call: (shape: Shape) => initialize({ ...kernel, shape }, zeros(), 42),
  },
  "an initializer that gives": {
    args: () => [new Float64Array(12)],
    call: (values: Float64Array) => initialize(kernel, () => values, 42),
  },
  stream: { args: () => [42, "w"], use: (s: initializers.Stream) => s.normal(3) },
  "stream(…).uniform": { args: () => [3], call: stream(42, "w").uniform },
  "stream(…).normal": { args: () => [3], call: stream(42, "w").normal },
  "stream(…).truncated": { args: () => [3], call: stream(42, "w").truncated },
});
