import { constants } from "node:os";

/** What asks a run to stop after its update: Ctrl-C, a closed terminal, a reader of the output that went away. */
export interface Interrupt {
  readonly asked: () => boolean;
  /** The exit code that tells what it was: 130 for Ctrl-C. */
  readonly code: () => number;
  release(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const codeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** The run that listens, which wants to save itself before the program ends. */
let ask: ((code: number) => void) | undefined;

/** Ends the program, at once or, while a run listens, after its update. For output that nobody reads any more. */
export function leave(code: number): void {
  if (ask === undefined) process.exit(code);
  else ask(code);
}

/** The exit code for a stream that failed: what a process has that SIGPIPE ended, or 1 as for any error. */
export const streamCode = ({ code }: NodeJS.ErrnoException): number => (code === "EPIPE" ? 128 + 13 : 1);

export function listen(say: (line: string) => void): Interrupt {
  let asked: number | undefined;
  let heard = 0;
  const stop = (code: number): void => {
    if (asked !== undefined) return;
    asked = code;
    heard = performance.now();
    say("Stopping after this update; Ctrl-C again leaves at once.");
  };
  const hear = (name: NodeJS.Signals): void => {
    // One request may come twice: the group of processes gets it, and npm passes it on.
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
