import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { optimizer } from "@descent/arrays";
import type { Configured, Rule } from "@descent/core";
import { type Method, minimize } from "@descent/quasi-newton";
import { sgd } from "@descent/sgd";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { scaffold } from "../tools/new.ts";
import { root } from "./workspace.ts";

let copy: string;
const read = (file: string): string => readFileSync(path.join(copy, file), "utf8");

beforeEach(() => {
  copy = mkdtempSync(path.join(tmpdir(), "descent-new-"));
  const take = (...parts: string[]): void =>
    cpSync(path.join(root, "packages", ...parts), path.join(copy, "packages", ...parts), { recursive: true });
  // A family to add a rule to, the pattern of a new family, a package that is not a family, and the list of them.
  for (const folder of ["adam", "sgd", "core", "catalogue", "quasi-newton", "transforms"])
    for (const file of ["package.json", "tsconfig.json"]) take(folder, file);
  for (const folder of ["adam", "quasi-newton", "transforms"]) take(folder, "src"); // and packages of other things
  for (const file of ["tsconfig.json", "tsconfig.base.json"]) cpSync(path.join(root, file), path.join(copy, file));
  mkdirSync(path.join(copy, "goldens"));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

describe("npm run new", () => {
  test("writes a rule that runs as it stands, and its changeset", async () => {
    const next = scaffold(copy, [
      "adam",
      "lionSharp",
      "--title",
      "Lion ♯",
      "--paper",
      "https://arxiv.org/abs/2302.06675",
    ]);
    expect(read("packages/adam/src/lion-sharp.ts")).toContain(
      'id: "lion-sharp",\n  title: "Lion ♯",\n  paper: "https://arxiv.org/abs/2302.06675"',
    );
    const written: { lionSharp: Rule } = await import(path.join(copy, "packages/adam/src/lion-sharp.ts"));
    expect(written.lionSharp({ lr: 0.1 }).hyper).toEqual({ lr: 0.1 });
    expect(read(".changeset/adam-lion-sharp.md")).toBe('---\n"@descent/adam": minor\n---\n\nLion ♯: `lionSharp`.\n');
    expect(next).toContain("packages/conformance/goldens/adam/lionSharp.json");
  });

  test.each([
    [["--layout", "out,in"], { layout: ["out", "in"] }, { lr: 1e-3 }],
    [
      ["--layout", "in,out", "--blocks", "heads"],
      { layout: ["in", "out"], blocks: { rows: "heads" } },
      { lr: 1e-3, heads: 1 },
    ],
    [["--block-size", "512"], { blocks: { size: "blockSize" } }, { lr: 1e-3, blockSize: 512 }],
    [
      ["--needs", "matrix", "--inputs", "h,loss"],
      { needs: "matrix", inputs: { h: "tensor", loss: "model" } },
      { lr: 1e-3 },
    ],
    [
      ["--phases", "climb,look", "--readout", "average"],
      { phases: { climb: { p: "p + lr * g" }, look: { p: "p + lr * g" } }, readout: { p: "average" } },
      { lr: 1e-3 },
    ],
    [
      ["--when", "every", "--draws", "normal", "--inputs", "loss"],
      { before: [{ when: "t == 1 || t % every == 0", rare: "abs(g)" }], inputs: { loss: "model" } },
      { lr: 1e-3, every: 10, seed: 0 },
    ],
    [
      ["--sized", "Q:cols,rank", "--when", "every"],
      { needs: "matrix", state: { Q: { place: ["cols", "rank"], init: "normal" } } },
      { lr: 1e-3, every: 10, rank: 4 },
    ],
    [["--sized", "Q:rows,2"], { needs: "matrix", state: { Q: { place: ["rows", 2], init: "normal" } } }, { lr: 1e-3 }],
    [
      ["--sized", "L:rows,rows", "--layout", "out,in"],
      { needs: "matrix", state: { L: { place: ["rows", "rows"], init: "eye" } } },
      { lr: 1e-3 },
    ],
    [["--sized", "R:cols,cols"], { state: { R: { place: ["cols", "cols"], init: "eye" } } }, { lr: 1e-3 }],
  ])("writes what the rule sees of a parameter: %j", async (view, words, hyper) => {
    scaffold(copy, ["adam", "lion", ...view]);
    const { lion }: { lion: Rule } = await import(path.join(copy, "packages/adam/src/lion.ts"));
    expect({ ...lion }).toMatchObject({ ...words, hyper });
    expect(lion().hyper).toEqual(hyper);

    const w = new Float32Array(4).fill(1);
    const opt = optimizer({ w: { data: w, shape: [2, 2] } }, lion({ lr: 0.1 }));
    const inputs = Object.keys(lion.inputs ?? {}).map((input) => [
      input,
      input === "loss" ? 2 : { w: new Float32Array(4).fill(1) },
    ]);
    for (let round = 0; round < 2; round++)
      do opt.update({ w: new Float32Array(4).fill(0.5) }, Object.fromEntries(inputs));
      while (opt.midRound);
    expect(opt.step).toBe(2);
    const last = w[0]!;
    expect(last).toBeLessThan(1);
    opt.withReadout(() => (lion.readout ? expect(w[0]).toBeGreaterThan(last) : expect(w[0]).toBe(last)));
  });

  test("writes a transform that goes around any rule, and a rule that contains rules", async () => {
    const next = scaffold(copy, ["transforms", "heavyBall", "--title", "Heavy ball"]);
    expect(next).toContain("packages/transforms/src/steps/heavy-ball.ts");
    expect(read("packages/transforms/src/index.ts")).toContain(
      'export { heavyBall } from "./steps/heavy-ball.ts";\nexport { mup } from "./steps/mup.ts";\n',
    );
    scaffold(copy, ["transforms", "between", "--parts", "near,far"]);
    const made: { heavyBall: (rule: Configured) => Configured } = await import(
      path.join(copy, "packages/transforms/src/steps/heavy-ball.ts")
    );
    const other: { between: (parts: Record<"near" | "far", Configured>) => Configured } = await import(
      path.join(copy, "packages/transforms/src/steps/between.ts")
    );
    const stepped = (rule: Configured): number => {
      const w = new Float32Array(1).fill(1);
      const opt = optimizer({ w }, rule);
      for (let step = 0; step < 2; step++) opt.update({ w: new Float32Array(1).fill(0.5) });
      return w[0]!;
    };
    // The means of the gradients are 0.05 and 0.095.
    expect(stepped(made.heavyBall(sgd({ lr: 1 })))).toBeCloseTo(1 - 0.05 - 0.095, 6);
    expect(stepped(other.between({ near: sgd({ lr: 0.1 }), far: sgd({ lr: 0.3 }) }))).toBeCloseTo(1 - 2 * 0.1, 6);
  });

  test("writes a method as a generator, which finds a minimum as it stands", async () => {
    scaffold(copy, ["quasi-newton", "steepest", "--paper", "https://doi.org/10.1000/182"]);
    expect(read("packages/quasi-newton/src/index.ts")).toContain(
      'export { type SteepestOptions, steepest } from "./steepest.ts";\n',
    );
    expect(read(".changeset/quasi-newton-steepest.md")).toContain('"@descent/quasi-newton": minor');
    const { steepest }: { steepest: () => Method } = await import(
      path.join(copy, "packages/quasi-newton/src/steepest.ts")
    );
    const bowl = (x: ArrayLike<number>) => ({
      value: (x[0]! - 3) ** 2 + 4 * x[1]! ** 2,
      gradient: [2 * (x[0]! - 3), 8 * x[1]!],
    });
    const found = minimize(bowl, [0, 1], steepest());
    expect(found.status).toBe("gradient");
    expect(found.x[0]).toBeCloseTo(3, 4);
    expect(found.x[1]).toBeCloseTo(0, 4);
  });

  test("puts the export line where the alphabet wants it and leaves the others alone", () => {
    const before = read("packages/adam/src/index.ts");
    scaffold(copy, ["adam", "lion"]);
    const line = 'export { lion } from "./lion.ts";\n';
    const after = read("packages/adam/src/index.ts");
    expect(after.replace(line, "")).toBe(before);
    expect(after.indexOf("./adam.ts")).toBeLessThan(after.indexOf(line));
    expect(after.indexOf(line)).toBeLessThan(after.indexOf("./yogi.ts"));
  });

  test.each([
    [["adam"], "usage: npm run new -- <family> <rule>"],
    [["adma", "lion"], "Did you mean adam? `npm run new -- family adma` makes one."],
    [["core", "lion"], 'There is no family "core"'],
    [["adam", "Lion-2"], '"Lion-2" cannot be exported.'],
    [["adam", "yogi"], "packages/adam/src/yogi.ts exists already."],
    [["adam", "lion", "--layout", "rows"], '--layout is what rows and columns are, "out,in" or "in,out"; got "rows".'],
    [["adam", "lion", "--blocks", "a b"], '--blocks is the name of an option, such as heads; got "a b".'],
    [["adam", "lion", "--block-size", "0"], '--block-size is a whole number above 0; got "0".'],
    [["adam", "lion", "--block-size", "8", "--blocks", "heads"], "Give one of the two."],
    [["adam", "lion", "--needs", "vector"], '--needs is matrix; got "vector".'],
    [
      ["adam", "lion", "--inputs", "h,h"],
      '--inputs are names of what the rule reads besides g, each once, such as h,loss; got "h,h".',
    ],
    [
      ["adam", "lion", "--phases", "climb,update"],
      '--phases are names of phases before the update, each once, such as climb; got "climb,update".',
    ],
    [["adam", "lion", "--readout", "p"], '--readout is the name of state to evaluate with, such as average; got "p".'],
    [
      ["adam", "lion", "--when", "t % 2"],
      '--when is the name of an option that counts steps, such as every; got "t % 2".',
    ],
    [
      ["adam", "lion", "--sized", "Q:rank,cols"],
      'or Q:cols,rank: the first rows or cols, the second the same, a number or an option; got "Q:rank,cols".',
    ],
    [["adam", "lion", "--sized", "g:rows,rows"], 'got "g:rows,rows"'],
    [["adam", "lion", "--parts", "a,b"], "npm run new -- transforms NAME --parts direction,length"],
    [["transforms", "graft"], "packages/transforms/src/steps/graft.ts exists already."],
    [
      ["transforms", "both", "--parts", "a,a"],
      '--parts are names of the rules it is made of, each once, such as direction,length; got "a,a".',
    ],
    [["transforms", "both", "--layout", "out,in"], "--layout is not for transforms."],
    [["quasi-newton", "steepest", "--parts", "a,b"], "--parts is not for quasi-newton."],
    [["adam", "lion", "--draws", "cauchy"], '--draws is normal, uniform or rademacher; got "cauchy".'],
  ])("says what is wrong with %j and writes nothing", (args, message) => {
    const before = read("packages/adam/src/index.ts");
    expect(() => scaffold(copy, args)).toThrow(message);
    expect(read("packages/adam/src/index.ts")).toBe(before);
  });

  test("makes a family: a package that the workspace builds and the catalogue lists, ready for its first rule", () => {
    scaffold(copy, ["family", "zeroth-order", "--description", "Rules that need no gradients"]);
    expect(JSON.parse(read("packages/zeroth-order/package.json"))).toMatchObject({
      name: "@descent/zeroth-order",
      description: "Rules that need no gradients",
      descent: { kind: "family" },
      dependencies: { "@descent/core": "workspace:^" },
    });
    expect(JSON.parse(read("tsconfig.json")).references).toContainEqual({ path: "packages/zeroth-order" });
    expect(JSON.parse(read("packages/catalogue/package.json")).dependencies).toHaveProperty("@descent/zeroth-order");
    expect(read("goldens/zeroth_order.py")).toContain("packages/conformance/goldens/zeroth-order/{rule}.json");
    const next = scaffold(copy, ["zeroth-order", "dowg"]);
    expect(read("packages/zeroth-order/src/index.ts")).toBe('export { dowg } from "./dowg.ts";\n');
    expect(next).toContain("goldens/zeroth_order.py");
    expect(() => scaffold(copy, ["family", "zeroth-order"])).toThrow("packages/zeroth-order exists already.");
    expect(() => scaffold(copy, ["family", "Free"])).toThrow(/Use kebab-case/);
  });
});
