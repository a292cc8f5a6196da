import { closeSync, openSync, writeSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import type { Collectives } from "./collectives.ts";
import { MpiError } from "./error.ts";
import { type Standing, TRACES, tracesFolder } from "./standing.ts";

/** EX_TEMPFAIL of sysexits.h: start again from the last checkpoint. */
export const RESTART = 75;

/** Milliseconds that mpirun has to pass on what was said: it reads no more once it ends all ranks. */
const SAID_MS = 500;
/** Milliseconds by which a rank lets each lower one speak first and end it, and the most. */
const TURN_MS = SAID_MS + 500;
const LONGEST_MS = 4000;
/** Seconds that MPI has to end all ranks, after which this one goes by itself: over a cut cable MPI may wait for ever. */
const LAST = 10;

const REST = new Int32Array(new SharedArrayBuffer(4));
const rest = (milliseconds: number): void => void Atomics.wait(REST, 0, 0, milliseconds);

/** Whether this rank is the one to speak of a failure that others may see too. */
function speaks(rank: number): boolean {
  const folder = tracesFolder();
  if (folder !== undefined)
    try {
      closeSync(openSync(path.join(folder, "said"), "wx"));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") {
        rest(LONGEST_MS); // the one that speaks ends this one
        return false;
      }
    }
  rest(Math.min(rank * TURN_MS, LONGEST_MS)); // a lower rank with the same error ends this one before
  return true;
}

/** An error as it is said for all ranks: with its class where it is not one that is made to be read. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack = message } = error;
  const known = error instanceof MpiError || ["OptimizerError", "UserError"].includes(name);
  return known ? `${name}: ${message.replace(/^Rank \d+ of \d+( at step \d+)?: /, "")}` : stack;
}

/** The error with its rank, its step and how to go on; with a code of its own the error alone, after which nothing goes on. */
function said({ rank, size }: Collectives, { step, advice }: Standing, error: unknown, code: number): string {
  const who = `Rank ${rank} of ${size}`;
  const text = textOf(error);
  if (code !== RESTART) return `${who}: ${text.replace(/^(Optimizer|User|Mpi)Error: /, "")}`;
  return `${who} stopped at step ${step}. ${text}${text.includes(advice) ? "" : `\n${advice}`}`;
}

/** Tells of the error, once for all ranks. */
function tell(native: Collectives, standing: Standing, error: unknown, code: number): void {
  standing.ends(code);
  if (!speaks(native.rank)) return;
  writeSync(2, `${said(native, standing, error, code)}\n`);
  rest(SAID_MS);
}

/** Ends all ranks with this code and one message. */
export function fail(native: Collectives, standing: Standing, error: unknown, code: number = RESTART): never {
  tell(native, standing, error, code);
  process.exit(code);
}

/** A process that exits normally shuts MPI down; one that fails ends the others too, or they would wait for ever. */
export function endWithProcess(native: Collectives, standing: Standing, timeout: number): void {
  process.on("uncaughtExceptionMonitor", (error) => {
    if (process.listenerCount("uncaughtException") === 0) fail(native, standing, error);
  });
  process.on("exit", (code) => {
    if (native.ended()) return;
    const ends = native.failed() ? RESTART : code;
    if (ends === 0)
      try {
        native.alarm(timeout + 2 * LAST);
        standing.ends(0);
        native.end(); // of an elastic world that has lost ranks, MPI has nothing to shut down together
        native.alarm(0);
        return;
      } catch (error) {
        tell(native, standing, error, RESTART); // others go on, or an operation of this rank was under way
      }
    else standing.ends(ends);
    native.alarm(LAST);
    native.abort(ends === 0 ? RESTART : ends);
    native.alarm(0);
  });
}

/** Open MPI's mpirun passes no Ctrl-C on; the launcher sends this in its place. */
export function hearLauncher(): void {
  if (process.env[TRACES] === undefined) return;
  process.on("SIGUSR2", () => {
    if (!process.emit("SIGINT", "SIGINT")) process.exit(128 + constants.signals.SIGINT);
  });
}

/** Ends a process that is alone because it belongs to another MPI than its mpirun: of all of them only the first speaks. */
export function endStray(error: MpiError, rank: number): void {
  process.on("uncaughtExceptionMonitor", (seen) => {
    if (seen !== error || process.listenerCount("uncaughtException") > 0) return;
    if (rank === 0) writeSync(2, `${error.name}: ${error.message}\n`);
    else rest(LONGEST_MS); // a rank that ends has the others ended before they have spoken
    process.exit(RESTART);
  });
}
