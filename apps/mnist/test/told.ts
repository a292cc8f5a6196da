import { onTestFinished, vi } from "vitest";
import { main } from "../src/cli/main.ts";

/** The same in a folder. */
export async function toldIn(folder: string, args: readonly string[]): ReturnType<typeof told> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await told(...args);
  } finally {
    process.chdir(before);
  }
}

/** Runs a command in this process; processes of their own cost seconds. */
export async function told(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const printed = { out: "", err: "" };
  const keep = (where: "out" | "err", text: unknown): true => {
    printed[where] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => keep("out", text)),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => keep("err", text)),
    vi.spyOn(console, "error").mockImplementation((text) => void (printed.err += `${text}\n`)),
  ];
  onTestFinished(() => spies.forEach((spy) => void spy.mockRestore()));
  const code = await main(args);
  for (const spy of spies) spy.mockRestore();
  return { code, ...printed };
}
