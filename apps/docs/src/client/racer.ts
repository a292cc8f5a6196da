import type { Field } from "@descent/viz";
import type { Asked, AskedField, Told, ToldField } from "./worker.ts";

interface Waiting {
  readonly resolve: (told: Told | ToldField) => void;
  readonly reject: (error: Error) => void;
}

/** A worker that races rules, one question after the other. */
export class Racer {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Told | ToldField>) => {
      this.#waiting.get(data.id)?.resolve(data);
      this.#waiting.delete(data.id);
    });
    this.#worker.addEventListener("error", ({ message }) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`This page's worker ended: ${message || "it could not be loaded"}.`));
      this.#waiting.clear();
    });
  }

  /** The way of a rule over a surface. */
  race(asked: Omit<Asked, "id">): Promise<Told> {
    return this.#ask(asked) as Promise<Told>; // the worker answers in kind
  }

  /** The heights of a surface. */
  async field(surface: string): Promise<Field> {
    const { field } = (await this.#ask({ field: surface })) as ToldField; // the worker answers in kind
    return field;
  }

  #ask(asked: Omit<Asked, "id"> | Omit<AskedField, "id">): Promise<Told | ToldField> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...asked, id });
    });
  }
}
