import { expect, test } from "vitest";
import { findings } from "../tools/english.ts";

test.each([
  "/** What is made small. */",
  "  // What a plan feeds.",
  '  throw new Error("This is no optimizer configuration");',
  '  "There cannot be 0 threads"',
  " * All but `loaded` are empty, save `changed`.",
  "`labels` is to be int64",
  "costs 12 bytes a number",
  "/** Lets go of the array. */",
  "a saved state continues to the bit",
  "/** Stops after so many rounds. */",
  "roots are taken anew at every step",
  "/** The seed; 0 unless given. */",
  '"Have the sets a point in common?"',
  "steps of 0.2 by element",
])("%s reads as translated", (line) => {
  expect(findings(line)).toHaveLength(1);
});

test.each([
  "/** The quantity to minimise. */",
  "// What happens if it fails? It is tried once more.",
  '  throw new Error("This is not an optimizer configuration");',
  "`threads` must be 1 to 64; got 0",
  " * After a strict load only `loaded` and `changed` may be non-empty.",
  "it is no longer needed, and no more than that",
  "await trainer.save(`model.onnx`)",
  "there are so many rows that they are split",
  "moments start anew every 500 steps",
])("%s does not", (line) => {
  expect(findings(line)).toEqual([]);
});
