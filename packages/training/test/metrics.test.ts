import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  type Average,
  accuracy,
  auc,
  confusion,
  f1,
  type Metric,
  meanAbsoluteError,
  meanSquaredError,
  perplexity,
  precision,
  r2,
  recall,
  rootMeanSquaredError,
  topK,
} from "../src/index.ts";

interface Case {
  readonly scores: readonly number[];
  readonly targets: readonly number[];
  readonly values: Readonly<Record<string, number | null | number[][]>>;
}
const golden: { binary: Case; classes: Case[]; regression: Case; source: string } = JSON.parse(
  readFileSync(new URL("golden/metrics.json", import.meta.url), "utf8"),
);

const makers: Readonly<Record<string, (average?: Average) => Metric>> = {
  accuracy: () => accuracy(),
  auc: () => auc(),
  confusion: () => confusion(),
  f1: (average) => f1({ average }),
  perplexity: () => perplexity(),
  precision: (average) => precision({ average }),
  recall: (average) => recall({ average }),
  top2: () => topK(2),
  meanAbsoluteError,
  meanSquaredError,
  rootMeanSquaredError,
  r2,
};
const cases = [
  ["one score per target", golden.binary],
  ...golden.classes.map((one, i) => [`several classes, case ${i + 1}`, one] as const),
  ["regression", golden.regression],
] as const;

test.each(
  cases.flatMap(([what, one]) =>
    Object.entries(one.values).flatMap(([name, value]) => (value === null ? [] : [[name, what, one, value] as const])),
  ),
)("%s is scikit-learn's: %s", (name, _, { scores, targets }, expected) => {
  const [kind, average] = name.split(" ") as [string, Average?];
  const metric = makers[kind]!(average);
  const each = scores.length / targets.length;
  // In uneven batches, the second half after a pause: a state is all that a metric needs.
  const parts = [0, 7, 8, 33, targets.length];
  let used = metric;
  for (const [i, to] of parts.slice(1).entries()) {
    if (i === 2) {
      const state = JSON.parse(JSON.stringify(used.state()));
      used = makers[kind]!(average);
      used.load(state as never);
    }
    used.add(scores.slice(parts[i]! * each, to * each), targets.slice(parts[i], to));
  }
  if (kind === "confusion") expect((used as ReturnType<typeof confusion>).matrix()).toEqual(expected);
  else expect(used.value()).toBeCloseTo(expected as number, 10);
  used.reset();
  expect(used.value()).toBeNaN();
});

test("targets may be 64-bit integers, and NaN is nobody's best score", () => {
  const metric = accuracy();
  metric.add([Number.NaN, 1, 0, 2], BigInt64Array.of(1n, 1n));
  expect(metric.value()).toBe(0.5);
  const best = topK(1);
  best.add([Number.NaN, 1], [0]);
  expect(best.value()).toBe(0);
});

test("metrics say what is wrong with scores and targets, and count nothing of such a batch", () => {
  const metric = accuracy();
  metric.add([0.9, 0.2], [1, 0]);
  expect(() => metric.add([0.9, 0.2], [1, 2])).toThrow("a target is 2. Targets are classes from 0 to 1");
  expect(() => metric.add([0.9, 0.2, 0.1], [1, 0])).toThrow("3 scores for 2 targets");
  expect(() => metric.add([0.9, 0.2, 0.1, 0.3], [1, 0])).toThrow("Use one metric for each model");
  expect(() => topK(5).add([1, 2], [0])).toThrow("their 5 greatest are not a choice");
  expect(() => precision({ average: "binary" }).add([1, 2, 3], [0])).not.toThrow();
  expect(metric.value()).toBe(1);
});
