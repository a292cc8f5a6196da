export { alike } from "./alike.ts";
export { MpiError } from "./error.ts";
export { type MpiOptions, type MpiWorld, mpi } from "./mpi.ts";
export { type JoinOptions, joinWorld, type SharedWorld, shareWorld } from "./threads.ts";
export type { How, Numbers, World } from "./world.ts";
