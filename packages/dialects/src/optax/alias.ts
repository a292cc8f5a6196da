import { type Configured, OptimizerError, type Parameter } from "@descent/core";
import { type HyperValue, isCallback, isRecord, shown } from "@descent/core/adapter";
import { type Defaults, type Dialect, type Given, optimizer, type Values } from "../optimizer/optimizer.ts";

/** An alias of Optax: the rate first, then options, `adam(1e-3, { b1: 0.8 })`; or all by name, `adam({ learning_rate: 1e-3 })`. */
export interface Alias<D extends Defaults = Defaults> extends Omit<Dialect<D>, never> {
  (learning_rate: HyperValue, options?: Given<D>): Configured;
  (options: Given<D> & { readonly learning_rate: HyperValue }): Configured;
  /** `"optax"`. */
  readonly library: Dialect["library"];
  readonly dialect: string;
  readonly defaults: D;
  readonly refuses: Readonly<Record<string, string>>;
}

/** Which parameters decay, in place of Optax's tree of flags: a function of the parameter; null is all of them. */
export type Mask = ((parameter: Parameter) => boolean) | null;

/** The options of an alias and its rate. */
type Called<D extends Defaults> = Values<D> & { readonly learning_rate: HyperValue };

const everywhere = {
  mu_dtype: "state is float32; adapters keep it in fewer bytes by their option `state`.",
  accumulator_dtype: "state is float32; adapters keep it in fewer bytes by their option `state`.",
};

/** The rate when it is left out, options that are not supported, with the reason, and options that may be null. */
interface AliasOptions {
  readonly rate?: number;
  readonly refuses?: Readonly<Record<string, string>>;
  readonly nullable?: readonly string[];
}

/** An alias from its options and what they make. */
export function alias<const D extends Defaults>(
  dialect: string,
  defaults: D,
  make: (values: Called<D>) => Configured,
  { rate, refuses: own = {}, nullable }: AliasOptions = {},
): Alias<D> {
  const refuses = { ...everywhere, ...own };
  const all = { learning_rate: rate ?? Number.NaN, ...defaults };
  const inner = optimizer({
    library: "optax",
    dialect,
    defaults: all,
    refuses,
    nullable,
    make: (values) => {
      const called = values as unknown as Called<D>; // `all` is a rate and D
      if (Number.isNaN(called.learning_rate))
        throw new OptimizerError(`${dialect} needs a learning rate: ${dialect}(1e-3).`);
      return make(called);
    },
  });
  const configure = (first: unknown = {}, options: unknown = {}): Configured => {
    if (!isRecord(options))
      throw new OptimizerError(`${dialect} takes its options by name, after the rate; got ${shown(options)}.`);
    const given = isRecord(first) ? first : { learning_rate: first, ...options };
    return inner(given as Given<typeof all>); // `read` checks names and values
  };
  const { library } = inner;
  return Object.assign(configure, { library, dialect, defaults, refuses }) as unknown as Alias<D>; // the two ways to call
}

/** A mask as rules take it. */
export function masked(where: string, mask: Mask): (parameter: Parameter) => boolean {
  if (mask === null) return () => true;
  if (isCallback(mask)) return mask;
  throw new OptimizerError(
    `${where}: a mask is a function of a parameter, ({ name, shape, role }) => true or false, in place of Optax's tree; got ${shown(mask)}.`,
  );
}
