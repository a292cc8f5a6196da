import { arraysTargets } from "@descent/conformance";
import { describeBackend } from "@descent/conformance/vitest";

for (const target of arraysTargets()) describeBackend(target, { exact: true });
