import { transformer } from "./expansions/attention.ts";
import { control } from "./expansions/control.ts";
import { contraction } from "./expansions/einsum.ts";
import type { Expansion } from "./expansions/expansion.ts";
import { recurrent } from "./expansions/recurrent.ts";
import { sampling } from "./expansions/sampling.ts";

/** Operators that gradients flow through in simpler ones. */
export const expansions: Readonly<Record<string, Expansion>> = {
  ...contraction,
  ...control,
  ...recurrent,
  ...sampling,
  ...transformer,
};
