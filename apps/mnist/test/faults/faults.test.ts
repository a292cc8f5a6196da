import { expect, test } from "vitest";
import { sweep } from "./sweep.ts";

// The whole sweep is `npm run faults`. A prime stride meets calls of every kind.
test("a run that is killed or fails at a call to the file system is finished with the bits of an undisturbed one", async () => {
  const { lost, killed, failed, half, resumed, anew, injected } = await sweep({ every: 149 });
  expect(lost).toEqual([]);
  for (const count of [killed, failed.ENOSPC, failed.EIO, failed.EMFILE, half, resumed, anew])
    expect(count).toBeGreaterThan(0);
  expect(injected).toBeGreaterThan(10);
});
