import { finite, knownOptions, size } from "@descent/core/adapter";
import { asGain, type Nonlinearity } from "./gain.ts";
import { fill, type Initializer } from "./initialize.ts";
import { asMatrix } from "./layout.ts";
import { orthonormal } from "./qr.ts";

/** Options of `orthogonal`. */
export interface OrthogonalOptions {
  /** A number, or the activation that follows: 1 unless given. */
  readonly gain?: number | Nonlinearity | undefined;
}

/** Options of `identity`. */
export interface IdentityOptions {
  /** 1 unless given. */
  readonly gain?: number | undefined;
}

/**
 * A rotation drawn uniformly from all rotations, so a deep linear net neither shrinks nor stretches a signal (Saxe et al.,
 * https://arxiv.org/abs/1312.6120). The kernel is read as the matrix [out, in × receptive field]; the shorter side's vectors
 * are orthonormal times `gain`. One matrix per batch index. A matrix needs no `axes`; anything else without them throws.
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  const gain = asGain("orthogonal", knownOptions("orthogonal", options, ["gain"]).gain ?? 1);
  return (parameter, random) => {
    const { batch, outputs: rows, inputs, field } = asMatrix(parameter);
    const columns = inputs * size(field);
    const wide = columns > rows;
    const [count, length] = wide ? [rows, columns] : [columns, rows];
    // Where vector k's number i stands in logical order.
    const place = (b: number, k: number, i: number): number => (b * rows + (wide ? k : i)) * columns + (wide ? i : k);
    const values = new Float64Array(batch * rows * columns);
    for (let b = 0; b < batch; b++) {
      const gaussian = Array.from({ length: count }, (_, k) =>
        Float64Array.from({ length }, (_, i) => random.normal(place(b, k, i))),
      );
      for (const [k, vector] of orthonormal(gaussian).entries())
        for (let i = 0; i < length; i++) values[place(b, k, i)] = gain * vector[i]!;
    }
    return values;
  };
}

/**
 * A layer that passes its input on: 1 where output and input index agree, at the centre of the receptive field, 0 elsewhere
 * (torch calls it dirac for convolutions). A matrix needs no `axes`; anything else without them throws.
 */
export function identity(options: IdentityOptions = {}): Initializer {
  const { gain = 1 } = knownOptions("identity", options, ["gain"]);
  finite("identity", { gain });
  return (parameter) => {
    const { outputs, inputs, field } = asMatrix(parameter);
    const taps = size(field);
    const centre = field.reduce((at, length) => at * length + Math.floor(length / 2), 0);
    return fill(parameter, (i) => {
      const pair = Math.floor(i / taps);
      const agree = pair % inputs === Math.floor(pair / inputs) % outputs;
      return agree && i % taps === centre ? gain : 0;
    });
  };
}
