// Names what failed, and prints "N passed, N failed[, N skipped]" from vitest's JSON report as the last line of .ci/run; exits 1 unless all is well.
// usage: node scripts/ci-summary.mjs <exit status of vitest> <report.json>
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const [status, file] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const report = JSON.parse(readFileSync(file, "utf8"));
  passed = report.numPassedTests;
  failed = report.numFailedTests;
  skipped = report.numPendingTests + report.numTodoTests;
  for (const { name, status, assertionResults } of report.testResults) {
    if (status !== "failed") continue;
    const tests = assertionResults.filter((test) => test.status === "failed");
    for (const { fullName } of tests) console.log(`Failed: ${relative(process.cwd(), name)} > ${fullName}`);
    if (tests.length > 0) continue;
    // A file that fails to load, or whose process dies, has no tests that failed: it counts as one failure.
    failed++;
    console.log(`Failed: ${relative(process.cwd(), name)}, which did not end`);
  }
} catch (error) {
  console.error(`The test report ${file} cannot be read: ${error.message}`);
}
// An unhandled error or a missing report: vitest says so only by its exit status.
if (failed === 0 && (status !== "0" || passed === 0)) failed = 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed > 0 ? 1 : 0);
