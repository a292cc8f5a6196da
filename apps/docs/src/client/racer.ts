import type { Asked, Told } from "./worker.ts";

/** A worker that races rules, one question after the other. */
export class Racer {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  readonly #waiting = new Map<number, (told: Told) => void>();
  #count = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    });
  }

  /** The way of a rule over a surface. */
  race(asked: Omit<Asked, "id">): Promise<Told> {
    const id = ++this.#count;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ ...asked, id });
    });
  }
}
