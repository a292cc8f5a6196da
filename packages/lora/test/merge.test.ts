import { readFileSync } from "node:fs";
import { adapt, lora, merge, swappable } from "@descent/lora";
import { loadAdapter } from "@descent/lora/node";
import { decodeModel } from "@descent/onnx";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { at, type Case, cases, close, feeds, first } from "./fixtures.ts";

type Feeds = Readonly<
  Record<string, { readonly data: Float32Array | BigInt64Array; readonly dims: readonly number[] }>
>;

const tensors = (all: Feeds): Record<string, ort.Tensor> =>
  Object.fromEntries(
    Object.entries(all).map(([name, { data, dims }]) => [
      name,
      data instanceof Float32Array ? new ort.Tensor("float32", data, dims) : new ort.Tensor("int64", data, dims),
    ]),
  );

const open = (bytes: Uint8Array): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });

/** The output of stock ONNX Runtime. */
async function logits(session: ort.InferenceSession, given: Feeds): Promise<Float32Array> {
  const [output] = Object.values(await session.run(tensors(given)));
  return output!.data as Float32Array;
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

const base = (model: Case["model"]): Uint8Array => readFileSync(at(`${model}.onnx`));

/** The adapter as PEFT had trained it. */
async function end(name: string): ReturnType<typeof loadAdapter> {
  const { method } = await loadAdapter(at(name));
  const { decodeAdapter } = await import("@descent/lora");
  const { tensors: trained } = decodeAdapter({
    "adapter_config.json": readFileSync(at(`${name}/adapter_config.json`)),
    "adapter_model.safetensors": readFileSync(at(`${name}/end.safetensors`)),
  });
  return { method, tensors: trained };
}

const mergeable = ["lora", "patterns", "embedding", "dora", "ia3", "dora-conv", "ia3-conv"];

test.each(mergeable)("%s, merged, gives PEFT's logits in plain ONNX Runtime", async (name) => {
  const { model, logits: wanted } = cases[name]!;
  const merged = merge(base(model), await end(name));
  const before = decodeModel(base(model));
  const after = decodeModel(merged);
  expect(after.graph?.node?.map(({ opType }) => opType)).toEqual(before.graph?.node?.map(({ opType }) => opType));
  const session = await open(merged);
  expect(apart(await logits(session, feeds(first(model))), wanted)).toBeLessThan(close);
  await session.release();
});

test("the file with its adapter beside the weights runs as it is", async () => {
  const adapted = adapt(base("net"), await end("conv"));
  const session = await open(adapted.bytes());
  expect(apart(await logits(session, feeds(first("net"))), cases.conv!.logits)).toBeLessThan(close);
  await session.release();
});

describe("swapping", () => {
  test("one session serves the model, adapters and mixtures of them", async () => {
    const [one, other] = [await end("lora"), await end("patterns")];
    const shared = swappable(base("bert"), [one, other]);
    const session = await open(shared.bytes());
    const inputs = feeds(first("bert"));
    const plain = await open(base("bert"));
    expect(apart(await logits(session, { ...inputs, ...shared.feeds() }), await logits(plain, inputs))).toBeLessThan(
      1e-6,
    );
    for (const [name, adapter] of [
      ["lora", one],
      ["patterns", other],
      ["lora", one],
    ] as const)
      expect(apart(await logits(session, { ...inputs, ...shared.feeds(adapter) }), cases[name]!.logits)).toBeLessThan(
        close,
      );
    await session.release();
    await plain.release();
  });

  test("a mixture is the sum of the shares of the updates", async () => {
    const a = await end("lora");
    const b = adapt(
      base("bert"),
      lora({ rank: 2, alpha: 3, seed: 5, targets: ["query", "intermediate.dense"] }),
    ).adapter();
    const random = Object.fromEntries(
      Object.entries(b.tensors).map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map((_, i) => Math.sin(i + 1) / 3) },
      ]),
    );
    const other = { ...b, tensors: random };
    const shared = swappable(base("bert"), [a, other]);
    const session = await open(shared.bytes());
    const inputs = feeds(first("bert"));
    // Merging adds updates one after the other; shares go into B.
    const times = (adapter: typeof a, share: number): typeof a => ({
      ...adapter,
      tensors: Object.fromEntries(
        Object.entries(adapter.tensors).map(([name, { shape, data }]) => [
          name,
          { shape, data: name.includes("lora_B") ? data.map((x) => x * share) : data },
        ]),
      ),
    });
    const both = await open(merge(merge(base("bert"), times(a, 0.3)), times(other, 0.7)));
    const mixed = shared.feeds([
      [a, 0.3],
      [other, 0.7],
    ]);
    expect(apart(await logits(session, { ...inputs, ...mixed }), await logits(both, inputs))).toBeLessThan(close);
    await both.release();
    await session.release();
  });

  test("a convolution of groups keeps its groups in a mixture", async () => {
    const a = await end("conv");
    const shared = swappable(base("net"), a);
    const session = await open(shared.bytes());
    const inputs = feeds(first("net"));
    const halves = shared.feeds([
      [a, 0.5],
      [a, 0.5],
    ]);
    expect(apart(await logits(session, { ...inputs, ...halves }), cases.conv!.logits)).toBeLessThan(close);
    await session.release();
  });
});

test("a second adapter on an adapted model adds to the first, which stays as it is", async () => {
  const a = adapt(base("bert"), await end("lora"));
  const second = adapt(a.model, await end("embedding"), { name: "second" });
  expect(second.trained.every((name) => !name.includes(".default"))).toBe(true);
  const session = await open(second.bytes());
  const merged = await open(merge(merge(base("bert"), await end("lora")), await end("embedding")));
  const inputs = feeds(first("bert"));
  expect(apart(await logits(session, inputs), await logits(merged, inputs))).toBeLessThan(close);
  await session.release();
  await merged.release();
});
