import { execFileSync } from "node:child_process";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { line } from "../bench/growth.ts";
import { type Measured, ratio } from "../bench/measure.ts";
import { peers } from "../bench/peers.ts";
import { withSection } from "../bench/report.ts";
import { compilers } from "../bench/types.ts";
import { HANG } from "./limits.ts";
import { long } from "./long.ts";
import { longTest } from "./sample.ts";
import { root } from "./workspace.ts";

const bench = (...args: string[]): string =>
  execFileSync(
    path.join(root, "node_modules/.bin/tsx"),
    ["--tsconfig", "tsconfig.test.json", "bench/main.ts", ...args],
    {
      cwd: root,
      encoding: "utf8",
      shell: process.platform === "win32",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
/** A dozen processes are started one after the other, on a machine that may be busy with other tests. */
const PATIENCE = 3 * HANG;
const tiny = ["--rounds", "1", "--turn", "1"];
/** The first cells of tables' rows. */
const rows = (text: string): string[] => [...text.matchAll(/^\| (.+?) +\|/gm)].map(([, label]) => label ?? "");
const notes = (text: string): string[] => [...text.matchAll(/^- (.*)$/gm)].map(([, note]) => note ?? "");

describe("the benchmark of updates runs", () => {
  let adamw: string;
  let lamb: string;
  beforeAll(() => {
    const sections = bench("step", "adamw", "lamb", ...tiny, "--sizes", "400", "--counts", long ? "1,4" : "1").split(
      "\n## ",
    );
    adamw = sections.find((text) => text.includes("AdamW\n")) ?? "";
    lamb = sections.find((text) => text.includes("LAMB")) ?? "";
  }, PATIENCE);
  // A machine may lack a compiler and PyTorch; anything else that is missing is a defect.
  const own = (of: readonly string[]): string[] => of.filter((note) => !/^(C|Descent's machine code|PyTorch): left out, .+; set (CC|DESCENT_PYTHON)/.test(note)); // biome-ignore format: one line

  test("every peer takes part and does the same work, and no others do", () => {
    const there = rows(adamw);
    for (const { label, home, rules, least = 0 } of peers)
      if (rules.includes("adamw") && least <= 400 && !/^(c|torch|native)/.test(home)) expect(there).toContain(label);
    for (const text of [adamw, lamb]) {
      const conditions = 3; // machine, day, effort
      expect(own(notes(text).slice(conditions))).toEqual([]);
    }
    expect(rows(lamb)).toContain("a loop by hand in JavaScript");
    expect(rows(lamb)).not.toContain("tf.train on tfjs-wasm");
  });

  longTest(
    "with two threads where there is work for two",
    () => {
      const text = bench("step", "clip", ...tiny, "--sizes", "262144", "--counts", "1");
      expect(rows(text)).toContain("Descent, arrays of `allocate`, two threads");
      expect(own(notes(text).slice(3))).toEqual([]);
    },
    PATIENCE,
  );

  test("with the share of the memory's speed, and the aims beside the measurements", () => {
    expect(rows(adamw)).toContain("limit");
    expect(adamw).toMatch(/\| tf\.train\.adam on tfjs-wasm takes ≥ 7×, one tensor +\| +400: [\d.]+ \([\d.]+\) \| +(met|missed) \|/); // biome-ignore format: one line
    expect(adamw).toMatch(/from 1e7 on +\| +– \| not measured \|/);
  });
});

longTest(
  "the growth of cost is reported with the line through it",
  () => {
    const text = bench("growth", ...tiny, "--sizes", "1,100", "--counts", "1,10");
    expect(text.match(/\| Descent, arrays of `allocate` +(\| +-?[\d.]+ ){4}\|/g)).toHaveLength(2);
  },
  PATIENCE,
);

longTest(
  "the compiler's cost of rules is reported for every compiler that is installed",
  () => {
    const table = bench("types", "--rounds", "1", "--rules", "10");
    expect(table.match(/^\| TypeScript [\d.]+ \| [\d,]{5,} \| -?[\d.]+ \|$/gm)).toHaveLength(compilers.length);
  },
  PATIENCE,
);

test("--help lists every part and option", () => {
  const text = bench("--help");
  for (const word of [
    "training",
    "step",
    "growth",
    "profile",
    "types",
    "--full",
    "--write",
    "--rounds",
    "--turn",
    "--sizes",
  ])
    expect(text).toContain(word);
});

test("a line goes through points on a line, and is not bent by the large ones", () => {
  expect(line([1, 10, 100, 1000].map((x) => [x, 5 + 2 * x]))).toEqual([expect.closeTo(5, 9), expect.closeTo(2, 9)]);
  const [at0] = line([[1, 7], [10, 25], [1000, 2005 * 1.1]]); // biome-ignore format: three points
  expect(Math.abs(at0 - 5)).toBeLessThan(0.5); // ten percent of the largest would move an unweighted line by far more
});

test("a ratio is of turns of the same round, so that a machine that is busy for a while is busy for both", () => {
  const measured = (...rounds: number[]): Measured => ({
    entry: {} as Measured["entry"], // not looked at
    turns: rounds.map((ms) => ({ times: [ms], busy: 1 })),
    proof: [],
  });
  expect(ratio(measured(2, 20, 2), measured(1, 10, 1)).median).toBe(2);
});

test("a section replaces its predecessor in the results and leaves the others alone", () => {
  const first = withSection("", "step lamb", "## Norms");
  const both = withSection(first, "training", "## Steps");
  expect(both).toMatch(/<!-- training -->\n\n## Steps\n\n<!-- end of training -->\n\n<!-- step lamb -->\n\n## Norms/);
  expect(withSection(both, "training", "## Steps")).toBe(both);
  expect(withSection(both, "step lamb", "## Others")).not.toContain("Norms");
});
