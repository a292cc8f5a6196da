import { isRecord, list, OptimizerError, shown, takes } from "./errors.ts";
import { checkLines, type Equations, inOrder, type RuleSpec } from "./spec.ts";

/* Which equations of a rule run when: phase by phase, block by block. */

/** Equations that run together: in every step, or in those in which `when` holds. */
export interface Block {
  /** The condition, an equation of host values; undefined for every step. */
  readonly when: string | undefined;
  /** Equations in the order they run. */
  readonly lines: readonly (readonly [name: string, source: string])[];
}

/** The phase that ends a round: its equations are the rule's `update`. */
export const UPDATE = "update";

/** The equations that give the parameter to evaluate with. */
export const READOUT = "readout";

const block = (equations: Equations): Block => ({ when: equations.when, lines: inOrder(equations) });

/** The phases of a round by name, in order; the last is `update`. */
export function phasesOf(spec: Pick<RuleSpec, "phases">): readonly string[] {
  takes("phasesOf", "a rule", spec, isRecord(spec) || typeof spec === "function");
  const { phases = {} } = spec;
  takes("phasesOf", "a rule, whose phases are equations by name", spec, isRecord(phases));
  return [...Object.keys(phases), UPDATE];
}

/** The blocks of one phase, in the order in which they run. */
export function blocksOf(
  spec: Pick<RuleSpec, "phases" | "before" | "update" | "after" | "readout">,
  phase = UPDATE,
): Block[] {
  checkLines("blocksOf", spec);
  if (phase !== UPDATE && !(phase === READOUT ? spec.readout : spec.phases && Object.hasOwn(spec.phases, phase)))
    throw new OptimizerError(`\`blocksOf\`: the rule has the phases ${list(phasesOf(spec))}; got ${shown(phase)}.`);
  if (phase === READOUT) return [block(spec.readout!)]; // asked of a rule that has one
  if (phase !== UPDATE) return [block(spec.phases![phase]!)]; // a phase that the rule has
  return [...(spec.before ?? []), spec.update, ...(spec.after ?? [])].map(block);
}

/** All text of a rule: every phase's blocks, then the readout. */
export const everyBlock = (spec: Pick<RuleSpec, "phases" | "before" | "update" | "after" | "readout">): Block[] => [
  ...phasesOf(spec).flatMap((phase) => blocksOf(spec, phase)),
  ...(spec.readout ? blocksOf(spec, READOUT) : []),
];
