import { expect, test } from "vitest";
import { Loop, nonFiniteGradients, nonFiniteOption } from "../src/adapter.ts";
import { rule } from "../src/index.ts";
import { plain } from "./plain.ts";

test("the option is one of three words, or left out", () => {
  expect(nonFiniteOption("optimizer", undefined, "throw")).toBe("throw");
  for (const policy of ["throw", "skip", "apply"]) expect(nonFiniteOption("optimizer", policy, "throw")).toBe(policy);
  expect(() => nonFiniteOption("optimizer", "skp", "throw")).toThrow(
    '`optimizer`: `nonFinite` must be one of `throw`, `skip`, `apply`; got "skp". Did you mean `skip`?',
  );
  for (const wrong of [null, true, 0, {}, "toString"])
    expect(() => nonFiniteOption("optimizer", wrong, "throw")).toThrow("`nonFinite` must be one of");
});

test("the error names the parameters, the step and what to do", () => {
  const { name, message } = nonFiniteGradients(["w", "b"], 7);
  expect(name).toBe("OptimizerError");
  expect(message).toContain("`w`, `b` is not finite at step 7, and the step was not applied");
});

test("inspect shows how many updates were refused", () => {
  const loop = new Loop(
    plain,
    rule({ id: "sgd", title: "SGD", paper: "", hyper: { lr: 1 }, state: {}, update: { p: "p - lr * g" } })(),
  );
  expect(loop.inspect().nonFinite).toBe(0);
  loop.countNonFinite();
  expect(loop.inspect()).toMatchObject({ nonFinite: 1, step: 0 });
});
