import { sgd } from "@descent/sgd";
import { loadMnist } from "../data/mnist.ts";
import { UserError } from "../errors.ts";
import { loadModel } from "../run/checkpoint.ts";
import { fileOf, names } from "../run/folder.ts";
import { percent } from "../terminal/progress.ts";
import { evaluate } from "../training/evaluation.ts";
import { begin } from "./begin.ts";
import type { EvaluateOptions } from "./options.ts";
import { voice } from "./voice.ts";

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export async function evaluateCommand(options: EvaluateOptions): Promise<number> {
  const out = voice(options);
  const file = fileOf(options.checkpoint, names.model);
  const { model, weights, names: own } = await loadModel(file);
  const mnist = await loadMnist(options.data);
  if (mnist.names.length > model.classes)
    throw new UserError(
      `\`${file}\` tells ${model.classes} classes apart, and ${mnist.source} has ${mnist.names.length}. Pass its own images with --data.`,
    );
  const classNames = mnist.names.length === model.classes ? mnist.names : own;
  const { engine, choice } = await begin(options, out);
  const learner = await engine.learner({ model, weights, optimizer: sgd() }); // never used: nothing is trained
  const begun = performance.now();
  const found = await evaluate(learner, mnist.test);
  const seconds = (performance.now() - begun) / 1000;
  learner.dispose();
  const byDigit = found.confusion.map((row, digit) => (row[digit] ?? 0) / Math.max(1, sum(row)));
  out.say(byDigit.map((part, digit) => `${classNames[digit]}: ${percent(part, 1)}`).join("   "));
  out.result(
    `Test accuracy ${percent(found.accuracy)}, loss ${found.loss.toFixed(4)}, of ${model.name} from ${file}, by ${engine.name} on ${choice.device} in ${seconds.toFixed(1)} s.`,
    {
      testAccuracy: found.accuracy,
      testLoss: found.loss,
      count: found.count,
      byDigit,
      classes: classNames,
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
