import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const tsx = pathToFileURL(createRequire(new URL("../../../package.json", import.meta.url)).resolve("tsx")).href;

test("the kit runs under node --test", async () => {
  const script = `
    import { arraysTargets, describeBackend } from "@descent/conformance";
    describeBackend(arraysTargets()[0], { exact: true });`;
  const args = [
    "--conditions=@descent/source",
    "--import",
    tsx,
    "--input-type=module",
    "--test-reporter=tap",
    "--eval",
    script,
  ];
  const { VITEST: _, ...rest } = process.env;
  const env = { ...rest, NODE_TEST_CONTEXT: "child" }; // as `node --test` starts each file
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, env });
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(90);
});
