/** A sentence of a customer's review, and whether it praises the product. */
export interface Sentence {
  readonly text: string;
  readonly praise: boolean;
}

/** From this review on they are about a music player; those before, about a DVD player, cameras and a telephone. */
const HELD = 216;
/** Of raters on a scale from -4 to 4; what is nearer to 0 takes no side. */
const CLEAR = 1;

/**
 * Reads reviews.tsv: the number of the review and of the sentence, the mean of twenty people's ratings, the text. Held out are
 * the reviews of a product that training never sees.
 */
export function reviews(tsv: string): { readonly train: readonly Sentence[]; readonly held: readonly Sentence[] } {
  const rows = tsv.split("\n").flatMap((line) => {
    const [id = "", rating = "", text = ""] = line.split("\t");
    const words = text.split(" ").length;
    if (Math.abs(Number(rating)) < CLEAR || words < 4 || words > 16) return [];
    return [{ held: Number.parseInt(id, 10) >= HELD, text, praise: Number(rating) > 0 }];
  });
  return {
    train: rows.filter(({ held }) => !held),
    held: shuffled(
      rows.filter(({ held }) => held),
      1,
    ),
  };
}

/** In the order of a seed (Fisher and Yates, with Park and Miller's numbers). */
export function shuffled<T>(all: readonly T[], seed: number): T[] {
  const out = [...all];
  let state = seed;
  for (let i = out.length - 1; i > 0; i--) {
    state = (state * 16807) % 2147483647;
    const j = state % (i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!]; // both are inside
  }
  return out;
}
