import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { sgd } from "@descent/sgd";
import { batch, pixels } from "../data/digits.ts";
import { asDigit, drawn } from "../data/ink.ts";
import { readPicture } from "../data/picture.ts";
import { readBounded } from "../disk.ts";
import { cannotRead, UserError } from "../errors.ts";
import { loadModel } from "../run/checkpoint.ts";
import { fileOf, latestModel, names } from "../run/folder.ts";
import { percent } from "../terminal/progress.ts";
import { begin } from "./begin.ts";
import type { PredictOptions } from "./options.ts";
import { voice } from "./voice.ts";

/** Bytes of the largest picture that is read. */
const LARGEST = 100 * 1024 * 1024;
/** How many pictures the network sees at once. */
const TOGETHER = 256;

/** The files to look at: those named, and the pictures of folders. */
function filesOf(given: readonly string[]): string[] {
  const files = given.flatMap((place) => {
    let isFolder: boolean;
    try {
      isFolder = statSync(place).isDirectory();
    } catch (error) {
      throw cannotRead(place, error);
    }
    if (!isFolder) return [place];
    const inside = readdirSync(place)
      .filter((name) => /\.(png|jpe?g)$/i.test(name))
      .sort();
    if (inside.length === 0)
      throw new UserError(`\`${place}\` has no PNG or JPEG. Name the pictures, or another folder.`);
    return inside.map((name) => path.join(place, name));
  });
  return files;
}

export async function predictCommand(given: readonly string[], options: PredictOptions): Promise<number> {
  const out = voice(options);
  const files = filesOf(given);
  const digits = files.map((file) => asDigit(readPicture(readBounded(file, LARGEST), file), file));
  const file = options.checkpoint === undefined ? latestModel() : fileOf(options.checkpoint, names.model);
  const { model, weights, names: classNames } = await loadModel(file);
  const { engine, choice } = await begin(options, out);
  const learner = await engine.learner({ model, weights, optimizer: sgd() }); // never used: nothing is trained
  const { classes } = model;
  const results: object[] = [];
  for (let from = 0; from < digits.length; from += TOGETHER) {
    const these = digits.slice(from, from + TOGETHER);
    const images = new Uint8Array(these.length * pixels);
    for (const [i, digit] of these.entries()) images.set(digit, i * pixels);
    const all = { count: these.length, images, labels: new Uint8Array(these.length) };
    const logits = await learner.logits(batch(all, Uint32Array.from(these.keys())).images);
    for (const [i, digit] of these.entries()) {
      const probabilities = softmax(logits.subarray(i * classes, (i + 1) * classes));
      const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
      const [first, second] = order as [number, number]; // there are two at least
      const name = files[from + i]!;
      if (options.show === true) out.say(drawn(digit));
      const line = `${name}: ${classNames[first]} (${percent(probabilities[first]!, 1)}), otherwise ${classNames[second]} (${percent(probabilities[second]!, 1)})`;
      if (options.json !== true) out.say(line);
      results.push({
        file: name,
        digit: first,
        name: classNames[first],
        probability: probabilities[first],
        probabilities,
      });
    }
  }
  learner.dispose();
  const count = `${files.length} ${files.length === 1 ? "picture" : "pictures"}`;
  out.result(`${count} read by ${model.name} from ${file}, by ${engine.name} on ${choice.device}.`, {
    predictions: results,
    model: model.name,
    engine: engine.name,
    device: choice.device,
    file,
  });
  return 0;
}

function softmax(logits: Float32Array): number[] {
  const top = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Array.from(logits, (x) => Math.exp(x - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / sum);
}
