// How `npm start -- --ranks 4 --hosts a,b` starts its processes: by descent-mpirun, with the mpirun of this repository, else the one in PATH.
import { existsSync } from "node:fs";
import path from "node:path";
import { option } from "./engines.mjs";
import { root } from "./pm.mjs";

/**
 * The program and arguments that start `command` on the ranks that `args` ask for, and the mpirun to use; `command` alone where they
 * ask for none. `launcher` is the command of descent-mpirun.
 */
export function launched(args, command, launcher, find = mpirun) {
  const [ranks, hosts] = [option(args, "ranks"), option(args, "hosts")];
  const count = ranks === undefined ? hosts?.split(",").length : Number(ranks);
  // The app says what is wrong with a number.
  if (count === undefined || !Number.isSafeInteger(count) || count < 1) return { line: command };
  const file = find();
  if (file === undefined)
    throw new Error("--ranks needs an MPI, and there is no mpirun. Run: npm run setup:mpi (no root needed).");
  const places = hosts === undefined ? [] : ["--hosts", hosts];
  return { line: [...launcher, "-n", String(count), ...places, "--", ...command], mpirun: file };
}

function mpirun() {
  const own = path.join(root, ".mpi", "bin", "mpirun");
  if (existsSync(own)) return own;
  return (process.env.PATH ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, "mpirun"))
    .find((file) => existsSync(file));
}
