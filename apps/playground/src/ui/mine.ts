import type { Engine } from "../engine/client.ts";
import { SupersededError } from "../engine/client.ts";
import type { Complaint, Described } from "../engine/messages.ts";
import type { Store } from "../state/state.ts";

/** How the text in the editor stands. */
export type Standing = { readonly described: Described } | { readonly complaint: Complaint };

/** No text may take longer to read than this, in milliseconds. */
const DEADLINE = 2000;

/**
 * The reader's rule: its text as it last made sense, which is what races, and what is wrong with the text as it stands. Text is read in a worker with a deadline, so
 * that none can hang the page.
 */
export class Mine {
  /** The last text that made sense. */
  text: string;
  standing: Standing | undefined;
  readonly #listeners: ((standing: Standing) => void)[] = [];
  readonly #engine: Engine;

  constructor(store: Store, engine: Engine, fallback: string) {
    this.#engine = engine;
    this.text = fallback;
    store.listen((state, changed) => {
      if (changed.has("mine")) void this.read(state.mine.text);
    });
  }

  /** Calls `listener` whenever a text has been read. */
  listen(listener: (standing: Standing) => void): void {
    this.#listeners.push(listener);
  }

  /** Reads a text; resolves once it is known whether it makes sense. */
  async read(text: string): Promise<void> {
    let standing: Standing;
    try {
      const read = await this.#engine.ask("check", { text }, { deadline: DEADLINE });
      standing = "complaint" in read ? read : { described: read };
    } catch (error) {
      if (error instanceof SupersededError) return;
      standing = { complaint: { message: error instanceof Error ? error.message : String(error), line: 0 } };
    }
    if ("described" in standing) this.text = text;
    this.standing = standing;
    for (const listener of this.#listeners) listener(standing);
  }
}
