/// <reference lib="webworker" />
import { answers } from "./answers.ts";
import type { Answer, Calls, Question } from "./messages.ts";

/* Everything that takes long, or that a stranger wrote, runs here: the page can end a worker at any time. */

const answer = (message: Answer, moved: Transferable[] = []): void => self.postMessage(message, moved);

self.addEventListener("message", async ({ data }: MessageEvent<Question>) => {
  const { id, name, asks } = data;
  answer({ id, begun: true });
  try {
    const gives = await (answers[name] as (asks: unknown) => Promise<Calls[typeof name]["gives"]>)(asks); // the question's own
    answer({ id, gives }, "swarm" in gives ? [gives.swarm.places.buffer] : []); // megabytes, which are moved and not copied
  } catch (error) {
    answer({ id, failed: error instanceof Error ? error.message : String(error) });
  }
});
