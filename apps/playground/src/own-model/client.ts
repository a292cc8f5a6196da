import { Talk } from "../engine/talk.ts";
import type { Answered, Asked } from "./messages.ts";

/** The worker that holds the reader's model. */
export type Host = Talk<Asked, Answered>;

/** A worker for the reader's model, not yet started. */
export const host = (hear: (message: Answered) => void): Host =>
  new Talk(
    () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "model" }),
    hear,
    (message) => hear({ kind: "failed", message }),
  );
