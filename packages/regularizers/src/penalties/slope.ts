import { build, derivative, notation, parse, variable } from "@descent/core/graph";

const places = { p: "tensor", strength: "host", l1: "host", l2: "host", cols: "host" } as const;
const isKnown = (name: string): name is keyof typeof places => Object.hasOwn(places, name);

/** The gradient of a penalty of `p`, one number as an equation, as an equation. */
export function slope(penalty: string): string {
  const value = build(parse(penalty), penalty, (name) => (isKnown(name) ? variable(name, places[name]) : undefined));
  return notation(derivative(value, variable("p", "tensor")));
}
