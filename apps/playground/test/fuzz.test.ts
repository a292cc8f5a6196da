import { load } from "@descent/catalogue";
import { stream } from "@descent/initializers";
import { expect, test } from "vitest";
import { answers } from "../src/engine/answers.ts";
import { printRule } from "../src/engine/rule-text.ts";

/** Pieces that a slip of the hand, or somebody with ill intent, may put into a text. */
const PIECES = ["(", ")", "^", "*", "/", ",", "=", "\n", "  ", "sqrt(", "1e999", "-", "g", "state", "options\n", "update", "__proto__", "0x1", "\u0000", "é", "when ", "]"]; // biome-ignore format: one list

test("whatever is typed for a rule is read or complained about, at a place within the text", async () => {
  const texts: string[] = [];
  for (const id of ["adam", "yogi", "schedule-free-sgd", "adafactor"]) {
    const printed = printRule(await load(id));
    if ("text" in printed) texts.push(printed.text);
  }
  expect(texts.length).toBeGreaterThan(2);
  const draw = stream(19, "slips of the hand");
  let at = 0;
  const below = (n: number): number => Math.floor(draw.uniform(at++) * n);
  let [read, complained] = [0, 0];
  for (let i = 0; i < 250; i++) {
    let text = texts[below(texts.length)]!; // within
    for (let slips = 1 + below(3); slips > 0; slips--) {
      const [from, length] = [below(text.length + 1), below(6)];
      text = `${text.slice(0, from)}${below(2) === 0 ? PIECES[below(PIECES.length)] : ""}${text.slice(from + length)}`;
    }
    const given = await answers.check({ text });
    if ("complaint" in given) {
      const { message, line, column } = given.complaint;
      expect(message).not.toBe("");
      expect(message).not.toMatch(/undefined|\[object|is not a function|Cannot read/);
      const lines = text.split("\n");
      expect(line).toBeLessThan(lines.length);
      if (column !== undefined) expect(column).toBeLessThanOrEqual(lines[line]!.length);
      complained++;
    } else read++;
  }
  expect([read > 10, complained > 100]).toEqual([true, true]);
});

test.each([
  ["ten thousand brackets", `update\n  p = ${"(".repeat(10_000)}g${")".repeat(10_000)}`],
  ["a long name", `update\n  p = p - ${"x".repeat(19_000)}`],
  [
    "a thousand lines",
    `update\n${Array.from({ length: 1000 }, (_, i) => `  a${i} = g * ${i}`).join("\n")}\n  p = p - a999`,
  ],
])("%s are read or complained about", async (_, text) => {
  const given = await answers.check({ text });
  expect("complaint" in given ? given.complaint.message : given.mathml).not.toBe("");
});
