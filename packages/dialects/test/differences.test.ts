import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { firstSteps, GRADIENTS, type Library, shared } from "../../../tools/dialects.ts";
import * as keras from "../src/keras/index.ts";
import * as optax from "../src/optax/index.ts";
import { train } from "../src/tensorflow/index.ts";
import * as torch from "../src/torch/index.ts";

interface Golden {
  readonly firsts: readonly {
    readonly library: Library;
    readonly name: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly steps: readonly number[];
  }[];
  readonly signatures: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

const golden = JSON.parse(readFileSync(new URL("golden/differences.json", import.meta.url), "utf8")) as Golden;
const key = (...parts: readonly unknown[]): string => JSON.stringify(parts);

describe("the table of differences", () => {
  const table = Object.values(shared).flatMap((by) =>
    Object.entries(by).map(([library, [name, options = {}]]) => ({ library: library as Library, name, options })),
  );

  test("has the first steps of PyTorch, Optax and Keras themselves", () => {
    const theirs = new Map(golden.firsts.map((one) => [key(one.library, one.name, one.options), one.steps]));
    const compared = table.filter(({ library }) => library !== "tensorflow");
    for (const { library, name, options } of compared) {
      const steps = theirs.get(key(library, name, options));
      const [ours, wanted] = [firstSteps(library, name, options), steps ?? []];
      expect(wanted, `${library} ${name}`).toHaveLength(GRADIENTS.length);
      for (const [i, step] of ours.entries())
        expect(Math.abs(step / wanted[i]! - 1), `${library} ${name}, g = ${GRADIENTS[i]}`).toBeLessThan(1e-5); // float32
    }
  });

  test("has the first steps of TensorFlow.js itself", async () => {
    await tf.setBackend("cpu");
    for (const { library, name, options } of table) {
      if (library !== "tensorflow") continue;
      const all: Readonly<Record<string, unknown>> = { learningRate: 1, ...options };
      const args = Object.keys(train[name as keyof typeof train].defaults).map((option) => all[option]);
      for (const [i, g] of GRADIENTS.entries()) {
        const v = tf.variable(tf.zeros([1]), true, `first-${Math.random()}`);
        const opt = (tf.train[name as keyof typeof train] as (...given: readonly unknown[]) => tf.Optimizer)(...args);
        tf.tidy(() => opt.applyGradients({ [v.name]: tf.tensor([g]) }));
        const [theirs, ours] = [-v.dataSync()[0]!, firstSteps(library, name, options)[i]!];
        if (Number.isNaN(theirs)) expect(ours).toBeNaN();
        else expect(Math.abs(ours / theirs - 1), `${name}, g = ${g}`).toBeLessThan(5e-5); // its β^t is float32
        v.dispose();
      }
    }
  });
});

describe.each([
  ["PyTorch", "torch", torch],
  ["Optax", "optax", optax],
  ["Keras", "keras", keras],
] as const)("the options of %s", (_, library, door) => {
  const made: Readonly<Record<string, unknown>> = door;
  test.each(Object.entries(golden.signatures[library]!))(
    "%s has every one with its default, or refuses it",
    (name, signature) => {
      const { defaults, refuses } = made[name] as {
        readonly defaults: Readonly<Record<string, unknown>>;
        readonly refuses: Readonly<Record<string, string>>;
      };
      for (const [option, value] of Object.entries(signature)) {
        if (option in refuses || (library === "optax" && option === "learning_rate")) continue;
        expect(Object.keys(defaults), name).toContain(option);
        const mask = option.endsWith("mask") && value === true; // all, which is null here
        expect(defaults[option], `${name}: ${option}`).toEqual(mask ? null : value);
      }
      expect(Object.keys(defaults).filter((option) => !(option in signature))).toEqual([]);
    },
  );
});
