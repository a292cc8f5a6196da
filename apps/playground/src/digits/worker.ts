/// <reference lib="webworker" />
import { breather } from "../engine/breath.ts";
import { at, digits } from "./data.ts";
import type { Answered, Asked } from "./messages.ts";
import { Training, testPlace } from "./training.ts";

/* Trains in a worker of its own. One training at a time; a new one ends the one before. */

const tell = (message: Answered): void => self.postMessage(message);

const breathe = breather();

let current: Training | undefined;
let running: Promise<void> = Promise.resolve();

async function train({ order, file }: Extract<Asked, { kind: "train" }>): Promise<void> {
  const before = current;
  current = undefined;
  before?.end();
  await running.catch(() => undefined); // it has told of its own failure
  await before?.learner.dispose();
  current = await Training.prepare(order, await digits(file), tell);
  await (running = current.run(breathe));
}

self.addEventListener("message", async ({ data }: MessageEvent<Asked>) => {
  try {
    if (data.kind === "train") await train(data);
    else if (data.kind === "pause") current?.pause();
    else if (data.kind === "go") current?.go();
    else if (data.kind === "read" && current) tell({ kind: "read", probabilities: await current.read(data.image) });
    else if (data.kind === "sample") {
      const { images, labels } = at((await digits(data.file)).test, [testPlace(data.place)]);
      tell({ kind: "sample", image: images, label: labels[0]! }); // one was asked for
    }
  } catch (error) {
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
