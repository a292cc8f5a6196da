import { Talk } from "../engine/talk.ts";
import type { Answered, Asked } from "./messages.ts";

/** The worker that trains on digits. */
export type Trainee = Talk<Asked, Answered>;

/** A worker that trains on digits, not yet started. */
export const trainee = (hear: (message: Answered) => void): Trainee =>
  new Talk(
    () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "digits" }),
    hear,
    (message) => hear({ kind: "failed", message }),
  );

/** The address of the digits. */
export const digitsFile = (): string => new URL("digits.bin", document.baseURI).href;
