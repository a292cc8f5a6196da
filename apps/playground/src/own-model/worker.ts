/// <reference lib="webworker" />
import { breather } from "../engine/breath.ts";
import type { Answered, Asked } from "./messages.ts";
import { example, Session } from "./session.ts";

/* The reader's model is read and trained in a worker of its own, so that none can hang the page. */

const tell = (message: Answered): void => self.postMessage(message);
const breathe = breather();
let session: Session | undefined;
let running: Promise<void> = Promise.resolve();

async function settled(): Promise<void> {
  session?.stop();
  await running.catch(() => undefined); // it has told of its own failure
}

async function open(bytes: Uint8Array): Promise<void> {
  await settled();
  await session?.close();
  session = undefined;
  session = await Session.open(bytes);
  tell(session.opened);
}

self.addEventListener("message", async ({ data }: MessageEvent<Asked>) => {
  try {
    if (data.kind === "open") await open(data.bytes);
    else if (data.kind === "example") await open(example());
    else if (data.kind === "stop") session?.stop();
    else if (data.kind === "save" && session) tell(await session.save());
    else if (data.kind === "train" && session) {
      await settled();
      await (running = session.train(data, tell, breathe));
    }
  } catch (error) {
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
