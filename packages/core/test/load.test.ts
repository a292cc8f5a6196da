import { describe, expect, test } from "vitest";
import { type Backend, Loop } from "../src/adapter.ts";
import { type Configured, decodeState, encodeState, partition, rule, type StateDict } from "../src/index.ts";
import { plain } from "./plain.ts";

const momentum = rule({
  id: "momentum",
  title: "Momentum",
  paper: "",
  hyper: { lr: 0.5, momentum: 0.5 },
  state: { b: 0, c: 0, product: { place: "host", init: 1 } },
  update: { product: "product * momentum", b: "momentum * b + g", c: "c + g", p: "p - lr * b * (1 - product)" },
});
type Values = Readonly<Record<string, Float64Array>>;
const named = (names: readonly string[]): Values =>
  Object.fromEntries(names.map((name, i) => [name, Float64Array.of(i, 1)]));

/** A loop over parameters of these names, stepped so often. */
function trained(
  names: readonly string[],
  steps: number,
  backend: Backend<Float64Array> = plain,
  configured: Configured = momentum(),
) {
  const loop = new Loop(backend, configured);
  const p = named(names);
  loop.add(names.map((name) => ({ name, shape: [2] })));
  const step = (g = 1): void =>
    loop.update(
      Object.fromEntries(names.map((name) => [name, { p: p[name]!, inputs: { g: Float64Array.of(g, -g) } }])),
    );
  for (let t = 1; t <= steps; t++) step(t);
  const state = (): StateDict => ({
    meta: loop.meta(),
    tensors: Object.fromEntries(
      loop.slots().map(({ key, shape, tensor }) => [key, { shape, data: Float32Array.from(tensor) }]),
    ),
  });
  return { loop, p, step, state };
}
const write = (tensor: Float64Array, data: Float32Array): void => tensor.set(data);

describe("a load that fails leaves the optimizer as it was", () => {
  const saved = trained(["a", "b"], 3).state();
  /** Fails when it makes the n-th slot from now on, or gives memory to slots. */
  class Failing implements Backend<Float64Array> {
    readonly name = "failing";
    readonly run = plain.run;
    slots = Infinity;
    memory = true;
    live = 0;
    slot(...args: Parameters<typeof plain.slot>): Float64Array {
      if (this.slots-- <= 0) throw new Error("out of memory");
      this.live++;
      return plain.slot(...args);
    }
    settle(): void {
      if (!this.memory) throw new Error("out of memory");
    }
    free(): void {
      this.live--;
    }
  }

  const unchanged = (steps: number, fail: (backend: Failing, run: ReturnType<typeof trained>) => void): void => {
    const backend = new Failing();
    const run = trained(["a", "b"], steps, backend);
    const other = trained(["a", "b"], steps);
    fail(backend, run);
    backend.slots = Infinity;
    backend.memory = true;
    expect(run.state()).toEqual(other.state());
    expect(backend.live).toBe(steps === 0 ? 0 : 4);
    run.step(7);
    other.step(7);
    expect([run.p, run.state()]).toEqual([other.p, other.state()]);
    expect(backend.live).toBe(4);
  };

  test.each([0, 1, 2, 3])("when there is no memory after %i slots", (slots) => {
    unchanged(0, (backend, { loop }) => {
      backend.slots = slots;
      expect(() => loop.load(saved, write)).toThrow("out of memory");
    });
  });
  test("when slots get no memory", () => {
    unchanged(0, (backend, { loop }) => {
      backend.memory = false;
      expect(() => loop.load(saved, write)).toThrow("out of memory");
    });
  });
  test.each([0, 1, 2, 3])("when number %i of the tensors cannot be made", (bad) => {
    for (const steps of [0, 1])
      unchanged(steps, (_, { loop }) => {
        let i = 0;
        const prepare = (tensor: Float64Array, data: Float32Array) => {
          if (i++ === bad) throw new Error("device lost");
          return () => tensor.set(data);
        };
        expect(() => loop.load(saved, prepare)).toThrow("device lost");
      });
  });
  test.each([
    ["whole numbers", new BigInt64Array(2), "`c/b` must hold its data in a Float32Array; got a BigInt64Array"],
    ["a list", [1, 2], "got a list of 2"],
    ["too few", new Float32Array(1), "holds 1 numbers"],
    ["nothing", undefined, "got undefined"],
  ])("when a tensor of the state is %s", (_, data, says) => {
    unchanged(1, (_backend, { loop }) => {
      const tensors = { ...saved.tensors, "c/b": { shape: [2], data: data as Float32Array } };
      for (const strict of [true, false])
        expect(() => loop.load({ ...saved, tensors }, write, { strict })).toThrow(says);
    });
  });
  test.each([0, "false", null])("when `strict` is %o, which is neither true nor false", (strict) => {
    unchanged(1, (_, { loop }) => {
      expect(() => loop.load(saved, write, { strict: strict as never })).toThrow("Give it true or false.");
    });
  });
  test.each([[null], ["state"], [[]], [{}], [{ meta: saved.meta }], [new Uint8Array(3)]])(
    "when it is given %o",
    (given) => {
      unchanged(1, (_, { loop }) => {
        expect(() => loop.load(given as never, write)).toThrow(
          "takes what state() returned, or decodeState(bytes) of a file",
        );
      });
    },
  );

  test("and one that succeeds leaves nothing behind", () => {
    const backend = new Failing();
    const run = trained(["a", "b"], 1, backend);
    run.loop.load(saved, write);
    expect([run.state(), backend.live]).toEqual([saved, 4]);
    run.loop.load(trained(["a", "b"], 0).state(), write);
    expect([run.loop.slots(), backend.live]).toEqual([[], 0]);
  });
});

describe("a saved state", () => {
  test("is metadata of this version, or an error says which", () => {
    const { loop, state } = trained(["w"], 1);
    const versions: readonly (readonly [unknown, string])[] = [
      [2, "has version 2, and this release reads version 1"],
      ["1", 'its `version` must be the number 1; got "1"'],
      [0, "its `version` must be the number 1; got 0"],
      [undefined, "its `version` must be the number 1; got undefined"],
    ];
    for (const [version, says] of versions)
      expect(() => loop.load({ ...state(), meta: { ...state().meta, version: version as 1 } }, write)).toThrow(says);
  });

  test("names rules by their ids, and one that names them by their titles loads", () => {
    const run = trained(["w"], 2);
    const state = run.state();
    expect(state.meta.groups[""]!.rule).toBe("momentum");
    const older = {
      ...state,
      meta: { ...state.meta, groups: { "": { ...state.meta.groups[""]!, rule: "Momentum" } } },
    };
    const resumed = trained(["w"], 0);
    expect(resumed.loop.load(older, write).loaded).toEqual(["w"]);
    expect(resumed.state()).toEqual(state);
  });

  const strange = ["__proto__", "constructor", "toString", "hasOwnProperty", "a/b", ""];
  test.each(strange)("resumes bit for bit when a parameter is called %j", (name) => {
    const run = trained([name, "w"], 2);
    const state = decodeState(encodeState(run.state()));
    const resumed = trained([name, "w"], 0);
    expect(resumed.loop.load(state, write)).toEqual({
      loaded: [name, "w"],
      missing: [],
      unexpected: [],
      mismatched: [],
      resized: [],
      changed: [],
    });
    expect(resumed.state()).toEqual(run.state());
    expect(Object.keys(run.loop.inspect().parameters)).toEqual([name, "w"]);
    expect(trained(["w"], 0).loop.load(state, write, { strict: false }).unexpected).toEqual([name]);
    expect(trained([name, "w"], 0).loop.load(trained(["w"], 1).state(), write, { strict: false }).missing).toEqual([
      name,
    ]);
  });

  test.each(strange)("resumes bit for bit when a group is called %j", (label) => {
    const configured = partition(Object.fromEntries([[label, momentum()]]), () => label);
    const run = trained(["w"], 2, plain, configured);
    const state = decodeState(encodeState(run.state()));
    const resumed = trained(["w"], 0, plain, configured);
    expect(resumed.loop.load(state, write)).toMatchObject({ loaded: ["w"], changed: [] });
    expect(resumed.state()).toEqual(run.state());
    expect(Object.keys(run.loop.inspect().groups)).toEqual([label]);
  });
});

test("hyper-parameters with inherited names are not set", () => {
  const { loop } = trained(["w"], 0);
  for (const name of ["toString", "constructor", "__proto__"])
    expect(() => loop.set(Object.fromEntries([[name, 1]]))).toThrow(`There is no hyper-parameter \`${name}\` to set`);
  for (const wrong of [null, 3, "lr", [], new Map([["lr", 1]])])
    expect(() => loop.set(wrong as never)).toThrow("Hyper-parameters are set by name: set({ lr: 1e-3 })");
  expect(() => new Loop(plain, momentum()).set({ lr: 1 })).toThrow(
    "There is no hyper-parameter `lr` to set; there are none.",
  );
  expect(() =>
    loop.update(Object.fromEntries([["toString", { p: new Float64Array(1), inputs: { g: new Float64Array(1) } }]])),
  ).toThrow("There is no parameter `toString` here; there are `w`.");
});

describe("state that the rule does not keep", () => {
  const extra = { shape: [2], data: new Float32Array(2) };
  const { meta, tensors } = trained(["w"], 2).state();
  const w = meta.parameters.w!;
  const states: readonly [key: string, StateDict][] = [
    ["vMax/w", { meta, tensors: { ...tensors, "vMax/w": extra } }],
    ["product/w", { meta, tensors: { ...tensors, "product/w": extra } }],
    ["b/nobody", { meta, tensors: { ...tensors, "b/nobody": extra } }],
    ["b", { meta, tensors: { ...tensors, b: extra } }],
    ["d/w", { meta: { ...meta, parameters: { w: { ...w, host: { ...w.host, d: 1 } } } }, tensors }],
  ];

  test.each(states)("is an error if it is %s, and reported where what fits is taken", (key, state) => {
    const run = trained(["w"], 0);
    expect(() => run.loop.load(state, write)).toThrow(`it has \`${key}\`, which this optimizer does not train or keep`);
    expect(run.loop.step).toBe(0);
    expect(run.loop.load(state, write, { strict: false })).toMatchObject({ loaded: ["w"], unexpected: [key] });
    expect(run.state()).toEqual({ meta, tensors });
  });

  test("is not the weights and waiting gradients of a checkpoint", () => {
    const run = trained(["w"], 0);
    const state = { meta, tensors: { ...tensors, "p/w": extra, "g/w": extra, "p/mean": extra } };
    expect(run.loop.load(state, write)).toMatchObject({ loaded: ["w"], unexpected: [] });
  });
});
