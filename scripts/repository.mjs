// node scripts/repository.mjs: writes the address of this repository into the packages' manifests before they are published,
// where a forge says what it is. Provenance asks for it, and it cannot be wrong. It is not committed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "./pm.mjs";

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
if (server && name) {
  const url = `${server}/${name}`;
  for (const folder of readdirSync(path.join(root, "packages"))) {
    const file = path.join(root, "packages", folder, "package.json");
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    manifest.repository = { type: "git", url: `git+${url}.git`, directory: `packages/${folder}` };
    manifest.homepage = `${url}/tree/main/packages/${folder}#readme`;
    manifest.bugs = `${url}/issues`;
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  }
} else console.log("No forge says where this repository is: the packages are published without an address.");
