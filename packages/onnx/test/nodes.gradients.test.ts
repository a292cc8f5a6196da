import { describe, expect, test } from "vitest";
import { oneIn } from "../../../tests/sample.ts";
import { exceptionOf, exceptions, irrelevant, verify } from "./nodes.check.ts";
import { nodeTests } from "./nodes.ts";

const all = nodeTests();
const relevant = all.filter((one) => !irrelevant(one));

describe.skipIf(all.length === 0)("gradients of the ONNX backend tests", () => {
  const declare = oneIn(2); // each operator has several
  for (const one of relevant) {
    const reason = exceptionOf(one.name);
    if (reason === undefined) declare(one.name, () => verify(one));
    else {
      test(`${one.name}: ${reason}`, async () => {
        await expect(verify(one), "passes: take it off the list of exceptions").rejects.toThrow();
      });
    }
  }

  test("every exception is one of these tests", () => {
    for (const [tests] of exceptions)
      expect(
        relevant.some((one) => tests.test(one.name)),
        String(tests),
      ).toBe(true);
  });
});
