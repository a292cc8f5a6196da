// Builds the documentation into apps/docs/site, with the playground in it; given a folder, into that,
// without the playground, with the public names of one package and the types of three pages only, which is quicker.
// usage: tsx --conditions=@descent/source src/build/main.ts [folder [--whole]]   with --whole nothing but the playground is left out
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { folders } from "../facts/packages.ts";
import { buildSite } from "./site.ts";

const app = path.resolve(import.meta.dirname, "../..");
const given = process.argv[2];
const site = given ?? path.join(app, "site");
const some = ["", "rules/adam/", "rules/spectral-sphere/", "guides/from-optax/"];
const pages = await buildSite(
  site,
  given === undefined || process.argv.includes("--whole")
    ? { api: folders, typed: () => true }
    : { api: ["viz"], typed: (page) => some.includes(page) },
);

if (given === undefined) {
  const vite = path.resolve(fileURLToPath(import.meta.resolve("vite")), "../../../bin/vite.js");
  const args = [vite, "build", "--outDir", path.join(site, "playground"), "--emptyOutDir", "--logLevel", "warn"];
  const playground = path.resolve(app, "../playground");
  const built = spawnSync(process.execPath, args, { cwd: playground, stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
console.log(`Built ${pages.length} pages into ${site}`);
