import { describe } from "vitest";
import { type GoodCall, wrongCalls } from "../../../tests/wrong-calls.ts";
import * as adapter from "../src/adapter.ts";
import * as graph from "../src/graph.ts";
import * as core from "../src/index.ts";
import * as kernels from "../src/kernels/index.ts";
import { plain } from "./plain.ts";

const sgd = core.rule({
  id: "sgd",
  title: "SGD",
  paper: "",
  hyper: { lr: 0.1 },
  state: { m: 0 },
  update: { m: "0.9 * m + g", n: "norm(m)", p: "p - lr * m / n" },
});
const parameter = { name: "w", shape: [2] };
const other = { name: "b", shape: [2] };
const program = graph.trace(sgd);
const x = graph.variable("x", "tensor");
const sum = graph.reduce("sum", "scalar", x);
const good = (...args: unknown[]): GoodCall => ({ args: () => args });
const helper = "is for errors, and takes anything";

describe("@descent/core/adapter", () => {
  const groups = new Map([["", { label: "", leaf: sgd(), hyper: { lr: 0.1 } }]]);
  const share = () => ({ p: Float64Array.of(1, 2), inputs: { g: Float64Array.of(3, 4) } });
  const loop = (): adapter.Loop<Float64Array> => {
    const made = new adapter.Loop(plain, sgd());
    made.add([parameter]);
    return made;
  };
  const on =
    <A extends readonly unknown[]>(call: (l: adapter.Loop<Float64Array>, ...args: A) => unknown) =>
    (...args: A): unknown =>
      call(loop(), ...args);
  const numbers: adapter.Operators<number> = {
    constant: (value) => value,
    apply: (_, args) => args[0]!,
    reduce: (_, value) => value,
    broadcast: (value) => value,
    reshape: (value) => value,
  };
  const part = { program, parameter };
  const saved = { kind: "rule", rule: { ...sgd }, hyper: {} } as const;
  const state: core.StateDict = (() => {
    const l = loop();
    l.update({ w: share() });
    const kept = l.slots().map(({ key, shape, tensor }) => [key, { shape, data: Float32Array.from(tensor) }] as const);
    return { meta: l.meta(), tensors: Object.fromEntries(kept) };
  })();
  wrongCalls(adapter, {
    checkConfigured: good(sgd(), "optimizer"),
    among: good(["a"]),
    isCallback: helper,
    isRecord: helper,
    list: good(["a"], 8),
    nearest: good("lr", ["lr"]),
    shown: helper,
    suggestion: good("lr", ["lr"]),
    named: good("The parameters", { w: 1 }),
    refuseEmpty: good(parameter, "Framework"),
    refuseOverlap: good([{ name: "w", memory: {}, at: 0, bytes: 4 }]),
    refuseShape: good(parameter, [2]),
    refuseUnknown: good({ w: 1 }, new Map([["w", 1]])),
    assign: good(sgd(), [parameter]),
    forSome: good(core.freeze(sgd(), "w")),
    mapLeaves: good(sgd(), (leaf: adapter.Leaf) => leaf),
    refuseEmptyGroups: good(core.freeze(sgd(), "w"), [parameter, other]),
    checkHyper: good(sgd, "lr", 1),
    rangeOf: good(sgd, "lr"),
    rangeText: good([0, 1]),
    interpret: good([part], [{ tensors: { p: 1, g: 1, m: 1 }, scalars: program.scalars.map(() => 1) }], numbers),
    oncePerJobs: { args: () => [() => 1], use: (once: (jobs: adapter.Part[]) => unknown) => once([part]) },
    setHyper: good(groups, { lr: 1 }, undefined),
    AsyncLoop: {
      args: () => [plain, sgd(), {}],
      call: (...args: ConstructorParameters<typeof adapter.AsyncLoop<Float64Array>>) => new adapter.AsyncLoop(...args),
    },
    Loop: {
      args: () => [plain, sgd(), {}],
      call: (...args: ConstructorParameters<typeof adapter.Loop<Float64Array>>) => new adapter.Loop(...args),
    },
    "loop.add": { args: () => [[other], { more: true }], call: on((l, ...args: Parameters<typeof l.add>) => l.add(...args)) },
    "loop.has": { args: () => ["w"], call: on((l, name: string) => l.has(name)) },
    "loop.remove": { args: () => ["w"], call: on((l, name: string) => l.remove(name)) },
    "loop.set": { args: () => [{ lr: 1 }, ""], call: on((l, ...args: Parameters<typeof l.set>) => l.set(...args)) },
    "loop.update": { args: () => [{ w: share() }], call: on((l, given: adapter.Shares<Float64Array>) => l.update(given)) },
    "loop.update, a share": {
      args: () => [share()],
      foreign: [0], // tensors are the backend's to look at
      call: on((l, w: ReturnType<typeof share>) => l.update({ w })),
    },
    "loop.begin": {
      args: () => [{ w: share() }],
      call: on((l, given: adapter.Shares<Float64Array>) => l.begin(given).cancel()),
    },
    "loop.load": {
      args: () => [state, () => {}, { strict: true }],
      call: on((l, ...args: Parameters<typeof l.load>) => l.load(...args)),
    },
    slotShape: good({ place: "row", init: 0 }, parameter),
    nonFiniteGradients: good(["w"], 3),
    nonFiniteOption: good("optimizer", "skip", "throw"),
    finite: good("optimizer", { lr: 1 }),
    flag: good("optimizer", { fused: true }),
    knownOptions: good("optimizer", { fused: true }, ["fused"]),
    meant: good("learningRate", ["lr"]),
    notNegative: good("optimizer", { lr: 1 }),
    oneOf: good("optimizer", { nonFinite: "skip" }, ["skip", "throw"]),
    positive: good("optimizer", { lr: 1 }),
    whole: good("optimizer", { lr: 1 }),
    checkParameter: good(parameter),
    checkShape: good("w", [2]),
    decaysByRole: good(parameter),
    description: good("w", [2]),
    matrix: good(parameter),
    size: good([2]),
    configured: good(sgd, { lr: 1 }),
    fromPlain: good(saved, {}),
    toPlain: good(sgd(), [parameter]),
    decodeSafetensors: good(core.encodeState(state)),
    encodeSafetensors: good({ w: { dtype: "F32", shape: [2], data: new Float32Array(2) } }, {}),
    checkMeta: good(state.meta),
    checkTensor: good("m/w", { shape: [2], data: new Float32Array(2) }),
    slotKey: good("m", "w"),
    prepend: good(sgd(), "double", { hyper: { factor: 2 }, equations: { g: "factor * g" } }),
  });
});

describe("@descent/core/graph", () => {
  wrongCalls(graph, {
    build: good(graph.parse("x + 1"), "x + 1", () => x, ["x"]),
    apply: good("add", x, x),
    reduce: good("sum", "scalar", x),
    constant: good(1),
    derivative: good(graph.apply("mul", x, x), x),
    notation: good(x),
    substitute: good(x, new Map([[x, x]])),
    variable: good("x", "tensor"),
    isBoolean: good(x),
    isReduction: good(x),
    isUniform: good(x),
    topological: good([x]),
    hostFunction: {
      args: () => [[graph.variable("lr", "host")]],
      use: (f: (env: graph.Env) => number[]) => f({ lr: 1 }),
    },
    "hostFunction(…)": { args: () => [{ lr: 1 }], call: graph.hostFunction([graph.variable("lr", "host")]) },
    latex: good(sgd),
    mathml: good(sgd),
    parse: good("x + 1"),
    levels: good([sum]),
    trace: good({ ...sgd }, { rows: 2, cols: 3 }),
    uses: good(program, "matmul"),
    shapes: good(program, { rows: 1, cols: 2 }),
    inOrder: good({ p: "p - g" }),
  });
});

describe("@descent/core/kernels", () => {
  const [loop] = kernels.plan(program).kernels;
  wrongCalls(kernels, {
    operand: good(sum),
    reach: good([sum], () => false),
    kernel: good("tensor", new Map([[x, x]]), [sum], () => false),
    plan: good(program, { rows: 1, cols: 2 }, { early: true }),
    domainOf: good(x),
    operations: good(program),
    shader: good(kernels.wgsl, loop!.order, () => "x"),
  });
});
