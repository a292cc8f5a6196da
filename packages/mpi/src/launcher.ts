/** The program that started this process and its siblings, and how many it says there are. */
export interface Launcher {
  readonly name: string;
  readonly size: number;
  readonly rank: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The launcher whose ranks no MPICH can join. */
export const OPEN_MPI = "Open MPI's mpirun";

/** Where launchers leave the number of processes and which of them this is, the most specific first. */
const signs: readonly (readonly [size: string, rank: string, name: string])[] = [
  ["OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", OPEN_MPI],
  ["MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK", "MVAPICH's mpirun"],
  ["PALS_SIZE", "PALS_RANKID", "PALS"],
  ["PMI_SIZE", "PMI_RANK", "MPICH's mpirun"],
];

/** The launcher that the environment variables show; undefined if the process was started by hand. */
export function launcherOf(env: Environment): Launcher | undefined {
  for (const [count, place, name] of signs) {
    const size = Number(env[count]);
    if (Number.isSafeInteger(size) && size > 0) return { name, size, rank: Number(env[place] ?? 0) };
  }
  // A shell inside an allocation has SLURM_NTASKS as well; only what srun started has its own number.
  const size = Number(env["SLURM_STEP_NUM_TASKS"] ?? env["SLURM_NTASKS"]);
  if (env["SLURM_PROCID"] !== undefined && env["SLURM_STEP_ID"] !== undefined && size > 0)
    return { name: "srun", size, rank: Number(env["SLURM_PROCID"]) };
  return undefined;
}
