import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { root } from "./workspace.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-summary-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function summary(
  exitStatus: number,
  report: unknown,
): { readonly lines: readonly string[]; readonly status: number | null } {
  const file = path.join(folder, "report.json");
  writeFileSync(file, typeof report === "string" ? report : JSON.stringify(report));
  const args = [`${root}scripts/ci-summary.mjs`, String(exitStatus), file];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { lines: stdout.trimEnd().split("\n"), status };
}

/** A report as vitest writes it, cut down to what is read. */
function report(passed: number, failed: number, skipped: number, files: readonly (readonly string[])[] = []): unknown {
  return {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: 0,
    testResults: files.map((tests, i) => ({
      name: path.resolve(`tests/${i}.test.ts`),
      status: "failed",
      assertionResults: tests.map((status, k) => ({ fullName: `test ${k}`, status })),
    })),
  };
}

test.each([
  ["counts what passed", 0, report(12, 0, 0), ["12 passed, 0 failed"], 0],
  ["says what was skipped", 0, report(12, 0, 3), ["12 passed, 0 failed, 3 skipped"], 0],
  [
    "fails with a failed test",
    1,
    report(11, 1, 0, [["passed", "failed"]]),
    ["Failed: tests/0.test.ts > test 1", "11 passed, 1 failed"],
    1,
  ],
  [
    "counts a file that does not load as a failure",
    1,
    report(11, 0, 0, [[]]),
    ["Failed: tests/0.test.ts, which did not end", "11 passed, 1 failed"],
    1,
  ],
  [
    "counts a failed set-up as a failure",
    1,
    report(5, 0, 4, [["skipped"]]),
    ["Failed: tests/0.test.ts, which did not end", "5 passed, 1 failed, 4 skipped"],
    1,
  ],
  [
    "counts an error outside all tests, which only the exit status tells",
    1,
    report(12, 0, 0),
    ["12 passed, 1 failed"],
    1,
  ],
  ["does not take an empty run for a good one", 0, report(0, 0, 0), ["0 passed, 1 failed"], 1],
  ["does not take a missing report for a good one", 0, "", ["0 passed, 1 failed"], 1],
])("the summary %s", (_, exitStatus, content, lines, status) => {
  expect(summary(exitStatus, content)).toEqual({ lines, status });
});
