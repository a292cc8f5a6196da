/** The program that started this process and its siblings, and how many it says there are. */
export interface Launcher {
  readonly name: string;
  readonly size: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where launchers leave the number of processes, the most specific first. */
const signs: readonly (readonly [variable: string, name: string])[] = [
  ["OMPI_COMM_WORLD_SIZE", "Open MPI's mpirun"],
  ["MV2_COMM_WORLD_SIZE", "MVAPICH's mpirun"],
  ["PALS_SIZE", "PALS"],
  ["PMI_SIZE", "MPICH's mpirun"],
];

/** The launcher that the environment variables show; undefined if the process was started by hand. */
export function launcherOf(env: Environment): Launcher | undefined {
  for (const [variable, name] of signs) {
    const size = Number(env[variable]);
    if (Number.isSafeInteger(size) && size > 0) return { name, size };
  }
  // A shell inside an allocation has SLURM_NTASKS as well; only what srun started has its own number.
  const size = Number(env["SLURM_STEP_NUM_TASKS"] ?? env["SLURM_NTASKS"]);
  if (env["SLURM_PROCID"] !== undefined && env["SLURM_STEP_ID"] !== undefined && size > 0)
    return { name: "srun", size };
  return undefined;
}
