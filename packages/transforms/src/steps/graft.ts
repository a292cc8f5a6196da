import { combination } from "@descent/core/adapter";

/**
 * The direction of one rule with the length of another's step, tensor by tensor: `graft({ direction: shampoo(), length:
 * adam() })` takes over a rate that is known to work (Agarwal et al., 2020). Both rules see every gradient, and each keeps
 * its state. The rate of `direction` does not matter, but let it be large: a step is the difference of two parameters in
 * float32.
 */
export const graft = combination({
  id: "graft",
  title: "Graft",
  paper: "https://arxiv.org/abs/2002.11803",
  hyper: {},
  parts: ["direction", "length"],
  update: {
    far: "norm(direction - p)",
    p: "far > 0 ? p + norm(length - p) / far * (direction - p) : p",
  },
});
