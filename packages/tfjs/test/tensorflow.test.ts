import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import util from "node:util";
import { families, loadFamily } from "@descent/catalogue";
import { goldens } from "@descent/conformance";
import { describeBackend } from "@descent/conformance/vitest";
import { sgd } from "@descent/sgd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampled } from "../../../tests/sample.ts";
import { optimizer, repairTfjsNode } from "../src/index.ts";
import { randn, tf, use } from "./backends.ts";
import { scenarios } from "./scenarios.ts";
import { tfjs } from "./target.ts";

/** A function of Node that tfjs-node calls. Node 23 removed it, so deleting it makes any Node behave like Node 23. */
const node = util as { isNullOrUndefined?: (value: unknown) => boolean };
const { isNullOrUndefined } = node;
const asNode23 = (): void => void delete node.isNullOrUndefined;
const asBefore = (): void => {
  asNode23();
  if (isNullOrUndefined) Object.assign(node, { isNullOrUndefined });
};

describe("what tfjs-node misses of Node 23", () => {
  test("is put back by an optimizer, and by hand", () => {
    for (const repair of [repairTfjsNode, () => optimizer(sgd()).dispose()]) {
      asNode23();
      repair();
      expect([null, undefined, 0, "", false].map((value) => node.isNullOrUndefined?.(value))).toEqual([
        ...[true, true],
        ...[false, false, false],
      ]);
    }
    asBefore();
  });

  test("is left alone where it is there, and elsewhere than in Node nothing happens", () => {
    const own = (): boolean => true;
    Object.assign(node, { isNullOrUndefined: own });
    repairTfjsNode();
    expect(node.isNullOrUndefined).toBe(own);
    asNode23();
    const { process } = globalThis;
    try {
      Object.assign(globalThis, { process: undefined });
      repairTfjsNode();
    } finally {
      Object.assign(globalThis, { process });
    }
    expect(node).not.toHaveProperty("isNullOrUndefined");
    asBefore();
  });
});

const all = await Promise.all(families.map(async (family) => [family, await loadFamily(family)] as const));
const installed = new URL("../../../.tensorflow/package.json", import.meta.url);
const there = existsSync(installed);

describe.skipIf(!there)("on tfjs's tensorflow backend", () => {
  beforeAll(async () => {
    tf.env().set("PROD", true); // tfjs-node has a tfjs of its own, and would warn of every kernel that is there twice
    createRequire(installed)("@tensorflow/tfjs-node");
    await use("tensorflow");
    asNode23();
  });
  afterAll(async () => {
    await use("cpu");
    asBefore();
  });

  test("nothing runs on Node 23 before the repair, and everything after", () => {
    const sum = (): number => tf.tidy(() => tf.sum(tf.ones([3])).dataSync<"float32">()[0]!);
    expect(sum).toThrow(/isNullOrUndefined.* is not a function/);
    repairTfjsNode();
    expect(sum()).toBe(3);
  });

  const target = tfjs("tfjs tensorflow");
  describeBackend(target, { live: () => tf.memory().numTensors });
  const { describeRules } = sampled(3);
  for (const [family, module] of all)
    describeRules(module, goldens(family), { targets: [target], share: { part: 0, of: 4 } });

  test.each(Object.entries(scenarios()))("%s", (_, scenario) => scenario(tf));

  test("the gradients of a convolution are those of plain JavaScript", async () => {
    const gradients = (): Promise<Float32Array>[] => {
      const loss = (x: tf.Tensor, w: tf.Tensor): tf.Scalar =>
        tf.sum(tf.square(tf.maxPool(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same"), 2, 2, "valid")));
      return tf
        .tidy(() => tf.grads(loss)([randn([2, 8, 8, 3]), randn([3, 3, 3, 4], 2)]))
        .map((g) => g.data<"float32">());
    };
    const native = await Promise.all(gradients());
    await use("cpu");
    const plain = await Promise.all(gradients());
    await use("tensorflow");
    for (const [i, data] of native.entries()) {
      const size = Math.max(...plain[i]!.map(Math.abs));
      // 1e-5 of the greatest: sums of some hundred products in another order.
      expect(Math.max(...data.map((x, k) => Math.abs(x - plain[i]![k]!)))).toBeLessThan(1e-5 * size);
    }
  });
});
