import { OptimizerError } from "@descent/core";
import { LostError } from "./quirks/lost.ts";

/** Carries out the calls of a trainer one after the other, until it is disposed of, or has lost its device or worker. */
export class Calls {
  /** Why no further call is taken, once there is a reason. */
  #why: string | undefined;
  #disposed: Promise<void> | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  /** The device or the worker is gone, which may happen while no call is under way. */
  lost({ message }: LostError): void {
    this.#why ??= message;
  }

  /** One call after the other: a session must not run twice at once, and a step must be complete before it is saved. */
  next<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(async () => {
      this.#refuseAfterEnd();
      try {
        return await task();
      } catch (error) {
        if (!(error instanceof LostError)) throw error;
        this.lost(error);
        throw closed(this.#why ?? error.message, error);
      }
    });
    this.#tail = result.then(nothing, nothing); // which keeps no result
    return result;
  }

  /** Takes no more calls, and calls `release` when the last one has ended. A second call does nothing. */
  dispose(release: () => Promise<void>): Promise<void> {
    this.#disposed ??= this.#tail.then(async () => {
      const lost = this.#why !== undefined;
      this.#why ??= "was disposed of";
      try {
        await release();
      } catch (error) {
        if (!lost) throw error; // there is nothing left to release
      }
    });
    return this.#disposed;
  }

  #refuseAfterEnd(): void {
    if (this.#why !== undefined) throw closed(this.#why);
    if (this.#disposed) throw closed("was disposed of");
  }
}

const nothing = (): void => {};

const closed = (why: string, cause?: unknown): OptimizerError =>
  new OptimizerError(
    `This trainer ${why}. Make a new one${why.startsWith("lost") ? ", and load the last checkpoint" : ""}.`,
    { cause },
  );
