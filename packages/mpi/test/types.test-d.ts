import type { BlockingWorld, World } from "@descent/core/adapter";
import type { MpiWorld } from "@descent/mpi";
import { expectTypeOf, test } from "vitest";

test("a world of MPI is one to an optimizer; its polled form is a world, and none to an optimizer", () => {
  expectTypeOf<MpiWorld>().toExtend<BlockingWorld>();
  expectTypeOf<MpiWorld["polled"]>().not.toExtend<BlockingWorld>();
  expectTypeOf<MpiWorld["polled"]>().toExtend<World<Promise<void>>>();
});
