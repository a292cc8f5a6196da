import { adam } from "@descent/adam";
import { optimizer as arrays } from "@descent/arrays";
import { freeze } from "@descent/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";

/* Variables that are forgotten, replaced, renamed and widened. The numbers are those of arrays, where the same is done. */

const vector = (name: string, values: readonly number[] = [1, 2]) => tf.variable(tf.tensor1d([...values]), true, name);
const given = [0.5, -1];
const g = () => tf.tensor1d(given);

afterEach(() => tf.disposeVariables());

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeEach(() => use(backend));

  test("a variable that is removed starts afresh, the others go on", async () => {
    const [a, b] = [vector("a"), vector("b")];
    const opt = optimizer(adam({ lr: 0.1 }));
    opt.applyGradients({ a: g(), b: g() });
    const { numTensors } = tf.memory();
    opt.remove(a);
    expect(numTensors - tf.memory().numTensors).toBe(2); // m and v
    opt.applyGradients({ a: g(), b: g() });
    expect((await opt.state()).meta.parameters).toMatchObject({ a: { t: 1 }, b: { t: 2 } });
    expect(() => opt.remove(a, vector("c"))).toThrow("`remove`: this optimizer does not train `c`; it trains `b`, `a`");
    expect((await opt.state()).meta.parameters).toMatchObject({ a: { t: 1 } });
    b.dispose();
    opt.dispose();
  });

  test.each([
    ["another name", "other"],
    ["the name of the old one, which is disposed of", "a"],
  ])("a new variable of %s continues with the state of the old one", async (_, name) => {
    const a = vector("a");
    const opt = optimizer(adam({ lr: 0.1 }));
    opt.applyGradients({ a: g() });
    const numbers = Float32Array.from(a.dataSync());
    if (name === "a") a.dispose();
    const next = vector(name, [...numbers]);
    opt.rebind({ a: next });
    opt.applyGradients({ [name]: g() });
    const expected = Float32Array.of(1, 2);
    const other = arrays({ a: expected }, adam({ lr: 0.1 }));
    for (let t = 0; t < 2; t++) other.update({ a: Float32Array.from(given) });
    for (const [i, x] of next.dataSync().entries()) expect(x).toBeCloseTo(expected[i]!, 6);
    const { tensors } = await opt.state();
    expect([...tensors[`m/${name}`]!.data]).toEqual([...other.state().tensors["m/a"]!.data]);
    opt.dispose();
  });

  test("a state is loaded under other names, and into a variable that has grown", async () => {
    const old = optimizer(adam({ lr: 0.1 }));
    const a = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]), true, "a");
    old.applyGradients({ a: tf.tensor2d([1, -1, 2, -2], [2, 2]) });
    const state = await old.state();
    a.dispose();
    const wide = tf.variable(tf.zeros([3, 3]), true, "wide");
    const opt = optimizer(adam({ lr: 0.1 }));
    expect(() => opt.load(state, { variables: [wide], rename: { a: "wide" } })).toThrow("wide");
    expect(opt.step).toBe(0);
    const report = opt.load(state, { variables: [wide], rename: { a: "wide" }, resize: "pad" });
    expect(report).toMatchObject({ loaded: ["wide"], resized: ["wide"] });
    const [p, q, r, s] = state.tensors["m/a"]!.data;
    expect([...(await opt.state()).tensors["m/wide"]!.data]).toEqual([p, q, 0, r, s, 0, 0, 0, 0]);
    opt.dispose();
    old.dispose();
  });

  test("rebind refuses other shapes, names that are not there and variables with state", () => {
    const [a, b, longer] = [vector("a"), vector("b"), vector("longer", [1, 2, 3])];
    const frozen = vector("frozen");
    const opt = optimizer(freeze(adam(), ({ name }) => name === "frozen"));
    opt.applyGradients({ a: g(), b: g() });
    expect(() => opt.rebind({ a: longer })).toThrow("`a` has shape [2], and `longer` has [3]");
    expect(() => opt.rebind({ x: longer })).toThrow('`rebind`: there is no variable "x" here');
    expect(() => opt.rebind({ a: b })).toThrow("`b` is trained already, with state of its own");
    expect(() => opt.rebind({ a: frozen })).toThrow("A name that says so cannot change the rule");
    expect(() => opt.rebind({ a: 1 as never })).toThrow("`rebind` takes tf.Variables");
    opt.applyGradients({ a: g(), b: g() });
    expect(Object.values(opt.inspect().parameters).map(({ t }) => t)).toEqual([2, 2]);
    expect(a.isDisposed).toBe(false);
    opt.dispose();
  });
});
