import type { Shape } from "@descent/core/adapter";

/** The hyper-parameters that a rule had. */
export type HyperNow = Readonly<Record<string, number | string>>;

/** A slot of the library that is more than a name. */
export interface SlotForm {
  readonly name: string;
  /** The factor that makes the library's numbers of ours. */
  readonly times?: number | undefined;
  /** The shape there of one number per row or column. */
  readonly shape?: ((n: number) => Shape) | undefined;
  /** Ours is the mean or the largest of the library's numbers, which another slot of ours has one by one. */
  readonly summary?: "mean" | "max" | undefined;
}

/** The library's slots by ours. */
export type Slots = Readonly<Record<string, string | SlotForm>>;

/** The state of a rule in another library. */
export interface Form {
  /** By the parameter's shape there, if the library's slots depend on that. */
  readonly slots: Slots | ((there: Shape) => Slots);
  /** The slots of parameters of one dimension, where they are others. */
  readonly flat?: Slots | undefined;
  /** Our numbers of the whole model, by the library's names. */
  readonly model?: Readonly<Record<string, string>> | undefined;
  /** Our numbers of the host that the library keeps for each parameter, by its names. */
  readonly host?: Readonly<Record<string, string>> | undefined;
  /** Our numbers of the host that the library does not keep, from the count of updates and the options. */
  readonly derived?: Readonly<Record<string, (t: number, hyper: HyperNow) => number>> | undefined;
  /** The library's numbers that we do not keep, likewise. */
  readonly extra?: Readonly<Record<string, (t: number, hyper: HyperNow) => number>> | undefined;
}

/** Forms by the id of the rule. */
export type Forms = Readonly<Record<string, Form>>;

/** The same form for several rules. */
export const alike = (ids: readonly string[], form: Form): Forms => Object.fromEntries(ids.map((id) => [id, form]));
