import { adamw } from "@descent/adam";
import { optimizer as arraysOptimizer } from "@descent/arrays";
import { type Configured, rule } from "@descent/core";
import { sgd } from "@descent/sgd";
import { beforeEach, describe, expect, test } from "vitest";
import { ema, meet, newton, polyak, sam } from "../../../tests/words.ts";
import { optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";

/* What a step is given besides gradients, and when equations run; the expected numbers are worked out in place. */

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeEach(() => use(backend));
  describe.each([true, false])("fused: %s", (fused) => {
    const start = (configured: Configured, values: number[]) => {
      const w = tf.variable(tf.tensor1d(values), true, "w");
      const opt = optimizer(configured, { fused });
      return {
        w,
        opt,
        done: () => {
          w.dispose();
          opt.dispose();
        },
      };
    };

    test("minimize hands the loss to a rule that reads it", () => {
      const { w, opt, done } = start(polyak(), [3, 4]);
      // ‖w‖²/2: its gradient is w, and Polyak's step from 12.5 is half of w.
      opt.minimize(() => w.square().sum().div(2).asScalar(), false, [w]);
      expect([...w.dataSync()]).toEqual([1.5, 2]);
      expect(() => opt.applyGradients({ w: tf.tensor1d([1, 1]) })).toThrow("Polyak reads `loss`");
      done();
    });

    test("a second tensor by variable, in the steps whose equations read it", () => {
      const { w, opt, done } = start(newton(), [1, -2]);
      const g = { w: tf.tensor1d([2, 4]) };
      expect(() => opt.applyGradients(g)).toThrow("reads `h`, which this update was not given for `w`");
      opt.applyGradients(g, { h: { w: tf.tensor1d([2, 8]) } });
      opt.applyGradients(g);
      expect([...w.dataSync()]).toEqual([-1, -3]);
      expect(opt.execution).toEqual({ backend, fused: fused ? 1 : 0, composed: fused ? 0 : 1 });
      done();
    });

    test("guarded equations run in their steps alone, and leave no tensor behind", () => {
      const { w, opt, done } = start(meet(sgd({ lr: 1 })), [0]);
      const g = { w: tf.tensor1d([-1]) };
      const path: number[] = [];
      let tensors = 0;
      for (let t = 0; t < 7; t++) {
        opt.applyGradients(g);
        path.push(w.dataSync()[0]!);
        if (t === 0) tensors = tf.memory().numTensors;
      }
      expect(path).toEqual([1, 2, 1.5, 2.5, 3.5, 3, 4]);
      expect(tf.memory().numTensors).toBe(tensors);
      done();
    });

    test("minimize carries out all phases of a round, and takes the first back where the second fails", () => {
      const { w, opt, done } = start(sam(sgd({ lr: 0.5 })), [3, 4]);
      const half = () => w.square().sum().div(2).asScalar();
      const loss = opt.minimize(half, true, [w])!;
      // ‖w‖²/2: the gradient where it climbed to is w + w / ‖w‖ / 2, and the step takes half of it.
      expect(loss.dataSync()[0]).toBe(12.5);
      const [x, y] = w.dataSync();
      expect(x).toBeCloseTo(3 - 0.5 * 3.3, 6);
      expect(y).toBeCloseTo(4 - 0.5 * 4.4, 6);
      expect([opt.step, opt.phase]).toEqual([1, "climb"]);
      const before = w.dataSync().slice();
      let calls = 0;
      const fails = () => {
        if (calls++ > 0) throw new Error("no second gradient");
        return half();
      };
      expect(() => opt.minimize(fails, false, [w])).toThrow("no second gradient");
      expect(w.dataSync()).toEqual(before);
      const { numTensors } = tf.memory();
      opt.minimize(half, false, [w]);
      expect(tf.memory().numTensors).toBe(numTensors);
      expect(opt.step).toBe(2);
      done();
    });

    test("withReadout evaluates a model at the average, and leaves no tensor behind", async () => {
      const { w, opt, done } = start(ema(sgd({ lr: 1 })), [8, 0]);
      opt.applyGradients({ w: tf.tensor1d([4, 0.1]) });
      const [trained, { numTensors }] = [w.dataSync().slice(), tf.memory()];
      expect(opt.withReadout(() => w.dataSync()[0])).toBe(7);
      expect(await opt.withReadout(async () => (await w.data())[0])).toBe(7);
      expect(w.dataSync()).toEqual(trained);
      expect(tf.memory().numTensors).toBe(numTensors);
      done();
    });

    test("random numbers are those of the arrays, and leave no tensor behind", () => {
      const noise = rule({
        id: "test/noise",
        title: "Noise",
        paper: "",
        hyper: { seed: 5 },
        state: {},
        update: { p: "p + 0 * g + normal() + 2 * uniform() + 4 * rademacher()" },
      });
      const { w, opt, done } = start(noise(), [0, 0, 0]);
      const expected = new Float32Array(3);
      const other = arraysOptimizer({ w: expected }, noise(), { engine: "interpreter" });
      const g = tf.tensor1d([1, 1, 1]);
      for (let t = 0; t < 3; t++) {
        opt.applyGradients({ w: g });
        other.update({ w: Float32Array.of(1, 1, 1) });
        expect(w.dataSync()).toEqual(expected);
      }
      const { numTensors } = tf.memory();
      opt.applyGradients({ w: g });
      expect(tf.memory().numTensors).toBe(numTensors);
      done();
    });

    test("a transform around AdamW is saved with a model's optimizer and read again", async () => {
      const { w, opt, done } = start(meet(adamw({ lr: 0.1 })), [1, 2]);
      const g = { w: tf.tensor1d([1, -1]) };
      for (let t = 0; t < 4; t++) opt.applyGradients(g);
      const [config, weights] = [JSON.parse(JSON.stringify(opt.getConfig())), await opt.getWeights()];
      const again = (opt.constructor as typeof import("../src/optimizer.ts").DescentOptimizer).fromConfig(
        opt.constructor as never,
        config,
      ) as typeof opt;
      await again.setWeights(weights);
      const there = w.dataSync().slice();
      opt.applyGradients(g);
      const expected = w.dataSync().slice();
      w.assign(tf.tensor1d(there));
      again.applyGradients(g);
      expect(w.dataSync()).toEqual(expected);
      again.dispose();
      done();
    });
  });
});
