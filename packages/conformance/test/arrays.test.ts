import { arraysTargets, describeBackend } from "@descent/conformance";

for (const target of arraysTargets()) describeBackend(target, { exact: true });
