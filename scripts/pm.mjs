// Runs the pnpm that package.json's "packageManager" pins, on a machine that has nothing but Node and npm.
// usage: node scripts/pm.mjs [--no-install] <pnpm arguments…>
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
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
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_prefer_offline: "true",
  // Should an install script run after all, it must not fetch CUDA from elsewhere: setup:cuda does that.
  ONNXRUNTIME_NODE_INSTALL: "skip",
};
// Set when npx started this process; they would mislead the npx below.
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

/** The parts of an installation: the app's default run, its other engines, the playground, the documentation. `everything` has tests and tools too. */
const parts = {
  app: "--filter=@descent/mnist...",
  engines: "--filter=@descent/engines",
  playground: "--filter=@descent/playground...",
  docs: "--filter=@descent/docs...",
};

/** The installation that has all of these, such as `app`, `app+engines`, `playground` or `everything`. */
export function modeOf(wanted) {
  if (wanted.includes("everything")) return "everything";
  // Engines are the app's.
  const all = wanted.includes("engines") ? ["app", ...wanted] : wanted;
  return Object.keys(parts)
    .filter((part) => all.includes(part))
    .join("+");
}

/** The arguments by which pnpm installs that much and no more. */
export function selection(mode) {
  if (mode === "everything") return [];
  return ["--prod", ...mode.split("+").map((part) => parts[part])];
}
const stamp = path.join(root, "node_modules/.descent.json");

/** A hash of everything an installation depends on: the lockfile, every manifest, and the Node that runs it. */
function fingerprint() {
  const hash = createHash("sha256").update(`${process.version} ${process.platform} ${process.arch}`);
  const folders = ["packages", "apps"].flatMap((parent) =>
    readdirSync(path.join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}`),
  );
  const manifests = [".", "apps", ...folders.sort()].map((folder) => `${folder}/package.json`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests]) {
    const at = path.join(root, file);
    if (existsSync(at)) hash.update(file).update(readFileSync(at));
  }
  return hash.digest("hex");
}

/** The last installation that succeeded, if node_modules still holds it. */
function installed() {
  try {
    if (!existsSync(path.join(root, "node_modules/.modules.yaml"))) return {};
    return JSON.parse(readFileSync(stamp, "utf8"));
  } catch {
    return {};
  }
}

/**
 * Installs what the lockfile says, unless that was done already. What an earlier command brought stays: `everything` of an
 * `npm test` is not removed by the `app` of an `npm start`. The words of pnpm go to stderr, because stdout belongs to the
 * command that follows; once something is installed, pnpm speaks only if it fails.
 */
export function install(wanted = "everything") {
  const before = installed();
  // A checkout older than the stamp: only `everything` has Vitest.
  const older = existsSync(path.join(root, "node_modules/vitest")) ? "everything" : "app";
  const has = before.mode ?? (existsSync(path.join(root, "node_modules")) ? older : "");
  const mode = modeOf([...has.split("+"), wanted]);
  const hash = fingerprint();
  if (before.hash === hash && before.mode === mode) return 0;
  rmSync(stamp, { force: true });
  const quiet = before.mode === mode || (before.mode === undefined && has === "everything");
  const stdio = quiet ? ["inherit", "pipe", "pipe"] : ["inherit", 2, 2];
  // npx may have to fetch pnpm first, and says nothing while it does.
  const what = mode === "app" ? "the default engine, about 150 MB," : mode.replaceAll("+", ", ");
  if (!quiet) console.error(`Installing ${what} into node_modules, once…`);
  const options = ["--frozen-lockfile", "--prefer-offline", "--loglevel=info", ...selection(mode)];
  const done = run(["install", ...options], { stdio, encoding: "utf8" });
  if (quiet && done.status !== 0) process.stderr.write(`${done.stdout ?? ""}${done.stderr ?? ""}`);
  const status = statusOf(done);
  if (status === 0) writeFileSync(stamp, JSON.stringify({ mode, hash }));
  return status;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const bare = args[0] === "--no-install";
  if (bare) args.shift();
  const status = bare ? 0 : install();
  process.exit(status !== 0 || args.length === 0 ? status : pnpm(...args));
}
