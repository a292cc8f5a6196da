import { adam } from "@descent/adam";
import { type AnyRule, refusing, wholes } from "@descent/conformance";
import { describeRules } from "@descent/conformance/vitest";
import { beforeAll, describe, expect, test } from "vitest";
import { long } from "../../../../tests/long.ts";
import { followsFirstSteps, forSoftwareGpu } from "../../../../tests/long-rules.ts";
import { describeGpu, longTest } from "../../../../tests/sample.ts";
import { optimizer } from "../../src/index.ts";
import { tf } from "../backends.ts";
import { normal } from "../numbers.ts";
import { scenarios } from "../scenarios.ts";
import { fewThreads } from "../software-gpu.ts";
import { tfjs } from "../target.ts";
import { start } from "./start.ts";

beforeAll(start);

const lacking = wholes.filter((formula) => !formula.startsWith("eye"));
const why = "its tensors cannot be read within a step";
const refused: Readonly<Record<string, string>> = {
  ...{ shampoo: why, "shampoo-blocked": why, "shampoo-one-sided": why, soap: why, "soap-one-sided": why, splus: why },
  ...{ "kl-shampoo": why, "kl-soap": why },
  ...{ dion: why, galore: why, fira: why, conda: why, "psgd-kron": why },
};
const refuses = ({ id }: AnyRule): string | undefined => refused[id];
const { module, goldens, long: slow } = await forSoftwareGpu("tfjs", refuses);

describe("on tfjs's webgpu backend", () => {
  if (!long) fewThreads(); // as in the browser
  const target = tfjs("tfjs webgpu");
  // One rounding for each operation, as SwiftShader's instructions have it, and a cosine of our own.
  describeGpu(target, {
    turn: 2,
    live: () => tf.memory().numTensors,
    exact: true,
    refuses: refusing(lacking, why),
  });
  describe("with few threads for a product", () => {
    fewThreads();
    // A compilation takes a tenth of a second: each rule follows a golden and passes one check, the next rule the next.
    describeRules(module, goldens, { targets: [target], refuses, share: { part: 0, of: 10 } });
    for (const [rule, golden] of slow) followsFirstSteps(target, rule, golden);
    // A software GPU takes seconds for each, and the browser's tests run the rest.
    const some = Object.entries(scenarios({ steps: 4, many: 5 })).filter(([name]) =>
      /^(fit|two rules and a frozen layer: and)/.test(name),
    );
    for (const [name, scenario] of some) longTest(name, () => scenario(tf));
  });

  test("Adam goes on from its saved weights to the same bits, where tfjs's own does not", async () => {
    const run = async (make: () => tf.Optimizer, interrupted: boolean): Promise<number[]> => {
      const x = tf.tidy(() => tf.variable(tf.tensor1d(normal([200]))));
      const step = (opt: tf.Optimizer): null | tf.Scalar => opt.minimize(() => tf.sum(tf.square(x)), false, [x]);
      let opt = make();
      for (let i = 0; i < 7; i++) step(opt);
      if (interrupted) {
        const other = make();
        await other.setWeights(await opt.getWeights());
        opt = other;
      }
      for (let i = 0; i < 5; i++) step(opt);
      return [...(await x.data())];
    };
    const theirs = () => tf.train.adam(0.1);
    const ours = () => optimizer(adam({ lr: 0.1 }));
    expect(await run(theirs, true)).not.toEqual(await run(theirs, false));
    expect(await run(ours, true)).toEqual(await run(ours, false));
  });
});
