import { execFileSync } from "node:child_process";
import { keepMemory } from "@descent/native";
import { expect, test, vi } from "vitest";
import { HANG } from "../../../tests/limits.ts";

/** Whether this Linux has glibc, as Node's own report has it. */
const { glibcVersionRuntime } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header; // of a Node process

test.skipIf(glibcVersionRuntime === undefined)(
  "memory that was freed is kept, where without it all of it goes back",
  () => {
    const memory = new URL("../src/memory.ts", import.meta.url).href;
    // 300 blocks of a megabyte, freed at once, and how much of them is still there.
    const program = (keep: boolean): string => `
      import { readFileSync } from "node:fs";
      ${keep ? `import { keepMemory } from ${JSON.stringify(memory)}; if (keepMemory() !== undefined) throw new Error("not kept");` : ""}
      const resident = () => Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
      const before = resident();
      const blocks = Array.from({ length: 300 }, () => new Uint8Array(1 << 20).fill(1).buffer);
      const full = resident();
      const { port1, port2 } = new MessageChannel();
      port1.postMessage(null, blocks);
      port1.close();
      port2.close();
      while (process.memoryUsage().arrayBuffers > 2 ** 26) await new Promise((resolve) => setTimeout(resolve, 1));
      process.stdout.write(JSON.stringify({ taken: full - before, left: resident() - before }));
      process.exit();
    `;
    const run = (keep: boolean): { taken: number; left: number } =>
      JSON.parse(
        execFileSync(
          process.execPath,
          ["--import", "tsx", "--conditions=@descent/source", "--input-type=module", "--eval", program(keep)],
          { encoding: "utf8", cwd: new URL("..", import.meta.url), timeout: HANG },
        ),
      ) as { taken: number; left: number }; // as it prints them
    const [given, kept] = [run(false), run(true)];
    expect(given.taken).toBeGreaterThan(290);
    expect(kept.taken).toBeGreaterThan(290);
    expect(given.left).toBeLessThan(100);
    expect(kept.left).toBeGreaterThan(200);
  },
);

test("elsewhere it says why not", () => {
  vi.spyOn(process, "platform", "get").mockReturnValue("darwin");
  expect(keepMemory()).toBe("only glibc on Linux can be told to keep memory, and this is darwin");
});
