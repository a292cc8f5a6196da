import { type Command, Option } from "commander";
import { type Asked, deviceNames, engineNames } from "../devices/device.ts";
import { modelNames } from "../engines/model.ts";
import { UserError } from "../errors.ts";
import type { Beside } from "../run/command.ts";
import { pick } from "../training/names.ts";
import { defaultRate, isEquation, optimizerNames, scheduleNames } from "../training/optimizer.ts";
import { atLeast0, numberOf, type Range, ranges, seeds, updates } from "../training/ranges.ts";
import { longestText, type Recipe } from "../training/recipe.ts";
import { type RegularizerName, regularizerNames, regularizersOf, strengths } from "../training/regularizers.ts";

export const defaults = {
  model: "cnn",
  optimizer: "radam",
  schedule: "cosine",
  warmup: "0",
  epochs: 5,
  batchSize: 64,
  seed: 1,
} as const satisfies Recipe;

/** Seconds between checkpoints. */
const checkpointSeconds = 30;

/** Options of every command that runs a network. */
export interface Common extends Asked {
  readonly allowSoftwareGpu?: boolean;
  readonly data?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

type Given = Omit<Recipe, "optimizer" | "seed"> & Common & { readonly out?: string };

export interface TrainOptions extends Given {
  readonly optimizer: string;
  readonly seed: number;
  readonly resume?: string | true;
  readonly watch?: boolean;
  readonly tensorboard?: string;
  readonly checkpointEvery: number;
  readonly ranks?: number;
  readonly hosts?: string;
}

export interface CompareOptions extends Given {
  readonly optimizers: readonly string[];
  readonly lrs?: readonly number[];
  readonly regularizers?: readonly ("none" | RegularizerName)[];
  readonly seeds: number;
  readonly seed: number;
}

export interface EvaluateOptions extends Common {
  readonly checkpoint: string;
}

export interface PredictOptions extends Omit<Common, "data"> {
  readonly checkpoint?: string;
  readonly show?: boolean;
}

export interface ExplainOptions extends Common {
  readonly run?: string;
  readonly step?: number;
  readonly firstNonfinite?: boolean;
}

export type DevicesOptions = Pick<Common, "json">;

const gpu = "Use webgpu or cuda for a GPU; auto takes one if it finds one.";

const number =
  (flag: string, range: Range) =>
  (text: string): number =>
    numberOf(text, range, flag);
const named =
  (flag: string) =>
  (text: string): string => {
    if (text.trim() === "" || text.includes("\0")) throw new UserError(`${flag} needs a value; got an empty one.`);
    return text;
  };
/** Parts between commas. Throws for one that is there twice: its runs would count twice, as if they were independent. */
function separated<T>(flag: string, text: string, read: (part: string) => T): T[] {
  const all = text.split(",").map((part) => read(part.trim()));
  const twice = all.find((one, i) => all.indexOf(one) !== i);
  if (twice !== undefined) throw new UserError(`${flag} has ${twice} twice. Name each once.`);
  return all;
}
const optimizerName = (given: string): string => pick("optimizer", given, optimizerNames);
const scheduleText = (given: string): string => {
  if (given.length > longestText)
    throw new UserError(`--schedule is ${given.length} characters long; an equation has at most ${longestText}.`);
  return isEquation(given) ? given : pick("schedule", given, scheduleNames);
};

const option = <T>(flags: string, description: string, parse: (text: string) => T): Option =>
  new Option(flags, description).argParser(parse);

/** Where to run, and how to report. */
const running = (command: Command): Command =>
  command
    .addOption(
      option("--device <name>", `auto, ${deviceNames.join(", ")}`, (text) =>
        pick("device", text, ["auto", ...deviceNames], { gpu }),
      ).default("auto"),
    )
    .addOption(
      option("--engine <name>", `auto, ${engineNames.join(", ")}`, (text) =>
        pick("engine", text, ["auto", ...engineNames], {
          onnx: "Did you mean onnxruntime?",
          ort: "Did you mean onnxruntime?",
          tensorflow: "Did you mean tfjs?",
        }),
      ).default("auto"),
    )
    .option("--allow-software-gpu", "let auto use a GPU emulated on the CPU")
    .option("--json", "print the result as one line of JSON on standard output, everything else on standard error")
    .option("--verbose", "show the stack trace of an error");

const common = (command: Command): Command =>
  running(
    command.addOption(
      option(
        "--data <place>",
        "folder or http(s) address of the four IDX files (.gz or not), or a folder of two CSVs",
        named("--data"),
      ),
    ),
  );

/** Options of a recipe that train and compare share. */
const training = (command: Command, epochs: number): Command =>
  command
    .addOption(
      option(
        "--schedule <name|equation>",
        `how the rate changes over the run: ${scheduleNames.join(", ")}; or the rate as an equation in step and steps, "3e-3 * (1 - step / steps)"`,
        scheduleText,
      ).default(defaults.schedule),
    )
    .option("--warmup <updates|percent>", "length of the warm-up, in updates or percent: 100, or 5%", defaults.warmup)
    .addOption(
      option(
        "--weight-decay <number>",
        "the rule's own weight decay, or a decoupled one; train uses 0.1 for radam by default",
        number("--weight-decay", ranges.weightDecay),
      ),
    )
    .addOption(option("--clip <norm>", "clip the global norm of the gradients to this", number("--clip", ranges.clip)))
    .addOption(option("--l2 <strength>", "add a penalty on half the squares of the kernels", number("--l2", ranges.l2)))
    .addOption(option("--l1 <strength>", "add a penalty on the sizes of the kernels", number("--l1", ranges.l1)))
    .addOption(
      option("--dropout <rate>", "train without this part of the hidden layer", number("--dropout", ranges.dropout)),
    )
    .addOption(
      option(
        "--augment [pixels]",
        "shift every training image by up to this many pixels",
        number("--augment", ranges.augment),
      ).preset(String(strengths.augment)),
    )
    .addOption(
      option(
        "--cutout [pixels]",
        "blot a square with this side out of every training image",
        number("--cutout", ranges.cutout),
      ).preset(String(strengths.cutout)),
    )
    .addOption(
      option("--mixup [alpha]", "mix every training image with another", number("--mixup", ranges.mixup)).preset(
        String(strengths.mixup),
      ),
    )
    .addOption(
      option(
        "--cutmix [alpha]",
        "put a part of another image into every training image",
        number("--cutmix", ranges.cutmix),
      ).preset(String(strengths.cutmix)),
    )
    .addOption(
      option(
        "--ema [decay]",
        "test and save an average of the weights, of which this much is kept at each update",
        number("--ema", ranges.ema),
      ).preset("0.999"),
    )
    .addOption(
      option("--epochs <n>", "passes over the training images", number("--epochs", ranges.epochs)).default(epochs),
    )
    .addOption(
      option("--batch-size <n>", "images per update", number("--batch-size", ranges.batchSize)).default(
        defaults.batchSize,
      ),
    )
    .addOption(
      option("--model <name>", modelNames.join(", "), (text) => pick("model", text, modelNames)).default(
        defaults.model,
      ),
    )
    .addOption(option("--limit <n>", "train on the first n images only", number("--limit", ranges.limit)));

export const trainOptions = (command: Command): Command =>
  common(
    training(
      command
        .addOption(option("--optimizer <rule>", optimizerNames.join(", "), optimizerName).default(defaults.optimizer))
        .addOption(
          option(
            "--lr <rate>",
            `the peak learning rate (default: tuned per rule, ${defaultRate(defaults.optimizer)} for ${defaults.optimizer})`,
            number("--lr", ranges.lr),
          ),
        )
        .addOption(
          option(
            "--seed <n>",
            "seed of the initial weights and of the order of the images",
            number("--seed", ranges.seed),
          ).default(defaults.seed),
        ),
      defaults.epochs,
    )
      .addOption(
        option("--out <folder>", "folder for the run, new or empty (default: runs/<time>-<optimizer>)", named("--out")),
      )
      .addOption(
        option(
          "--early-stop [epochs]",
          "hold out a tenth of the training images, end after this many epochs without a lower loss on those, and keep the best weights",
          number("--early-stop", ranges.earlyStop),
        ).preset("2"),
      )
      .option("--watch", "print the norms of gradients and updates, layer by layer, about once per second")
      .addOption(
        option(
          "--tensorboard <folder>",
          "also write the numbers for TensorBoard, into a folder of the run's name in this one",
          named("--tensorboard"),
        ),
      )
      .addOption(
        option(
          "--ranks <n>",
          "train in this many processes, each of which takes its share of every batch; needs an MPI (npm run setup:mpi)",
          number("--ranks", ranges.ranks),
        ),
      )
      .addOption(
        option(
          "--hosts <names>",
          "machines to start them on, separated by commas, with this repository in the same folder",
          named("--hosts"),
        ),
      )
      .option("--resume [run]", "resume a run folder or a checkpoint (default: the newest run)")
      .addOption(
        option(
          "--checkpoint-every <seconds>",
          "seconds between checkpoints within an epoch; 0 for one after every update",
          number("--checkpoint-every", atLeast0),
        ).default(checkpointSeconds),
      ),
  );

export const compareOptions = (command: Command): Command =>
  common(
    training(
      command
        .addOption(
          option("--optimizers <rules>", "rules, separated by commas", (text) =>
            separated("--optimizers", text, optimizerName),
          ).default(["radam", "adam", "sgd"], "radam,adam,sgd"),
        )
        .addOption(
          option("--lrs <rates>", "learning rates, separated by commas (default: tuned per rule)", (text) =>
            separated("--lrs", text, number("--lrs", ranges.lr)),
          ),
        )
        .addOption(
          option(
            "--regularizers <names>",
            `none, ${regularizerNames.map((name) => `${name} (${strengths[name]})`).join(", ")}, separated by commas: one run each; --${regularizerNames.join(", --")} set other strengths`,
            (text) =>
              separated("--regularizers", text, (name) => pick("regularizer", name, ["none", ...regularizerNames])),
          ),
        )
        .addOption(
          option("--seeds <n>", "runs with different seeds per optimizer and rate", number("--seeds", seeds)).default(
            3,
          ),
        )
        .addOption(option("--seed <n>", "the first seed", number("--seed", ranges.seed)).default(defaults.seed)),
      1,
    ).addOption(
      option(
        "--out <folder>",
        "folder for compare.json and compare.html, new or empty (default: runs/<time>-compare)",
        named("--out"),
      ),
    ),
  );

export const evaluateOptions = (command: Command): Command =>
  common(
    command.requiredOption("--checkpoint <place>", "a run folder, a checkpoint or a model file", named("--checkpoint")),
  );

export const predictOptions = (command: Command): Command =>
  running(
    command
      .argument("<pictures...>", "PNG or JPEG files of one digit each, or folders of them")
      .addOption(
        option(
          "--checkpoint <place>",
          "a run folder, a checkpoint or a model file (default: the newest run)",
          named("--checkpoint"),
        ),
      )
      .option("--show", "print each picture as the network sees it"),
  );

export const explainOptions = (command: Command): Command =>
  common(
    command
      .argument("[elements...]", "elements of parameters: conv1/kernel[17], or conv1/kernel[0,2,0,3]")
      .addOption(option("--step <n>", "the update to explain; 1 is the first", number("--step", updates)))
      .option("--first-nonfinite", "find the update, parameter, equation and symbol that first were not finite")
      .addOption(option("--run <place>", "a run folder or its checkpoint (default: the newest run)", named("--run"))),
  );

export const devicesOptions = (command: Command): Command =>
  command
    .option("--json", "print the list as one line of JSON")
    .option("--verbose", "show the stack trace of an error");

/** The regularizers of each run of a comparison. Throws for a strength of a regularizer that is not compared. */
export function regularized(given: CompareOptions): Pick<Recipe, RegularizerName>[] {
  const { regularizers } = given;
  if (regularizers === undefined) return [regularizersOf(given)];
  for (const name of regularizerNames)
    if (given[name] !== undefined && !regularizers.includes(name))
      throw new UserError(
        `--${name} ${given[name]} is the strength of a regularizer that --regularizers does not name. Add ${name} there, or leave out --${name}.`,
      );
  return regularizers.map((name) => regularizersOf(name === "none" ? {} : { [name]: given[name] ?? strengths[name] }));
}

/** The options that a run needs again when it is resumed. */
export const besideOf = ({ data, tensorboard, checkpointEvery, hosts, ranks }: TrainOptions): Beside => ({
  data,
  tensorboard,
  checkpointEvery: checkpointEvery === checkpointSeconds ? undefined : checkpointEvery,
  hosts,
  ranks,
});

/** Records defaults too, so that the run can be reproduced after they change. */
export function recipeOf(given: Given, { optimizer, lr, seed }: Pick<Recipe, "optimizer" | "lr" | "seed">): Recipe {
  const { model, schedule, warmup, weightDecay, clip, ema, earlyStop, epochs, batchSize, limit } = given;
  const rate = lr ?? (isEquation(schedule) ? undefined : defaultRate(optimizer));
  const own = { weightDecay, clip, ...regularizersOf(given), ema, earlyStop };
  return { model, optimizer, lr: rate, schedule, warmup, ...own, epochs, batchSize, limit, seed };
}
