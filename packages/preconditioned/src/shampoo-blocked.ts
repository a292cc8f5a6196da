import { rule } from "@descent/core";
import { shampoo } from "./shampoo.ts";

/**
 * Shampoo for large matrices: cuts a matrix into blocks, each with preconditioners of its own, so that no root is of more
 * than `blockSize` rows (Anil et al., 2020; Shi et al., 2023). A matrix that fits in one block steps as with `shampoo`. Blocks at the
 * right and lower edge are smaller, as in Meta's code. `graft({ direction: shampooBlocked({ lr: 1 }), length: adam() })` grafts
 * block by block, as theirs does.
 * @property lr learning rate: the size of a step (default 0.1)
 * @property eps added to the denominator, so that a parameter whose gradients were all near zero does not jump
 *   (default 1e-4)
 * @property blockSize the most rows and columns of a block (default 1024)
 */
export const shampooBlocked = rule({
  ...shampoo,
  id: "shampoo-blocked",
  title: "Shampoo in blocks",
  paper: "https://arxiv.org/abs/2309.06497",
  blocks: { size: "blockSize" },
  hyper: { ...shampoo.hyper, blockSize: 1024 },
  ranges: { blockSize: [1, Infinity] },
});
