// npm run docs:dev: installs what the documentation needs, builds it with the playground inside, and serves it on this machine alone.
// usage: npm run docs:dev [-- --build]   with --build it only writes apps/docs/site, which any file server can serve from any folder
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { install, root } from "./pm.mjs";
import { passSignals } from "./signals.mjs";

const status = install("docs");
if (status !== 0) process.exit(status);

const app = path.join(root, "apps/docs");
const [tsx, vite] = ["tsx/dist/cli.mjs", "vite/bin/vite.js"].map((file) => path.join(app, "node_modules", file));
const env = { ...process.env, NODE_ENV: "production" };
const args = [tsx, "--conditions=@descent/source", "src/build/main.ts"];
const built = spawnSync(process.execPath, args, { cwd: app, env, stdio: "inherit" });
if (built.status !== 0 || process.argv.includes("--build")) process.exit(built.status ?? 1);
const child = spawn(process.execPath, [vite, "preview", "--outDir", "site"], { cwd: app, env, stdio: "inherit" });
passSignals(child, { terminal: process.stdin.isTTY === true });
child.on("exit", (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
