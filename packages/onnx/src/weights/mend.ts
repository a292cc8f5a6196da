import { check, checkOptions, distinct, func, model as wantedModel } from "../check.ts";
import type { External } from "../proto/external.ts";
import { decodeModel, type ModelProto } from "../proto/model.ts";
import { type Change, Draft } from "./draft.ts";
import { gather } from "./gather.ts";
import { lift } from "./lift.ts";
import { tie, together } from "./tie.ts";
import { apart, passed, untie } from "./untie.ts";

/** Options of `mend`. */
export interface MendOptions {
  /**
   * Tensors to train as one: groups of names, each equal to the first of its group or its transpose. Those that the file shows to
   * be one weight stored twice are tied anyway; `false` leaves them apart.
   */
  readonly tie?: readonly (readonly string[])[] | false | undefined;
  /**
   * Tensors to split, so that each layer that reads one gets a copy of its own. Those that the file shows to be several
   * weights that were equal when exported are split anyway; `false` splits none.
   */
  readonly untie?: readonly string[] | false | undefined;
  /** Outputs of `Constant` nodes to treat as weights. By default all of them where the model has no initializer that could be one. */
  readonly lift?: readonly string[] | undefined;
  /** Reads the files in which large models store their tensors. */
  readonly external?: External | undefined;
}

export type { Change } from "./draft.ts";

/** The model whose weights are those that were trained in Python, and how it differs from the file. */
export interface Mended {
  /** A new model; the source is not changed. */
  readonly model: ModelProto;
  readonly changes: readonly Change[];
}

/**
 * The model with one initializer for each weight: tensors that an exporter merged because they were equal are apart again, and
 * one weight that it stored twice, as a table and its folded transpose, is one. Numbers stay views of the file.
 */
export function mend(source: Uint8Array | ModelProto, options: MendOptions = {}): Mended {
  check("The model that is mended", source, wantedModel);
  const isGroups = (x: unknown): x is readonly (readonly unknown[])[] =>
    Array.isArray(x) && x.every((group) => Array.isArray(group) && group.length > 1) && distinct.fits(x.flat());
  checkOptions("mend", options, {
    tie: {
      want: 'false, or groups of two or more names, each once: [["embed.weight", "head.weight"]]',
      fits: (x) => x === false || isGroups(x),
    },
    untie: { want: `false, or ${distinct.want}`, fits: (x) => x === false || distinct.fits(x) },
    lift: distinct,
    external: func,
  });
  const model = source instanceof Uint8Array ? decodeModel(source) : source;
  if (model.graph === undefined) return { model, changes: [] };
  const draft = new Draft(model, model.graph, options.external);
  lift(draft, options.lift);
  if (options.untie !== false) {
    passed(draft);
    untie(draft);
    for (const name of options.untie ?? []) apart(draft, name);
  }
  if (options.tie !== false) {
    tie(draft);
    for (const group of options.tie ?? []) together(draft, group);
  }
  gather(draft);
  return { model: draft.done(), changes: draft.changes };
}
