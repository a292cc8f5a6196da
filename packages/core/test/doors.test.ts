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
/** A call whose first arguments, that many of them, are expressions or programs: they are frozen, and only core makes them. */
const made = (of: number, ...args: unknown[]): GoodCall => ({
  args: () => args,
  foreign: Array.from({ length: of }, (_, i) => i),
});
/** A call that is given its name for errors first. */
const told = (...args: unknown[]): GoodCall => ({ args: () => args, anything: [0] });
const words = "words an error, from texts of the adapter's own";
const seen = "is given parameters that `add` has checked";

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
  const step = (configured: core.Configured): void => {
    const l = new adapter.Loop(plain, configured);
    l.add([parameter, other]);
    l.update({ w: share() });
  };
  wrongCalls(adapter, {
    combination: {
      args: () => [
        { id: "half", title: "Half", paper: "", hyper: { share: 0.5 }, parts: ["a", "b"], update: { p: "p + share * (a - p + b - p)" } }, // biome-ignore format: one line
      ],
      use: (made) => step((made as adapter.Combination<{ share: number }, "a" | "b">)({ a: sgd(), b: sgd() })),
    },
    "combination(…)": {
      args: () => [{ a: sgd(), b: sgd() }, { share: 1 }],
      call: adapter.combination({
        id: "half",
        title: "Half",
        paper: "",
        hyper: { share: 0.5 },
        parts: ["a", "b"],
        update: { p: "p + share * (a - p + b - p)" },
      }),
      use: step,
    },
    draw: "is given a drawing, which the loop makes",
    drawn: "is given a drawing, which the loop makes",
    referenceBackend: "is a backend, which the loop hands its jobs",
    allFinite: "is handed gradients that the adapter has checked",
    checkConfigured: { args: () => [sgd(), "optimizer"], anything: [1] },
    among: words,
    isCallback: "is there to be asked about anything",
    isRecord: "is there to be asked about anything",
    isFloat32Array: "is there to be asked about anything",
    isRowGradient: "is there to be asked about anything",
    refuseUnknownNames: "is the check that adapters make of names; their tables give it wrong ones",
    refuseTaken: "is the check that adapters make of `add`; their tables give it wrong ones",
    refuseRepeated: "is the check that adapters make of lists of names; their tables give it wrong ones",
    goneNames: "is the check that adapters make of `remove`; their tables give it wrong ones",
    newNames: "is the check that adapters make of `rename`; their tables give it wrong ones",
    currentNames: "is handed what `load` was given; tests of load give it wrong names",
    renamedState: "is handed what `load` was given; tests of load give it wrong names",
    intoCorner: "is handed dimensions that `load` has compared",
    isWidened: "is handed shapes that `load` has checked",
    distinctRows: "is handed a parameter that the adapter has matched; tests of rows give it wrong gradients",
    pickRows: "is handed rows that `distinctRows` has checked",
    putRows: "is handed rows that `distinctRows` has checked",
    stepOfRows: "is handed rows that `distinctRows` has checked",
    Ties: "is handed what `tied` was given; tests of arrays and WebGPU give it wrong names",
    list: words,
    nearest: words,
    shown: "is there to be asked about anything",
    suggestion: words,
    takes: words,
    named: told("The parameters", { w: 1 }),
    refuseEmpty: seen,
    refuseNone: seen,
    refuseOverlap: seen,
    refuseShape: seen,
    refuseUnknown: seen,
    hashOf: "is given text by code that draws or compares",
    philox: "is given whole numbers by code that draws",
    readsInput: good(sgd(), "loss"),
    assign: good(sgd(), [parameter]),
    forSome: good(core.freeze(sgd(), "w")),
    mapLeaves: good(sgd(), (leaf: adapter.Leaf) => leaf),
    refuseEmptyGroups: good(core.freeze(sgd(), "w"), [parameter, other]),
    checkHyper: good(sgd, "lr", 1),
    rangeOf: good(sgd, "lr"),
    rangeText: words,
    interpret: made(3, [part], [{ tensors: { p: 1, g: 1, m: 1 }, scalars: program.scalars.map(() => 1) }], numbers),
    oncePerJobs: { args: () => [() => 1], use: (once: (jobs: adapter.Part[]) => unknown) => once([part]) },
    setHyper: good(groups, { lr: 1 }, undefined),
    worldOf: {
      args: () => [{ rank: 0, size: 1, localRank: 0, sum() {}, broadcast() {}, gather() {}, reduceScatter() {} }],
      foreign: [1],
    },
    byRank: "is given a world that `worldOf` has checked",
    difference: "is given a world that `worldOf` has checked",
    tell: "is given a world that `worldOf` has checked",
    odd: "is given what `byRank` has gathered",
    ranksText: words,
    promisedWorld: "takes nothing",
    AsyncLoop: {
      args: () => [plain, sgd(), {}],
      call: (...args: ConstructorParameters<typeof adapter.AsyncLoop<Float64Array>>) => new adapter.AsyncLoop(...args),
    },
    Loop: {
      args: () => [plain, sgd(), {}],
      call: (...args: ConstructorParameters<typeof adapter.Loop<Float64Array>>) => new adapter.Loop(...args),
    },
    "loop.add": {
      args: () => [[other], { more: true }],
      call: on((l, ...args: Parameters<typeof l.add>) => l.add(...args)),
    },
    "loop.has": { args: () => ["w"], call: on((l, name: string) => l.has(name)) },
    "loop.remove": { args: () => ["w"], call: on((l, name: string) => l.remove(name)) },
    "loop.set": { args: () => [{ lr: 1 }, ""], call: on((l, ...args: Parameters<typeof l.set>) => l.set(...args)) },
    "loop.update": {
      args: () => [{ w: share() }],
      call: on((l, given: adapter.Shares<Float64Array>) => l.update(given)),
    },
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
    nonFiniteGradients: words,
    nonFiniteOption: told("optimizer", "skip", "throw"),
    finite: told("optimizer", { lr: 1 }),
    flag: told("optimizer", { fused: true }),
    knownOptions: { args: () => ["optimizer", { fused: true }, ["fused"]], anything: [0, 2] },
    meant: words,
    notNegative: told("optimizer", { lr: 1 }),
    oneOf: { args: () => ["optimizer", { nonFinite: "skip" }, ["skip", "throw"]], anything: [0, 2] },
    positive: told("optimizer", { lr: 1 }),
    whole: told("optimizer", { lr: 1 }),
    checkParameter: good(parameter),
    checkFields: { args: () => ["`w`", { shape: [2] }, ["shape"]], anything: [0, 1, 2] },
    checkShape: told("w", [2]),
    canonicalOrder: "is handed shapes and axes that were checked when their parameters came",
    decaysByRole: good(parameter),
    description: told("w", [2]),
    matrix: good(parameter),
    size: good([2]),
    configured: good(sgd, { lr: 1 }),
    isRule: { args: () => [sgd], anything: [] },
    isTransform: { args: () => [sgd], anything: [] },
    fromPlain: good(saved, {}),
    toPlain: good(sgd(), [parameter]),
    decodeSafetensors: good(core.encodeState(state)),
    encodeSafetensors: good({ w: { dtype: "F32", shape: [2], data: new Float32Array(2) } }, { format: "pt" }),
    checkMeta: good(state.meta),
    checkTensor: told("m/w", { shape: [2], data: new Float32Array(2) }),
    slotKey: words,
    prepend: good(sgd(), "double", { hyper: { factor: 2 }, equations: { g: "factor * g" } }),
  });
});

describe("@descent/core/graph", () => {
  wrongCalls(graph, {
    formula: { args: () => [{ y: "x * x" }], use: (f: (e: graph.Expr) => graph.Expr) => f(x) },
    "formula(…)": { args: () => [x], foreign: [0], call: graph.formula({ y: "x * x" }) },
    calculate: { args: () => [[sum], () => ({ rows: 1, cols: 2, data: Float64Array.of(1, 2) })] },
    build: { args: () => [graph.parse("x + 1"), "x + 1", () => x, ["x"]], foreign: [0], repeats: [3] },
    widest: "is handed values that have places, by readers that gave them",
    apply: made(3, "add", x, x),
    reduce: made(3, "sum", "scalar", x),
    constant: good(1),
    derivative: made(2, graph.apply("mul", x, x), x),
    notation: made(1, x),
    substitute: made(1, x, { x }),
    variable: good("x", "tensor"),
    isBoolean: made(1, x),
    isReduction: made(1, x),
    isUniform: made(1, x),
    topological: good([x]),
    hostFunction: {
      args: () => [[graph.variable("lr", "host")]],
      use: (f: (env: graph.Env) => number[]) => f({ lr: 1 }),
    },
    "hostFunction(…)": { args: () => [{ lr: 1 }], call: graph.hostFunction([graph.variable("lr", "host")]) },
    latex: good(sgd),
    mathml: good(sgd),
    parse: good("x + 1"),
    fold: { args: () => [graph.parse("x + 1"), () => 1], foreign: [0] },
    blocksOf: good(sgd, "update"),
    phasesOf: good(sgd),
    passes: good([sum]),
    refuseOperations: {
      args: () => [program, () => false, "a backend", "Do otherwise"],
      anything: [2, 3], // words of the backend's own
      foreign: [0],
    },
    hasMatrices: made(1, program),
    isMatrixOp: made(1, x),
    isMatrixFunction: good("inverse"),
    computeWhole: "is given the matrices of a product that `shapes` has sized",
    movesOf: "is given an operation of a plan, which is one of them",
    trace: good({ ...sgd }, { rows: 2, cols: 3 }),
    uses: made(1, program, "matmul"),
    shapes: made(1, program, { rows: 1, cols: 2 }),
    reductions: "is a table of what equations call: `reduce` looks at the argument",
    scalarOps: "is a table of functions of numbers, which return NaN for anything else",
    inOrder: good({ p: "p - g" }),
  });
});

describe("@descent/core/kernels", () => {
  const [loop] = kernels.kernelPlan(program).kernels;
  wrongCalls(kernels, {
    operand: made(1, sum),
    reach: good([sum], () => false),
    kernel: good("tensor", new Map([[x, x]]), [sum], () => false),
    kernelPlan: made(1, program, { rows: 1, cols: 2 }, { early: true }),
    domainOf: made(1, x),
    operations: made(1, program),
    wgsl: "is a language, which shader calls",
    glsl: "is a language, which shader calls",
    surelyFinite: "drives its caller's loop over its caller's memory, of which neither can be checked",
    wasm: "is the assembler: what its functions return goes nowhere but into assemble",
    shader: made(1, kernels.wgsl, loop!.order, () => "x"),
  });
});
