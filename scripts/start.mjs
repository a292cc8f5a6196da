// npm start: installs what the run needs, then runs apps/mnist from source with the arguments given.
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { needed } from "./engines.mjs";
import { install, root } from "./pm.mjs";
import { launched } from "./ranks.mjs";
import { passSignals } from "./signals.mjs";

const args = process.argv.slice(2);
const status = install(needed(args));
if (status !== 0) process.exit(status);

const app = path.join(root, "apps/mnist");
const tsx = pathToFileURL(createRequire(path.join(app, "package.json")).resolve("tsx")).href;
const command = [
  process.execPath,
  "--conditions=@descent/source",
  "--import",
  tsx,
  path.join(app, "src/main.ts"),
  ...args,
];
let line;
try {
  line = launched(args, command);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const [file, ...rest] = line;
// The ranks take the MPI library that lies beside their mpirun.
const beside = file !== process.execPath && path.isAbsolute(file) ? `${path.dirname(file)}${path.delimiter}` : "";
const child = spawn(file, rest, { stdio: "inherit", env: { ...process.env, PATH: `${beside}${process.env.PATH}` } });

passSignals(child, { terminal: hasTerminal() });

child.on("error", (error) => {
  console.error(`Could not start ${file}: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  process.exit(code ?? 128 + constants.signals[signal]);
});

function hasTerminal() {
  if (process.platform === "win32") return process.stdin.isTTY === true;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
