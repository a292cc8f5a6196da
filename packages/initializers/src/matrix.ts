import { OptimizerError, type Parameter } from "@descent/core";
import { finite, knownOptions, positive, size, whole } from "@descent/core/adapter";
import { asGain, type Nonlinearity } from "./gain.ts";
import { fill, type Initializer } from "./initialize.ts";
import { asMatrix, logical } from "./layout.ts";
import { orthonormal } from "./qr.ts";
import type { Stream } from "./stream.ts";

/** Options of `orthogonal`. */
export interface OrthogonalOptions {
  /** A number, or the activation that follows; default 1. */
  readonly gain?: number | Nonlinearity | undefined;
}

/** Options of `identity`. */
export interface IdentityOptions {
  /** Default 1. */
  readonly gain?: number | undefined;
  /** The groups of a convolution, each of which passes its own inputs on; they must divide its outputs. Default 1. */
  readonly groups?: number | undefined;
}

/**
 * A rotation drawn uniformly from all rotations, so a deep linear net neither shrinks nor stretches a signal (Saxe et al.,
 * https://arxiv.org/abs/1312.6120). The kernel is read as the matrix [out, in × receptive field]; the shorter side's vectors
 * are orthonormal times `gain`. One matrix per batch index. A matrix needs no `axes`; anything else without them throws.
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  const gain = asGain("orthogonal", knownOptions("orthogonal", options, ["gain"]).gain ?? 1);
  return (parameter, random) => {
    const { batch, outputs, inputs, field } = asMatrix(parameter);
    const columns = inputs * size(field);
    const values = new Float64Array(batch * outputs * columns);
    for (let b = 0; b < batch; b++) rotation(outputs, columns, b, random, (at, x) => (values[at] = gain * x));
    return values;
  };
}

/**
 * A rotation at the centre of the receptive field and nothing around it, so that a deep net of convolutions keeps a signal's
 * length and its place (Xiao et al., https://arxiv.org/abs/1806.05393). As JAX's delta_orthogonal; a field of even length has
 * its centre before the middle. Throws if the parameter has no `axes`, or more inputs than outputs.
 */
export function deltaOrthogonal(options: OrthogonalOptions = {}): Initializer {
  const where = "deltaOrthogonal";
  const gain = asGain(where, knownOptions(where, options, ["gain"]).gain ?? 1);
  return (parameter, random) => {
    const { batch, outputs, inputs, field } = logical(parameter);
    if (inputs > outputs)
      throw new OptimizerError(
        `\`${where}\` needs at most as many inputs as outputs; \`${parameter.name}\` has ${inputs} and ${outputs}. Use orthogonal().`,
      );
    const taps = size(field);
    const centre = field.reduce((at, length) => at * length + Math.floor((length - 1) / 2), 0);
    const values = new Float64Array(batch * outputs * inputs * taps);
    for (let b = 0; b < batch; b++)
      rotation(outputs, inputs, b, random, (at, x) => (values[at * taps + centre] = gain * x));
    return values;
  };
}

/** Draws matrix `b` of `rows` by `columns`, whose shorter side's vectors are orthonormal, and hands out its numbers in order. */
function rotation(
  rows: number,
  columns: number,
  b: number,
  random: Stream,
  put: (at: number, value: number) => void,
): void {
  const wide = columns > rows;
  const [count, length] = wide ? [rows, columns] : [columns, rows];
  const place = (k: number, i: number): number => (b * rows + (wide ? k : i)) * columns + (wide ? i : k);
  const gaussian = Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length }, (_, i) => random.normal(place(k, i))),
  );
  for (const [k, vector] of orthonormal(gaussian).entries())
    for (let i = 0; i < length; i++) put(place(k, i), vector[i]!);
}

/**
 * A layer that passes its input on: 1 where output and input index agree, at the centre of the receptive field, 0 elsewhere;
 * with `groups`, within each group. torch calls it dirac for convolutions. A matrix needs no `axes`; anything else without them
 * throws.
 */
export function identity(options: IdentityOptions = {}): Initializer {
  const where = "identity";
  const { gain = 1, groups = 1 } = knownOptions(where, options, ["gain", "groups"]);
  finite(where, { gain });
  whole(where, { groups });
  positive(where, { groups });
  return (parameter) => {
    const { outputs, inputs, field } = asMatrix(parameter);
    if (outputs % groups !== 0)
      throw new OptimizerError(
        `\`${where}\`: ${groups} groups do not divide the ${outputs} outputs of \`${parameter.name}\`.`,
      );
    return atCentre(parameter, field, inputs, outputs, (output, input) =>
      output % (outputs / groups) === input ? gain : 0,
    );
  };
}

/**
 * Zeros and ones only, nothing random: the identity as far as it goes, and where there are more outputs than inputs the first
 * columns of a Hadamard matrix, so that they are not copies (ZerO, Zhao et al., https://arxiv.org/abs/2110.12661). A matrix
 * needs no `axes`; anything else without them throws.
 */
export const zerO = (): Initializer => (parameter) => {
  const { outputs, inputs, field } = asMatrix(parameter);
  const scale = 2 ** (-Math.ceil(Math.log2(outputs)) / 2);
  return atCentre(parameter, field, inputs, outputs, (output, input) => {
    if (outputs <= inputs) return output === input ? 1 : 0;
    return parity(output, input) ? -scale : scale;
  });
};

/** Whether two numbers have an odd number of bits in common: where a Hadamard matrix is negative. */
function parity(a: number, b: number): boolean {
  let odd = false;
  for (let bits = a & b; bits !== 0; bits &= bits - 1) odd = !odd;
  return odd;
}

/** One number per output and input at the centre of the receptive field, 0 around it. */
function atCentre(
  parameter: Parameter,
  field: readonly number[],
  inputs: number,
  outputs: number,
  value: (output: number, input: number) => number,
): Float64Array {
  const taps = size(field);
  const centre = field.reduce((at, length) => at * length + Math.floor(length / 2), 0);
  return fill(parameter, (i) => {
    if (i % taps !== centre) return 0;
    const pair = Math.floor(i / taps);
    return value(Math.floor(pair / inputs) % outputs, pair % inputs);
  });
}
