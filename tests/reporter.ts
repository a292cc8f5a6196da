import type { Reporter, TestModule, Vitest } from "vitest/node";
import { leftOut, parts } from "./optional.ts";

/** Ends a run with what it left out, and how to get it. */
export class LeftOut implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    // Part of the tests was asked for, by name or by file: what else there is is of no interest.
    const all = await this.#vitest?.globTestSpecifications();
    if (this.#vitest?.config.testNamePattern !== undefined || all?.length !== modules.length) return;
    const skipped = modules.flatMap(({ relativeModuleId, children }) =>
      [...children.allTests("skipped")].map(({ fullName }) => `${relativeModuleId} > ${fullName}`),
    );
    const lines = leftOut(skipped, parts());
    if (lines.length > 0) console.log(`Left out:\n${lines.map((line) => `  ${line}`).join("\n")}\n`);
  }
}
