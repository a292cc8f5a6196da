import type { World } from "@descent/core/adapter";
import type { MpiWorld } from "@descent/mpi";
import { expectTypeOf, test } from "vitest";

test("a world of MPI, and its polled form, are worlds to an optimizer", () => {
  expectTypeOf<MpiWorld>().toExtend<World<void>>();
  expectTypeOf<MpiWorld["polled"]>().toExtend<World<Promise<void>>>();
});
