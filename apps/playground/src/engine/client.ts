import type { Answer, CallName, Calls } from "./messages.ts";

/** A worker was ended because it took too long. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/** A question was put aside because a newer one of its kind came. */
export class SupersededError extends Error {
  override readonly name = "SupersededError";
}

interface Waiting {
  readonly name: CallName;
  readonly asks: unknown;
  readonly deadline: number;
  resolve(gives: unknown): void;
  reject(error: Error): void;
}

/**
 * A worker that answers one question after the other. Of questions of one kind that wait, only the newest is asked. One that takes longer than its
 * deadline, counted from when the worker takes it up, costs the worker its life; the next question gets a new one.
 */
export class Engine {
  #worker: Worker | undefined;
  #current: (Waiting & { readonly id: number; timer?: ReturnType<typeof setTimeout> }) | undefined;
  #waiting: Waiting[] = [];
  #count = 0;

  /** Asks; the answer may be refused by a DeadlineError or a SupersededError. */
  ask<K extends CallName>(
    name: K,
    asks: Calls[K]["asks"],
    { deadline = 20_000, keep = false } = {},
  ): Promise<Calls[K]["gives"]> {
    return new Promise((resolve, reject) => {
      if (!keep)
        this.#waiting = this.#waiting.filter((other) => {
          if (other.name !== name) return true;
          other.reject(new SupersededError(`a newer \`${name}\` was asked`));
          return false;
        });
      this.#waiting.push({ name, asks, deadline, resolve: resolve as (gives: unknown) => void, reject });
      this.#next();
    });
  }

  /** Ends what is under way; those who wait are refused. */
  stop(): void {
    const all = [...(this.#current ? [this.#current] : []), ...this.#waiting];
    this.#waiting = [];
    this.#end();
    for (const one of all) one.reject(new SupersededError("stopped"));
  }

  #end(): void {
    if (this.#current) clearTimeout(this.#current.timer);
    this.#current = undefined;
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #next(): void {
    const next = this.#current ? undefined : this.#waiting.shift();
    if (!next) return;
    const id = ++this.#count;
    this.#current = { ...next, id };
    this.#started().postMessage({ id, name: next.name, asks: next.asks });
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const settle = (use: (current: Waiting) => void): void => {
      const current = this.#current;
      if (!current || worker !== this.#worker) return;
      clearTimeout(current.timer);
      this.#current = undefined;
      use(current);
      this.#next();
    };
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      const current = this.#current;
      if (!current || data.id !== current.id) return;
      if ("begun" in data) {
        current.timer = setTimeout(() => {
          this.#end();
          current.reject(new DeadlineError(`This took longer than ${current.deadline / 1000} s and was stopped.`));
          this.#next();
        }, current.deadline);
        return;
      }
      settle(({ resolve, reject }) => ("failed" in data ? reject(new Error(data.failed)) : resolve(data.gives)));
    });
    worker.addEventListener("error", (event) => {
      settle((current) => current.reject(new Error(event.message || "The worker could not be started.")));
      worker.terminate();
      if (this.#worker === worker) this.#worker = undefined;
    });
    this.#worker = worker;
    return worker;
  }
}
