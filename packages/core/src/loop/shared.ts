import { OptimizerError } from "../errors.ts";
import type { Expr } from "../expr.ts";
import type { Env } from "../host.ts";
import type { Parameter } from "../parameter.ts";
import type { Program } from "../program.ts";
import { modelKey } from "../state.ts";
import type { Job, Memory } from "./backend.ts";
import type { Group } from "./groups.ts";
import { entry } from "./maps.ts";
import { initial } from "./slots.ts";

const NONE = Object.freeze({});

/** The state that is one number for the whole model: all parameters of a rule share it, whatever their group. */
export class Shared<T> {
  readonly #memory: Memory<T>;
  /** By the rule's id and the slot. */
  readonly #tensors = new Map<string, Map<string, T>>();

  constructor(memory: Memory<T>) {
    this.#memory = memory;
  }

  /** The shared tensors of a program by slot, made where there are none; they lie where this parameter's state does. */
  of({ id, model, slots }: Program, parameter: Parameter, hyper: Env): Readonly<Record<string, T>> {
    if (model.length === 0) return NONE;
    const tensors = entry(this.#tensors, id, () => new Map<string, T>());
    return Object.fromEntries(
      model.map((slot) => [
        slot,
        entry(tensors, slot, () => this.#memory.slot(parameter, [], initial(slots[slot]!, hyper), slot)), // its own
      ]),
    );
  }

  /** Whether all shared state of a program has been made. */
  has({ id, model }: Program): boolean {
    return model.every((slot) => this.#tensors.get(id)?.has(slot));
  }

  /** All shared tensors, with the keys that they are saved under. */
  *all(): Generator<readonly [key: string, tensor: T]> {
    for (const [id, tensors] of this.#tensors) for (const [slot, tensor] of tensors) yield [modelKey(slot, id), tensor];
  }

  /** Frees the state of a rule. */
  free(id: string): void {
    for (const tensor of this.#tensors.get(id)?.values() ?? []) this.#memory.free(tensor);
    this.#tensors.delete(id);
  }

  /** Frees everything. */
  dispose(): void {
    for (const id of [...this.#tensors.keys()]) this.free(id);
  }
}

/** Throws where groups of one rule would start or change the state that they share differently. */
export function checkShared(users: Iterable<{ readonly program: Program; readonly group: Group }>): void {
  const first = new Map<string, { readonly program: Program; readonly group: Group }>();
  for (const user of users) {
    const { program, group } = user;
    for (const slot of program.model) {
      const other = entry(first, modelKey(slot, program.id), () => user);
      const start = ({ program: { slots }, group: { hyper } }: typeof user): unknown => {
        const { init } = slots[slot]!; // a slot of both, or else there is no other
        return typeof init === "string" ? hyper[init] : init;
      };
      if (!Object.is(start(user), start(other)))
        throw new OptimizerError(
          `${program.title}: \`${slot}\` is one number for the model, and groups ${named(other.group)} and ${named(group)} start it differently. Give both the same \`${program.slots[slot]!.init}\`.`,
        );
      if (program.outputs[slot] !== other.program.outputs[slot])
        throw new OptimizerError(
          `${program.title}: \`${slot}\` is one number for the model, and its equation differs between parameters of groups ${named(other.group)} and ${named(group)}. Write it with \`total\` and options only.`,
        );
    }
  }
}

const named = ({ label }: Group): string => `\`${label}\``;

/** Throws where the numbers differ from which the jobs of one rule compute the state that they share. */
export function refuseDisagreement<T, G>(jobs: readonly Job<T, G>[]): void {
  const first = new Map<string, Map<Expr, { readonly value: number; readonly parameter: Parameter }>>();
  for (const { program, parameter, scalars } of jobs) {
    const { id, title, agreeing } = program;
    if (agreeing.length === 0) continue;
    const known = entry(first, id, () => new Map());
    for (const place of agreeing) {
      const value = scalars[place]!; // one per scalar
      const other = entry(known, program.scalars[place]!, () => ({ value, parameter }));
      if (Object.is(value, other.value)) continue;
      throw new OptimizerError(
        `${title}: an equation of its state for the whole model reads numbers that differ between \`${other.parameter.name}\` and \`${parameter.name}\`, such as an option of their groups or \`t\`. Read them within \`total(…)\`.`,
      );
    }
  }
}
