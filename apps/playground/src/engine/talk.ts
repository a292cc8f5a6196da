/** A worker that hears messages and tells of what it does; it is started when something is first asked of it. */
export class Talk<Asked, Answered> {
  readonly #make: () => Worker;
  readonly #hear: (message: Answered) => void;
  readonly #failed: (message: string) => void;
  #worker: Worker | undefined;

  /** `hear` takes its messages, `failed` what ended it. */
  constructor(make: () => Worker, hear: (message: Answered) => void, failed: (message: string) => void) {
    this.#make = make;
    this.#hear = hear;
    this.#failed = failed;
  }

  /** Sends a message; answers come to whoever hears. */
  ask(message: Asked): void {
    this.#started().postMessage(message);
  }

  /** Ends the worker and frees all that it holds. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = this.#make();
    worker.addEventListener("message", ({ data }: MessageEvent<Answered>) => {
      if (worker === this.#worker) this.#hear(data);
    });
    worker.addEventListener("error", (event) => {
      if (worker !== this.#worker) return;
      this.end();
      this.#failed(event.message || "The worker could not be started.");
    });
    this.#worker = worker;
    return worker;
  }
}
