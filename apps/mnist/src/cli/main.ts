import { Command, CommanderError } from "commander";
import { oneLine } from "../errors.ts";
import { pick } from "../training/names.ts";
import { isBundle, packageVersion, program } from "../version.ts";
import {
  type CompareOptions,
  compareOptions,
  type DevicesOptions,
  devicesOptions,
  type EvaluateOptions,
  type ExplainOptions,
  evaluateOptions,
  explainOptions,
  type PredictOptions,
  predictOptions,
  type TrainOptions,
  trainOptions,
} from "./options.ts";

const start = (isBundle ? "./train" : "npm start").padEnd(program.length + 39);
const examples = `
Examples:
  ${start}RAdam, a convolutional network, the best device available
  ${program} train --optimizer adamw --lr 2e-3 --weight-decay 0.01
  ${program} train --engine tfjs --device webgpu      the same with TensorFlow.js on a GPU
  ${program} train --resume                           resume the newest run
  ${program} --ranks 4                                four processes, each with its share of every batch
  ${program} compare --optimizers radam,adam,sgd --lrs 1e-3,3e-3 --seeds 3
  ${program} compare --optimizers radam --regularizers none,dropout,augment,mixup,cutmix --limit 2000 --epochs 20
  ${program} evaluate --checkpoint runs/latest
  ${program} predict photo.jpg drawings/              read your own digits
  ${program} explain --step 812 conv1/kernel[17]      every symbol's value in that update, of that element
  ${program} devices`;

/** The commands. Each imports its code when it runs, so that help and option errors are instant. */
function build(done: (code: Promise<number>) => void): Command {
  const commands = new Command(program)
    .description("Trains a small network on MNIST with any Descent optimizer, on a GPU or a CPU.")
    .version(packageVersion(), "--version", "print the version of the optimizers")
    .addHelpText("after", examples)
    .helpCommand(false);
  const train = commands.command("train", { isDefault: true }).description("train a network (the default command)");
  trainOptions(train).action((options: TrainOptions, command: Command) =>
    done(import("./train.ts").then(({ trainCommand }) => trainCommand(options, command))),
  );
  const compare = commands
    .command("compare")
    .description("train several optimizers, rates and seeds, and print a table");
  compareOptions(compare).action((options: CompareOptions) =>
    done(import("./compare.ts").then(({ compareCommand }) => compareCommand(options))),
  );
  const evaluate = commands.command("evaluate").description("test a trained network");
  evaluateOptions(evaluate).action((options: EvaluateOptions) =>
    done(import("./evaluate.ts").then(({ evaluateCommand }) => evaluateCommand(options))),
  );
  const predict = commands.command("predict").description("read digits from your own pictures");
  predictOptions(predict).action((pictures: string[], options: PredictOptions) =>
    done(import("./predict.ts").then(({ predictCommand }) => predictCommand(pictures, options))),
  );
  const explain = commands
    .command("explain")
    .description("replay a run to an update, and print every value of the optimizer's equations there");
  explainOptions(explain).action((elements: string[], options: ExplainOptions) =>
    done(import("./explain.ts").then(({ explainCommand }) => explainCommand(elements, options))),
  );
  const devices = commands.command("devices").description("list the devices and engines of this machine");
  devicesOptions(devices).action((options: DevicesOptions) =>
    done(import("./devices.ts").then(({ devicesCommand }) => devicesCommand(options))),
  );
  return commands;
}

/** Names that other programs give these options. */
const elsewhere: Readonly<Record<string, string>> = {
  "--learning-rate": "--lr",
  "--learningrate": "--lr",
  "--rate": "--lr",
  "--wd": "--weight-decay",
  "--decay": "--weight-decay",
  "--batch": "--batch-size",
  "--bs": "--batch-size",
  "--gpu": "--device webgpu or --device cuda",
  "--cpu": "--device cpu",
  "--cuda": "--device cuda",
  "--backend": "--engine",
  "--output": "--out",
  "--dir": "--out",
  "--steps": "--epochs",
  "--iterations": "--epochs",
  "--grad-clip": "--clip",
  "--augmentation": "--augment",
  "--random-erasing": "--cutout",
  "--drop": "--dropout",
  "--continue": "--resume",
};

/** Commander's message as a sentence, with this program's name for options of other programs. */
function sentence(error: CommanderError): string {
  const line = oneLine(error).replace(/^error: |\.$|(?<=^error: unknown option '[^'=]*)=[^']*/g, "");
  const unknown = /^unknown option '([^'=]+)/.exec(line)?.[1]?.toLowerCase();
  const meant = unknown !== undefined && Object.hasOwn(elsewhere, unknown) ? elsewhere[unknown] : undefined;
  const hinted = meant === undefined ? line : `${line.replace(/ \(Did you mean .*/, "")} (Did you mean ${meant}?)`;
  return `${hinted.replace(/^./, (c) => c.toUpperCase())}. See --help.`;
}

/** Whether this is another rank than the first, all of which read the same command line: the first one speaks of it. */
const isAnotherRank = Number(process.env["PMI_RANK"] ?? process.env["OMPI_COMM_WORLD_RANK"] ?? 0) > 0;

/** Runs a command line and returns the exit code. Errors are one line on standard error. */
export async function main(args: readonly string[]): Promise<number> {
  let work: Promise<number> | undefined;
  try {
    const commands = build((code) => {
      work = code;
    });
    for (const command of [commands, ...commands.commands]) {
      command
        .exitOverride()
        .configureOutput({ outputError: () => {}, ...(isAnotherRank ? { writeOut: () => {} } : {}) })
        .allowExcessArguments(false);
    }
    const [command] = args;
    if (command !== undefined && !command.startsWith("-")) {
      pick(
        "command",
        command,
        commands.commands.map((one) => one.name()),
      );
    }
    commands.parse(args, { from: "user" });
    return (await work) ?? 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help was asked for, and is printed
    if (isAnotherRank && work === undefined) return 1; // an option is wrong
    if (args.includes("--verbose")) console.error(error);
    console.error(error instanceof CommanderError ? sentence(error) : oneLine(error));
    return 1;
  }
}
