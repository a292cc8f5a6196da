import { spawnSync } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hosts, mpirun } from "../../../tests/optional.ts";
import { root } from "../../../tests/workspace.ts";
import { compiledOf } from "./ranks.ts";

const script = path.join(root, "bench/hosts.sh");
const run = (...args: readonly string[]): string => spawnSync(script, args, { encoding: "utf8" }).stdout.trim();

/** Two hosts, each a network namespace with an address of its own, and a link between them. */
describe.skipIf(mpirun === undefined || !hosts())("on two hosts", () => {
  beforeAll(() => void run("up", "2"));
  afterAll(() => void run("down", "2"));

  test("ranks find each other over the network, and train to the same bits", async () => {
    const program = await compiledOf(path.join(import.meta.dirname, "program.ts"));
    const before = Number(run("received", "1"));
    const placed = [
      "-launcher",
      "ssh",
      "-launcher-exec",
      script,
      "-hosts",
      "10.77.0.1:1,10.77.0.2:1",
      "-iface",
      "dsh0",
    ];
    const { stdout, stderr } = spawnSync(mpirun!, [...placed, "-n", "2", process.execPath, program, "train", "30"], {
      encoding: "utf8",
      cwd: root,
      env: { ...process.env, UCX_TLS: "tcp,self", PATH: `${path.dirname(mpirun!)}:${process.env.PATH}` },
    });
    const values = [...stdout.matchAll(/^@(.*)$/gm)].map(([, json]) => json);
    expect(values, stderr).toHaveLength(2);
    expect(values[0]).toBe(values[1]);
    // 144 weights: a host receives half of each sum of two ranks twice. Ranks that met in shared memory would have sent nothing.
    expect(Number(run("received", "1")) - before).toBeGreaterThan(30 * 144 * 4);
  });
});
