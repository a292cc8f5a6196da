import { describe, expect, test } from "vitest";
import { checkConfigured, knownOptions, Loop, meant, shown, toPlain } from "../src/adapter.ts";
import {
  type Configured,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  decoupledDecay,
  freeze,
  frozen,
  OptimizerError,
  partition,
  rule,
  withL2,
} from "../src/index.ts";
import { plain as backend } from "./plain.ts";

const adam = rule({
  id: "adam",
  title: "Adam",
  paper: "",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  state: { m: 0, v: 0 },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    p: "p - lr * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)",
  },
});
const centered = rule({
  ...adam,
  id: "rmsprop-centered",
  title: "Centered",
  state: { ...adam.state, b: 0 },
  update: { ...adam.update, b: "b + g" },
});
const clips = { clipByValue, clipByNorm, clipByGlobalNorm };
const decays = { withL2, decoupledDecay };
const transforms = { ...clips, ...decays };
class AdamOptimizer {
  minimize(): void {}
  applyGradients(): void {}
}
const message = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(OptimizerError);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
};

const CALL = "Call a rule to configure it: adamw(), or adamw({ lr: 1e-3 }).";
const wrong: [unknown, string][] = [
  [adam, "got the rule `adam`, which has not been called. Call it: adam(), or adam({ … }) with options."],
  [centered, "got the rule `rmspropCentered`, which has not been called. Call it: rmspropCentered(), or"],
  ["adam", 'got the name "adam". Import the rule and call it: adam().'],
  ["a b", 'got the name "a b". Import the rule and call it: adamw().'],
  [{}, `needs a rule with its options; got an empty object. ${CALL}`],
  [{ kind: "nonsense" }, 'got an object of kind "nonsense", which is not a whole configuration.'],
  [{ kind: "rule" }, 'got an object of kind "rule", which is not a whole configuration.'],
  [{ kind: "rule", rule: adam }, 'got an object of kind "rule", which is not a whole configuration.'],
  [{ kind: "partition", groups: { a: adam() } }, 'got an object of kind "partition", which is not a whole'],
  [{ ...adam(), hyper: {} }, ": the rule has no value for `lr`."],
  [{ lr: 1e-3 }, "got options without a rule. Hand them to one: adamw({ lr: 1e-3 })."],
  [{ ...adam }, "got the description of a rule. Make a rule of it and call that: rule({ … })()."],
  [new AdamOptimizer(), `got an AdamOptimizer, another library's optimizer. ${CALL}`],
  [
    { update() {}, inspect() {} },
    "got an optimizer that exists already. Give it the rule that the optimizer was made from",
  ],
  [Promise.resolve(adam()), "got a promise. Await it first."],
  [[adam()], `needs a rule with its options; got a list of 1. ${CALL}`],
  [new Map([["a", adam()]]), `needs a rule with its options; got a Map. ${CALL}`],
  [undefined, `needs a rule with its options; got undefined. ${CALL}`],
  [null, "got null"],
  [0.5, "got 0.5"],
  [() => adam(), "needs a rule with its options; got a function."],
  [clipByGlobalNorm, "got the function `clipByGlobalNorm`."],
];

describe("what is not a configured rule is refused at once, with the right call", () => {
  test.each(wrong)("%o", (value, text) => {
    const given = value as never;
    expect(message(() => checkConfigured(given, "optimizer"))).toMatch(/^`optimizer`/);
    expect(message(() => checkConfigured(given, "optimizer"))).toContain(text);
    expect(message(() => new Loop(backend, given))).toContain(text);
    expect(message(() => toPlain(given, []))).toContain(text);
    expect(message(() => freeze(given, "w"))).toMatch(/^`freeze`/);
    expect(message(() => partition({ a: adam(), b: given }, () => "a"))).toMatch(/^`partition`, group `b`/);
    for (const [name, transform] of Object.entries(transforms))
      expect(message(() => transform(given, 1))).toMatch(new RegExp(`^\`${name}\``));
  });

  test("in a group of a group too, and a partition within itself ends", () => {
    const inner = { kind: "partition", groups: { head: adam }, labels: () => ["head"] } as never;
    expect(message(() => new Loop(backend, { kind: "partition", groups: { a: inner }, labels: () => [] }))).toContain(
      "`optimizer`, group `a` got the rule `adam`",
    );
    const groups: Record<string, never> = {};
    const cycle = { kind: "partition" as const, groups, labels: () => ["a"] };
    groups.a = cycle as never;
    expect(message(() => new Loop(backend, cycle))).toContain("nested more than 64 deep");
  });

  test("and what is one passes, whichever copy of core made it", () => {
    const copied = JSON.parse(JSON.stringify(adam()));
    for (const good of [adam(), frozen(), partition({ a: adam(), b: frozen() }, () => "a"), copied])
      expect(() => checkConfigured(good, "optimizer")).not.toThrow();
  });
});

describe("options that are not given by name are refused with the call that was meant", () => {
  const call = adam as unknown as (...given: unknown[]) => unknown;
  test.each<[unknown[], string]>([
    [[0.5], "Adam takes its options by name: adam({ lr: 0.5 }); got 0.5."],
    [[0.1, 0.9], "Adam takes its options by name: adam({ lr: 0.1, beta1: 0.9 }); got 0.1 and 0.9."],
    [[null], "Adam takes its options by name: adam({ lr: 0.001 }); got null."],
    [["0.5"], 'got "0.5".'],
    [[[0.5]], "got a list of 1."],
    [[() => 0.1], "got a function."],
    [[new Map([["lr", 0.1]])], "got a Map."],
    [[{ lr: 0.1 }, 0.9], "got an object { lr } and 0.9."],
    [[Object.create({ lr: 0.1 })], "takes its options by name"],
  ])("adam(…%o)", (given, text) => {
    expect(message(() => call(...given))).toContain(text);
  });
  test("and none, or those of another realm, are fine", () => {
    expect([call(), call(undefined), call({}), call(Object.assign(Object.create(null), { lr: 1e-3 }))]).toEqual(
      Array(4).fill(adam()),
    );
  });
});

describe("options that there are not", () => {
  const call = adam as unknown as (options: object) => unknown;
  test.each<[string, string]>([
    ["learningRate", "Did you mean `lr`?"],
    ["learning_rate", "Did you mean `lr`?"],
    ["alpha", "Did you mean `lr`?"],
    ["epsilon", "Did you mean `eps`?"],
    ["betas", "Did you mean `beta1` and `beta2`?"],
    ["b1", "Did you mean `beta1`?"],
    ["weight_decay", "Wrap the rule: decoupledDecay(…, 0.01), or withL2(…, 0.01) for a penalty."],
    ["nesterov", "It is a rule of its own: nesterov() of @descent/sgd, or nadam() of @descent/adam."],
    ["amsgrad", "It is a rule of its own: amsgrad() of @descent/adam."],
    ["clipnorm", "Wrap the rule: clipByNorm(…, 1)."],
    ["betta1", "Did you mean `beta1`?"],
    ["constructor", "Adam has no option `constructor`; it takes lr, beta1, beta2, eps."],
    ["toString", "Adam has no option `toString`"],
    ["hasOwnProperty", "Adam has no option `hasOwnProperty`"],
    ["__proto__", "Adam has no option `__proto__`"],
  ])("%s", (name, text) => {
    expect(message(() => call(JSON.parse(`{ "${name}": 0.5 }`)))).toContain(text);
  });
  test("are told by other libraries' names wherever options go by name", () => {
    expect(message(() => knownOptions("cosine", { endValue: 0 } as never, ["from", "to"] as never[]))).toContain(
      "`cosine` has no option `endValue`; it takes `from`, `to`. Did you mean `to`?",
    );
    expect(meant("momentum_decay", ["lr", "decay"])).toBe(" Did you mean `decay`?");
    expect(meant("weight_decay", ["lr", "weightDecay"])).toBe(" Did you mean `weightDecay`?");
    expect(meant("x".repeat(1e6), ["lr"])).toBe("");
  });
});

describe("a transform's number", () => {
  test.each(["clipByValue", "clipByNorm", "clipByGlobalNorm"] as const)("of %s is above 0", (name) => {
    const option = { clipByValue: "limit", clipByNorm: "maxNorm", clipByGlobalNorm: "maxGlobalNorm" }[name];
    for (const bad of [-1, 0, -0])
      expect(message(() => clips[name](adam(), bad))).toBe(`${name}: ${option} is ${bad}. It must be above 0.`);
    for (const bad of [Number.NaN, Infinity, "1", null, undefined, {}, [1]])
      expect(message(() => clips[name](adam(), bad as never))).toMatch(new RegExp(`^${name}: ${option} is `));
    expect(() => clips[name](adam(), 1e-45)).not.toThrow();
    expect(message(() => clips[name](adam(), 5e-324))).toContain("which is 0 in float32");
  });
  test("is checked at every step where it is scheduled", () => {
    const loop = new Loop(
      backend,
      clipByGlobalNorm(adam(), (step) => 1 - step),
    );
    loop.add([{ name: "w", shape: [1] }]);
    const step = (): void => loop.update({ w: { p: new Float64Array(1), inputs: { g: new Float64Array(1) } } });
    step();
    expect(message(step)).toContain("maxGlobalNorm is 0 at step 1. It must be above 0.");
  });
  test("of decay is 0 or above, and who decays is a function", () => {
    for (const decay of Object.values(decays)) {
      expect(message(() => decay(adam(), -1))).toContain("must be at least 0");
      expect(message(() => decay(adam(), 1, { decay: () => true } as never))).toContain("Did you mean `decays`?");
      expect(message(() => decay(adam(), 1, { decays: /w/ } as never))).toContain("decays is a RegExp");
      expect(message(() => decay(adam(), 1, null as never))).toContain("takes its options by name");
    }
  });
});

test("any value is named in a few words, and naming it never throws", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const values = [Symbol("x"), 5n, Object.create(null), new Date(0), class Foo {}, proxy, "x".repeat(1e6), [1, 2]];
  expect(values.map(shown)).toEqual([
    "a symbol",
    "5n",
    "an empty object",
    "a Date",
    "the class `Foo`",
    "an object",
    `"${"x".repeat(40)}"…`,
    "a list of 2",
  ]);
});

describe("a function that says which parameters", () => {
  const answers: readonly [what: string, answer: () => unknown][] = [
    ["a Promise", async () => false],
    [`"no"`, () => "no"],
    ["undefined", () => {}],
  ];
  const start = (configured: Configured): void => new Loop(backend, configured).add([{ name: "w", shape: [2] }]);
  test.each(answers)("must say true or false, and %s is neither", (shown, answer) => {
    const says = answer as () => boolean;
    const why = `the function must return true or false; for \`w\` it returned ${shown}.`;
    expect(() => start(freeze(adam(), says))).toThrow(`freeze: ${why}`);
    expect(() => start(partition({ a: adam(), b: adam() }, { a: says }))).toThrow(`partition, group \`a\`: ${why}`);
    expect(() => start(adam({ decays: says }))).toThrow(`decays: ${why}`);
    expect(() => toPlain(adam({ decays: says }), [{ name: "w", shape: [2] }])).toThrow(`decays: ${why}`);
  });
});

describe("a group without parameters", () => {
  const parameters = ["conv/kernel", "conv/bias", "head/kernel"].map((name) => ({ name, shape: [2] }));
  const loop = (configured: Configured): Loop<Float64Array> => new Loop(backend, configured);
  const adding = (configured: Configured) => (): void => loop(configured).add(parameters);
  const all = "there are `conv/kernel`, `conv/bias`, `head/kernel`.";

  test("is an error that says who chose it and lists the names", () => {
    expect(adding(freeze(adam(), "conv/kernal"))).toThrow(
      `freeze: "conv/kernal" selects nothing; ${all} Did you mean \`conv/kernel\`?`,
    );
    expect(adding(freeze(adam(), /^dense/))).toThrow(`freeze: /^dense/ selects nothing; ${all}`);
    expect(adding(freeze(adam(), () => false))).toThrow("freeze: the function selects nothing");
    expect(adding(freeze(adam(), /./))).toThrow(
      "freeze: /./ selects all of `conv/kernel`, `conv/bias`, `head/kernel`, so there is nothing to train.",
    );
    expect(adding(partition({ a: adam(), rest: adam() }, { a: /^dense/ }))).toThrow(
      `partition, group \`a\`: /^dense/ selects nothing; ${all}`,
    );
    expect(adding(partition({ a: adam(), b: adam() }, () => "a"))).toThrow(
      `partition: the function puts nothing into the group \`b\`; ${all}`,
    );
  });

  test("is one in a partition of a partition, and under a transform, too", () => {
    const inner = partition({ kernels: adam(), rest: frozen() }, { kernels: "head/kernel" });
    const outer = partition({ conv: inner, rest: adam() }, { conv: /^conv/ });
    const why = 'partition, group `kernels`: "head/kernel" selects nothing; there are `conv/kernel`, `conv/bias`.';
    expect(adding(outer)).toThrow(why);
    expect(adding(clipByNorm(outer, 1))).toThrow(why);
  });

  test("is not empty where it takes what is left, or where all that it would have is frozen", () => {
    adding(partition({ all: adam(), rest: adam() }, { all: /./ }))();
    adding(freeze(partition({ conv: adam(), rest: adam() }, { conv: /^conv/ }), /^conv/))();
  });

  test("may wait for parameters that follow", () => {
    const growing = loop(partition({ conv: adam(), head: adam() }, { conv: /^conv/, head: /^head/ }));
    growing.add(parameters.slice(0, 2), { more: true });
    growing.add(parameters.slice(2));
    expect(Object.keys(growing.inspect().groups)).toEqual(["conv", "head"]);
  });

  test("leaves an optimizer that may have other parameters", () => {
    const started = loop(partition({ conv: adam(), head: adam() }, { conv: /^conv/, head: /^head/ }));
    expect(() => started.add(parameters.slice(0, 2))).toThrow("selects nothing");
    expect(started.inspect().parameters).toEqual({});
    started.add(parameters);
  });
});
