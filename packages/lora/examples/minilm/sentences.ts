/** A sentence and whether its speaker wants the thing running. */
export interface Sentence {
  readonly text: string;
  readonly on: boolean;
}

/** Things and rooms; the held-out sentences have none of the first half. */
const words = {
  train: {
    things: ["lamp", "heater", "fan", "radio", "television", "kettle"],
    rooms: ["kitchen", "bedroom", "hall", "study"],
  },
  test: {
    things: ["oven", "air conditioner", "coffee machine", "projector", "sprinkler", "vacuum cleaner"],
    rooms: ["garage", "nursery", "attic", "garden"],
  },
} as const;

const verbs = {
  on: ["switch on", "turn on", "start"],
  off: ["switch off", "turn off", "shut down"],
} as const;
const polite = ["Please", "Could you", "I would like you to", "Now", "Kindly"];

/**
 * Sentences of a small grammar: a verb that is negated or not, or put against its opposite, so that neither the verb nor "not" alone tells.
 *
 *     polite (verb | "not" verb) "the" thing "in the" room          "Could you not switch off the lamp in the hall"
 *     "Rather than" verb "the" thing "," opposite "it"               "Rather than start the fan, turn off it"
 *     "I do not want you to" verb "the" thing "in the" room
 */
export function sentences(part: keyof typeof words, count: number, random: () => number): readonly Sentence[] {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!; // not empty
  const { things, rooms } = words[part];
  return Array.from({ length: count }, () => {
    const verb = pick(["on", "off"] as const);
    const other = verb === "on" ? "off" : "on";
    const [thing, room] = [pick(things), pick(rooms)];
    const form = Math.floor(random() * 4);
    const wanted = form === 0 ? verb : other;
    const text = [
      `${pick(polite)} ${pick(verbs[verb])} the ${thing} in the ${room}`,
      `${pick(polite)} not ${pick(verbs[verb])} the ${thing} in the ${room}`,
      `Rather than ${pick(verbs[verb])} the ${thing}, ${pick(verbs[other])} it`,
      `I do not want you to ${pick(verbs[verb])} the ${thing} in the ${room}`,
    ][form]!;
    return { text, on: wanted === "on" };
  });
}

/** Park and Miller's generator, from a seed. */
export function generator(seed: number): () => number {
  let state = seed + 1;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}
