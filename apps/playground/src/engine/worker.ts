/// <reference lib="webworker" />
import { answers } from "./answers.ts";
import type { Answer, Question } from "./messages.ts";

/* Everything that takes long, or that a stranger wrote, runs here: the page can end a worker at any time. */

const answer = (message: Answer): void => self.postMessage(message);

self.addEventListener("message", async ({ data }: MessageEvent<Question>) => {
  const { id, name, asks } = data;
  try {
    answer({ id, gives: await (answers[name] as (asks: unknown) => unknown)(asks) }); // the question's own
  } catch (error) {
    answer({ id, failed: error instanceof Error ? error.message : String(error) });
  }
});
