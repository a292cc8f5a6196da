import { constants } from "node:os";

/** A request to stop after the current update: Ctrl-C, a closed terminal, or a closed output pipe. */
export interface Interrupt {
  readonly asked: () => boolean;
  /** The exit code for its cause: 130 for Ctrl-C. */
  readonly code: () => number;
  release(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const codeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** Set while a run is listening, so that it can save a checkpoint before the program exits. */
let ask: ((code: number) => void) | undefined;

/** Exits, or asks the run in progress to stop first. Called when nobody reads the output any more. */
export function leave(code: number): void {
  if (ask === undefined) process.exit(code);
  else ask(code);
}

/** The exit code for a failed stream: for EPIPE the one SIGPIPE would give, otherwise 1. */
export const streamCode = ({ code }: NodeJS.ErrnoException): number => (code === "EPIPE" ? 128 + 13 : 1);

export function listen(say: (line: string) => void): Interrupt {
  let asked: number | undefined;
  let heard = 0;
  const stop = (code: number): void => {
    if (asked !== undefined) return;
    asked = code;
    heard = performance.now();
    say("Stopping after this update; press Ctrl-C again to quit at once.");
  };
  const hear = (name: NodeJS.Signals): void => {
    // One Ctrl-C may arrive twice: the process group receives it, and npm forwards it.
    if (asked === undefined) stop(codeOf(name));
    else if (name !== "SIGHUP" && performance.now() - heard > 500) process.exit(codeOf(name));
  };
  for (const signal of signals) process.on(signal, hear);
  ask = stop;
  return {
    asked: () => asked !== undefined,
    code: () => asked ?? 0,
    release: () => {
      for (const signal of signals) process.off(signal, hear);
      ask = undefined;
    },
  };
}
