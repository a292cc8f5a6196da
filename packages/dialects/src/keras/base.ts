import { type Configured, clipByGlobalNorm, clipByNorm, clipByValue, OptimizerError } from "@descent/core";
import { type HyperValue, prepend } from "@descent/core/adapter";
import { accumulate } from "@descent/transforms";
import { decoupled } from "../optimizer/compose.ts";
import { type Defaults, type Dialect, fixed, on, optimizer, type Values } from "../optimizer/optimizer.ts";
import { averaged } from "../optimizer/rules.ts";
import { averagedOver } from "./rules.ts";

/** The options that every optimizer of Keras has. */
const base = {
  weight_decay: null as HyperValue | null,
  clipnorm: null as HyperValue | null,
  clipvalue: null as HyperValue | null,
  global_clipnorm: null as HyperValue | null,
  use_ema: false,
  ema_momentum: 0.99,
  ema_overwrite_frequency: null as number | null,
  loss_scale_factor: null as HyperValue | null,
  gradient_accumulation_steps: null as number | null,
};

type Base = Values<typeof base>;

/** An optimizer of Keras: its own options, and those of every one. `decays` says that its rule decays by itself, `refuses` what cannot be had, `nullable` what may be null. */
export function keras<const D extends Defaults>(
  dialect: string,
  defaults: D,
  make: (values: Values<D> & Base) => Configured,
  decays = false,
  refuses: Readonly<Record<string, string>> = {},
  nullable: readonly string[] = [],
): Dialect<typeof base & D> {
  const all = { ...base, ...defaults };
  return optimizer({
    library: "keras",
    dialect,
    defaults: all,
    refuses: { name: "optimizers have no names here.", ...refuses },
    nullable,
    make: (values) => {
      const o = values as unknown as Values<D> & Base; // `all` is both
      return around(dialect, decays ? make(o) : decoupled(make(o), o.weight_decay), o);
    },
  });
}

/** Keras's order around decay and the update: the loss's scale, accumulation, clipping, and last the average of weights. */
function around(where: string, inner: Configured, o: Base): Configured {
  const clips = [o.clipnorm, o.global_clipnorm, o.clipvalue].filter(on);
  if (clips.length > 1)
    throw new OptimizerError(`${where} takes one of \`clipnorm\`, \`clipvalue\` and \`global_clipnorm\`, as in Keras.`);
  let made = inner;
  if (on(o.clipnorm)) made = clipByNorm(made, o.clipnorm);
  if (on(o.global_clipnorm)) made = clipByGlobalNorm(made, o.global_clipnorm);
  if (on(o.clipvalue)) made = clipByValue(made, o.clipvalue);
  if (o.gradient_accumulation_steps !== null) made = accumulate(made, { every: o.gradient_accumulation_steps });
  if (on(o.loss_scale_factor))
    made = prepend(made, "loss_scale_factor", {
      hyper: { lossScale: o.loss_scale_factor },
      equations: { g: "g / lossScale" },
    });
  if (!o.use_ema) return made;
  const decay = fixed(where, "ema_momentum", o.ema_momentum);
  if (o.ema_overwrite_frequency === null) return averaged(made, { decay });
  return averagedOver(made, { decay, every: o.ema_overwrite_frequency });
}
