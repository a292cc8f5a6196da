import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeModel, decodeTensor, encodeModel, encodeTensor } from "../src/model.ts";
import { files, fixture, fixtures, hasTestdata } from "./testdata.ts";

const models = [...fixtures.map(fixture), ...files(".onnx")];

describe("a model that is read and written", () => {
  test(`is the same, byte for byte, for each of ${models.length} models`, () => {
    for (const file of models) {
      const bytes = readFileSync(file);
      const again = encodeModel(decodeModel(bytes));
      expect(Buffer.compare(again, bytes), file).toBe(0);
    }
  });
  test.skipIf(!hasTestdata)("so is each tensor of the test data", () => {
    let count = 0;
    for (const file of files(".pb")) {
      const bytes = readFileSync(file);
      if (!/(in|out)put_\d+\.pb$/.test(file) || /seq|opt/.test(file)) continue; // Those are other messages.
      expect(Buffer.compare(encodeTensor(decodeTensor(bytes)), bytes), file).toBe(0);
      count++;
    }
    expect(count).toBeGreaterThan(2800);
  });
});
