import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const signals = new URL("../scripts/signals.mjs", import.meta.url).href;

/** A process that passes its signals to a child, which says what it hears and ends with 7 soon after. */
const waiting = `
  import { spawn } from "node:child_process";
  import { passSignals } from ${JSON.stringify(signals)};
  const child = spawn(process.execPath, ["-e", \`
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
      process.on(signal, () => { console.log(signal); setTimeout(() => process.exit(7), 300); });
    setInterval(() => {}, 1000);
    console.log("ready");
  \`], { stdio: ["ignore", "inherit", "inherit"] });
  passSignals(child, { terminal: false });
  child.on("exit", (code) => process.exit(code ?? 1));
`;

test.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s, sent twice to the process that waits, reaches the app once, and the app's exit code is its own",
  async (signal) => {
    const outer = spawn(process.execPath, ["--input-type=module", "--eval", waiting]);
    let out = "";
    outer.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (out !== "ready\n") return;
      outer.kill(signal);
      outer.kill(signal);
    });
    const [code] = await once(outer, "close");
    expect([code, out]).toEqual([7, `ready\n${signal}\n`]);
  },
);
