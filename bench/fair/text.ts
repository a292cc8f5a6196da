import { stream } from "@descent/initializers";

/** Words as [singular, plural]; verbs agree with their subject. */
const nouns = [["dog", "dogs"], ["cat", "cats"], ["bird", "birds"], ["child", "children"], ["farmer", "farmers"], ["king", "kings"]] as const; // biome-ignore format: one line
const adjectives = ["old", "small", "happy", "red"] as const;
const transitive = [["sees", "see"], ["likes", "like"], ["follows", "follow"], ["hears", "hear"]] as const; // biome-ignore format: one line
const intransitive = [["sleeps", "sleep"], ["sings", "sing"], ["waits", "wait"], ["runs", "run"]] as const; // biome-ignore format: one line
const articles = [["the", "a", "every"], ["the", "some", "two"]] as const; // biome-ignore format: one line

/** Relative clauses lie at most so deep in one another. */
const DEPTH = 2;

/** The characters that the text may have, a token each. */
export const alphabet: readonly string[] = [
  ...new Set(`. that${[nouns, adjectives, transitive, intransitive, articles].flat(3).join("")}`),
].sort();

export interface Text {
  readonly tokens: Uint8Array;
  /** The nats per character that a reader who knows the grammar needs on average: no model can do better. */
  readonly floor: number;
}

/**
 * Sentences of a small grammar in which a verb agrees with a subject that a relative clause may have moved far away: "every old
 * dog that the cats follow sleeps." A sentence has one derivation, so its probability is the product of the choices made.
 */
export function text(name: string, length: number): Text {
  const random = stream(0, name);
  let drawn = 0;
  let nats = 0;
  const pick = <T>(from: readonly T[]): T => {
    nats += Math.log(from.length);
    return from[Math.floor(random.uniform(drawn++) * from.length)]!; // uniform is below 1
  };
  const yes = (share: number): boolean => {
    if (share === 0) return false;
    const is = random.uniform(drawn++) < share;
    nats -= Math.log(is ? share : 1 - share);
    return is;
  };

  interface Phrase {
    readonly words: readonly string[];
    readonly number: 0 | 1;
  }
  const phrase = (depth: number): Phrase => {
    const number = yes(0.5) ? 1 : 0;
    const words: string[] = [pick(articles[number]), ...(yes(0.4) ? [pick(adjectives)] : []), pick(nouns)[number]];
    if (!yes(depth < DEPTH ? 0.3 : 0)) return { words, number };
    if (yes(0.5)) return { words: [...words, "that", pick(transitive)[number], ...phrase(depth + 1).words], number };
    const inner = phrase(depth + 1);
    return { words: [...words, "that", ...inner.words, pick(transitive)[inner.number]], number };
  };
  const sentence = (): string => {
    const { words, number } = phrase(0);
    const rest = yes(0.4) ? [pick(intransitive)[number]] : [pick(transitive)[number], ...phrase(0).words];
    return `${[...words, ...rest].join(" ")}.`;
  };

  let all = sentence();
  while (all.length < length) all += ` ${sentence()}`;
  return { tokens: Uint8Array.from(all, (character) => alphabet.indexOf(character)), floor: nats / (all.length + 1) };
}
