// npm run playground: installs what the playground needs, builds it, and serves it on this machine alone.
// usage: npm run playground [-- --build]   with --build it only writes apps/playground/site, which any file server can serve from any folder
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { install, root } from "./pm.mjs";
import { passSignals } from "./signals.mjs";

const status = install("playground");
if (status !== 0) process.exit(status);

const app = path.join(root, "apps/playground");
const vite = path.join(app, "node_modules/vite/bin/vite.js");
const env = { ...process.env, NODE_ENV: "production" };
const built = spawnSync(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: app, env, stdio: "inherit" });
if (built.status !== 0 || process.argv.includes("--build")) {
  if (built.status === 0) console.log(`Built into ${path.join(app, "site")}`);
  process.exit(built.status ?? 1);
}
const child = spawn(process.execPath, [vite, "preview"], { cwd: app, env, stdio: "inherit" });
passSignals(child, { terminal: process.stdin.isTTY === true });
child.on("exit", (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
