import { describe, expect, test } from "vitest";
import { Banner } from "../src/launch/banner.ts";
import { verdictOf } from "../src/launch/verdict.ts";
import type { Trace } from "../src/standing.ts";

/** The words of MPICH 5.0.2 under Slurm 22.05 where rank 1 was killed, as they were printed; paths are cut. */
const underSlurm = `
===================================================================================
=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES
=   PID 15476 RUNNING AT host2
=   EXIT CODE: 9
=   CLEANING UP REMAINING PROCESSES
=   YOU CAN IGNORE THE BELOW CLEANUP MESSAGES
===================================================================================
srun: error: host1: task 0: Exited with exit code 7
[proxy:0@host1] HYD_pmcd_pmip_control_cmd_cb (pmip_cb.c:490): assert (!closed) failed
[mpiexec@host1] HYDT_bscu_wait_for_completion (bscu_wait.c:109): one of the processes terminated badly; aborting
[mpiexec@host1] main (mpiexec.c:270): process manager error waiting for completion
`;

/** The note of rank 0 at step 26, on the launcher's host. */
const trace: Trace = {
  ...{ rank: 0, size: 2, host: "host1", pid: 4711, step: 26, code: undefined },
  saved: { step: 20, checkpoint: "runs/a", resume: undefined },
  sound: undefined,
};

describe("of the words of MPICH under Slurm", () => {
  const read = (): Banner => {
    const banner = new Banner("MPICH", (text) => (printed += text));
    banner.take(underSlurm);
    banner.end();
    return banner;
  };
  let printed = "";

  test("srun's remark alone is let through", () => {
    printed = "";
    read();
    expect(printed.trim()).toBe("srun: error: host1: task 0: Exited with exit code 7");
  });

  test("a killed rank gives the message and 75, though mpirun has not said by which signal", () => {
    const verdict = verdictOf(255, [trace], { ...read().seen, spoken: false, elastic: false });
    expect(verdict).toEqual({
      code: 75,
      message:
        "A rank was ended at step 26 on host2 (SIGKILL, by hand, or by the system because memory ran out), and the others with it.\nThe last checkpoint is of step 20, `runs/a`. Start again from it, on any number of ranks.",
    });
  });

  test("a rank that said why it ends keeps the word", () => {
    expect(verdictOf(255, [trace], { ...read().seen, spoken: true, elastic: false })).toEqual({ code: 75 });
  });
});

test("the exit code of a program that ended by itself is that of the job", () => {
  const seen = { pid: 4711, rank: undefined, host: "host1", signal: undefined, status: 3 };
  expect(verdictOf(3, [], { ...seen, spoken: false, elastic: false })).toEqual({ code: 3 });
});
