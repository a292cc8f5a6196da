import { adam } from "@descent/adam";
import { describe } from "vitest";
import { type GoodCall, wrongCalls } from "../../../tests/wrong-calls.ts";
import * as conformance from "../src/index.ts";
import * as node from "../src/node-test.ts";
import * as vitest from "../src/vitest.ts";

const good = (...args: unknown[]): GoodCall => ({ args: () => args });
/** Declares nothing: what the kit checks when it is called is looked at here. */
const runner: conformance.Runner = { describe: () => {}, test: () => {} };
const bound = conformance.kit(runner);
const setting: Parameters<typeof conformance.followGolden>[2] = {
  parameters: { w: { shape: [2], role: "kernel", start: [1, 2] } },
  gradients: [{ w: [1, 1] }],
  path: [{ w: [0, 1] }],
};
const golden = {
  rule: "adam",
  source: "a paper",
  hyper: {},
  settings: [{ name: "defaults", options: {}, ...setting }],
};
const declares = "declares tests, and is looked at as a method of the kit";

/** `parseGolden` reads JSON, and says what is wrong with it by a TypeError. */
const isOurs = ({ name, message }: Error): boolean =>
  name === "ConformanceError" || name === "OptimizerError" || (name === "TypeError" && /^The golden /.test(message));

describe("@descent/conformance", () => {
  wrongCalls(
    conformance,
    {
      arraysTargets: good(),
      ConformanceError: "an error takes any message",
      describeBackend: declares,
      describeRules: declares,
      law: declares,
      sampleData: good({ steps: 2, scale: 1, sizes: [2, 1] }),
      displacementError: good([1], [2], [3]),
      largestError: good({ w: [1] }, { w: [2] }, { w: [3] }),
      configure: { args: () => [adam, { lr: 1 }, {}] },
      followGolden: {
        args: () => [conformance.reference, adam(), setting, 1],
        foreign: [0, 2], // the backend under test, and what parseGolden has checked
      },
      goldens: good("adam"),
      parseGolden: { args: () => [golden, "adam.json"], anything: [1] },
      readGoldens: good([golden]),
      refusing: { ...good(["p @ g"], "it has no products"), repeats: [0] }, // formulas, by which it makes a record
      rulesOf: good({ adam }),
      kit: good(runner),
      "kit(…).describeBackend": { args: () => [conformance.reference, {}], call: bound.describeBackend },
      "kit(…).describeBackend, its options": {
        args: () => [true, 1e-3, {}],
        call: (exact: boolean, tolerance: number, refuses: object) =>
          bound.describeBackend(conformance.reference, { exact, tolerance, refuses: { ...refuses } }),
        foreign: [2],
      },
      "kit(…).describeRules": { args: () => [{ adam }, [golden], {}], call: bound.describeRules },
      "share of the checks": {
        args: () => [{ part: 1, of: 2 }],
        call: (share: conformance.Share) => {
          bound.describeBackend(conformance.reference, { share });
          bound.describeRules({ adam }, [golden], { share });
        },
      },
      "formulas together": {
        args: () => [2],
        call: (together: number) => bound.describeBackend(conformance.reference, { together }),
      },
      "kit(…).law": {
        args: () => ["claim", adam(), adam(), { targets: [conformance.reference], steps: 1, scale: 1 }],
        call: bound.law,
      },
      reference: "is a target: core's loop looks at what it is given",
    },
    isOurs,
  );
});

describe("@descent/conformance/vitest", () => {
  wrongCalls(vitest, {
    describeBackend: declares,
    describeRules: declares,
    law: declares,
    installMatchers: { args: () => [], anything: [] },
  });
});

describe("@descent/conformance/node-test", () => {
  wrongCalls(node, { describeBackend: declares, describeRules: declares, law: declares });
});
