import type { Batch } from "@descent/onnxruntime";
import type { Tokenizer } from "@huggingface/tokenizers";
import type { Sentence } from "./sentences.ts";

/** Makes batches of sentences, padded to a multiple of some length: a session is compiled for each shape. */
export const batches =
  (tokenizer: Tokenizer, multiple: number) =>
  (all: readonly Sentence[]): Batch & { readonly labels: number[] } => {
    const ids = all.map(({ text }) => tokenizer.encode(text).ids);
    const length = multiple * Math.ceil(Math.max(...ids.map((one) => one.length)) / multiple);
    const dims = [all.length, length];
    const [input, mask] = [new BigInt64Array(all.length * length), new BigInt64Array(all.length * length)];
    for (const [row, one] of ids.entries())
      for (const [i, id] of one.entries()) {
        input[row * length + i] = BigInt(id);
        mask[row * length + i] = 1n;
      }
    const labels = all.map(({ on }) => Number(on));
    return { input_ids: { data: input, dims }, attention_mask: { data: mask, dims }, labels };
  };
