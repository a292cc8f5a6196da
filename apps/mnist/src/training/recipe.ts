import { type ModelName, modelNames } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import { ranges } from "./ranges.ts";

/** Everything that decides what a run computes. Two runs of one recipe on one device give the same bits. */
export interface Recipe {
  readonly model: ModelName;
  /** A rule by its exported name. */
  readonly optimizer: string;
  /** The highest rate of the schedule; where left out, what `defaultRate` says. */
  readonly lr?: number | undefined;
  /** A name of `scheduleNames`, or an equation in `step` that gives the rate itself. */
  readonly schedule: string;
  /** How many updates the rate takes to rise, or which part of the run: `100` or `5%`. */
  readonly warmup: string;
  readonly weightDecay?: number | undefined;
  /** The greatest norm that all gradients together may have. */
  readonly clip?: number | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Train on the first so many images only. */
  readonly limit?: number | undefined;
}

/** The longest text that an option of a recipe may be: an equation is a line, not a file. */
export const longestText = 2000;

/** A recipe that was saved in `file`: every field is checked, since a person or a disk may have changed it. */
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
    epochs: number("epochs"),
    batchSize: number("batchSize"),
    seed: number("seed"),
    limit: optional("limit"),
  };
  const unknown = [...all.keys()].find((one) => !Object.hasOwn(recipe, one));
  return unknown === undefined ? recipe : wrong(unknown, all.get(unknown), "left out: there is no such option");
}
