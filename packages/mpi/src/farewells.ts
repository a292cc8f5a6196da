import { settled } from "./memory.ts";

/** The last word of a rank that leaves the world. */
export interface Farewell {
  readonly rank: number;
  /** The exchanges that it took part in. */
  readonly exchanges: number;
  /** The updates that it has done. */
  readonly step: number;
}

/** A message under way. */
interface Message {
  readonly done: () => boolean;
}

/**
 * Ranks tell each other when they leave, so that one that waits for a rank that has left learns of it. One that has left after the
 * exchange in which the others still are has left in order.
 */
export class Farewells {
  readonly #size: number;
  readonly #receive: (into: Float64Array) => Message;
  readonly #into = settled(new Float64Array(3));
  readonly #heard: Farewell[] = [];
  #next: Message | undefined;

  /** `receive` takes a word of any rank. */
  constructor(size: number, receive: (into: Float64Array) => Message) {
    this.#size = size;
    this.#receive = receive;
  }

  /** The ranks that have left without that exchange. */
  without(exchange: number): readonly Farewell[] {
    this.#hear();
    return this.#heard.filter(({ exchanges }) => exchanges < exchange);
  }

  /** Says this rank's; the function that it returns says whether all have left. */
  say({ rank, exchanges, step }: Farewell, send: (word: Float64Array, to: number) => Message): () => boolean {
    const word = settled(Float64Array.of(rank, exchanges, step));
    const others = Array.from({ length: this.#size }, (_, to) => to).filter((to) => to !== rank);
    let open = others.map((to) => send(word, to));
    return () => {
      open = open.filter((message) => !message.done());
      this.#hear();
      return open.length === 0 && this.#heard.length === others.length;
    };
  }

  #hear(): void {
    while (this.#heard.length < this.#size - 1) {
      this.#next ??= this.#receive(this.#into);
      if (!this.#next.done()) return;
      this.#next = undefined;
      const [rank, exchanges, step] = this.#into as unknown as [number, number, number];
      this.#heard.push({ rank, exchanges, step });
    }
  }
}
