import { list, OptimizerError, suggestion } from "./errors.ts";

/* What adapters refuse of the memory and the gradients that are theirs to step, in one wording. */

/** Where a parameter lies, in bytes. */
export interface Stretch {
  readonly name: string;
  /** What two parameters may share, and no byte of it: an ArrayBuffer, a GPUBuffer. */
  readonly memory: object;
  readonly at: number;
  readonly bytes: number;
}

/** Throws if two parameters have numbers in common. */
export function refuseOverlap(places: Iterable<Stretch>): void {
  const byMemory = new Map<object, Stretch[]>();
  for (const place of places) {
    if (place.bytes === 0) continue;
    const inside = byMemory.get(place.memory);
    if (inside) inside.push(place);
    else byMemory.set(place.memory, [place]);
  }
  for (const inside of byMemory.values()) {
    inside.sort((a, b) => a.at - b.at);
    for (const [i, { name, at, bytes }] of inside.entries()) {
      const next = inside[i + 1];
      if (next && next.at < at + bytes)
        throw new OptimizerError(
          `${list([name, next.name])} share memory. Every parameter needs numbers of its own; copy one.`,
        );
    }
  }
}

/** Throws if there is a gradient under a name that no parameter has. */
export function refuseUnknown(gradients: object, parameters: ReadonlyMap<string, unknown>): void {
  for (const name of Object.keys(gradients))
    if (!parameters.has(name)) {
      const names = [...parameters.keys()];
      throw new OptimizerError(
        `There is a gradient for \`${name}\`, which is no parameter here; there are ${list(names)}.${suggestion(name, names)}`,
      );
    }
}
