import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { root } from "./workspace.ts";

const folder = mkdtempSync(path.join(tmpdir(), "descent-summary-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function summary(exitStatus: number, report: unknown): { readonly line: string; readonly status: number | null } {
  const file = path.join(folder, "report.json");
  writeFileSync(file, typeof report === "string" ? report : JSON.stringify(report));
  const args = [`${root}scripts/ci-summary.mjs`, String(exitStatus), file];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { line: stdout.trimEnd(), status };
}

/** A report as vitest writes it, cut down to what is read. */
function report(passed: number, failed: number, skipped: number, files: readonly (readonly string[])[] = []): unknown {
  return {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: 0,
    testResults: files.map((tests) => ({ status: "failed", assertionResults: tests.map((status) => ({ status })) })),
  };
}

test.each([
  ["counts what passed", 0, report(12, 0, 0), "12 passed, 0 failed", 0],
  ["says what was skipped", 0, report(12, 0, 3), "12 passed, 0 failed, 3 skipped", 0],
  ["fails with a failed test", 1, report(11, 1, 0, [["passed", "failed"]]), "11 passed, 1 failed", 1],
  ["counts a file that does not load as a failure", 1, report(11, 0, 0, [[]]), "11 passed, 1 failed", 1],
  ["counts a failed set-up as a failure", 1, report(5, 0, 4, [["skipped"]]), "5 passed, 1 failed, 4 skipped", 1],
  [
    "counts an error outside all tests, which only the exit status tells",
    1,
    report(12, 0, 0),
    "12 passed, 1 failed",
    1,
  ],
  ["does not take an empty run for a good one", 0, report(0, 0, 0), "0 passed, 1 failed", 1],
  ["does not take a missing report for a good one", 0, "", "0 passed, 1 failed", 1],
])("the closing line %s", (_, exitStatus, content, line, status) => {
  expect(summary(exitStatus, content)).toEqual({ line, status });
});
