// How `npm start -- --ranks 4 --hosts a,b` starts its processes: by the mpirun of this repository, else the one in PATH.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { option } from "./engines.mjs";
import { root } from "./pm.mjs";

/** The program and arguments that start `command` on the ranks that `args` ask for; `command` alone where they ask for none. */
export function launched(args, command, find = mpirun) {
  const [ranks, hosts] = [option(args, "ranks"), option(args, "hosts")];
  const names = hosts?.split(",") ?? [];
  const count = ranks === undefined ? names.length : Number(ranks);
  // The app says what is wrong with a number.
  if ((ranks === undefined && hosts === undefined) || !Number.isSafeInteger(count) || count < 1) return command;
  const { file, version } = find();
  if (file === undefined)
    throw new Error("--ranks needs an MPI, and there is no mpirun. Run: npm run setup:mpi (no root needed).");
  const open = /open mpi|open-?rte|prte/i.test(version);
  const perHost = names.length === 0 ? 0 : Math.ceil(count / names.length);
  const where = names.map((name) => `${name}:${perHost}`).join(",");
  const placed = names.length === 0 ? [] : [open ? "--host" : "-hosts", where];
  // Open MPI pins two ranks to one core each, which the threads of ONNX Runtime would inherit.
  const loose = open ? ["--bind-to", "none", "--oversubscribe"] : [];
  return [file, "-n", String(count), ...placed, ...loose, ...command];
}

function mpirun() {
  const own = path.join(root, ".mpi", "bin", "mpirun");
  const file = existsSync(own) ? own : "mpirun";
  const asked = spawnSync(file, ["--version"], { encoding: "utf8" });
  return asked.error ? { file: undefined, version: "" } : { file, version: `${asked.stdout}${asked.stderr}` };
}
