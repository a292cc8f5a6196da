import { expect, test } from "vitest";
import { long } from "../../../tests/long.ts";
import { initial } from "../src/state/state.ts";
import { encode } from "../src/state/url.ts";
import { remains, runRaces } from "./remains.ts";
import type { Open } from "./site-views.ts";

/** Races, of which none may leave anything behind. */
export function leakTests(open: Open): void {
  const count = long ? 500 : 30;
  test(`${2 * count} races leave no element, no listener and no memory behind`, async () => {
    const contenders = [{ rule: "sgd" }, { rule: "adam" }];
    const page = await open(await encode({ ...initial, steps: 30, fairness: "same", rate: 0.01, contenders }));
    const session = await page.context().newCDPSession(page);
    const seen: Awaited<ReturnType<typeof remains>>[] = [];
    let run = 0;
    for (const upTo of [20, 20 + count, 20 + 2 * count]) {
      await runRaces(page, run, upTo);
      run = upTo;
      seen.push(await remains(session));
    }
    await session.detach();
    // A part of the page may be drawn once and stay; what leaks grows each time.
    const growth = (of: "elements" | "listeners" | "bytes"): number =>
      Math.min(...seen.slice(1).map((now, i) => now[of] - seen[i]![of]));
    expect(growth("elements")).toBeLessThan(count / 2);
    expect(growth("listeners")).toBeLessThan(count / 2);
    expect(growth("bytes")).toBeLessThan(1e6);
  });
}
