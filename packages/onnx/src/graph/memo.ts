/** Remembers what has been computed for a text, and forgets everything when there is too much. */
export class Memo<T> {
  readonly #known = new Map<string, T>();

  get(key: string, make: () => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }

  set(key: string, value: T): void {
    if (this.#known.size > 100_000) this.#known.clear();
    this.#known.set(key, value);
  }
}
