import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compiled } from "../../../tests/bundle.ts";
import { mpirun } from "../../../tests/optional.ts";
import { smallFiles, writeFiles } from "./data.ts";
import { scratch } from "./world.ts";

const data = mkdtempSync(path.join(tmpdir(), "descent-mnist-data-"));
beforeAll(() => void writeFiles(data, smallFiles()));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const json = (file: string): Record<string, unknown> => JSON.parse(readFileSync(file, "utf8"));
const from = (file: string): Promise<string> => compiled(path.join(import.meta.dirname, file));

/** Starts the app on two ranks, as npm start does; the second may have data of its own. */
async function run(
  args: readonly string[],
  cwd: string,
  watch: (printed: string, launcher: number) => void = () => {},
  [first, second]: readonly [string, string?] = [data],
) {
  const [launcher, main] = [await from("../../../packages/mpi/src/cli.ts"), await from("../src/main.ts")];
  const ranks = [launcher, "-n", second === undefined ? "2" : "1", "--"];
  const app = (data: string): string[] => [
    ...[process.execPath, main, "train", ...args],
    ...["--ranks", "2", "--data", data, "--engine", "onnxruntime", "--device", "cpu"],
  ];
  const line = [...ranks, ...app(first), ...(second === undefined ? [] : [":", "-n", "1", ...app(second)])];
  const child = spawn(process.execPath, line, { cwd, env: { ...process.env, DESCENT_MPIRUN: mpirun, PWD: cwd } });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      watch(text, child.pid!); // it runs
    });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, text };
}

/** The process of a rank of a launcher, by the environment that mpirun gave it. */
function rankOf(folder: string, rank: number): number {
  const found = readdirSync("/proc").find((pid) => {
    try {
      const env = readFileSync(`/proc/${pid}/environ`, "utf8");
      return env.includes(`PWD=${folder}\0`) && env.includes(`PMI_RANK=${rank}\0`);
    } catch {
      return false; // no process, or one that has ended
    }
  });
  return Number(found);
}

describe.skipIf(mpirun === undefined || process.platform !== "linux")("the app on ranks", () => {
  test("says what exchanging cost, and how to go on after a rank was killed or Ctrl-C", async () => {
    const cwd = scratch();
    const out = ["--out", "a", "--model", "mlp", "--batch-size", "16", "--checkpoint-every", "0"];
    let killed = false;
    const lost = await run([...out, "--epochs", "1000"], cwd, (text) => {
      if (killed || !/^Epoch 2\//m.test(text)) return;
      killed = true;
      process.kill(rankOf(cwd, 1), "SIGKILL");
    });
    expect(lost.text).toMatch(/^Rank 1 of 2 was ended at step \d+ .*SIGKILL/m);
    const goOn = `npm start -- train --resume a --data ${data} --checkpoint-every 0 --ranks 2`;
    expect(lost.text.split("\n")).toContainEqual(
      expect.stringMatching(/^The last checkpoint is of step \d+, `a`\. Go on, with any number of ranks: npm start/),
    );
    expect(lost.text).toContain(`: ${goOn}\n`);
    expect(lost.code).toBe(75);

    let asked = false;
    const stopped = await run(["--resume", "a"], cwd, (text, launcher) => {
      if (asked || !/^Epoch \d+\//m.test(text)) return;
      asked = true;
      process.kill(launcher, "SIGINT");
    });
    const [, done] = /Stopped after ([\d,]+) updates/.exec(stopped.text) ?? [];
    expect(stopped.text.match(/Stopped after/g), stopped.text).toHaveLength(1);
    expect(stopped.text).toContain(`Continue with: npm start -- train --resume a --data ${data} --ranks 2\n`);
    expect(stopped.code).toBe(130);

    const epoch = Number([...stopped.text.matchAll(/^Epoch (\d+)\//gm)].at(-1)![1]) + 2; // it waited for one
    const ended = await run(["--resume", "a", "--epochs", String(epoch)], cwd);
    expect(ended.text).toContain(`Resuming a after ${done} updates`);
    expect(ended.text).toMatch(/2 ranks: \d+ % of the time of updates was spent exchanging/);
    expect(ended.code).toBe(0);
    const { shared } = json(path.join(cwd, "a", "summary.json")) as { shared: Record<string, number> };
    expect(shared.ranks).toBe(2);
    // On a busy machine a rank may wait for the other all the time.
    expect(shared.efficiency).toBeGreaterThanOrEqual(0);
    expect(shared.efficiency).toBeLessThan(1);
    expect(shared.speedUp).toBeCloseTo(2 * shared.efficiency!, 12);
    expect(readFileSync(path.join(cwd, "a", "report.html"), "utf8")).toContain("speed-up");
  });

  test("a rank that has other images is named before anything is trained", async () => {
    const other = mkdtempSync(path.join(tmpdir(), "descent-mnist-other-"));
    try {
      const files = smallFiles();
      const images = files["train-images-idx3-ubyte"]!; // one of them
      images[images.length - 1]! ^= 1;
      writeFiles(other, files);
      const { code, text } = await run(["--out", "c", "--model", "mlp", "--epochs", "1"], scratch(), undefined, [
        data,
        other,
      ]);
      expect(text).toMatch(
        /the facts that ranks share are not those of the other ranks: rank 1 has images: [0-9a-f]{8}, and rank 0 has images: [0-9a-f]{8}/,
      );
      expect(text.match(/not those of the other ranks/g)).toHaveLength(1);
      expect(text).not.toMatch(/^Epoch /m);
      expect(code).toBe(75);
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  test("an error of all ranks is said once", async () => {
    const { code, text } = await run(["--out", "b", "--limit", "10", "--batch-size", "16"], scratch());
    expect(text).toMatch(/--batch-size 16 exceeds the 10 training images/);
    expect(text.match(/exceeds/g)).toHaveLength(1);
    expect(code).toBe(1);
  });

  test("a wrong option is said once, as without ranks", async () => {
    for (const [option, expected] of [
      [["--data", "/nonexistent"], /^Rank \d of 2: .*`?\/nonexistent/],
      [["--lr", "fast"], /^--lr `fast` is not a number/],
    ] as const) {
      const { code, text } = await run(["--out", "d", ...option], scratch(), undefined, [option[1]]);
      expect(text).toMatch(expected);
      expect(text.trim().split("\n"), text).toHaveLength(1);
      expect(code).toBe(1);
    }
  });
});
