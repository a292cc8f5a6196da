import { adamw, adan, adopt, radam } from "@descent/adam";
import { type Configured, type Parameter, partition, type Schedule } from "@descent/core";
import { adafactor } from "@descent/factored";
import { lamb } from "@descent/layerwise";
import { muonMatchRms } from "@descent/orthogonal";
import { prodigy } from "@descent/parameter-free";
import { soap, soapOneSided } from "@descent/preconditioned";
import { scheduleFreeAdamw } from "@descent/schedule-free";
import { cosine, warmup } from "@descent/schedules";
import { lion, momentum } from "@descent/sgd";

/** A rule with the rates that it is tried with. */
export interface Contender {
  readonly name: string;
  /** A remark on how it runs. */
  readonly note?: string;
  readonly rates: readonly number[];
  /** The rule for `steps` steps at a rate. */
  configured(rate: number, steps: number): Configured;
}

/** The rate rises for the first tenth of the steps, then falls to 0 along half a cosine. */
const course = (rate: number, steps: number): Schedule => {
  const rise = Math.round(steps / 10);
  return warmup(rise, cosine({ from: rate, over: steps - rise }));
};

/** Five rates about one, each √10 times the one before. */
const about = (middle: number): number[] => [-1, -0.5, 0, 0.5, 1].map((k) => Number((middle * 10 ** k).toPrecision(2)));

const plain = (
  name: string,
  middle: number,
  rule: (options: { readonly lr: Schedule }) => Configured,
  note?: string,
): Contender => ({
  name,
  ...(note === undefined ? {} : { note }),
  rates: about(middle),
  configured: (rate, steps) => rule({ lr: course(rate, steps) }),
});

/** Hidden matrices and kernels; tables of embeddings, the classifier, biases and norms are left to AdamW. */
const hidden = ({ name, shape }: Parameter): boolean => shape.length > 1 && !/^(wte|wpe|9)\./.test(name);
/** The longest side that SOAP gets a matrix for. */
const LONGEST = 128;
const long = (parameter: Parameter): boolean =>
  hidden(parameter) && parameter.shape.slice(1).reduce((a, b) => a * b, 1) > LONGEST;

const none = { weightDecay: 0 } as const;

/** Twelve rules, without weight decay; all other options are the defaults. */
export const contenders: readonly Contender[] = [
  plain("momentum", 0.1, momentum),
  plain("adamw", 3e-3, (o) => adamw({ ...o, ...none })),
  plain("radam", 3e-3, radam),
  plain("adan", 1e-2, (o) => adan({ ...o, ...none })),
  plain("adopt", 3e-3, adopt),
  plain("lion", 1e-3, (o) => lion({ ...o, ...none })),
  plain("lamb", 1e-2, (o) => lamb({ ...o, ...none })),
  plain("adafactor", 3e-2, (o) => adafactor({ ...o, ...none })),
  plain(
    "muonMatchRms",
    1e-2,
    (o) => partition({ hidden: muonMatchRms({ ...o, ...none }), rest: adamw({ ...o, ...none }) }, { hidden }),
    "hidden matrices; AdamW at the same rate for the rest",
  ),
  plain(
    "soap",
    3e-3,
    (o) => {
      const rest = adamw({ ...o, ...none });
      const both = soap({ ...o, ...none });
      // A group without parameters would be an error, so the group of long matrices is there where one is.
      return {
        kind: "partition",
        groups: { rest, both, one: soapOneSided({ ...o, ...none }) },
        labels: (p) => [long(p) ? "one" : hidden(p) ? "both" : "rest"],
      };
    },
    `hidden matrices; AdamW at the same rate for the rest; rows alone where columns are more than ${LONGEST}`,
  ),
  plain("prodigy", 1, (o) => prodigy({ ...o, ...none }), "its rate multiplies the one that it finds"),
  {
    name: "scheduleFreeAdamw",
    note: "the rate stays up after its rise",
    rates: about(1e-2),
    configured: (rate, steps) => scheduleFreeAdamw({ lr: warmup(Math.round(steps / 10), rate), ...none }),
  },
];
