import { type ModelName, modelNames } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import { ranges } from "./ranges.ts";

/** Everything that determines what a run computes. Two runs of one recipe on one device give the same bits. */
export interface Recipe {
  readonly model: ModelName;
  /** The export name of a rule. */
  readonly optimizer: string;
  /** The peak rate of the schedule; `defaultRate` if omitted. */
  readonly lr?: number | undefined;
  /** One of `scheduleNames`, or the rate as an equation in `step` and `steps`. */
  readonly schedule: string;
  /** Length of the warm-up, in updates or as a percentage of the run: `100` or `5%`. */
  readonly warmup: string;
  readonly weightDecay?: number | undefined;
  /** The maximum global norm of the gradients. */
  readonly clip?: number | undefined;
  /** The weight of a penalty on the sizes of the kernels, and on half their squares. */
  readonly l1?: number | undefined;
  readonly l2?: number | undefined;
  /** The part of the hidden layer that every image trains without. */
  readonly dropout?: number | undefined;
  /** The most pixels by which a training image is shifted, differently in every epoch. */
  readonly augment?: number | undefined;
  /** The side of the square that is blotted out of every training image, in pixels. */
  readonly cutout?: number | undefined;
  /** Batches are mixed, images and targets alike, by a share drawn from Beta(α, α): this α. With both, updates take turns by lot. */
  readonly mixup?: number | undefined;
  readonly cutmix?: number | undefined;
  /** How much of the average of the weights is kept at each update; it is what is tested and saved as the model. */
  readonly ema?: number | undefined;
  /** Holds out a tenth of the training images, ends after this many epochs without a lower loss on those, and keeps the weights of the best. */
  readonly earlyStop?: number | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Train only on the first `limit` images. */
  readonly limit?: number | undefined;
}

/** The maximum length of a text option. */
export const longestText = 2000;

/** Validates a recipe read from `file`, field by field: a person or a disk may have changed it. */
export function readRecipe(found: unknown, file: string): Recipe {
  const wrong = (name: string, value: unknown, wanted: string): never => {
    throw new UserError(`\`${file}\` is damaged: its recipe has ${name} ${JSON.stringify(value)}, not ${wanted}.`);
  };
  const all: ReadonlyMap<string, unknown> = new Map(Object.entries(found ?? {}));
  const text = (name: string): string => {
    const value = all.get(name);
    const fits = typeof value === "string" && value.trim() !== "" && value.length <= longestText;
    return fits ? value : wrong(name, value, "a text");
  };
  const optional = (name: keyof typeof ranges): number | undefined => {
    const value = all.get(name);
    const { fits, words } = ranges[name];
    return value === undefined || (typeof value === "number" && fits(value)) ? value : wrong(name, value, words);
  };
  const number = (name: keyof typeof ranges): number => optional(name) ?? wrong(name, undefined, ranges[name].words);
  const name = text("model");
  const recipe: Recipe = {
    model: modelNames.find((one) => one === name) ?? wrong("model", name, modelNames.join(" or ")),
    optimizer: text("optimizer"),
    lr: optional("lr"),
    schedule: text("schedule"),
    warmup: text("warmup"),
    weightDecay: optional("weightDecay"),
    clip: optional("clip"),
    l1: optional("l1"),
    l2: optional("l2"),
    dropout: optional("dropout"),
    augment: optional("augment"),
    cutout: optional("cutout"),
    mixup: optional("mixup"),
    cutmix: optional("cutmix"),
    ema: optional("ema"),
    earlyStop: optional("earlyStop"),
    epochs: number("epochs"),
    batchSize: number("batchSize"),
    seed: number("seed"),
    limit: optional("limit"),
  };
  const unknown = [...all.keys()].find((one) => !Object.hasOwn(recipe, one));
  return unknown === undefined ? recipe : wrong(unknown, all.get(unknown), "an option of this program");
}
