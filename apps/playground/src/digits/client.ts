import type { Answered, Asked, Order } from "./messages.ts";

type Wish = Asked extends infer A ? (A extends { readonly file: string } ? Omit<A, "file"> : A) : never;

/** The worker that trains, started when something is first asked of it. */
export class Trainee {
  readonly #hear: (message: Answered) => void;
  #worker: Worker | undefined;

  constructor(hear: (message: Answered) => void) {
    this.#hear = hear;
  }

  /** Trains anew; a training that is under way ends. */
  train(order: Order): void {
    this.ask({ kind: "train", order });
  }

  /** Sends a message; its answer comes to whoever hears. */
  ask(wish: Wish): void {
    const file = new URL("digits.bin", document.baseURI).href;
    this.#started().postMessage({ ...wish, file });
  }

  /** Ends the worker and frees all that it holds. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "digits" });
    worker.addEventListener("message", ({ data }: MessageEvent<Answered>) => {
      if (worker === this.#worker) this.#hear(data);
    });
    worker.addEventListener("error", (event) => {
      if (worker !== this.#worker) return;
      this.end();
      this.#hear({ kind: "failed", message: event.message || "The worker could not be started." });
    });
    this.#worker = worker;
    return worker;
  }
}
