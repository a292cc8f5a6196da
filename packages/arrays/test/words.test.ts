import { adamw } from "@descent/adam";
import { type Configured, decodeState, encodeState, rule, transform } from "@descent/core";
import { fromPlain, toPlain } from "@descent/core/adapter";
import { sgd } from "@descent/sgd";
import { describe, expect, test } from "vitest";
import { ema, meet, newton, polyak, sam } from "../../../tests/words.ts";
import { optimizer } from "../src/index.ts";

/* The words of the notation that say what a step is given and when equations run. Expected numbers are worked out in place, in float64. */

const cautious = transform({
  id: "cautious",
  hyper: {},
  after: { mask: "(p0 - p) * g > 0 ? 1 : 0", p: "p0 + (p - p0) * mask / max(mean(mask), 1e-3)" },
});

for (const engine of ["wasm", "interpreter"] as const)
  describe(`on ${engine}`, () => {
    const start = (configured: Configured, w = Float32Array.of(1, -2)) => ({
      w,
      opt: optimizer({ w }, configured, { engine }),
    });

    test("a rule reads the loss that the update is given", () => {
      const { w, opt } = start(polyak());
      opt.update({ w: Float32Array.of(3, 4) }, { loss: 50 });
      expect([...w]).toEqual([1 - 2 * 3, -2 - 2 * 4]);
      expect(() => opt.update({ w: Float32Array.of(3, 4) })).toThrow(
        "Polyak reads `loss`, which this update was not given",
      );
      expect(() => opt.update({ w: Float32Array.of(3, 4) }, { lose: 1 })).toThrow("No rule here reads `lose`");
      expect(() => opt.update({ w: Float32Array.of(3, 4) }, { loss: "1" as never })).toThrow("`loss` must be a number");
      expect(opt.step).toBe(1);
    });

    test("a second tensor is needed only in the steps whose equations read it", () => {
      const { w, opt } = start(newton());
      const g = { w: Float32Array.of(2, 4) };
      expect(() => opt.update(g)).toThrow("Diagonal Newton reads `h`, which this update was not given for `w`");
      expect(() => opt.update(g, { h: { w: Float32Array.of(1) } })).toThrow(
        "The `h` of `w` has 1 numbers for 2 parameters",
      );
      opt.update(g, { h: { w: Float32Array.of(2, 8) } });
      expect([...w]).toEqual([0, -2.5]);
      opt.update(g);
      expect([...w]).toEqual([-1, -3]);
      expect(() => opt.update(g)).toThrow("reads `h`");
    });

    test("guarded equations of a transform run in their steps alone, and see what the rule made of p", () => {
      const { w, opt } = start(meet(sgd({ lr: 1 })), Float32Array.of(0));
      const path = [];
      for (let t = 0; t < 7; t++) {
        opt.update({ w: Float32Array.of(-1) });
        path.push(w[0]);
      }
      expect(path).toEqual([1, 2, 1.5, 2.5, 3.5, 3, 4]);
      expect([...opt.state().tensors["meet.slow/w"]!.data]).toEqual([3]);
      expect(opt.inspect().groups[""]!.hyper).toEqual({ lr: 1, "meet.alpha": 0.5, "meet.every": 3 });
    });

    test("a rule of two phases asks for a gradient where it climbed to, and steps from where the round began", () => {
      const { w, opt } = start(sam(adamw({ lr: 0.125, eps: 0, weightDecay: 0 })), Float32Array.of(1, -2));
      expect(opt.phase).toBe("climb");
      opt.update({ w: Float32Array.of(3, 4) });
      expect([...w]).toEqual([Math.fround(1 + 0.5 * 0.6), Math.fround(-2 + 0.5 * 0.8)]);
      expect([opt.phase, opt.step, opt.inspect().parameters.w!.t]).toEqual(["update", 0, 0]);
      const saved = decodeState(encodeState(opt.state()));
      const other = start(sam(adamw({ lr: 0.125, eps: 0, weightDecay: 0 })), w.slice());
      other.opt.load(saved);
      expect(other.opt.phase).toBe("update");
      for (const one of [opt, other.opt]) one.update({ w: Float32Array.of(-1, 1) });
      // Adam's first step is its rate against the sign of the gradient.
      expect([...w]).toEqual([1.125, -2.125]);
      expect([...other.w]).toEqual([...w]);
      expect([opt.phase, opt.step, opt.inspect().parameters.w!.t]).toEqual(["climb", 1, 1]);
    });

    test("every phase of a round has gradients of the same parameters, and a round can be undone", () => {
      const [w, b] = [Float32Array.of(1), Float32Array.of(2)];
      const opt = optimizer({ w, b }, sam(sgd({ lr: 1 })), { engine });
      opt.update({ w: Float32Array.of(1) });
      expect(() => opt.update({ w: Float32Array.of(1), b: Float32Array.of(1) })).toThrow(
        "`b` has a gradient in the phase `update` and had none in `climb`",
      );
      opt.rewind();
      expect([w[0], opt.phase]).toEqual([1, "climb"]);
      opt.update({ w: Float32Array.of(1), b: Float32Array.of(1) });
      expect(() => opt.update({ w: Float32Array.of(1) })).toThrow(
        "`b` took part in the phase `climb` and has no gradient",
      );
      opt.update({ w: Float32Array.of(1), b: Float32Array.of(1) });
      expect([w[0], b[0], opt.step]).toEqual([0, 1, 1]);
    });

    test("withReadout puts the average in place and the parameters back, on errors and after promises too", async () => {
      const { w, opt } = start(ema(sgd({ lr: 1 })), Float32Array.of(8, 0));
      opt.withReadout(() => expect([...w]).toEqual([8, 0]));
      opt.update({ w: Float32Array.of(4, 0.1) });
      const trained = w.slice();
      const average = [0.75 * 8 + 0.25 * 4, Math.fround(0.25 * Math.fround(-0.1))];
      expect(opt.withReadout(() => [...w])).toEqual(average);
      expect(w).toEqual(trained);
      const fails = () =>
        opt.withReadout(() => {
          throw new Error(`at ${w[0]}`);
        });
      expect(fails).toThrow("at 7");
      expect(w).toEqual(trained);
      const later = opt.withReadout(async () => {
        await Promise.resolve();
        expect(() => opt.update({ w: trained.slice() })).toThrow("withReadout() has not returned");
        return w[0];
      });
      expect(w[0]).toBe(7);
      expect(await later).toBe(7);
      expect(w).toEqual(trained);
      expect(Object.keys(opt.state().tensors)).toEqual(["ema.average/w"]);
    });

    test("a phase may keep what it sees and leave the parameter where it is", () => {
      const probing = rule({
        id: "probing",
        title: "Probing",
        paper: "https://example.org",
        hyper: { lr: 0.5 },
        state: { m: 0 },
        phases: { probe: { m: "g" } },
        update: { p: "p - lr * (g - m)" },
      });
      const { w, opt } = start(probing(), Float32Array.of(8, 1));
      opt.update({ w: Float32Array.of(4, 2) });
      expect([...w, opt.phase]).toEqual([8, 1, "update"]);
      opt.update({ w: Float32Array.of(6, 8) });
      expect([...w, opt.step]).toEqual([7, -2, 1]);
    });

    test("a readout is refused in the middle of a round, the first included", () => {
      const climbing = start(sam(sgd({ lr: 1 })), Float32Array.of(8, 0));
      climbing.opt.update({ w: Float32Array.of(4, 0.1) });
      expect(() => climbing.opt.withReadout(() => 0)).toThrow(
        "Finish the round before you evaluate, or take it back: rewind().",
      );
      climbing.opt.rewind();
      expect(climbing.opt.withReadout(() => climbing.w[0])).toBe(8);
      const { w, opt } = start(ema(sam(sgd({ lr: 1 }))), Float32Array.of(8, 0));
      for (let round = 0; round < 2; round++) {
        opt.update({ w: Float32Array.of(4, 0.1) });
        expect(() => opt.withReadout(() => w[0])).toThrow("in the middle of a round, before the phase `update`");
        opt.update({ w: Float32Array.of(4, 0.1) });
        expect(opt.withReadout(() => w[0])).toBeGreaterThan(w[0]!); // an average of where it was
      }
    });

    test("random numbers depend on seed, parameter, update and call alone, and have their distributions", () => {
      const noise = (distribution: string, seed: number) => {
        const spec = { id: "test/noise", title: "Noise", paper: "", hyper: { seed: 0 }, state: { a: 0 } };
        const made = rule({
          ...spec,
          update: { a: `${distribution}()` as string, p: `a + 0 * ${distribution}()` as string },
        });
        const w = new Float32Array(4001);
        const opt = optimizer({ w }, made({ seed }), { engine });
        const step = () => {
          opt.update({ w: new Float32Array(4001) });
          return w.slice();
        };
        return { opt, step };
      };
      const mean = (x: Float32Array, power = 1) => x.reduce((sum, v) => sum + v ** power, 0) / x.length;
      const first = noise("normal", 7);
      const [one, two] = [first.step(), first.step()];
      expect(one).not.toEqual(two);
      expect(noise("normal", 8).step()).not.toEqual(one);
      const again = noise("normal", 7);
      again.opt.load(decodeState(encodeState(first.opt.state())));
      expect(again.step()).toEqual(first.step());
      // Four standard errors of 4,001 numbers.
      expect(Math.abs(mean(one))).toBeLessThan(4 / 63);
      expect(Math.abs(mean(one, 2) - 1)).toBeLessThan((4 * Math.SQRT2) / 63);
      const uniform = noise("uniform", 7).step();
      expect(uniform.every((x) => x >= 0 && x < 1)).toBe(true);
      expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 / 63 / Math.sqrt(12));
      const signs = noise("rademacher", 7).step();
      expect(signs.every((x) => Math.abs(x) === 1)).toBe(true);
      expect(Math.abs(mean(signs))).toBeLessThan(4 / 63);
      const bad = { id: "test/x", title: "X", paper: "", hyper: {}, state: {} };
      expect(() => rule({ ...bad, update: { p: "p + normal()" } })).toThrow("draws by the option `seed`");
    });

    test("a condition on the gradients themselves leaves parameters and state bit for bit as they were", () => {
      const finite = transform({ id: "finite", hyper: {}, when: "abs(total(abs(g))) < 1e38" });
      const { w, opt } = start(finite(adamw({ lr: 0.1 })));
      opt.update({ w: Float32Array.of(1, -1) });
      const before = [w.slice(), opt.state().tensors];
      for (const bad of [NaN, Infinity, -Infinity]) opt.update({ w: Float32Array.of(1, bad) });
      expect([w, opt.state().tensors]).toEqual(before);
      opt.update({ w: Float32Array.of(1, -1) });
      expect(w).not.toEqual(before[0]);
      expect(w.every(Number.isFinite)).toBe(true);
    });

    test("noise around any rule has a seed of its own", () => {
      const noisy = transform({
        id: "noisy",
        hyper: { scale: 0.5, seed: 3 },
        after: { p: "p + scale * normal(seed)" },
      });
      const { w, opt } = start(noisy(sgd({ lr: 1 })));
      opt.update({ w: Float32Array.of(1, -2) });
      const other = start(noisy(sgd({ lr: 1 }), { scale: 1 }));
      other.opt.update({ w: Float32Array.of(1, -2) });
      // sgd's step ends at 0, and what is left is noise: twice the scale is twice the noise.
      expect([...other.w]).toEqual([...w.map((x) => 2 * x)]);
      expect(w.every((x) => x !== 0)).toBe(true);
    });

    test("transforms nest, are saved as data and resume bit for bit", () => {
      const configured = cautious(meet(adamw({ lr: 0.1 }), { every: 2 }));
      const gradients = Array.from({ length: 6 }, (_, t) => Float32Array.of(Math.sin(t + 1), Math.cos(3 * t)));
      const whole = start(configured);
      for (const g of gradients) whole.opt.update({ w: g });
      const first = start(configured);
      for (const g of gradients.slice(0, 3)) first.opt.update({ w: g });
      const again = fromPlain(JSON.parse(JSON.stringify(toPlain(configured, []))));
      const second = start(again, first.w.slice());
      second.opt.load(decodeState(encodeState(first.opt.state())));
      for (const g of gradients.slice(3)) second.opt.update({ w: g });
      expect([...second.w]).toEqual([...whole.w]);
      expect(second.opt.state().tensors).toEqual(whole.opt.state().tensors);
    });
  });

test("a transform is refused around a rule that it wraps already", () => {
  expect(() => meet(meet(sgd()))).toThrow("meet: SGD is wrapped in `meet` already");
  expect(() => meet(sgd(), { alfa: 1 } as never)).toThrow("`meet` has no option `alfa`");
});
