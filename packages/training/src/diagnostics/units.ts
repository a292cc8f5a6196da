import type { LayerOutput } from "../model.ts";
import { brief, percents, type Symptom } from "./finding.ts";

/** How often a layer must be seen before its units are judged. */
const SEEN = 5;
/** The part of a layer's units that may be dead or saturated. */
const ALLOWED = 0.5;
/** How near to its bound an output is saturated, and in what part of the samples for its unit to be so. */
const NEAR = 0.01;
const MOSTLY = 0.95;

interface Layer {
  seen: number;
  /** When each unit was last not 0, counted by how often the layer was seen. */
  readonly active: Int32Array;
  /** Whether all outputs were 0 or above, as a ReLU's are. */
  rectified: boolean;
  /** In how many sightings one after the other most units were saturated. */
  saturated: number;
  part: number;
}

/** Follows which units of which layers still say something. */
export class Units {
  readonly #layers = new Map<string, Layer>();

  add(name: string, { data, shape, axis = shape.length >= 4 ? 1 : shape.length - 1 }: LayerOutput): Symptom[] {
    const units = shape[axis] ?? 0;
    if (shape.length < 2 || units === 0 || data.length === 0) return [];
    const inner = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
    let layer = this.#layers.get(name);
    if (layer === undefined || layer.active.length !== units) {
      layer = { seen: 0, active: new Int32Array(units), rectified: true, saturated: 0, part: 0 };
      this.#layers.set(name, layer);
    }
    layer.seen++;
    const counts = { zero: 0, least: Infinity, most: -Infinity };
    for (let i = 0; i < data.length; i++) {
      const x = data[i]!;
      if (x === 0) counts.zero++;
      else layer.active[Math.floor(i / inner) % units] = layer.seen;
      if (x < counts.least) counts.least = x;
      if (x > counts.most) counts.most = x;
    }
    if (counts.least < 0) layer.rectified = false;
    const bound = boundsOf(counts.least, counts.most, counts.zero / data.length);
    layer.part = bound === undefined ? 0 : saturatedPart(data, units, inner, bound);
    layer.saturated = layer.part > ALLOWED ? layer.saturated + 1 : 0;
    return [...dead(name, layer), ...saturated(name, layer)];
  }
}

function dead(name: string, { seen, active, rectified }: Layer): Symptom[] {
  if (seen < SEEN || !rectified) return [];
  const gone = active.reduce((n, last) => n + +(last <= seen - SEEN), 0);
  if (gone / active.length <= ALLOWED) return [];
  return [
    {
      name: "dead-units",
      subject: name,
      evidence: { dead: gone, units: active.length },
      text: `${gone} of ${active.length} units of \`${name}\` put out 0 for every sample of ${SEEN} batches: dead ReLUs; lower the rate, start biases at 0 or above, or use a leaky ReLU or GELU.`,
    },
  ];
}

function saturated(name: string, { saturated: times, part }: Layer): Symptom[] {
  if (times < SEEN) return [];
  return [
    {
      name: "saturated-units",
      subject: name,
      evidence: { saturated: part },
      text: `${percents(part)} of the units of \`${name}\` stay within ${brief(NEAR)} of a bound: saturated; start with smaller weights (Glorot), normalize before the nonlinearity, or use a ReLU.`,
    },
  ];
}

/** The bounds of a sigmoid or a tanh, if the numbers look like one's; those of a ReLU have many zeros. */
function boundsOf(least: number, most: number, zeros: number): readonly [number, number] | undefined {
  if (zeros > 0.05 || !(most <= 1) || most < 1 - NEAR) return undefined;
  if (least >= 0) return [0, 1];
  return least >= -1 ? [-1, 1] : undefined;
}

/** The part of the units whose output is at a bound for nearly every sample. */
function saturatedPart(
  data: Float32Array,
  units: number,
  inner: number,
  [low, high]: readonly [number, number],
): number {
  const near = NEAR * (high - low);
  const at = new Int32Array(units);
  for (let i = 0; i < data.length; i++)
    if (data[i]! < low + near || data[i]! > high - near) at[Math.floor(i / inner) % units]!++;
  const each = data.length / units;
  return at.reduce((n, count) => n + +(count >= MOSTLY * each), 0) / units;
}
