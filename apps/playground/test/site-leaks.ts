import { expect, test } from "vitest";
import { long } from "../../../tests/long.ts";
import { initial } from "../src/state/state.ts";
import { encode } from "../src/state/url.ts";
import { remains, runRaces } from "./remains.ts";
import type { Open } from "./site-views.ts";

/** Races, of which none may leave anything behind. */
export function leakTests(open: Open): void {
  const count = long ? 1000 : 50;
  test(`${count} races leave no element, no listener and no memory behind`, async () => {
    const contenders = [{ rule: "sgd" }, { rule: "adam" }];
    const page = await open(await encode({ ...initial, steps: 30, fairness: "same", rate: 0.01, contenders }));
    const session = await page.context().newCDPSession(page);
    await runRaces(page, 0, 20);
    const before = await remains(session);
    await runRaces(page, 20, 20 + count);
    const after = await remains(session);
    expect(after.elements).toBeLessThan(before.elements + 10); // a text of a chart may come or go
    expect(after.listeners).toBeLessThan(before.listeners + 10);
    expect(after.bytes).toBeLessThan(before.bytes + 1e6);
    await page.close();
  });
}
