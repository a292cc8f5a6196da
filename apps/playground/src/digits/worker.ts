/// <reference lib="webworker" />
import { at, type Mnist, mnistOf } from "./data.ts";
import type { Answered, Asked } from "./messages.ts";
import { Training, testPlace } from "./training.ts";

/* Trains in a worker of its own. One training at a time; a new one ends the one before. */

const tell = (message: Answered): void => self.postMessage(message);

let mnist: Promise<Mnist> | undefined;
/** The digits, fetched and unpacked once. */
const digits = (file: string): Promise<Mnist> =>
  (mnist ??= fetch(file).then(async (response) => {
    if (!response.ok || !response.body) throw new Error(`The digits could not be loaded: ${response.status}.`);
    const stream = response.body.pipeThrough(new DecompressionStream("deflate-raw"));
    return mnistOf(new Uint8Array(await new Response(stream).arrayBuffer()));
  }));

/** Waits until messages that have come are heard; a timer would wait four milliseconds. */
const channel = new MessageChannel();
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(0);
  });

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
