import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { expect, test } from "vitest";
import { answers } from "../src/engine/answers.ts";
import type { Conditions, Contender } from "../src/engine/messages.ts";
import { initial } from "../src/state/state.ts";
import { programOf } from "../src/ui/export.ts";
import { finished } from "../src/ui/gaps.ts";

const tsx = createRequire(import.meta.url).resolve("tsx/cli");

const conditions: Conditions = {
  surface: "(1 - x)^2 + 100 * (y - x^2)^2",
  start: [-1.4, 2.2],
  steps: 30,
  batch: 1,
  noise: 0.5,
  seed: 3,
  clip: 5,
  schedule: "1 - step / (2 * steps)",
};

test("the saved program races every rule of the page to the page's bits: the reader's own, and one rule twice", async () => {
  const contenders: Contender[] = [
    { rule: "adam", lr: 0.02 },
    { rule: "mine", text: initial.mine.text, lr: 0.03 },
    { rule: "adam", lr: 0.05 },
  ];
  const outcomes = await answers.race({ conditions, contenders, fairness: "own", rate: 0.1 });
  const program = programOf(conditions, contenders, outcomes, "My Yogi");
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [tsx, "--conditions=@descent/source", "--input-type=module", "--eval", program],
    { cwd: path.join(import.meta.dirname, ".."), encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
  );
  const ends = outcomes.map((outcome, i) => {
    if (!finished(outcome)) throw new Error(outcome.error);
    return [contenders[i]!.rule, outcome.x.at(-1), outcome.y.at(-1), outcome.loss.at(-1)].join(" ");
  });
  expect([stdout.trim().split("\n"), stderr]).toEqual([ends, ""]);
});

test("a rule that was refused is named in the saved program, with the reason", () => {
  const program = programOf(conditions, [{ rule: "muon" }], [{ error: "Muon needs\nmatrices." }], "");
  expect(program).toContain("  // muon is left out: Muon needs matrices.\n");
});
