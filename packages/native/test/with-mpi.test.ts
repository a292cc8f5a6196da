import { allocate, optimizer } from "@descent/arrays";
import { sgd } from "@descent/sgd";
import { expect, test, vi } from "vitest";
import { native } from "../src/index.ts";

test("a process that runs machine code can be a rank too, whichever comes first", async () => {
  const { parameters, gradients } = allocate({ w: [4096] });
  gradients.w.fill(1);
  const machine = await native();
  const opt = optimizer(parameters, sgd({ lr: 0.5 }), { native: machine });
  opt.update(gradients);
  expect(parameters.w[4095]).toBe(-0.5);
  expect(opt.inspect().native?.loops).toBe(machine.why === undefined ? 1 : 0);
  vi.resetModules(); // as if @descent/mpi had not been imported before
  const { mpi } = await import("@descent/mpi");
  expect(await mpi()).toMatchObject({ rank: 0, size: 1 });
});
