import { describe, expect, test } from "vitest";
import { fromPlain, isRule, toPlain } from "../src/adapter.ts";
import { OptimizerError, rule } from "../src/index.ts";

const momentum = rule({
  id: "momentum",
  title: "Momentum",
  paper: "",
  hyper: { lr: 0.5, momentum: 0.5 },
  state: { b: 0 },
  update: { b: "momentum * b + g", p: "p - lr * b" },
});

describe("a rule's id", () => {
  test.each(["adamw", "rmsprop-centered", "acme/lion", "my-lab/adam-2", "sm3"])("may be %s", (id) => {
    expect(rule({ ...momentum, id }).id).toBe(id);
    expect(rule({ ...momentum, id })().rule.id).toBe(id);
  });
  test.each(["", "AdamW", "adam_w", "adam w", "-adam", "adam-", "a/b/c", "/adam", "2adam", "../adam", "x".repeat(81)])(
    "may not be %j",
    (id) => {
      expect(() => rule({ ...momentum, id })).toThrow(OptimizerError);
      expect(() => rule({ ...momentum, id })).toThrow(/`id` is ".*kebab case/);
    },
  );
  test("is a variant's own: under the id of the rule it spreads it would load that rule's state", () => {
    const update = { ...momentum.update, p: "p - lr * (g + momentum * b)" } as const;
    expect(() => rule({ ...momentum, title: "Nesterov", update })).toThrow(
      "Nesterov changes the equations of Momentum and has its id, `momentum`. Give it an `id` of its own.",
    );
    expect(() => rule({ ...momentum, before: [{ g: "2 * g" }] })).toThrow("`id` of its own");
    expect(rule({ ...momentum, id: "nesterov", title: "Nesterov", update }).id).toBe("nesterov");
  });
  test("may stay where only defaults change: the equations, and so the state, are the same", () => {
    expect(rule({ ...momentum, hyper: { ...momentum.hyper, lr: 0.1 } })().hyper).toEqual({ lr: 0.1, momentum: 0.5 });
  });
});

test("whether a value is a rule is seen by what it is, not by where it was made", () => {
  const elsewhere = Object.assign(() => ({}), { ...momentum });
  expect([momentum, elsewhere].every(isRule)).toBe(true);
  const others = [momentum(), { ...momentum }, () => 1, Object.assign(() => 1, { id: "x" }), null, "adam", class {}];
  expect(others.filter(isRule)).toEqual([]);
});

describe("a rule's own ranges", () => {
  const ranged = rule({
    id: "ranged",
    title: "Ranged",
    paper: "",
    hyper: { lr: 0.1, beta4: 0.5, power: 2 },
    ranges: { beta4: [0, 1], power: [1, Infinity], lr: [-1, 1] },
    state: {},
    update: { p: "p - lr * beta4 * g^power" },
  });
  test("are checked for options that no other rule has, and instead of those that all have", () => {
    expect(() => ranged({ beta4: 1 })).toThrow("Ranged: beta4 is 1. It must be at least 0 and less than 1.");
    expect(() => ranged({ power: 0 })).toThrow("Ranged: power is 0. It must be at least 1.");
    expect(() => ranged({ lr: 1 })).toThrow("Ranged: lr is 1. It must be at least -1 and less than 1.");
    expect(ranged({ lr: -0.5, power: 1e9 }).hyper).toEqual({ lr: -0.5, beta4: 0.5, power: 1e9 });
  });
  test("are saved with it", () => {
    const plain = JSON.parse(JSON.stringify(toPlain(ranged(), [])));
    plain.hyper.beta4 = 2;
    expect(() => fromPlain(plain)).toThrow("Ranged: beta4 is 2.");
  });
});

test("a configuration saved by its title alone gets the id that the title stands for", () => {
  const { id: _, ...rest } = (toPlain(momentum(), []) as { rule: object & { id?: string } }).rule;
  const idOf = (title: string): unknown => {
    const configured = fromPlain({ kind: "rule", rule: { ...rest, title } as never, hyper: {} });
    return configured.kind === "rule" && configured.rule.id;
  };
  expect(idOf("AdamW")).toBe("adamw");
  expect(idOf("Centered RMSProp with momentum")).toBe("rmsprop-centered-momentum");
  expect(idOf("My own rule, v2")).toBe("my-own-rule-v2");
});
