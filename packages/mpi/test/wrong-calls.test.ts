import * as mpi from "@descent/mpi";
import { wrongCalls } from "../../../tests/wrong-calls.ts";

const { joinWorld, shareWorld } = mpi;
const world = joinWorld(shareWorld(1), 0);
const three = (): Float32Array => Float32Array.of(1, 2, 3);

wrongCalls(
  mpi,
  {
    MpiError: "an error, which is thrown and not called",
    alike: { args: () => [world, { data: "f00d" }] },
    mpi: "it gives one world per process, so that a second call takes no options",
    shareWorld: { args: () => [2] },
    joinWorld: { args: () => [shareWorld(2), 1, { timeout: 1 }] },
    "world.sum": { args: () => [three(), "max"], call: world.sum },
    "world.broadcast": { args: () => [three(), 0], call: world.broadcast },
    "world.gather": { args: () => [three(), [3]], call: world.gather },
    "world.allToAll": { args: () => [three(), three(), [3]], call: world.allToAll },
    "world.reduceScatter": { args: () => [three(), three(), [3]], call: world.reduceScatter },
  },
  ({ name }) => name === "MpiError" || name === "OptimizerError",
);
