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
const source = [process.execPath, "--conditions=@descent/source", "--import", tsx];
const command = [...source, path.join(app, "src/main.ts"), ...args];
let start;
try {
  start = launched(args, command, [...source, path.join(root, "packages/mpi/src/cli.ts")]);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const [file, ...rest] = start.line;
const env = start.mpirun === undefined ? process.env : { ...process.env, DESCENT_MPIRUN: start.mpirun };
const child = spawn(file, rest, { stdio: "inherit", env });

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
