import { readdirSync, readFileSync } from "node:fs";
import * as adagradRules from "@descent/adagrad";
import * as adamRules from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { families } from "@descent/catalogue";
import { type Configured, clipByNorm } from "@descent/core";
import * as factored from "@descent/factored";
import { adamp } from "@descent/layerwise";
import * as orthogonal from "@descent/orthogonal";
import * as parameterFree from "@descent/parameter-free";
import * as preconditioned from "@descent/preconditioned";
import { scheduleFreeAdamw, scheduleFreeRadam, scheduleFreeSgd } from "@descent/schedule-free";
import { adahessian, sophia, sophiaG } from "@descent/second-order";
import * as sgdRules from "@descent/sgd";
import { msam } from "@descent/sharpness";
import { centralize } from "@descent/transforms";
import { expect, test } from "vitest";

/*
 * A variant is another rule once the thing that it changes is set to nothing. These are the laws that want data of a
 * certain kind, or hold up to rounding; the tests of the families have the others.
 */

const { adagrad, adagradEpsInside, adagradNorm, ftrl, rmspropCentered, rmspropEpsInside } = adagradRules;
const { adabelief, adabound, adagc, adam, adamAtan2, adamEpsInside, adamax, adamod, adams, adamw, adanorm, adasmooth } =
  adamRules;
const { ademamix, amsbound, amsgrad, cautiousAdamw, diffgrad, exadam, grams, laprop, lazyAdam, mars } = adamRules;
const { marsLion, optimisticAdam, padam, qhadam, radam, ranger, simplifiedAdemamix, spam, yogi } = adamRules;
const { aggmo, asgd, cautiousLion, lion, momentum, pnm, sgd, signSgd, signum } = sgdRules;
const { adafactor, adafactorT5, adalomo, adamMini, adamMiniHeads, apollo, apolloMini, fira, galore } = factored;
const { marsShampoo, muon, muonMatchRms, muonPolarExpress, osgdm, scion, scionSign } = orthogonal;
const { dog, ldog, momo, momoAdam, polyakSgd, prodigy } = parameterFree;
const { klSoap, shampoo, shampooBlocked, shampooOneSided, soapOneSided } = preconditioned;

/** Which gradients: any; one for all steps; and their size. */
interface On {
  /** A matrix of this shape, outputs first, or a vector; 3 by 7 where nothing else is said. */
  readonly shape?: readonly number[];
  readonly constant?: boolean;
  readonly scale?: number;
  /** Every parameter starts at 0. */
  readonly atZero?: boolean;
  readonly steps?: number;
  /** The inputs of each side beside gradients. */
  readonly inputs?: readonly [left: Inputs, right: Inputs];
  /** How far apart the paths may be, as a share of the way: 0 is to the bit. */
  readonly near?: number;
}
type Inputs = (g: Float32Array) => Readonly<Record<string, unknown>>;

const some = (n: number, seed: number, scale: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => scale * (Math.sin(1.3 * seed + 2.1 * i) + 0.6 * Math.cos(i * i + seed)));

function path(configured: Configured, on: On, inputs: Inputs | undefined): [moved: number, w: Float32Array] {
  const { shape = [3, 7], constant = false, scale = 1, atZero = false, steps = 12 } = on;
  const n = shape.reduce((a, b) => a * b, 1);
  const start = some(n, 0, atZero ? 0 : 0.5);
  const w = { data: start.slice(), shape, ...(shape.length > 1 && { axes: { out: [0], in: [1] } }) };
  const opt = optimizer({ w }, configured);
  for (let t = 1; t <= steps; t++) {
    const g = some(n, constant ? 1 : t, scale);
    opt.update({ w: g }, (inputs?.(g) ?? {}) as never); // those that it names
  }
  opt.dispose();
  return [Math.hypot(...w.data.map((x, i) => x - start[i]!)), w.data];
}

const never = 1e30;
const tiny = 1e-30;
const none: Inputs = () => ({});
const b0 = { beta1: 0 } as const;
/** A rate that is 0 for two hundred steps. */
const late =
  (lr: number) =>
  (step: number): number =>
    step < 200 ? 0 : lr;

// biome-ignore format: a table
const laws: readonly (readonly [name: string, claim: string, both: () => readonly [Configured, Configured], on?: On])[] = [
  ["adagradEpsInside", "with an ε of next to nothing is Adagrad", () => [adagradEpsInside({ eps: tiny }), adagrad({ eps: tiny })]],
  ["rmspropEpsInside", "with an ε of next to nothing is RMSProp", () => [rmspropEpsInside({ eps: tiny }), adagradRules.rmsprop({ rho: 0.9, lr: 1e-3, eps: tiny })]],
  ["rmspropCentered", "without memory has no variance, and is SGD", () => [rmspropCentered({ lr: 0.1, rho: 0, eps: 1 }), sgd({ lr: 0.1 })]],
  ["ftrl", "without penalties, from 0, is Adagrad with its β for ε", () => [ftrl({ lr: 0.1, beta: 0.5 }), adagrad({ lr: 0.1, eps: 0.5 })], { atZero: true, near: 1e-5 }],
  ["adagradNorm", "of one number is Adagrad", () => [adagradNorm({ lr: 0.1, initial: 0.5 }), adagrad({ lr: 0.1, initial: 0.25, eps: tiny })], { shape: [1], near: 1e-5 }],
  ["adasmooth", "with one pace is RMSProp with ε inside the root", () => [adasmooth({ fast: 0.5, slow: 0.5 }), rmspropEpsInside({ rho: 0.75, eps: 1e-6 })], { near: 1e-5 }],

  ["adabelief", "without memory believes every gradient, and is SGD", () => [adabelief({ lr: 0.1, beta1: 0, beta2: 0, eps: 0.25 }), sgd({ lr: 0.1 / 0.75 })], { near: 1e-5 }],
  ["adabound", "with its bounds far apart is Adam", () => [adabound({ finalLr: 1, gamma: tiny, eps: tiny }), adam({ eps: tiny })], { near: 1e-5 }],
  ["adagc", "that never clips is AdamW", () => [adagc({ lambdaAbs: never, warmup: 1e6 }), adamw({ weightDecay: 0.1 })]],
  ["adamAtan2", "without memory is SignSGD", () => [adamAtan2({ beta1: 0, beta2: 0, scale: 4 / Math.PI }), signSgd()], { near: 1e-5 }],
  ["adamEpsInside", "with an ε of next to nothing is Adam", () => [adamEpsInside({ eps: tiny }), adam({ eps: tiny })]],
  ["adamax", "that forgets its largest gradient is Adam that forgets its mean square", () => [adamax({ beta2: 0 }), adam({ lr: 2e-3, beta2: 0 })]],
  ["adamod", "that remembers no rate is Adam", () => [adamod({ beta3: 0, eps: tiny }), adam({ eps: tiny })], { near: 1e-5 }],
  ["adams", "without decay is Adam", () => [adams({ weightDecay: 0 }), adam()]],
  ["adanorm", "is Adam while no gradient is shorter than the last ones", () => [adanorm({ eps: tiny }), adam({ eps: tiny })], { constant: true }],
  ["ademamix", "without its slow mean is Adam", () => [ademamix({ alpha: 0 }), adam()]],
  ["amsbound", "is AdaBound while mean squares grow", () => [amsbound(), adabound()], { constant: true }],
  ["amsgrad", "is Adam while mean squares grow", () => [amsgrad(), adam()], { constant: true }],
  ["cautiousAdamw", "is AdamW where every step agrees with its gradient", () => [cautiousAdamw(), adamw()], { constant: true }],
  ["diffgrad", "is Adam where gradients leap", () => [diffgrad({ eps: tiny }), adam({ eps: tiny })], { scale: 1e6, near: 1e-5 }],
  ["exadam", "without memory is Adam at twice the rate", () => [exadam({ lr: 1e-3, beta1: 0, beta2: 0 }), adam({ lr: 2e-3, beta1: 0, beta2: 0 })]],
  ["grams", "is Adam where every step agrees with its gradient", () => [grams({ eps: 1e-8 }), adam()], { constant: true }],
  ["laprop", "without a mean of steps is Adam without a mean of gradients", () => [laprop({ ...b0, lr: 1e-3 }), adam({ ...b0, eps: 1e-15 })]],
  ["lazyAdam", "whose rows all have gradients is Adam", () => [lazyAdam({ eps: tiny }), adam({ eps: tiny })], { near: 1e-5 }],
  ["mars", "without its correction is Adam with clipped gradients", () => [mars({ gamma: 0 }), clipByNorm(adam({ lr: 3e-3, beta1: 0.95, beta2: 0.99 }), 1)], { near: 1e-5 }],
  ["marsLion", "without its correction is Signum, where no gradient is longer than 1", () => [marsLion({ gamma: 0 }), signum({ lr: 3e-3, momentum: 0.95 })], { scale: 0.01 }],
  ["optimisticAdam", "without optimism is Adam", () => [optimisticAdam({ optimism: 0 }), adam()], { near: 1e-5 }],
  ["padam", "with the whole root is AMSGrad", () => [padam({ lr: 1e-3, partial: 0.5, eps: tiny }), amsgrad({ eps: tiny })], { near: 1e-5 }],
  ["qhadam", "with ν of 1 is Adam", () => [qhadam({ nu1: 1, nu2: 1 }), adam({ beta1: 0.995 })]],
  ["ranger", "that never synchronizes is RAdam with centred gradients", () => [ranger({ every: 1e6 }), centralize(radam({ beta1: 0.95, eps: 1e-5 }))], { near: 1e-5 }],
  ["simplifiedAdemamix", "without memory of gradients is Adam without it", () => [simplifiedAdemamix({ ...b0, lr: 1e-3 }), adam({ ...b0, beta2: 0.95 })]],
  ["spam", "that never clips and never starts anew is Adam", () => [spam({ every: 1e6, threshold: never }), adam({ eps: 1e-6 })], { scale: 1e4, near: 1e-5 }],
  ["yogi", "is Adam for a constant gradient, the slower it learns the nearer", () => [yogi({ lr: 1e-3, beta2: 1 - 1e-6, initial: 0, eps: 1e-8 }), adam()], { constant: true, near: 1e-4 }],

  ["aggmo", "with one momentum three times is momentum", () => [aggmo({ momentum1: 0.9, momentum2: 0.9, momentum3: 0.9 }), momentum()], { near: 1e-5 }],
  ["asgd", "without its decay is SGD", () => [asgd({ lambda: 0 }), sgd({ lr: 1e-2 })]],
  ["cautiousLion", "is Lion where every step agrees with its gradient", () => [cautiousLion(), lion()], { constant: true }],
  ["pnm", "without memory and noise is SGD", () => [pnm({ lr: 0.1, beta0: 0, beta1: 0 }), sgd({ lr: 0.1 })]],

  ["adafactorT5", "is Adafactor where neither ε counts", () => [adafactorT5(), adafactor({ eps1: tiny })]],
  ["adalomo", "is Adafactor at a rate below its own limit", () => [adalomo({ lr: 1e-3 }), adafactor({ lr: 1e-3, eps1: tiny })], { near: 1e-5 }],
  ["adamMini", "of one column is Adam", () => [adamMini(), adam()], { shape: [9, 1], near: 1e-5 }],
  ["adamMiniHeads", "with a head for every row is Adam-mini", () => [adamMiniHeads({ heads: 3 }), adamMini()]],
  ["apolloMini", "of one column is APOLLO", () => [apolloMini({ scale: 1 }), apollo({ rank: 1 })], { shape: [9, 1], near: 1e-5 }],
  ["fira", "of full rank is GaLore", () => [fira({ rank: 3 }), galore({ rank: 3, scale: 1 })], { near: 1e-4 }],

  ["adamp", "that never projects is Adam", () => [adamp({ delta: 0, eps: 1e-8 }), adam()], { near: 1e-5 }],

  ["marsShampoo", "without its correction is Scion, on square matrices", () => [marsShampoo({ gamma: 0 }), scion({ lr: 3e-3, momentum: 0.95, weightDecay: 0 })], { shape: [5, 5], near: 1e-4, scale: 0.01 }],
  ["muonMatchRms", "of 25 by 25 is Muon", () => [muonMatchRms(), muon()], { shape: [25, 25], near: 1e-5 }],
  ["muonPolarExpress", "of one row, without memory, is a step of the length of the rate within 15 %", () => [muonPolarExpress({ momentum: 0, weightDecay: 0 }), osgdm({ momentum: 0 })], { shape: [1, 7], near: 0.15 }],
  ["scionSign", "times its inputs is Signum", () => [scionSign({ scale: 7, weightDecay: 0 }), signum()]],

  ["ldog", "of one tensor is DoG", () => [ldog(), dog()], { near: 1e-5 }],
  ["momo", "far above its least loss is a mean of gradients", () => [momo({ lr: 0.1, beta1: 0 }), sgd({ lr: 0.1 })], { inputs: [() => ({ loss: 1e12 }), none] }],
  ["momoAdam", "far above its least loss is Adam", () => [momoAdam({ lr: 1e-3 }), adam()], { inputs: [() => ({ loss: 1e12 }), none], near: 1e-5 }],
  ["polyakSgd", "far above its least loss is SGD", () => [polyakSgd({ lr: 0.1 }), sgd({ lr: 0.1 })], { inputs: [() => ({ loss: 1e12 }), none] }],
  ["prodigy", "whose distance stays is Adam at that rate", () => [prodigy({ dCoef: tiny, d0: 1e-3 }), adam()], { near: 1e-4 }],

  ["klSoap", "of one number is AdamW", () => [klSoap(), adamw({ lr: 3e-3, beta1: 0.95, beta2: 0.95 })], { shape: [1, 1], near: 1e-5 }],
  ["shampooBlocked", "of one block is Shampoo", () => [shampooBlocked(), shampoo()]],
  ["shampooOneSided", "of one row is Adagrad by its norm", () => [shampooOneSided({ eps: 0.25 }), adagradNorm({ lr: 0.1, initial: 0.5 })], { shape: [1, 7], near: 1e-4 }],
  ["soapOneSided", "of one row is AdamW", () => [soapOneSided(), adamw({ lr: 3e-3, beta1: 0.95, beta2: 0.95 })], { shape: [1, 7], near: 1e-5 }],

  ["scheduleFreeRadam", "is schedule-free AdamW once its variance is known", () => [scheduleFreeRadam({ lr: late(0.01), beta2: 0.9 }), scheduleFreeAdamw({ lr: late(0.01), beta2: 0.9 })], { steps: 212, near: 1e-5 }],
  ["scheduleFreeSgd", "is schedule-free AdamW with an ε above every gradient", () => [scheduleFreeSgd({ lr: 0.1 }), scheduleFreeAdamw({ lr: 1e7, eps: 1e8 })], { near: 1e-5 }],

  ["adahessian", "fed with gradients for curvatures is AdamW", () => [adahessian({ lr: 1e-3, weightDecay: 0.01 }), adamw()], { inputs: [(g) => ({ h: { w: g } }), none], near: 1e-5 }],
  ["sophiaG", "with batches of one is Sophia with squares for curvatures", () => [sophiaG({ batch: 1, beta1: 0.96, gamma: 0.01, weightDecay: 0.2, eps: tiny }), sophia({ eps: tiny })], { inputs: [(g) => ({ sampled: { w: g } }), (g) => ({ h: { w: g.map((x) => x * x) } })], near: 1e-5 }],
  ["msam", "without a radius is momentum", () => [msam({ lr: 0.1, radius: 0 }), momentum({ lr: 0.1 })]],
];

test.each(laws.map(([name, claim, both, on = {}]) => ({ said: `${name} ${claim}`, both, on })))(
  "$said",
  ({ both, on }) => {
    const [left, right] = both();
    const [one, other] = on.inputs ?? [];
    const [[moved, a], [, b]] = [path(left, on, one), path(right, on, other)];
    expect(moved).toBeGreaterThan(0);
    if (on.near === undefined) expect(a).toEqual(b);
    else expect(Math.hypot(...a.map((x, i) => x - b[i]!)) / moved).toBeLessThan(on.near);
  },
);

test("every rule that is written from another has a law", () => {
  const held = new Set(laws.map(([name]) => name));
  const camel = (file: string): string => file.replace(/-(.)/g, (_, c: string) => c.toUpperCase());
  const without: string[] = [];
  for (const family of families) {
    const [src, tests] = ["src", "test"].map((part) => new URL(`../packages/${family}/${part}/`, import.meta.url));
    const files = readdirSync(src!).filter((file) => file.endsWith(".ts"));
    const text = new Map(files.map((file) => [file, readFileSync(new URL(file, src), "utf8")]));
    const isRule = (file: string): boolean => text.get(file)?.includes("= rule({") === true;
    const claims = readdirSync(tests!)
      .filter((file) => file.endsWith(".test.ts"))
      .flatMap((file) => readFileSync(new URL(file, tests), "utf8").match(/^law\([\s\S]*?\);$/gm) ?? []);
    for (const file of files.filter(isRule)) {
      const from = [...text.get(file)!.matchAll(/from "\.\/([\w-]+\.ts)"/g)].map(([, other]) => other!);
      const name = camel(file.slice(0, -3));
      if (from.some(isRule) && !held.has(name) && !claims.some((law) => law.includes(`${name}(`))) without.push(name);
    }
  }
  expect(without).toEqual([]);
});
