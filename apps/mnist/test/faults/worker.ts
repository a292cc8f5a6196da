// A process that runs the app on request, each time in another folder and with another fault.
import { main } from "../../src/cli/main.ts";
import { arm, counted, type Fault, install } from "./inject.ts";

/** One run of the app. */
export interface Task {
  readonly folder: string;
  readonly args: readonly string[];
  readonly fault?: Fault | undefined;
}

export interface Result {
  readonly code: number;
  /** Its lines on standard error. */
  readonly errors: readonly string[];
  /** Its file-system calls; true for those that write. */
  readonly calls: readonly boolean[];
}

install();
const errors: string[] = [];
console.error = (...words: unknown[]) => void errors.push(words.join(" "));

process.on("message", async ({ folder, args, fault }: Task) => {
  process.chdir(folder);
  errors.length = 0;
  arm(fault);
  const code = await main(args);
  const calls = counted().map(({ writes }) => writes);
  arm(undefined);
  const result: Result = { code, errors: [...errors], calls };
  process.send?.(result);
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
