import { optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import { heNormal } from "@descent/initializers";
import type { Digits } from "./digits.ts";
import { lengthOf, Network } from "./network.ts";
import { uniforms } from "./tools.ts";

/** The samples of some digits, from one place to another. */
export const samplesOf = ({ side, x, labels }: Digits, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({
    x: x.subarray((from + i) * side * side, (from + i + 1) * side * side),
    label: labels[from + i]!, // within
  }));

/** The hidden units of the network that learns digits. */
export const UNITS = 16;

/** Trains a small network on digits, and says at every step the loss of its batch and the lengths of the layers' gradients. */
export function trainDigits(
  digits: Digits,
  rule: Configured,
  { steps, batch, units = UNITS, seed = 1 }: { steps: number; batch: number; units?: number; seed?: number },
): { loss: number[]; norms: number[][]; network: Network } {
  const network = new Network([digits.side ** 2, units, 10], "relu", heNormal(), seed);
  const opt = optimizer(network.weights, rule);
  const train = samplesOf(digits, 0, digits.train);
  const next = uniforms(seed);
  const [loss, norms]: [number[], number[][]] = [[], []];
  for (let step = 0; step < steps; step++) {
    const part = Array.from({ length: batch }, () => train[Math.floor(next() * train.length)]!); // within
    const { loss: mean, gradients } = network.look(part);
    loss.push(mean);
    norms.push(Array.from({ length: network.depth }, (_, l) => lengthOf(gradients[`w${l}`]!)));
    opt.update({ ...gradients });
  }
  opt.dispose();
  return { loss, norms, network };
}
