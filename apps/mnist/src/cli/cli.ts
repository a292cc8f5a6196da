import { sgd } from "@descent/sgd";
import { Command, CommanderError, Option } from "commander";
import { loadMnist, type Mnist } from "../data/data.ts";
import {
  type Asked,
  type Choice,
  choose,
  type DeviceName,
  deviceLine,
  deviceNames,
  type EngineName,
  engineNames,
  fitting,
  type Place,
  places,
} from "../devices/device.ts";
import { findDevices } from "../devices/find.ts";
import type { Engine } from "../engines/engine.ts";
import { type ModelName, modelNames } from "../engines/model.ts";
import { startEngine } from "../engines/start.ts";
import { oneLine, UserError } from "../errors.ts";
import { loadCheckpoint, loadModel } from "../run/checkpoint.ts";
import { compare, text } from "../run/compare.ts";
import { fileOf, names as files, newRun } from "../run/folder.ts";
import { newTraining, prepared, resumedTraining } from "../run/run.ts";
import { closingLine, optimizerShare } from "../run/summary.ts";
import { type Interrupt, listen } from "../terminal/interrupt.ts";
import { Progress, percent, thousands } from "../terminal/progress.ts";
import { evaluate } from "../training/evaluation.ts";
import {
  defaultDecay,
  defaultRate,
  isEquation,
  optimizerNames,
  pick,
  type Recipe,
  scheduleNames,
} from "../training/recipe.ts";

const defaults = {
  model: "cnn",
  optimizer: "radam",
  schedule: "cosine",
  warmup: "0",
  epochs: 5,
  batchSize: 64,
  seed: 1,
} as const satisfies Recipe;

function number(flag: string, text: string, fits: (value: number) => boolean, what: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(Number.isFinite(value) && fits(value))) throw new UserError(`${flag} \`${text}\` is not ${what}.`);
  return value;
}

const whole =
  (flag: string, least: number) =>
  (text: string): number =>
    number(flag, text, (value) => Number.isSafeInteger(value) && value >= least, `a whole number of at least ${least}`);
const positive =
  (flag: string) =>
  (text: string): number =>
    number(flag, text, (value) => value > 0, "a number above 0");
const notNegative =
  (flag: string) =>
  (text: string): number =>
    number(flag, text, (value) => value >= 0, "a number of 0 or more");

const modelName = (given: string): ModelName => pick("model", given, modelNames) as ModelName; // one of the names
const deviceName = (given: string): DeviceName | "auto" =>
  pick("device", given, ["auto", ...deviceNames]) as DeviceName | "auto"; // one of the names
const engineName = (given: string): EngineName | "auto" =>
  pick("engine", given, ["auto", ...engineNames]) as EngineName | "auto"; // one of the names
const optimizerName = (given: string): string => pick("optimizer", given, optimizerNames);
const scheduleText = (given: string): string => (isEquation(given) ? given : pick("schedule", given, scheduleNames));

const separated = <T>(text: string, read: (part: string) => T): T[] => text.split(",").map((part) => read(part.trim()));

/** Options of everything that runs a network. */
interface Common extends Asked {
  readonly allowSoftwareGpu?: boolean;
  readonly data?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

const common = (command: Command): Command =>
  command
    .addOption(new Option("--device <name>", `auto, ${deviceNames.join(", ")}`).argParser(deviceName).default("auto"))
    .addOption(new Option("--engine <name>", `auto, ${engineNames.join(", ")}`).argParser(engineName).default("auto"))
    .option("--allow-software-gpu", "let auto take a GPU that is computed on the CPU")
    .option("--data <place>", "a folder, or an http(s) address, with the four MNIST files (.gz or not)")
    .option("--json", "print the result as one line of JSON on standard output, all else on standard error")
    .option("--verbose", "show where an error came from");

/** Options of a recipe that train and compare share. */
const training = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--schedule <name|equation>",
        `the course of the rate over the run: ${scheduleNames.join(", ")}; or the rate as an equation, "3e-3 * 0.5 ^ floor(step / 500)"`,
      )
        .argParser(scheduleText)
        .default(defaults.schedule),
    )
    .option("--warmup <updates|percent>", "how long the rate rises first: 100, or 5%", defaults.warmup)
    .addOption(
      new Option(
        "--weight-decay <number>",
        "the rule's own, or decoupled where it has none; radam has 0.1 in train unless told otherwise",
      ).argParser(notNegative("--weight-decay")),
    )
    .addOption(new Option("--clip <norm>", "the greatest norm of all gradients together").argParser(positive("--clip")))
    .addOption(
      new Option("--epochs <n>", "how often to see every image")
        .argParser(whole("--epochs", 1))
        .default(defaults.epochs),
    )
    .addOption(
      new Option("--batch-size <n>", "images for each update")
        .argParser(whole("--batch-size", 1))
        .default(defaults.batchSize),
    )
    .addOption(new Option("--model <name>", modelNames.join(", ")).argParser(modelName).default(defaults.model))
    .addOption(new Option("--limit <n>", "train on the first n images only").argParser(whole("--limit", 1)));

type Given = Omit<Recipe, "optimizer" | "seed"> & Common & { readonly out?: string };

interface TrainOptions extends Given {
  readonly optimizer: string;
  readonly seed: number;
  readonly resume?: string | true;
}

/** What was left to the program is put down too: the run can be done again when its advice has changed. */
function recipeOf(given: Given, { optimizer, lr, seed }: Pick<Recipe, "optimizer" | "lr" | "seed">): Recipe {
  const { model, schedule, warmup, weightDecay, clip, epochs, batchSize, limit } = given;
  const rate = lr ?? (isEquation(schedule) ? undefined : defaultRate(optimizer));
  return { model, optimizer, lr: rate, schedule, warmup, weightDecay, clip, epochs, batchSize, limit, seed };
}

/** Everything is said on one stream, so that with --json the other holds the result and nothing else. */
interface Voice {
  readonly progress: Progress;
  readonly say: (line: string) => void;
  readonly result: (text: string, value: unknown) => void;
}

function voice({ json }: Common): Voice {
  const progress = new Progress(json === true ? process.stderr : process.stdout);
  const say = (line: string): void => progress.say(line);
  return {
    progress,
    say,
    result: (line, value) => (json === true ? void process.stdout.write(`${JSON.stringify(value)}\n`) : say(line)),
  };
}

/** Where to run; a run that began elsewhere than `auto` would take it goes on there, where that is still possible. */
async function choice(options: Common, begun?: Place): Promise<Choice> {
  const [own] = await findDevices(begun === undefined ? [] : fitting(options, [begun]));
  if (own?.usable === true) {
    const others = { place: "every other", why: "the run began on this one" };
    return { ...choose(own, [own]), passedOver: [others] };
  }
  return choose(options, await findDevices(fitting(options, places)), options.allowSoftwareGpu);
}

/** Chooses and starts engine and device, and says so. */
async function start(options: Common, { say }: Voice, begun?: Place): Promise<{ engine: Engine; choice: Choice }> {
  const chosen = await choice(options, begun);
  const engine = await startEngine(chosen);
  say(deviceLine(chosen, `${engine.name} ${engine.version}`));
  return { engine, choice: chosen };
}

async function whileListening<T>({ say }: Voice, work: (interrupt: Interrupt) => Promise<T>): Promise<T> {
  const interrupt = listen(say);
  try {
    return await work(interrupt);
  } finally {
    interrupt.release();
  }
}

const describe = ({ train, test, source }: Mnist, limit?: number): string =>
  `MNIST from ${source}: ${thousands(Math.min(train.count, limit ?? train.count))} images to train on, ${thousands(test.count)} to test.`;

async function trainCommand(options: TrainOptions, command: Command): Promise<number> {
  const out = voice(options);
  const { resume } = options;
  const { weightDecay = defaultDecay(options.optimizer) } = options;
  let recipe = recipeOf({ ...options, weightDecay }, options);
  let begun: Place | undefined;
  let go: (world: Parameters<typeof newTraining>[2]) => ReturnType<typeof newTraining>;
  if (resume === undefined) {
    const fresh = recipe;
    go = (world) => newTraining(fresh, options.out, world);
  } else {
    const file = fileOf(resume === true ? undefined : resume, files.checkpoint);
    const given = (name: string): boolean => command.getOptionValueSource(name) === "cli";
    if (given("out")) throw new UserError("--out is for new runs: a resumed one goes on in its own folder.");
    const saved = loadCheckpoint(file, given("model") ? options.model : undefined);
    for (const [name, value] of Object.entries(recipe)) {
      const before = saved.recipe[name as keyof Recipe]; // the keys of a recipe
      if (name === "epochs" || !given(name) || value === before) continue;
      throw new UserError(
        `\`${file}\` was started with ${name} ${before ?? "left out"}, and a resumed run keeps its options. Leave out --${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} ${value}, or start a new run.`,
      );
    }
    const resumed: Recipe = { ...saved.recipe, epochs: given("epochs") ? options.epochs : saved.recipe.epochs };
    recipe = resumed;
    begun = saved.where;
    go = (world) => resumedTraining(file, saved, resumed, world);
  }
  const mnist = await loadMnist(options.data);
  prepared(recipe, mnist); // what cannot start is said before a device is started for it
  out.say(describe(mnist, recipe.limit));
  const { engine, choice } = await start(options, out, begun);
  return whileListening(out, async (interrupt) => {
    const { folder, summary } = await go({ engine, choice, mnist, progress: out.progress, stop: interrupt.asked });
    if (summary === undefined) return interrupt.code();
    const share = optimizerShare(summary);
    if (share !== undefined) out.say(`The optimizer took ${share}`);
    out.say(`Report, model and metrics are in ${folder}`);
    out.result(closingLine(summary), { ...summary, folder });
    return 0;
  });
}

interface CompareOptions extends Given {
  readonly optimizers: readonly string[];
  readonly lrs?: readonly number[];
  readonly seeds: number;
  readonly seed: number;
}

async function compareCommand(options: CompareOptions): Promise<number> {
  const out = voice(options);
  const recipes = options.optimizers.flatMap((optimizer) =>
    (options.lrs ?? [undefined]).flatMap((lr) =>
      Array.from({ length: options.seeds }, (_, i) => recipeOf(options, { optimizer, lr, seed: options.seed + i })),
    ),
  );
  const mnist = await loadMnist(options.data);
  for (const recipe of recipes) prepared(recipe, mnist);
  out.say(describe(mnist, options.limit));
  const { engine, choice } = await start(options, out);
  const folder = newRun(options.out, "compare");
  return whileListening(out, async (interrupt) => {
    const { trials, rows } = await compare(recipes, folder, {
      engine,
      choice,
      mnist,
      progress: out.progress,
      stop: interrupt.asked,
    });
    if (trials.length > 0) {
      out.say(`The table is in ${folder} too, as compare.html and compare.json`);
      out.result(`\n${text(rows)}`, { engine: engine.name, device: choice.device, folder, rows, trials });
    }
    if (!interrupt.asked()) return 0;
    out.say(`Stopped after ${trials.length} of ${recipes.length} runs.`);
    return interrupt.code();
  });
}

async function evaluateCommand(options: Common & { readonly checkpoint: string }): Promise<number> {
  const out = voice(options);
  const file = fileOf(options.checkpoint, files.model);
  const { model, weights } = loadModel(file);
  const mnist = await loadMnist(options.data);
  const { engine, choice } = await start(options, out);
  const learner = await engine.learner({ model, weights, optimizer: sgd() }); // which is never asked to step
  const begun = performance.now();
  const found = await evaluate(learner, mnist.test);
  const seconds = (performance.now() - begun) / 1000;
  learner.dispose();
  const byDigit = found.confusion.map(
    (row, digit) =>
      (row[digit] ?? 0) /
      Math.max(
        1,
        row.reduce((a, b) => a + b, 0),
      ),
  );
  out.say(byDigit.map((part, digit) => `${digit}: ${percent(part, 1)}`).join("   "));
  out.result(
    `Test accuracy ${percent(found.accuracy)}, loss ${found.loss.toFixed(4)}, of ${model.name} from ${file}, by ${engine.name} on ${choice.device} in ${seconds.toFixed(1)} s.`,
    {
      testAccuracy: found.accuracy,
      testLoss: found.loss,
      count: found.count,
      byDigit,
      confusion: found.confusion,
      model: model.name,
      engine: engine.name,
      device: choice.device,
      file,
      seconds,
    },
  );
  return 0;
}

async function devicesCommand(options: Pick<Common, "json">): Promise<number> {
  const found = await findDevices();
  if (options.json === true) process.stdout.write(`${JSON.stringify(found)}\n`);
  else {
    for (const { device, engine, usable, software, what, remedy } of found) {
      const state = usable ? (software === true ? "software" : "usable") : "no";
      process.stdout.write(
        `${device.padEnd(8)}${engine.padEnd(13)}${state.padEnd(10)}${what}${usable || remedy === undefined ? "" : `. ${remedy}`}\n`,
      );
    }
    const { device, engine } = choose({ device: "auto", engine: "auto" }, found);
    process.stdout.write(`auto takes ${device} by ${engine}.\n`);
  }
  return 0;
}

const examples = `
Examples:
  npm start                                             RAdam, a convolutional network, the best device there is
  npm start -- train --optimizer adamw --lr 2e-3 --weight-decay 0.01
  npm start -- train --engine tfjs --device wasm        the same by TensorFlow.js in WebAssembly
  npm start -- train --resume                           go on with the newest run
  npm start -- compare --optimizers radam,adam,sgd --lrs 1e-3,3e-3 --seeds 3
  npm start -- evaluate --checkpoint runs/latest
  npm start -- devices`;

function build(done: (code: Promise<number>) => void): Command {
  const program = new Command("npm start --")
    .description("Trains a small network on MNIST with any Descent optimizer, on a GPU or a CPU.")
    .addHelpText("after", examples)
    .helpCommand(false);
  const train = training(
    program
      .command("train", { isDefault: true })
      .description("train a network (what happens when no command is given)")
      .addOption(
        new Option("--optimizer <rule>", optimizerNames.join(", "))
          .argParser(optimizerName)
          .default(defaults.optimizer),
      )
      .addOption(
        new Option(
          "--lr <rate>",
          `the highest rate (default: one that suits the rule, ${defaultRate(defaults.optimizer)} for ${defaults.optimizer})`,
        ).argParser(positive("--lr")),
      )
      .addOption(
        new Option("--seed <n>", "of the first weights and the order of the images")
          .argParser(whole("--seed", 0))
          .default(defaults.seed),
      ),
  )
    .option("--out <folder>", "the run's folder, new or empty (default: runs/<time>-<optimizer>)")
    .option("--resume [run]", "go on with a run folder or checkpoint, runs/latest unless named");
  common(train).action((options: TrainOptions, command: Command) => done(trainCommand(options, command)));

  const compared = training(
    program
      .command("compare")
      .description("train several optimizers, rates and seeds, and print a table")
      .addOption(
        new Option("--optimizers <rules>", "names, separated by commas")
          .argParser((given: string) => separated(given, optimizerName))
          .default(["radam", "adam", "sgd"], "radam,adam,sgd"),
      )
      .addOption(
        new Option("--lrs <rates>", "rates, separated by commas (default: one that suits each rule)").argParser(
          (given: string) => separated(given, positive("--lrs")),
        ),
      )
      .addOption(new Option("--seeds <n>", "how many seeds each").argParser(whole("--seeds", 1)).default(3))
      .addOption(new Option("--seed <n>", "the first of them").argParser(whole("--seed", 0)).default(defaults.seed)),
  ).option("--out <folder>", "where compare.json and compare.html go, new or empty (default: runs/<time>-compare)");
  compared.options.find((option) => option.long === "--epochs")?.default(1);
  compared.setOptionValueWithSource("epochs", 1, "default");
  common(compared).action((options: CompareOptions) => done(compareCommand(options)));

  common(
    program
      .command("evaluate")
      .description("test a trained network")
      .requiredOption("--checkpoint <place>", "a run folder, a checkpoint or a model file"),
  ).action((options: Common & { checkpoint: string }) => done(evaluateCommand(options)));

  program
    .command("devices")
    .description("list what this machine can train on")
    .option("--json", "print the list as one line of JSON")
    .option("--verbose", "show where an error came from")
    .action((options: Pick<Common, "json">) => done(devicesCommand(options)));
  return program;
}

/** Runs a command line; gives the exit code. Errors are one line on standard error. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    let work: Promise<number> | undefined;
    const program = build((code) => {
      work = code;
    });
    for (const command of [program, ...program.commands]) {
      command
        .exitOverride()
        .configureOutput({ outputError: () => {} })
        .allowExcessArguments(false);
    }
    const [command] = args;
    if (command !== undefined && !command.startsWith("-")) {
      pick(
        "command",
        command,
        program.commands.map((one) => one.name()),
      );
    }
    program.parse(args, { from: "user" });
    return (await work) ?? 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help was asked for, and is printed
    if (args.includes("--verbose")) console.error(error);
    const line = oneLine(error);
    console.error(
      error instanceof CommanderError
        ? `${line.replace(/^error: |\.$/g, "").replace(/^./, (c) => c.toUpperCase())}. See --help.`
        : line,
    );
    return 1;
  }
}
