import { constants } from "node:os";

/** Ctrl-C asks the run to stop after its update; a second one leaves at once. */
export interface Interrupt {
  readonly asked: () => boolean;
  /** The exit code that tells which signal it was: 130 for Ctrl-C. */
  readonly code: () => number;
  release(): void;
}

export function listen(say: (line: string) => void): Interrupt {
  let signal: NodeJS.Signals | undefined;
  const code = (): number => 128 + (signal === undefined ? 0 : constants.signals[signal]);
  let heard = 0;
  const hear = (name: NodeJS.Signals): void => {
    if (signal !== undefined) {
      // One request may come twice: the group of processes gets it, and npm passes it on.
      if (performance.now() - heard > 500) process.exit(code());
      return;
    }
    signal = name;
    heard = performance.now();
    say("Stopping after this update; Ctrl-C again leaves at once.");
  };
  process.on("SIGINT", hear);
  process.on("SIGTERM", hear);
  return {
    asked: () => signal !== undefined,
    code,
    release: () => {
      process.off("SIGINT", hear);
      process.off("SIGTERM", hear);
    },
  };
}
