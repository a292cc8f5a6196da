import path from "node:path";
import { type Box, type ExplainedUpdate, explainer } from "@descent/training";
import { fingerprint } from "../data/digits.ts";
import { loadMnist } from "../data/mnist.ts";
import { type Model, model, startingWeights } from "../engines/model.ts";
import { oneLine, UserError } from "../errors.ts";
import { type Checkpoint, loadCheckpoint } from "../run/checkpoint.ts";
import { fileOf, latestCheckpoint, names } from "../run/folder.ts";
import { prepared } from "../run/run.ts";
import { thousands } from "../terminal/progress.ts";
import type { Optimizer } from "../training/optimizer.ts";
import { start } from "../training/position.ts";
import { mixes } from "../training/regularizers.ts";
import { type Replayed, replay } from "../training/replay.ts";
import { updatesOf } from "../training/train.ts";
import { program } from "../version.ts";
import { begin } from "./begin.ts";
import type { ExplainOptions } from "./options.ts";
import { type Voice, voice } from "./voice.ts";

/** An element of a parameter: its place counted row by row. */
interface Element {
  readonly parameter: string;
  readonly index: number;
}

/** Reads `conv1/kernel[17]`, or `conv1/kernel[0,2,0,3]` by its dimensions. */
export function elementOf(text: string, { parameters }: Model): Element {
  const [, name = "", inside = ""] = /^([^[\]]+)\[(\d+(?:\s*,\s*\d+)*)\]$/.exec(text.trim()) ?? [];
  const found = parameters.find((one) => one.name === name);
  const known = parameters.map((one) => one.name).join(", ");
  if (name === "") throw new UserError(`\`${text}\` names no element: write conv1/kernel[17]. There are ${known}.`);
  if (found === undefined) throw new UserError(`There is no parameter \`${name}\`; there are ${known}.`);
  const at = inside.split(",").map(Number);
  const { shape } = found;
  const size = shape.reduce((n, d) => n * d, 1);
  const by = at.length === 1 ? [size] : shape;
  if (by.length !== at.length || at.some((i, k) => i >= by[k]!))
    throw new UserError(
      `\`${name}\` is [${shape.join(", ")}], ${thousands(size)} elements; \`${text}\` is not one of them.`,
    );
  return { parameter: name, index: at.reduce((place, i, k) => place * by[k]! + i, 0) };
}

/** All phases of an update, explained. */
function explained(optimizer: Optimizer, net: Model, { look, weights, state }: Replayed): ExplainedUpdate[] {
  const parameters = Object.fromEntries(
    net.parameters.map(({ name, ...rest }) => [name, { ...rest, data: weights[name]! }]),
  );
  try {
    const one = explainer(optimizer.configured, { parameters, state });
    return look.phases.map((gradients) => one.update(gradients));
  } catch (error) {
    throw new UserError(`This update cannot be explained: ${oneLine(error)}`, { cause: error });
  }
}

const plain = ({ rule, phase, parameter, index, t, given, lines }: Box): object => ({ rule, phase, parameter, index, t, given, lines }); // biome-ignore format: a box without its text

export async function explainCommand(elements: readonly string[], options: ExplainOptions): Promise<number> {
  const out = voice(options);
  const file = options.run === undefined ? latestCheckpoint() : fileOf(options.run, names.checkpoint);
  const saved = loadCheckpoint(file);
  const net = model(saved.recipe.model, saved.names.length);
  const these = elements.map((text) => elementOf(text, net));
  const { step: wanted, firstNonfinite = false } = options;
  if (firstNonfinite === (wanted !== undefined))
    throw new UserError("explain needs --step <n> with elements such as conv1/kernel[17], or --first-nonfinite.");
  if (!firstNonfinite && these.length === 0)
    throw new UserError(`explain --step needs an element or more: ${program} explain --step 12 conv1/kernel[17]`);
  const mnist = await loadMnist(options.data);
  const { digits, optimizer } = await prepared(saved.recipe, mnist);
  if (fingerprint(digits) !== saved.data)
    throw new UserError(`\`${file}\` was trained on other images than those in ${mnist.source}. Pass the original ones with --data.`); // biome-ignore format: one text
  const updates = updatesOf(digits.count, saved.recipe);
  if (wanted !== undefined && wanted > updates)
    throw new UserError(`The run has ${thousands(updates)} updates; there is no update ${thousands(wanted)}.`);
  const near = nearest(saved, wanted);
  const { engine } = await begin(options, out, saved.where);
  const learner = await engine.learner({
    model: net,
    weights: near?.weights ?? startingWeights(net, saved.recipe.seed),
    optimizer: optimizer.configured,
    state: near?.state,
    dropout: saved.recipe.dropout !== undefined,
    mixed: mixes(saved.recipe),
  });
  const from = near?.position ?? start;
  out.say(
    `Replaying ${path.dirname(file)} from update ${thousands(from.step)}${near === undefined ? ", the beginning" : ", its checkpoint"}.`,
  );
  try {
    const wants = (step: number): boolean => firstNonfinite || step === wanted;
    for await (const one of replay({ learner, recipe: saved.recipe, digits, from, wants })) {
      if (firstNonfinite) {
        if (Object.values(one.numbers).every(Number.isFinite)) continue;
        return tellNonFinite(out, one, explained(optimizer, net, one));
      }
      const boxes = explained(optimizer, net, one).flatMap((phase) =>
        these.map(({ parameter, index }) => phase.box(parameter, index)),
      );
      const { step, epoch, numbers } = one;
      out.result(boxes.map(String).join("\n\n"), { step, epoch, ...numbers, boxes: boxes.map(plain) });
      return 0;
    }
  } finally {
    learner.dispose();
  }
  out.result(`All numbers are finite up to update ${thousands(updates)}.`, { found: null });
  return 0;
}

/** The checkpoint, if it lies before the update; undefined to begin at the beginning. */
const nearest = (saved: Checkpoint, wanted: number | undefined): Checkpoint | undefined =>
  saved.position.step > 0 && (wanted === undefined || saved.position.step < wanted) ? saved : undefined;

/** The largest weight by size, with its parameter. */
function largest(weights: Replayed["weights"]): string {
  const all = Object.entries(weights).map(([name, data]) => ({ name, size: data.reduce((max, x) => Math.max(max, Math.abs(x)), 0) })); // biome-ignore format: one step
  const { name, size } = all.reduce((a, b) => (b.size > a.size ? b : a));
  return `${size.toPrecision(3)}, in ${name}`;
}

/** The first update with a number that is not finite: where it is, and what it came from. */
function tellNonFinite({ result }: Voice, one: Replayed, phases: readonly ExplainedUpdate[]): number {
  const { step, epoch, places, numbers } = one;
  const found = phases.map((phase) => phase.firstNonFinite()).find((first) => first !== undefined);
  const where = `Update ${thousands(step)}, in epoch ${epoch}, on the images ${[...places.slice(0, 5)].join(", ")}${places.length > 5 ? ` and ${places.length - 5} more` : ""}`;
  const from = found?.equation === undefined ? "which the update was given" : `by ${found.symbol} = ${found.equation}`;
  const what =
    found === undefined
      ? `the loss is ${numbers.loss}, and weights, gradients and all values of the rule are finite: it overflowed on its way through the network, whose largest weight is ${largest(one.weights)}`
      : `${found.symbol} of ${found.parameter}[${found.index}] is ${found.value}, ${from}; the loss before the update is ${numbers.loss}`;
  result(`${where}: ${what}.${found === undefined ? "" : `\n\n${found.box}`}`, {
    step,
    epoch,
    images: [...places],
    ...numbers,
    found: found === undefined ? null : { ...found, box: plain(found.box) },
  });
  return 0;
}
