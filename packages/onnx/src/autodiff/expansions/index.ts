import { transformer } from "./attention.ts";
import { control } from "./control.ts";
import { cumulative } from "./cumulative.ts";
import { deform } from "./deform.ts";
import { contraction } from "./einsum.ts";
import type { Expansion } from "./expansion.ts";
import { fourier } from "./fourier.ts";
import { recurrent } from "./recurrent.ts";
import { sampling } from "./sampling.ts";

/** Operators whose gradients flow through simpler operators. */
export const expansions: Readonly<Record<string, Expansion>> = {
  ...contraction,
  ...control,
  ...cumulative,
  ...deform,
  ...fourier,
  ...recurrent,
  ...sampling,
  ...transformer,
};
