import { readFileSync } from "node:fs";
import { decodeSafetensors } from "@descent/core/adapter";
import { type AdapterFiles, decodeAdapter, encodeAdapter } from "@descent/lora";
import { expect, test } from "vitest";
import { at } from "./fixtures.ts";

const written = (name: string): AdapterFiles => ({
  "adapter_config.json": readFileSync(at(`${name}/adapter_config.json`), "utf8"),
  "adapter_model.safetensors": readFileSync(at(`${name}/adapter_model.safetensors`)),
});

/** Fields that change numbers. */
const fields = ["peft_type", "r", "lora_alpha", "lora_dropout", "bias", "lora_bias", "use_rslora", "use_dora"];

test.each(["lora", "patterns", "embedding", "dora", "ia3", "conv", "dora-conv", "ia3-conv", "quantized"])(
  "%s, as PEFT wrote it, is written back with the same tensors and the same meaning",
  (name) => {
    const theirs = written(name);
    const ours = encodeAdapter(decodeAdapter(theirs));
    const [before, after] = [theirs, ours].map((files) => decodeSafetensors(files["adapter_model.safetensors"]));
    expect(after).toEqual(before);
    const [was, is] = [theirs, ours].map((files) => JSON.parse(String(files["adapter_config.json"])));
    for (const field of fields) expect([field, is[field]]).toEqual([field, was[field]]);
    const modules = Object.keys(before!.tensors).flatMap((key) =>
      /\.(lora_A|lora_embedding_A|ia3_l)/.test(key)
        ? [key.slice("base_model.model.".length).split(/\.(lora_|ia3_)/)[0]!]
        : [],
    );
    expect([...is.target_modules].sort()).toEqual([...new Set(modules)].sort());
    expect(new Set(is.modules_to_save ?? [])).toEqual(new Set(was.modules_to_save ?? []));
    // PEFT fits its patterns to the end of a name, after a dot.
    const at = (patterns: Record<string, number>, module: string): number | undefined =>
      Object.entries(patterns).find(([pattern]) => new RegExp(`^(.*\\.)?(${pattern})$`).test(module))?.[1];
    for (const module of modules)
      for (const [patterns, usual] of [
        ["rank_pattern", "r"],
        ["alpha_pattern", "lora_alpha"],
      ] as const)
        if (was[patterns] !== undefined)
          expect(at(is[patterns], module) ?? is[usual]).toBe(at(was[patterns], module) ?? was[usual]);
    const inputs = (config: { feedforward_modules?: string[] }): string[] =>
      modules.filter((module) =>
        (config.feedforward_modules ?? []).some((end) => module === end || module.endsWith(`.${end}`)),
      );
    expect(inputs(is)).toEqual(inputs(was));
  },
);

test("16-bit tensors are read as float32", () => {
  const { "adapter_config.json": config } = written("lora");
  const shapes = { "base_model.model.q.lora_A.weight": [2, 3], "base_model.model.q.lora_B.weight": [3, 2] };
  const header = JSON.stringify(
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape], i) => [
        name,
        { dtype: i === 0 ? "F16" : "BF16", shape, data_offsets: [i * 12, i * 12 + 12] },
      ]),
    ),
  );
  const bytes = Buffer.alloc(8 + header.length + 24);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  const bits = [0x3c00, 0xc000, 0x3555, 0, 0x8000, 0x7bff, 0x3f80, 0xc000, 0x3eab, 0, 0x8000, 0x4170];
  for (const [i, x] of bits.entries()) bytes.writeUInt16LE(x, 8 + header.length + 2 * i);
  const { tensors } = decodeAdapter({ "adapter_config.json": config, "adapter_model.safetensors": bytes });
  // 1, −2, 1/3 rounded to 11 bits, ±0, the largest; of bfloat16: 1, −2, 1/3 rounded to 8 bits, ±0, 15.
  expect([...tensors["q.lora_A.weight"]!.data]).toEqual([1, -2, 0.333251953125, 0, -0, 65504]);
  expect([...tensors["q.lora_B.weight"]!.data]).toEqual([1, -2, 0.333984375, 0, -0, 15]);
});
