// Runs the pnpm pinned in package.json's "packageManager" on a machine which has nothing but Node and npm.
// usage: node scripts/pm.mjs [--no-install] <pnpm arguments…>
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (!(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19))) {
  console.error(`Descent needs Node.js 20.19, 22.12 or newer; this is ${process.version}.`);
  process.exit(1);
}

const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
  DO_NOT_TRACK: "1",
  NO_UPDATE_NOTIFIER: "1",
  npm_config_update_notifier: "false",
  npm_config_loglevel: "error",
  npm_config_prefer_offline: "true",
  // Should an install script run after all, it is not to fetch CUDA from elsewhere: that is what setup:cuda is for.
  ONNXRUNTIME_NODE_INSTALL: "skip",
};
// Set when this was itself started by npx, and would mislead the npx below.
delete env.npm_config_package;
delete env.npm_config_call;

const windows = process.platform === "win32";
function spawn(command, args, options) {
  // npx and pnpm are .cmd files on Windows: those need a shell, and a shell needs quotes.
  const quoted = windows ? args.map((a) => (/[\s"&|<>^]/.test(a) ? `"${a.replaceAll('"', '\\"')}"` : a)) : args;
  return spawnSync(command, quoted, { cwd: root, env, shell: windows, stdio: "inherit", ...options });
}

let found;
function command() {
  if (found) return found;
  const pin = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).packageManager.split("+")[0];
  const have = spawn("pnpm", ["--version"], { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
  const pinned = have.status === 0 && `pnpm@${have.stdout.trim()}` === pin;
  found = pinned ? ["pnpm"] : ["npx", "--yes", `--package=${pin}`, "--", "pnpm"];
  return found;
}

function run(args, options) {
  const [file, ...prefix] = command();
  return spawn(file, [...prefix, ...args], options);
}

function statusOf(done) {
  if (done.error) console.error(`pnpm could not be started: ${done.error.message}`);
  return done.status ?? (done.signal ? 128 + constants.signals[done.signal] : 1);
}

/** Runs pnpm and returns its exit status. */
export function pnpm(...args) {
  return statusOf(run(args));
}

/**
 * Installs what the lockfile says. Its words go to stderr, since stdout belongs to the command that follows; once
 * something is installed it speaks only if it fails.
 */
export function install(...options) {
  const first = !existsSync(path.join(root, "node_modules/.modules.yaml"));
  const stdio = first ? ["inherit", 2, 2] : ["inherit", "pipe", "pipe"];
  const done = run(["install", "--frozen-lockfile", "--prefer-offline", ...options], { stdio, encoding: "utf8" });
  if (!first && done.status !== 0) process.stderr.write(`${done.stdout ?? ""}${done.stderr ?? ""}`);
  return statusOf(done);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const bare = args[0] === "--no-install";
  if (bare) args.shift();
  const status = bare ? 0 : install();
  process.exit(status !== 0 || args.length === 0 ? status : pnpm(...args));
}
