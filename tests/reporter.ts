import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { leftOut, parts } from "./optional.ts";

/** Ends a run with the tests that passed only when they ran again: each is a fault, of the test or of what it tests. */
export class SecondTry implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const again = modules.flatMap(({ relativeModuleId, children }) =>
      [...children.allTests("passed")].flatMap((test) => {
        if (test.diagnostic()?.flaky !== true) return [];
        const { errors = [] } = test.result();
        const why = errors.map(({ message }) => stripVTControlCharacters(message).split("\n", 1)[0]).join("; ");
        return [`${relativeModuleId} > ${test.fullName}: ${why}`];
      }),
    );
    if (again.length > 0)
      console.log(`Passed at the second try only:\n${again.map((line) => `  ${line}`).join("\n")}\n`);
  }
}

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
