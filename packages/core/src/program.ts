import type { Draw } from "./draws.ts";
import { isCallback, isRecord, OptimizerError, takes } from "./errors.ts";
import { type Expr, type ExprOf, type Place, topological, variable } from "./expr.ts";
import type { Op, Reduction } from "./operations.ts";
import type { Matrix } from "./parameter.ts";
import type { Init } from "./spec.ts";

/** The place of a slot, and what it starts as. */
export interface SlotSpec {
  readonly place: Place;
  readonly init: Init;
  /** The size of a matrix of its own; undefined where it has the parameter's. */
  readonly matrix?: Matrix | undefined;
}

/** A rule traced: what a backend reads. It holds no numbers but the constants of the equations. */
export interface Program {
  /** The id of its rule. */
  readonly id: string;
  readonly title: string;
  /** The tensors that each step is given and reads: the gradient `g`, and the rule's other inputs by element. */
  readonly inputs: readonly string[];
  /** Those of its inputs that are random: the loop draws them. */
  readonly draws: readonly Draw[];
  /** The numbers that each step is given and reads: the rule's inputs that are one for the whole model. */
  readonly numbers: readonly string[];
  /** The tensors that stay from step to step: `p`, then the slots that live on the device. */
  readonly kept: readonly string[];
  /** State by name: where each slot lies and how it starts. */
  readonly slots: Readonly<Record<string, SlotSpec>>;
  /** The values a step changes: the new value of `p` and of each device slot. */
  readonly outputs: Readonly<Record<string, Expr>>;
  /** Those of its slots that are one number for the whole model. */
  readonly model: readonly string[];
  /** Which of `scalars` their equations read outside of sums: all parameters must agree on these. */
  readonly agreeing: readonly number[];
  /** New values of the slots kept on the host, in double precision. */
  readonly host: Readonly<Record<string, Expr>>;
  /** Host values that device code reads, computed once per step in double precision. */
  readonly scalars: readonly Expr[];
  /**
   * Reductions, by the pass that must compute them: those of pass k need only results of passes before it. After the
   * last comes the pass that writes the outputs, so Adam is one pass over memory and LAMB two.
   */
  readonly passes: readonly (readonly ExprOf<Reduction>[])[];
  /**
   * Conditions of guarded equations that the host knows before the step. This program is the step in which they all hold;
   * `taken` gives the others.
   */
  readonly conditions: readonly Expr[];
}

/** Where a round began: the value of `p` at first in every phase but the first. */
export const ROUND = "round.p";
/** The parameter, while the readout is in its place. */
export const TRAINED = "readout.p";
/** The program that puts back the parameter which another program has put into the slot `from`. */
export function restoring(program: Program, from: string): Program {
  const none = { inputs: [], draws: [], numbers: [], host: {}, scalars: [], passes: [], conditions: [] };
  return { ...program, ...none, outputs: { p: variable(from, "tensor") } };
}

/** Throws where a program needs an operation that the backend lacks; `instead` says what to do. */
export function refuseOperations(program: Program, lacks: (op: Op) => boolean, backend: string, instead: string): void {
  checkProgram("refuseOperations", program);
  takes("refuseOperations", "a function of an operation's name", lacks, isCallback(lacks));
  const { title, outputs } = program;
  const found = topological(Object.values(outputs)).find(({ op }) => lacks(op));
  if (found)
    throw new OptimizerError(
      `${title} needs \`${found.op}\`, which ${backend} does not compute. ${instead}, or give the parameter another rule: partition(…).`,
    );
}

/** Whether any operation of the program is `op`: for backends that must refuse what they cannot run. */
export function uses(program: Program, op: Op): boolean {
  checkProgram("uses", program);
  return topological(Object.values(program.outputs)).some((e) => e.op === op);
}

/** Throws unless it is what `trace` returns. */
export function checkProgram(call: string, program: Program): void {
  const fits =
    isRecord(program) && isRecord(program.outputs) && isRecord(program.slots) && Array.isArray(program.passes);
  takes(call, "a program, which trace() makes", program, fits);
}
