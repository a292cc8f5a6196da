import { readFileSync } from "node:fs";
import { optimizer } from "@descent/arrays";
import { displacementError } from "@descent/conformance";
import type { Configured, StateDict } from "@descent/core";
import { type Axes, decodeSafetensors, encodeSafetensors } from "@descent/core/adapter";
import { importModel, survey } from "@descent/onnx";
import { describe, expect, test } from "vitest";
import * as keras from "../src/keras/index.ts";
import * as optax from "../src/optax/index.ts";
import * as torch from "../src/torch/index.ts";

type Tensors = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;

interface Run {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly groups?: string;
  readonly state: Tensors;
  readonly at: Tensors;
  readonly after: Tensors;
}

interface States {
  readonly start: Readonly<Record<string, readonly number[]>>;
  readonly matrixStart: Readonly<Record<string, readonly number[]>>;
  readonly gradients: readonly Readonly<Record<string, readonly number[]>>[];
  readonly matrix: readonly Readonly<Record<string, readonly number[]>>[];
  readonly cases: readonly Run[];
}

const states = (library: string): States =>
  JSON.parse(readFileSync(new URL(`golden/${library}-states.json`, import.meta.url), "utf8")) as States;

/** The file that the README's Python writes: step counts of Optax and Keras are whole. */
const file = (state: Tensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array =>
  encodeSafetensors(
    Object.fromEntries(
      Object.entries(state).map(([key, { shape, data }]) =>
        /(^|\/)(count|iteration|t)$/.test(key)
          ? [key, { dtype: "I32", shape, data: Int32Array.from(data) } as const]
          : [key, { dtype: "F32", shape, data: Float32Array.from(data) } as const],
      ),
    ),
    metadata,
  );

/** [a, b] ↔ [b, a], and [o, i, h, w] ↔ [h, w, i, o] by four loops: independent of the code under test. */
function turned(data: readonly number[], shape: readonly number[], first: "outputs" | "inputs"): number[] {
  if (shape.length === 1) return [...data];
  if (shape.length === 2) {
    const [rows, cols] = shape as [number, number];
    return Array.from({ length: rows * cols }, (_, n) => data[(n % rows) * cols + Math.floor(n / rows)]!);
  }
  const out: number[] = [];
  const [a, b, c, d] = shape as [number, number, number, number];
  if (first === "outputs") {
    for (let h = 0; h < c; h++)
      for (let w = 0; w < d; w++)
        for (let i = 0; i < b; i++) for (let o = 0; o < a; o++) out.push(data[((o * b + i) * c + h) * d + w]!);
  } else {
    for (let o = 0; o < d; o++)
      for (let i = 0; i < c; i++)
        for (let h = 0; h < a; h++) for (let w = 0; w < b; w++) out.push(data[((h * b + w) * c + i) * d + o]!);
  }
  return out;
}

const turnedShape = (shape: readonly number[], first: "outputs" | "inputs"): number[] =>
  shape.length < 3
    ? [...shape].reverse()
    : (first === "outputs" ? [2, 3, 1, 0] : [3, 2, 0, 1]).map((dimension) => shape[dimension]!);

/** Axes of the layout that the other library does not have. */
const axesOf = (rank: number, first: "outputs" | "inputs"): { axes?: Axes } =>
  rank < 2 ? {} : { axes: first === "outputs" ? { in: [rank - 2], out: [rank - 1] } : { out: [0], in: [1] } };

interface Door {
  readonly library: string;
  /** The dimension that the library's kernels begin with. */
  readonly first: "outputs" | "inputs";
  readonly make: (run: Run) => Configured;
  readonly bytes: (run: Run) => Uint8Array;
  readonly from: (bytes: Uint8Array, like: StateDict, run: Run) => StateDict;
  readonly to: (state: StateDict, like: Uint8Array, run: Run) => Uint8Array;
}

const call = (door: Readonly<Record<string, unknown>>, { name, options }: Run): Configured =>
  (door[name] as (given: object) => Configured)(options);
const names = Object.fromEntries(["fc.weight", "fc.bias", "conv.weight"].map((name) => [`model/${name}`, name]));
const order = (run: Run): string[] => Object.keys(run.at);

const doors: readonly Door[] = [
  {
    library: "torch",
    first: "outputs",
    make: (run) => call(torch as Readonly<Record<string, unknown>>, run),
    bytes: (run) => file(run.state, { param_groups: run.groups! }),
    from: (bytes, like, run) =>
      torch.fromStateDict(bytes, like, /SGD|Muon/.test(run.name) ? { names, step: 5 } : { names }),
    to: (state, _, run) => torch.toStateDict(state, { names, order: order(run) }),
  },
  {
    library: "optax",
    first: "inputs",
    make: (run) => call(optax as Readonly<Record<string, unknown>>, run),
    bytes: (run) => file(run.state),
    from: (bytes, like, run) =>
      optax.fromTree(bytes, like, Object.keys(run.state).some((key) => /(^|\/)count$/.test(key)) ? {} : { step: 5 }),
    to: (state, like) => optax.toTree(state, like),
  },
  {
    library: "keras",
    first: "inputs",
    make: (run) => call(keras as Readonly<Record<string, unknown>>, run),
    bytes: (run) => file(run.state),
    from: (bytes, like) => keras.fromVariables(bytes, like),
    to: (state, like) => keras.toVariables(state, like),
  },
];

/**
 * Both sides compute in float32 and round each operation: some ten operations per step at 6e-8 each, over five of ten steps,
 * against the distance moved in all ten. Adaptive rules divide by roots, which halve errors.
 */
const WITHIN = 1e-6;

for (const door of doors) {
  const { library, first } = door;
  const { gradients, matrix, start, matrixStart, cases } = states(library);
  const ours = (name: string): string => (library === "torch" ? `model/${name}` : name);
  const begun = (run: Run) => {
    const arrays = Object.fromEntries(
      Object.entries(run.at).map(([name, { shape, data }]) => [
        ours(name),
        {
          data: Float32Array.from(turned(data, shape, first)),
          shape: turnedShape(shape, first),
          ...axesOf(shape.length, first),
        },
      ]),
    );
    const opt = optimizer(arrays, door.make(run));
    opt.load(door.from(door.bytes(run), opt.state(), run));
    return { arrays, opt };
  };
  const title = ({ name, options }: Run): string => `${name}(${JSON.stringify(options)})`;

  describe(`a run of ${library}`, () => {
    test.each(cases.map((run) => [title(run), run] as const))("%s goes on here, in another layout", (_, run) => {
      const { arrays, opt } = begun(run);
      const alone = library === "torch" && run.name === "Muon"; // it takes matrices alone
      for (const now of alone ? matrix : gradients)
        opt.update(
          Object.fromEntries(
            Object.entries(run.at).map(([name, { shape }]) => [
              ours(name),
              Float32Array.from(turned(now[name]!, shape, first)),
            ]),
          ),
        );
      const bound = alone ? 2e-2 : WITHIN; // PyTorch iterates in bfloat16
      const starts = alone ? matrixStart : start;
      for (const [name, { shape, data }] of Object.entries(run.after)) {
        const golden = turned(data, shape, first);
        const error = displacementError(arrays[ours(name)]!.data, golden, turned(starts[name]!, shape, first));
        expect(error, name).toBeLessThan(bound);
      }
      expect(opt.step).toBe(10);
    });

    test.each(cases.map((run) => [title(run), run] as const))("%s goes back, tensor by tensor", (_, run) => {
      const { opt } = begun(run);
      const { tensors } = decodeSafetensors(door.to(opt.state(), door.bytes(run), run));
      expect(Object.keys(tensors).sort()).toEqual(Object.keys(run.state).sort());
      for (const [key, { shape, data }] of Object.entries(run.state)) {
        const { shape: made, data: numbers } = tensors[key]!;
        expect(made, key).toEqual(shape);
        // The rate of ASGD is recomputed.
        if (/eta$|mu$/.test(key) && run.name === "ASGD") expect(Number(numbers[0])).toBeCloseTo(data[0]!, 7);
        else expect(Array.from(numbers, Number), key).toEqual(data.map(Math.fround));
      }
    });
  });
}

describe("a state that does not fit is refused", () => {
  const run = states("torch").cases.find(({ name }) => name === "AdamW")!;
  const like = (rule: Configured): StateDict =>
    optimizer({ "fc.bias": { data: new Float32Array(4), shape: [4] } }, rule).state();
  const bytes = file(run.state, { param_groups: run.groups! });

  test("because the rule is another one, or keeps what the file does not have", () => {
    expect(() => torch.fromStateDict(bytes, like(torch.Adagrad()))).toThrow(
      "PyTorch's state of `fc.bias` has `exp_avg`, which `adagrad` does not keep.",
    );
    expect(() => torch.fromStateDict(bytes, like(keras.Adam()))).toThrow(
      "The state of the rule `keras/adam` has no counterpart in PyTorch",
    );
    expect(() => torch.fromStateDict(bytes, like(torch.Adam({ amsgrad: true })))).toThrow("lacks `max_exp_avg_sq`");
  });

  test("because a shape is another one, or names are missing", () => {
    const wide = optimizer({ "fc.weight": { data: new Float32Array(12), shape: [3, 4] } }, torch.AdamW()).state();
    expect(() => torch.fromStateDict(bytes, wide)).toThrow(
      "PyTorch's `exp_avg` of `fc.weight` has shape [4, 3], and the parameter's there should be [3, 4]. Give its axes",
    );
    expect(() => torch.fromStateDict(file(run.state), wide)).toThrow("fromStateDict needs `order`, PyTorch's names");
    const sgd = like(torch.SGD({ momentum: 0.9 }));
    expect(() => torch.fromStateDict(bytes, sgd)).toThrow("PyTorch does not count the updates of `momentum`");
  });

  test("because its names are others, or it holds more than the rule keeps", () => {
    const other = optimizer({ bias: { data: new Float32Array(4), shape: [4] } }, torch.AdamW()).state();
    expect(() => torch.fromStateDict(bytes, other)).toThrow(
      "PyTorch has the state of `fc.weight`, `fc.bias`, `conv.weight`, and no parameter here has that name; there are `bias`. Give `names`",
    );
    const amsgrad = states("torch").cases.find(({ options }) => options.amsgrad)!;
    const whole = file(amsgrad.state, { param_groups: amsgrad.groups! });
    expect(() => torch.fromStateDict(whole, like(torch.Adam()))).toThrow(
      "PyTorch's state of `fc.bias` has `max_exp_avg_sq`, which `adam` does not keep.",
    );
    for (const [library, door] of [
      ["optax", { from: optax.fromTree, rule: optax.adam(0.1), name: "adam" }],
      ["keras", { from: keras.fromVariables, rule: keras.Adam(), name: "Adam" }],
    ] as const) {
      const { state } = states(library).cases.find(({ name }) => name === door.name)!;
      const part = optimizer({ bias: { data: new Float32Array(4), shape: [4] } }, door.rule).state();
      expect(() => door.from(file(state), part)).toThrow("and no parameter here has that name; there are `bias`.");
    }
  });

  test("names of an ONNX export say how its weights lie", () => {
    const bytesOf = (fixture: string) =>
      readFileSync(new URL(`../../onnx/test/fixtures/${fixture}.onnx`, import.meta.url));
    const named = torch.namesOf(survey(importModel(bytesOf("dynamic_encoder"))));
    // Embeddings lie alike in both, and a square one could not be told by its shape.
    expect(named["places.weight"]).toEqual({ name: "places.weight", axes: { in: [0], out: [1] } });
    expect(named["layer.self_attn.out_proj.weight"]).toBe("layer.self_attn.out_proj.weight");
    expect(
      torch.namesOf([
        { name: "val_95", shape: [3, 4], role: "kernel", axes: { in: [0], out: [1] }, sources: ["fc.weight"] },
      ]),
    ).toEqual({ val_95: "fc.weight" });
  });

  test("because a number of the whole model is missing, or Keras's file cannot tell rows from columns", () => {
    const prodigy = states("optax").cases.find(({ name }) => name === "prodigy")!;
    const { "1/estim_lr": _, ...rest } = prodigy.state;
    const bias = (rule: Configured): StateDict =>
      optimizer({ bias: { data: new Float32Array(4), shape: [4] } }, rule).state();
    expect(() => optax.fromTree(file(rest), bias(optax.prodigy(1)))).toThrow(
      "Optax's state of `bias` lacks `estim_lr`, which `prodigy` needs.",
    );
    const adam = states("keras").cases.find(({ name }) => name === "Adam")!;
    expect(() => keras.fromVariables(file(adam.state), bias(keras.Adafactor()))).toThrow(
      "The state of the rule `keras/adafactor` has no counterpart in Keras",
    );
  });

  test("not least a convolution, which Optax, PyTorch and Keras split in ways of their own", () => {
    const kernel = { w: { data: new Float32Array(16).fill(1), shape: [2, 2, 2, 2] } };
    for (const made of [
      optax.sm3(0.1),
      optax.adafactor(0.1, { min_dim_size_to_factor: 2 }),
      torch.Adafactor(),
      keras.Adafactor(),
    ])
      expect(() => optimizer(kernel, made)).toThrow(/`w`.*\[2, 2, 2, 2\].*cannot be had here/);
  });

  test("because a transform has state of its own, which no optimizer of PyTorch keeps", () => {
    const arrays = Object.entries(run.at).map(
      ([name, { shape, data }]) => [name, { data: Float32Array.from(data), shape }] as const,
    );
    const opt = optimizer(Object.fromEntries(arrays), torch.AveragedModel(torch.AdamW()));
    expect(() => opt.load(torch.fromStateDict(bytes, opt.state()))).toThrow("swa.average");
  });
});
