/// <reference lib="webworker" />
import { breather } from "../engine/breath.ts";
import { at, digits, inputsOf } from "./data.ts";
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
  requests++; // no landscape outlives its net
  before?.end();
  await running.catch(() => undefined); // it has told of its own failure
  await before?.learner.dispose();
  current = await Training.prepare(order, await digits(file), tell);
  await (running = current.run(breathe));
}

/** Digits whose mean loss is measured at each place of a landscape, and the count of requests so far: a newer one stops an older. */
const MEASURED = 200;
let requests = 0;

async function landscape({ plane, seed, file }: Extract<Asked, { kind: "landscape" }>): Promise<void> {
  const request = ++requests;
  if (plane === false || !current) return;
  const { train: all } = await digits(file);
  const { images, labels } = at(
    all,
    Uint32Array.from({ length: MEASURED }, (_, i) => i * 25),
  );
  const { landscapeOf } = await import("./landscape.ts");
  let told = 0;
  const found = await landscapeOf(
    current.learner,
    current.way,
    { images: inputsOf(images), labels },
    { plane, seed },
    async (share) => {
      // biome-ignore format: one call
      await breathe();
      if (request === requests && share - told > 0.02) tell({ kind: "measuring", share: (told = share) });
      return request === requests;
    },
  );
  tell({ kind: "landscape", landscape: found });
}

self.addEventListener("message", async ({ data }: MessageEvent<Asked>) => {
  try {
    if (data.kind === "train") await train(data);
    else if (data.kind === "pause") current?.pause();
    else if (data.kind === "go") current?.go();
    else if (data.kind === "read" && current) tell({ kind: "read", probabilities: await current.read(data.image) });
    else if (data.kind === "landscape") await landscape(data);
    else if (data.kind === "sample") {
      const { images, labels } = at((await digits(data.file)).test, [testPlace(data.place)]);
      tell({ kind: "sample", image: images, label: labels[0]! }); // one was asked for
    }
  } catch (error) {
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
