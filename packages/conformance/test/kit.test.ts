import { adam, yogi } from "@descent/adam";
import {
  arraysTargets,
  displacementError,
  elementwise,
  type GoldenSetting,
  type Gradients,
  products,
  type Runner,
  reference,
  type Session,
  type Share,
  type Target,
  wholes,
} from "@descent/conformance";
import { installMatchers } from "@descent/conformance/vitest";
import { type Configured, partition, rule } from "@descent/core";
import { momentum, nesterov, sgd, signSgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { sameBits, sameState } from "../src/assert.ts";
import {
  checkApart,
  checkEmpty,
  checkExact,
  checkFrozen,
  checkMissing,
  checkOrder,
  checkRefusesEmpty,
  checkResume,
  checkSchedules,
  firstNonFinite,
  movesAgain,
  run,
} from "../src/checks.ts";
import { asksOf, sampleData } from "../src/data.ts";
import {
  type AnyRule,
  configure,
  followGolden,
  type Golden,
  goldens,
  parseGolden,
  readGoldens,
  rulesOf,
} from "../src/golden.ts";
import { kit } from "../src/kit.ts";

const data = sampleData();
const heavy = momentum({ lr: 0.1 });

/** The reference, sabotaged in one way. */
const sabotaged = (change: (session: Session, starts: number) => Partial<Session>): Target => {
  let starts = 0;
  return {
    name: "sabotaged",
    start: async (parameters, configured) => {
      const session = await reference.start(parameters, configured);
      return { ...session, ...change(session, ++starts) };
    },
  };
};

describe("displacement", () => {
  test("is measured against what moved, not against what is", () => {
    const start = [100, 100];
    expect(displacementError([100.001, 100], [100.002, 100], start)).toBeCloseTo(0.5, 6);
    expect(displacementError([100.002, 100], [100.002, 100], start)).toBe(0);
  });
  test("where nothing should move is the distance itself", () => {
    expect(displacementError([1, 2], [1, 2], [1, 2])).toBe(0);
    expect(displacementError([1, 2.5], [1, 2], [1, 2])).toBe(0.5);
  });
  test("with NaN is infinite, so that no tolerance lets it pass", () => {
    expect(displacementError([Number.NaN], [1], [0])).toBe(Infinity);
  });
  test("of arrays of unlike lengths is refused", () => {
    expect(() => displacementError([1], [1, 2], [0, 0])).toThrow("takes lists of one length");
  });
  test("has a matcher", () => {
    installMatchers();
    expect(Float32Array.of(1.1)).toMoveLike([1.1], [1]);
    expect([1.1]).not.toMoveLike([1.2], [1]);
    expect(() => expect([1.1]).toMoveLike([1.2], [1])).toThrow(/5\.00e-1 of the displacement/);
  });
});

describe("goldens", async () => {
  const all = await readGoldens(goldens("sgd"));
  const [setting] = all.get("momentum")!.settings;
  test("are followed by their rule and by no other", async () => {
    expect((await followGolden(reference, configure(momentum, setting!.options), setting!)).error).toBeLessThan(1e-6);
    expect((await followGolden(reference, configure(nesterov, setting!.options), setting!)).error).toBeGreaterThan(0.1);
  });
  test("tell a rate that is wrong by a part in ten thousand", async () => {
    const options = { ...setting!.options, lr: setting!.options.lr! * 1.0001 };
    expect((await followGolden(reference, configure(momentum, options), setting!)).error).toBeGreaterThan(5e-5);
  });
  test("see options by step, state that the path hides, and the readout", async () => {
    const fast = arraysTargets()[0]!;
    const rate = setting!.options.lr!;
    const rates = setting!.gradients.map((_, step) => (step === 8 ? 2 * rate : rate));
    const error = async (configured: Configured, more: Partial<GoldenSetting>): Promise<number> =>
      (await followGolden(fast, configured, { ...setting!, ...more })).error;
    expect(await error(configure(momentum, setting!.options, { lr: rates.map(() => rate) }), {})).toBeLessThan(1e-6);
    expect(await error(configure(momentum, setting!.options, { lr: rates }), {})).toBeGreaterThan(1e-2);
    const plain = configure(momentum, setting!.options);
    expect(await error(plain, { slots: { b: { w: Array.from({ length: 12 }, () => 1) } } })).toBeGreaterThan(1e-2);
    await expect(error(plain, { slots: { c: { w: [1] } } })).rejects.toThrow(/no `c\/w`/);
    expect(await error(plain, { readout: true })).toBeLessThan(1e-6);
    await expect(followGolden(reference, plain, { ...setting!, readout: true })).rejects.toThrow(/no `readout`/);
    expect(() => parseGolden({ ...all.get("momentum")!, settings: [{ ...setting!, schedules: { lr: 1 } }] }, "m")).toThrow(/not lists of numbers/); // biome-ignore format: one line
  });
  test("can be handed in as data", async () => {
    const given = await readGoldens([...all.values()]);
    expect([...given.keys()]).toEqual([...all.keys()]);
    expect([...given.keys()]).toEqual(expect.arrayContaining(["momentum", "nesterov", "sgd"]));
  });
  test("belong to exported rules, and to nothing else that is exported", () => {
    expect(rulesOf({ sgd, help: () => 1, version: "1", heavy }).map(([name]) => name)).toEqual(["sgd"]);
  });
});

describe("each check passes on a sound backend and fails on a broken one", () => {
  test("bits", () => {
    const of = (...x: number[]) => ({ w: Float32Array.from(x) });
    expect(() => sameBits(of(0, Number.NaN), of(0, Number.NaN))).not.toThrow();
    expect(() => sameBits(of(0, 0), of(0, -0))).toThrow(/`w`\[1\]/);
    expect(() => sameBits(of(1), of(1 + 2 ** -23))).toThrow();
    expect(() => sameBits({}, of(1))).toThrow();
  });

  test("resume", async () => {
    await checkResume(reference, heavy, data);
    const forgets = sabotaged((session) => ({
      load: (state) =>
        session.load({
          ...state,
          tensors: Object.fromEntries(
            Object.entries(state.tensors).map(([k, t]) => [k, { ...t, data: t.data.map((x) => x * (1 + 2 ** -20)) }]),
          ),
        }),
    }));
    await expect(checkResume(forgets, heavy, data)).rejects.toThrow();
    const restarts = sabotaged((session) => ({
      load: async (state) => {
        const parameters = Object.fromEntries(
          Object.entries(state.meta.parameters).map(([name, p]) => [name, { ...p, t: 1 }]),
        );
        return session.load({ ...state, meta: { ...state.meta, parameters } });
      },
    }));
    await expect(checkResume(restarts, adam({ lr: 0.1 }), data)).rejects.toThrow();
  });

  test("tensors apart", async () => {
    await checkApart(reference, heavy, data);
    const mixes = sabotaged((session) => ({
      update: (g) => session.update(g.w && g.b ? { w: g.w, b: g.b.map((x) => x * 1.001) } : g),
    }));
    await expect(checkApart(mixes, heavy, data)).rejects.toThrow();
  });

  test("order", async () => {
    await checkOrder(reference, heavy, data);
    const positional = sabotaged((session) => ({
      update: (g) => session.update(Object.keys(g)[0] === "w" ? g : { ...g, w: g.w!.map((x) => -x) }),
    }));
    await expect(checkOrder(positional, heavy, data)).rejects.toThrow();
  });

  test("freezing", async () => {
    await checkFrozen(reference, heavy, data);
    const thaws = sabotaged((session) => ({
      read: async (name) => (await session.read(name)).map((x) => (name === "b" ? x + 1e-6 : x)),
    }));
    await expect(checkFrozen(thaws, heavy, data)).rejects.toThrow();
  });

  test("missing gradients", async () => {
    await checkMissing(reference, heavy, data);
    const fills = sabotaged((session) => ({
      update: (g) => session.update({ b: new Float32Array(5), w: new Float32Array(21), ...g }),
    }));
    await expect(checkMissing(fills, heavy, data)).rejects.toThrow();
  });

  test("empty tensors", async () => {
    await checkEmpty(reference, heavy, data);
    const refuses = sabotaged((session) => ({
      update: (g) => {
        if (Object.values(g).some((x) => x.length === 0)) throw new RangeError("no elements");
        return session.update(g);
      },
    }));
    await expect(checkEmpty(refuses, heavy, data)).rejects.toThrow();
    await checkRefusesEmpty(refuses, heavy, data);
    await expect(checkRefusesEmpty(reference, heavy, data)).rejects.toThrow(/remove `refusesEmpty`/);
  });

  test("extreme gradients", async () => {
    expect(await firstNonFinite(reference, heavy, sampleData({ steps: 4, scale: 1e30 }))).toBeUndefined();
    expect(await firstNonFinite(reference, yogi(), sampleData({ steps: 4, scale: 1e30 }))).toMatchObject({
      tensor: "w",
      element: 0,
      step: 2,
      value: Number.NaN,
    });
  });

  test("recovery from extreme gradients", async () => {
    const shocked = (configured: Configured, scale: number): Promise<number | undefined> =>
      movesAgain(reference, configured, sampleData({ steps: 4, scale }), data);
    expect(await shocked(heavy, 1e-30)).toBe(1);
    expect(await shocked(adam(), 1e-30)).toBe(1);
    expect(await shocked(adam(), 1e30)).toBeUndefined();
    // Signs know nothing of sizes.
    expect(await shocked(signSgd({ lr: 0.01 }), 1e30)).toBe(1);
  });

  test("schedules", async () => {
    const make = (h: Readonly<Record<string, unknown>>) => configure(momentum, h);
    await checkSchedules(reference, make, { lr: 0.1, momentum: 0.9 }, data);
    const deaf = sabotaged((session) => ({ set: ({ lr: _, ...rest }) => session.set(rest) }));
    await expect(checkSchedules(deaf, make, { lr: 0.1, momentum: 0.9 }, data)).rejects.toThrow();
  });
});

describe("a rule that reads more than gradients, or takes several per step,", () => {
  const curved = rule({
    id: "curved",
    title: "Curved",
    paper: "",
    hyper: { lr: 0.1, beta: 0.9 },
    inputs: { h: "tensor", loss: "model" },
    state: { m: 0 },
    update: { m: "beta * m + g / (abs(h) + 1)", p: "p - lr * loss * m" },
  });
  const ahead = rule({
    id: "ahead",
    title: "Ahead",
    paper: "",
    hyper: { lr: 0.1, beta: 0.9 },
    state: { v: 0 },
    phases: { look: { p: "p + beta * v - 0.1 * lr * g" } },
    update: { v: "beta * v - lr * g", p: "p + v" },
  });
  const data = sampleData(asksOf(partition({ w: curved(), b: ahead() }, { w: "w", b: "b" })));

  test("gets data for it", () => {
    expect(data.steps.length).toBe(16);
    expect(data.inputs).toHaveLength(16);
    expect(data.inputs![0]).toMatchObject({ h: { w: expect.any(Float32Array) }, loss: expect.any(Number) });
  });

  test.each([reference, ...arraysTargets()].map((target) => [target.name, target] as const))(
    "passes every check (%s)",
    async (_, target) => {
      for (const one of [curved, ahead]) {
        const mine = sampleData(asksOf(one()));
        await checkResume(target, one(), mine);
        await checkApart(target, one(), mine);
        await checkOrder(target, one(), mine);
        await checkFrozen(target, one(), mine);
        await checkMissing(target, one(), mine);
        await checkEmpty(target, one(), mine);
        await checkSchedules(target, (h) => configure(one, h), one.hyper, mine);
        await checkExact(target, reference, one(), mine);
      }
    },
  );

  test("is saved between two phases, where a round that is forgotten is found", async () => {
    const forgets = sabotaged((session) => ({
      load: (state) => {
        const { "round.p/w": _, ...tensors } = state.tensors;
        const parameters = Object.entries(state.meta.parameters).map(([n, { phase: _, ...p }]) => [n, p] as const);
        const meta = { ...state.meta, parameters: Object.fromEntries(parameters) };
        return session.load({ meta, tensors: { ...tensors, "round.p/w": state.tensors["round.p/w"]! } });
      },
    }));
    await expect(checkResume(forgets, ahead(), sampleData(asksOf(ahead())))).rejects.toThrow();
  });

  test("is not followed by a backend that forgets an input", async () => {
    const deaf = sabotaged((session) => ({ update: (g, { h, ...rest } = {}) => session.update(g, { h: g, ...rest }) }));
    await expect(checkExact(deaf, reference, curved(), sampleData(asksOf(curved())))).rejects.toThrow(/after step 1/);
  });

  test("has its inputs in goldens", async () => {
    const { starts, steps, inputs } = sampleData({ ...asksOf(curved()), steps: 3 });
    const plain = (arrays: Gradients) => Object.fromEntries(Object.entries(arrays).map(([n, x]) => [n, [...x]]));
    const given = inputs!.map(({ h, loss }) => ({ h: plain(h as Gradients), loss: loss as number })); // as its rule says
    const state = Object.fromEntries(Object.entries(starts).map(([n, { data }]) => [n, { p: [...data], m: data.map(() => 0) }])); // biome-ignore format: one line
    const path = steps.map((gradients, k) =>
      Object.fromEntries(
        Object.entries(state).map(([n, { p, m }]) => {
          for (const [i, g] of gradients[n]!.entries()) {
            m[i] = 0.9 * m[i]! + g / (Math.abs(given[k]!.h[n]![i]!) + 1);
            p[i] = p[i]! - 0.1 * given[k]!.loss * m[i]!;
          }
          return [n, [...p]];
        }),
      ),
    );
    const parameters = Object.fromEntries(
      Object.entries(starts).map(([n, { data, shape }]) => [n, { shape, role: "kernel" as const, start: [...data] }]),
    );
    const setting = { parameters, gradients: steps.map(plain), inputs: given, path };
    expect((await followGolden(reference, curved(), setting)).error).toBeLessThan(1e-6);
    const halved = given.map(({ h, loss }) => ({ h, loss: loss / 2 }));
    expect((await followGolden(reference, curved(), { ...setting, inputs: halved })).error).toBeGreaterThan(0.1);
    const golden = {
      rule: "curved",
      source: "",
      hyper: {},
      settings: [{ ...setting, name: "", options: {}, inputs: [] }],
    };
    expect(() => parseGolden(golden, "curved.json")).toThrow(/`inputs` in settings\[0\]/);
  });

  test("may be refused by a function of the rule", async () => {
    const says = (message: string): Target => ({
      name: "none",
      start: () => {
        throw new Error(message);
      },
    });
    const declared = async (target: Target): Promise<Map<string, () => void | Promise<void>>> => {
      const tests = new Map<string, () => void | Promise<void>>();
      const waiting: (void | Promise<void>)[] = [];
      const { describeRules } = kit({
        describe: (_, declare) => void waiting.push(declare()),
        test: (name, body) => void tests.set(name, body),
      });
      const refuses = ({ inputs }: AnyRule): string | undefined => inputs && "it has gradients only";
      describeRules({ curved }, [], { targets: [target], refuses });
      await Promise.all(waiting);
      return tests;
    };
    const name = "is refused by name, with what to do: it has gradients only";
    await (await declared(says('Curved reads `h`. Use plan: "host".'))).get(name)!();
    await expect((await declared(says("no"))).get(name)!()).rejects.toThrow("does not say what to do");
    await expect((await declared(reference)).get(name)!()).rejects.toThrow("take `curved` out of `refuses`");
  });
});

describe("exceptions for extreme gradients", () => {
  const declared = async (module: object, options: object): Promise<Map<string, () => void | Promise<void>>> => {
    const tests = new Map<string, () => void | Promise<void>>();
    const waiting: (void | Promise<void>)[] = [];
    const { describeRules } = kit({
      describe: (_, declare) => void waiting.push(declare()),
      test: (name, body) => void tests.set(name, body),
    });
    describeRules({ ...module }, [], { targets: [reference], ...options });
    await Promise.all(waiting);
    return tests;
  };
  const sign = rule({
    id: "test/sign",
    title: "Sign",
    paper: "",
    hyper: { lr: 0.1 },
    state: {},
    update: { p: "p - lr * sign(g)" },
  });
  const squares = rule({
    id: "test/squares",
    title: "Squares",
    paper: "",
    hyper: { lr: 0.1, eps: 1e-8 },
    state: { v: 0 },
    update: { v: "v + g ^ 2", p: "p - lr * g / (sqrt(v) + eps)" },
  });

  test("a rule that moves again may not be listed as stuck, whatever the scale", async () => {
    const stuck = { "1e30": { sign: "so it is said" }, "1e-30": { sign: "so it is said" } };
    const tests = await declared({ sign }, { stuck });
    for (const scale of ["1e+30", "1e-30"])
      await expect(
        Promise.resolve(tests.get(`stays where it is after gradients of ${scale}: so it is said`)!()),
      ).rejects.toThrow("it moves after 1 steps; take `sign` out of `stuck`");
  });

  test("a rule that does not move again must be listed", async () => {
    const listed = await declared({ squares }, { stuck: { "1e30": { squares: "v is infinite" } } });
    await listed.get("stays where it is after gradients of 1e+30: v is infinite")!();
    const tests = await declared({ squares }, {});
    await expect(Promise.resolve(tests.get("moves again after gradients of 1e+30")!())).rejects.toThrow(
      "a thousand ordinary steps after gradients of 1e+30 it has not moved",
    );
  });

  const belongs = "the module exports rules, and every golden and exception belongs to one";
  test.each([
    [{ overflows: { gone: "" } }, "`overflows` names `gone`, which is not among sign"],
    [{ stuck: { "1e30": { gone: "" } } }, "`stuck` names `gone`, which is not among sign"],
    [{ stuck: { "1e-30": { gone: "" } } }, "`stuck` names `gone`, which is not among sign"],
    [
      { overflows: { sign: "a" }, stuck: { "1e30": { sign: "b" } } },
      "`sign` is in `overflows` and in `stuck`; one that does not stay finite belongs in `overflows` alone",
    ],
  ])("%j is refused", async (options, message) => {
    const tests = await declared({ sign }, options);
    expect(() => tests.get(belongs)!()).toThrow(message);
  });
});

test("an option that `describeRules` does not have is refused", () => {
  const { describeRules } = kit({ describe: () => {}, test: () => {} });
  const misspelt: object = { refuse: { adam: "no" } };
  expect(() => describeRules({}, [], misspelt)).toThrow("`describeRules` has no option `refuse`");
});

describe("a share", async () => {
  const [adagrad, golden] = [await import("@descent/adagrad"), await readGoldens(goldens("adagrad"))];
  /** The names of the tests that are declared, each after those of its groups. */
  async function declared(declare: (runner: Runner) => void): Promise<string[]> {
    const names: string[] = [];
    const groups: string[] = [];
    const waiting: unknown[] = [];
    declare({
      describe(name, body) {
        groups.push(name);
        const done = body();
        if (done instanceof Promise) waiting.push(done.finally(() => groups.pop()));
        else groups.pop();
      },
      test: (name) => void names.push([...groups, name].join(" > ")),
    });
    await Promise.all(waiting);
    return names;
  }
  const ofRules = (share?: Share): Promise<string[]> =>
    declared((runner) => kit(runner).describeRules(adagrad, [...golden.values()], { targets: [reference], share }));
  const ofBackend = (share?: Share): Promise<string[]> =>
    declared((runner) => kit(runner).describeBackend(reference, { share }));
  const thirds = [0, 1, 2].map((part) => ({ part, of: 3 }));

  test("of a rule's checks has a golden, and all shares together have every check once", async () => {
    const whole = await ofRules();
    const parts = await Promise.all(thirds.map(ofRules));
    // A thousand steps are for one target that has all checks.
    const checks = (names: readonly string[]): string[] =>
      names.filter((name) => name.includes(" on reference") && !/> (moves again|stays where it is) after/.test(name));
    expect(whole.filter((name) => /> (moves again|stays where it is) after gradients of 1e[+-]30/.test(name)).length).toBeGreaterThan(20); // biome-ignore format: one line
    expect(parts.flatMap(checks).sort()).toEqual(checks(whole).sort());
    for (const part of parts)
      for (const rule of golden.keys()) expect(part.join()).toContain(`${rule} on reference > moves as`);
    const few = await ofRules({ part: 7, of: 8 });
    for (const rule of golden.keys()) expect(few.join()).toContain(`${rule} on reference > moves as`);
  });

  test("meets each check in another rule in turn", async () => {
    for (const check of ["continues from a saved state", "leaves a frozen parameter alone", "takes schedules"]) {
      const [some, every] = [await ofRules({ part: 1, of: 3 }), await ofRules()].map((names) =>
        names.filter((name) => name.includes(check)),
      );
      expect(some!.length).toBeGreaterThan(0);
      expect(some!.length).toBeLessThan(every!.length);
    }
  });

  test("of a backend's formulas has each product in one of three shapes, and what is asked once always", async () => {
    const whole = await ofBackend();
    const parts = await Promise.all(thirds.map(ofBackend));
    expect([...new Set(parts.flat())].sort()).toEqual([...whole].sort());
    for (const part of parts) {
      for (const formula of products) expect(part.filter((name) => name.includes(`] > computes ${formula}`)).length, formula).toBe(1); // biome-ignore format: one line
      expect(part.join()).toContain("changes nothing in a step that fails");
      expect(part.length).toBeLessThan(0.5 * whole.length);
    }
  });
});

test("formulas that are added up are all there, and one that is wrong fails its rule alone", async () => {
  const wrong: Target = {
    name: "wrong floors",
    start: async (starts, configured) => {
      const session = await reference.start(starts, configured);
      if (!JSON.stringify(configured).includes("floor(")) return session;
      return { ...session, update: (g, ...rest) => session.update({ ...g, w: g.w!.map((x) => x * 1.3) }, ...rest) };
    },
  };
  const tests = new Map<string, () => void | Promise<void>>();
  const runner: Runner = { describe: (_, body) => void body(), test: (name, body) => void tests.set(name, body) };
  kit(runner).describeBackend(wrong, { exact: true, together: 5 });
  const computed = [...tests].filter(([name]) => name.startsWith("computes "));
  for (const formula of [...elementwise, ...products, ...wholes])
    expect(computed.filter(([name]) => name.includes(formula)).length, formula).toBe(1); // of three shapes the last
  const failed: string[] = [];
  for (const [name, body] of computed) await Promise.resolve(body()).catch(() => void failed.push(name));
  expect(failed).toEqual([`computes ${elementwise.slice(5, 10).join(", ")}`]);
  expect(failed[0]).toContain("floor(4 * g)");
});

test("the sample has gradients that correlate, change sign and are zero somewhere", async () => {
  const signs = data.steps.map(({ w }) => w!.map(Math.sign));
  expect(signs.every((s) => s[2] === 0)).toBe(true);
  expect(signs.some((s, k) => k > 0 && s.some((x, i) => x !== signs[k - 1]![i]))).toBe(true);
  expect(await run(reference, heavy, data)).toEqual(await run(reference, heavy, sampleData()));
});

describe("a failure explains itself", () => {
  test("by element, bits and distance", () => {
    const of = (...x: number[]) => ({ w: Float32Array.from(x) });
    expect(() => sameBits(of(1, 2), of(1, 2 + 2 ** -22))).toThrow(
      "`w`[1] is 2 (0x40000000); expected 2.000000238418579 (0x40000001), 1 unit in the last place apart, and 0 other elements differ",
    );
    expect(() => sameBits(of(-0), of(0))).toThrow(/0 units in the last place apart/);
    expect(() => sameBits({ w: new Float32Array(2) }, { v: new Float32Array(2) })).toThrow(
      "the tensors are w; expected v",
    );
    expect(() => sameState({ meta: { step: 2 } }, { meta: { step: 3 } })).toThrow("state.meta.step is 2; expected 3");
  });

  test("by the first step at which bits differ, and says what `exact` promises", async () => {
    const late = sabotaged((session) => {
      let step = 0;
      return { update: (g) => session.update(++step < 3 ? g : { ...g, b: g.b!.map((x) => x * 1.001) }) };
    });
    await expect(checkExact(late, reference, heavy, data)).rejects.toThrow(/^after step 3: `b`\[0\]/);
    const always = sabotaged((session) => ({ read: async (name) => (await session.read(name)).map((x) => x + 1) }));
    await expect(checkExact(always, reference, heavy, sampleData({ steps: 1 }))).rejects.toThrow(
      /rounds host scalars to float32 where they meet elements/,
    );
  });

  test("by the entry that a golden lacks", () => {
    expect(() => parseGolden({ rule: "mine", source: "paper" }, "mine.json")).toThrow(
      /The golden mine.json has no `hyper`/,
    );
    const setting = { name: "defaults", options: {}, parameters: {}, gradients: [{}] };
    expect(() => parseGolden({ rule: "mine", source: "paper", hyper: {}, settings: [setting] }, "mine.json")).toThrow(
      /settings\[0\] without a `path`/,
    );
  });
});

describe("a rule without a golden", () => {
  /** The tests that the kit declares, by name, with their failures once run. */
  async function declared(goldens: readonly Golden[] | URL): Promise<Map<string, () => void | Promise<void>>> {
    const tests = new Map<string, () => void | Promise<void>>();
    const waiting: (void | Promise<void>)[] = [];
    const { describeRules } = kit({
      describe: (_, declare) => void waiting.push(declare()),
      test: (name, body) => void tests.set(name, body),
    });
    describeRules({ momentum }, goldens, { targets: [reference] });
    await Promise.all(waiting);
    return tests;
  }

  test.each([
    ["data", []],
    ["a folder that is not there", new URL("./nowhere/", import.meta.url)],
  ] as const)("fails with what to do, from %s, and its other checks still run", async (_, from) => {
    const tests = await declared(from);
    expect(tests.get("momentum has a golden with its defaults")).toThrow(
      /the rule `momentum` has no golden\..*A golden is \{/,
    );
    const resume = tests.get("continues from a saved state bit for bit");
    expect(resume).toBeDefined();
    await resume!();
  });
});
