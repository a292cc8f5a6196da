import type { Tokenizer } from "@huggingface/tokenizers";
import type { Sentence } from "./reviews.ts";

/** A number per word of each sentence. */
type Words = { readonly data: BigInt64Array; readonly dims: readonly number[] };
type Batch = { readonly input_ids: Words; readonly attention_mask: Words; readonly labels: number[] };

/** Makes batches of sentences, all padded to one length or cut there: a session is compiled for each shape. */
export const batches =
  (tokenizer: Tokenizer, length: number) =>
  (all: readonly Sentence[]): Batch => {
    const dims = [all.length, length];
    const [input, mask] = [new BigInt64Array(all.length * length), new BigInt64Array(all.length * length)];
    for (const [row, { text }] of all.entries())
      for (const [i, id] of tokenizer.encode(text).ids.slice(0, length).entries()) {
        input[row * length + i] = BigInt(id);
        mask[row * length + i] = 1n;
      }
    const labels = all.map(({ praise }) => Number(praise));
    return { input_ids: { data: input, dims }, attention_mask: { data: mask, dims }, labels };
  };
