import { sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import { type Backend, interpret, type Job, Loop, type Operators, oncePerJobs } from "../src/adapter.ts";
import { type Expr, reduce, trace } from "../src/graph.ts";
import { type Configured, clipByGlobalNorm, rule } from "../src/index.ts";

/** Values are the text of how they were made. */
const written: Operators<string> = {
  constant: (value) => `${value}`,
  apply: ({ op }, args) => `${op}(${args.join(", ")})`,
  reduce: ({ op }, x) => `${op}(${x})`,
  broadcast: (x) => x,
  reshape: (x) => x,
};

/** The new values of two parameters `v` and `w`, each of two numbers, in the words of these operators. */
function step(configured: Configured, operators: Operators<string>): string[] {
  let results: string[] = [];
  const backend: Backend<string> = {
    name: "written",
    slot: ({ name }) => `m/${name}`,
    free: () => {},
    run(jobs: readonly Job<string>[]) {
      const given = jobs.map(({ tensors, inputs, program: { scalars } }) => ({
        tensors: { ...tensors, ...inputs },
        scalars: scalars.map((_, i) => `host${i}`),
      }));
      results = interpret(jobs, given, operators).map(({ p }) => p!);
    },
  };
  const loop = new Loop(backend, configured);
  loop.add(["v", "w"].map((name) => ({ name, shape: [2] })));
  loop.update(["v", "w"].map((name) => [name, { p: name, inputs: { g: `g/${name}` } }] as const));
  return results;
}

const clipped = clipByGlobalNorm(sgd(), 1);

test("without further operators a norm is the root of a sum over all parameters", () => {
  for (const made of step(clipped, written)) expect(made).toContain("sqrt(add(sumsq(g/v), sumsq(g/w)))");
});

test("where the framework has norms they replace such roots, of all parameters and of one", () => {
  const operators = { ...written, norm: (xs: readonly string[]) => `norm(${xs.join(", ")})` };
  for (const made of step(clipped, operators)) {
    expect(made).toContain("norm(g/v, g/w)");
    expect(made).not.toContain("sumsq");
  }
  const normalized = rule({
    id: "normalized",
    title: "Normalized",
    paper: "",
    hyper: { lr: 1 },
    state: {},
    update: { p: "p - lr * g / norm(g)" },
  });
  const [v, w] = step(normalized(), operators);
  expect([v, w]).toEqual([expect.stringContaining("norm(g/v)"), expect.stringContaining("norm(g/w)")]);
});

test("a sum that is read otherwise stays a sum", () => {
  const squares = rule({
    id: "squares",
    title: "Squares",
    paper: "",
    hyper: { lr: 1 },
    state: {},
    macros: { squares: (_: unknown, x: Expr) => reduce("sumsq", "model", x) },
    update: { p: "p - lr * g / (squares(g) + totalNorm(g))" },
  });
  const made = step(squares(), { ...written, norm: () => "norm" });
  expect(made[0]).toContain("sumsq(g/v)");
  expect(made[0]).not.toContain("norm");
});

test("values are made in scopes: one for each sum over the model, one for each job", () => {
  const scopes: string[] = [];
  let open = 0;
  const made = step(clipped, {
    ...written,
    apply: (e, args) => {
      expect(open).toBe(1);
      return written.apply(e, args);
    },
    scope: (task) => {
      open++;
      const result = task();
      open--;
      scopes.push(typeof result === "string" ? result : Object.keys(result).join());
      return result;
    },
  });
  expect(scopes).toEqual(["add(sumsq(g/v), sumsq(g/w))", "p", "p"]);
  expect(made).toEqual(step(clipped, written));
});

test("an expression is made in one go where the framework can", () => {
  const made = step(sgd(), {
    ...written,
    fuse: ({ op }, { part, at, shape }) => {
      expect([part.parameter.name, shape]).toEqual([expect.stringMatching(/^[vw]$/), [2]]);
      return op === "sub" ? `fused(${at(part.program.outputs.p!.args[0]!)})` : undefined;
    },
  });
  expect(made).toEqual(["fused(v)", "fused(w)"]);
});

test("a compiled step is made once per set of parameters and programs, so two phases of a rule have one each", () => {
  const parameter = { name: "w", shape: [2] };
  const [a, b] = [sgd(), clipped].map((one) => ({ parameter, program: trace("rule" in one ? one.rule : sgd().rule) }));
  let made = 0;
  const compiled = oncePerJobs(() => ++made);
  expect([compiled([a!]), compiled([b!]), compiled([a!]), compiled([a!, b!])]).toEqual([1, 2, 1, 3]);
});
