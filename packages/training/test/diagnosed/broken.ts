import { adam, adamw } from "@descent/adam";
import { type Configured, partition, schedule } from "@descent/core";
import { momentum, sgd } from "@descent/sgd";
import type { Dataset, FindingName } from "../../src/index.ts";
import { type Batch, type Clusters, clusters, type Net } from "./net.ts";

/** A training with one mistake, and the finding that must name it in time. */
export interface Broken {
  readonly name: string;
  readonly found: FindingName;
  /** Updates within which it must be named. */
  readonly within: number;
  readonly net: Net;
  readonly rule: () => Configured;
  readonly data?: Clusters;
  readonly shuffle?: boolean;
  /** The same without the mistake, where that is another rule: nothing is wrong with it. */
  readonly cure?: () => Configured;
}

const plain: Net = { sizes: [10, 16, 16, 4] };

export const broken: readonly Broken[] = [
  {
    name: "twenty sigmoid layers",
    found: "vanishing-gradients",
    within: 10,
    net: { sizes: [10, ...new Array<number>(20).fill(12), 4], kind: "sigmoid" },
    rule: () => adam({ lr: 1e-2 }),
  },
  {
    name: "eleven ReLU layers with four times He's weights",
    found: "exploding-gradients",
    within: 10,
    net: { sizes: [10, 160, 120, 80, 60, 40, 30, 20, 16, 12, 8, 4], gain: 4 },
    rule: () => sgd({ lr: 1e-12 }),
  },
  {
    name: "thirty times the rate, SGD with momentum",
    found: "rate-too-high",
    within: 30,
    net: plain,
    rule: () => momentum({ lr: 30 * 0.1 }),
    cure: () => momentum({ lr: 0.1 }),
  },
  {
    name: "thirty times the rate, Adam",
    found: "rate-too-high",
    within: 30,
    net: plain,
    rule: () => adam({ lr: 30 * 0.03 }),
    cure: () => adam({ lr: 0.03 }),
  },
  {
    name: "no warm-up: a deep network, Adam, the rate falling as 1 / √t from the first update",
    found: "no-warm-up",
    within: 30,
    net: { sizes: [10, 64, 64, 64, 64, 64, 4], last: 0.3 },
    rule: () => adam({ lr: schedule("0.06 / sqrt(step + 1)") }),
    data: { apart: 1 },
    cure: () => adam({ lr: schedule("0.06 / sqrt(step + 1) * min(1, (step + 1) / 40)") }),
  },
  {
    name: "dead ReLUs",
    found: "dead-units",
    within: 10,
    net: { ...plain, bias: -20 },
    rule: () => adam({ lr: 1e-2 }),
  },
  {
    name: "saturated tanh",
    found: "saturated-units",
    within: 10,
    net: { ...plain, kind: "tanh", gain: 100 },
    rule: () => sgd({ lr: 1e-2 }),
  },
  {
    name: "data sorted by class",
    found: "sorted-data",
    within: 20,
    net: plain,
    rule: () => sgd({ lr: 0.1 }),
    data: { sorted: true },
    shuffle: false,
  },
  {
    name: "labels one sample late",
    found: "misaligned-labels",
    within: 100,
    net: plain,
    rule: () => sgd({ lr: 0.1 }),
    data: { off: 1 },
  },
  {
    name: "overflow in half precision",
    found: "half-overflow",
    within: 10,
    net: { sizes: [10, 32, 32, 32, 4], gain: 25, half: true },
    rule: () => sgd({ lr: 1e-3 }),
  },
  {
    name: "inputs from 0 to 255",
    found: "inputs-not-normalized",
    within: 5,
    net: plain,
    rule: () => adam({ lr: 1e-2 }),
    data: { scale: 30, shift: 4 },
  },
  {
    name: "weight decay of 20 with AdamW",
    found: "too-much-decay",
    within: 20,
    net: plain,
    rule: () => adamw({ lr: 3e-3, weightDecay: 20 }),
    cure: () => adamw({ lr: 3e-3, weightDecay: 0.02 }),
  },
  {
    name: "the first layer frozen by mistake",
    found: "frozen",
    within: 10,
    net: plain,
    rule: () => partition({ frozen: sgd({ lr: 0 }), rest: sgd({ lr: 0.1 }) }, ({ name }) => (name.startsWith("dense_1/") ? "frozen" : "rest")), // biome-ignore format: one line
  },
];

export const dataOf = (one: Broken): Dataset<Batch> => clusters(one.data);
