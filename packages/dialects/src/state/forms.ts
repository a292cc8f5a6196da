/** The hyper-parameters that a rule had. */
export type HyperNow = Readonly<Record<string, number | string>>;

/** The state of a rule in another library. */
export interface Form {
  /** Our slots by the library's names; `times` is what ours is multiplied by to be the library's. */
  readonly slots: Readonly<Record<string, string | { readonly name: string; readonly times: number }>>;
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
