import type { Place } from "../devices/device.ts";
import type { Recipe } from "../training/recipe.ts";
import { program } from "../version.ts";

/** The options of a run that its checkpoint does not keep: where its images are, and where it runs and writes. */
export interface Beside {
  readonly data?: string | undefined;
  readonly tensorboard?: string | undefined;
  /** Seconds, where they are not the default. */
  readonly checkpointEvery?: number | undefined;
  readonly hosts?: string | undefined;
  readonly ranks?: number | undefined;
}

const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command-line flag of an option. */
export const flag = (name: string): string => `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;

const train = (options: Readonly<Record<string, unknown>>): string =>
  [
    `${program} train`,
    ...Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [flag(name), quote(String(value))],
    ),
  ].join(" ");

/** The command that repeats a run, to be pasted into a shell. */
export const commandOf = (recipe: Recipe, { device, engine }: Place, beside: Beside): string =>
  train({ ...recipe, device, engine, ...beside });

/** The command that goes on with the run in a folder, to be pasted into a shell. */
export const resumeCommand = (folder: string, beside: Beside): string => train({ resume: folder, ...beside });
