import { type Configured, checkConfigured } from "../configured.ts";
import { among, isRecord, OptimizerError, shown, suggestion, takes } from "../errors.ts";
import type { Env } from "../host.ts";
import { taken } from "../trace/trace.ts";
import type { Numbers } from "./draft.ts";
import { type Group, hyperNow } from "./groups.ts";
import { hostPart } from "./host-values.ts";
import type { Roster } from "./roster.ts";
import { initialHost } from "./slots.ts";

/** Whether a rule of a configuration reads an input of this name, whatever parameters there are. */
export function readsInput(configured: Configured, input: string): boolean {
  checkConfigured(configured, "readsInput");
  takes("readsInput", "the name of an input", input, typeof input === "string");
  if (configured.kind === "partition") return Object.values(configured.groups).some((one) => readsInput(one, input));
  return configured.kind === "rule" && Object.hasOwn(configured.rule.inputs ?? {}, input);
}

/** Whether the next update of all parameters reads an input: not in steps in which `when` leaves out what reads it. */
export function readsNext<T>({ members, phase, step, inputs }: Roster<T>, input: string): boolean {
  takes("readsNext", "the name of an input", input, typeof input === "string");
  if (!inputs.has(input)) return false;
  const hypers = new Map<Group, Env>();
  for (const { cohort, t, host } of members.values()) {
    if (!cohort) continue; // frozen
    const { group, phases, program: update, facts } = cohort;
    const whole = phases.length > 1 ? phases[phase]! : update; // it has those of the roster
    if (![...whole.inputs, ...whole.numbers].includes(input)) continue;
    // A condition on what the update is given cannot be known yet.
    if (whole.conditions.length === 0 || whole.numbers.length > 0) return true;
    let hyper = hypers.get(group);
    if (!hyper) hypers.set(group, (hyper = hyperNow(group, step)));
    const now = taken(whole, hostPart(whole).holds(t + 1, hyper, facts, host ?? initialHost(whole, hyper)));
    if (now.inputs.includes(input)) return true;
  }
  return false;
}

/** The inputs of an update besides gradients. */
export interface Given<V> {
  /** By the name of the input: what an adapter takes by parameter, as it takes gradients. */
  readonly tensors: readonly (readonly [input: string, value: V])[];
  readonly numbers: Numbers;
}

/** Tells inputs apart by what the rules say of them. */
export function sorted<T, V>({ inputs }: Roster<T>, given: Readonly<Record<string, V | number>>): Given<V> {
  if (!isRecord(given))
    throw new OptimizerError(`Inputs are given by name: update(gradients, { loss }); got ${shown(given)}.`);
  const tensors: (readonly [string, V])[] = [];
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries<V | number>(given)) {
    const place = inputs.get(name);
    if (place === undefined) {
      const names = [...inputs.keys()];
      throw new OptimizerError(
        names.length === 0
          ? `No rule here reads \`${name}\`, or anything but gradients. Leave it out.`
          : `No rule here reads \`${name}\`; ${among(names)}.${suggestion(name, names)}`,
      );
    }
    if (place === "tensor") {
      if (typeof value === "number" || value === null || value === undefined)
        throw new OptimizerError(`\`${name}\` must be given by parameter, as gradients are; got ${shown(value)}.`);
      tensors.push([name, value]);
    } else if (typeof value === "number") numbers[name] = value;
    else throw new OptimizerError(`\`${name}\` must be a number; got ${shown(value)}.`);
  }
  return { tensors, numbers };
}
