import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeState } from "@descent/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compiled } from "../../../tests/bundle.ts";
import { long } from "../../../tests/long.ts";
import { canMount, mpis, otherMpi } from "../../../tests/optional.ts";
import { longTest } from "../../../tests/sample.ts";
import { type Ended, ranks } from "./mpirun.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "descent-failures-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The lines in which somebody says how to go on: one, whoever says it. */
const advice = ({ text }: Ended): string[] =>
  text.match(/^.*(No checkpoint of this run is known|The last checkpoint is of).*$/gm) ?? [];

describe.each(mpis)("under $name", ({ name, mpirun }) => {
  /** A rank does the same by itself over every library: tried over one, and in `npm run test:long` over all. */
  const everywhere = long || name === mpis[0]!.name;

  describe("a training of three ranks ends on all of them, with one message and 75, where rank 1", () => {
    for (const [fault, expected] of [
      [
        "killed",
        /^\W?Rank [012] of 3 was ended at step 12 on \S+ \(SIGKILL, by hand, or by the system because memory ran out\)/m,
      ],
      [
        "stalled",
        /^\W?Rank [02] of 3 stopped at step 12\. MpiError: sum of .* has waited 2 s for the other ranks\. Rank 1 does not answer: gone, stalled, or cut off\./m,
      ],
      ["thrown", /^\W?Rank 1 of 3 stopped at step 12\. Error: rank 1 has no more data/m],
      [
        "nan",
        /^\W?Rank \d of 3 stopped at step 12\. OptimizerError: Rank 1 has gradients that are not finite at step 12, of w1\. No rank has taken the step\.|^\W?Rank 1 of 3 stopped at step 12\. OptimizerError: .*`w1`.* at step 12/m,
      ],
    ] as const) {
      const declare = everywhere || fault === "killed" || fault === "stalled" ? test : longTest;
      declare(`is ${fault}`, async () => {
        const file = path.join(folder, `${path.basename(path.dirname(path.dirname(mpirun)))}-${fault}`);
        const ended = await ranks(3, ["long", file, "20", fault], {
          mpirun,
          env: fault === "stalled" ? { LIMIT: "2" } : {},
        });
        expect(ended.text).toMatch(expected);
        expect(advice(ended), ended.text).toEqual([
          expect.stringContaining(
            `The last checkpoint is of step 10, \`${file}\`. Start again from it, on any number of ranks.`,
          ),
        ]);
        expect(ended.text).not.toMatch(/BAD TERMINATION|noticed that process|MPI_Abort/i);
        expect(ended.code).toBe(75);
        // Nothing half-written.
        const { meta } = decodeState(readFileSync(file));
        expect(meta.step).toBe(10);
        if (fault !== "killed" || !everywhere) return; // what goes on from one file goes on from another
        // Two ranks go on from there, to where three would have come.
        const two = await ranks(2, ["long", file, "20"], { mpirun });
        expect(two.values, two.text).toHaveLength(2);
        expect(two.values[0]).toMatchObject({ from: 10, step: 20 });
        expect(two.values[1]).toEqual(two.values[0]);
      });
    }

    for (const [what, args, expected] of [
      [
        "ends well, but too early",
        ["long", "", "20", "early"],
        /^\W?Rank ([02]) of 3 stopped at step 12\. MpiError: Rank 1 of 3 left at step 12 while rank \1 goes on: its sum of .* waits for all ranks\./m,
      ],
      [
        "leaves during a sum",
        ["amid"],
        /^\W?Rank 1 of 3 stopped at step 0\. MpiError: An operation of this world is under way/m,
      ],
      [
        "takes a step less than rank 0, like rank 2",
        ["more"],
        /^\W?Rank 0 of 3 stopped at step 7\. MpiError: Ranks? .* of 3 left at step 7 while rank 0 goes on/m,
      ],
    ] as const) {
      const declare = everywhere || what === "ends well, but too early" ? test : longTest;
      declare(`${what}`, async () => {
        const file = path.join(folder, `${path.basename(path.dirname(path.dirname(mpirun)))}-${what}`);
        const ended = await ranks(
          3,
          args.map((arg) => (arg === "" ? file : arg)),
          { mpirun },
        );
        expect(ended.text).toMatch(expected);
        expect(ended.text.match(/Rank \d of 3/g)!.length, ended.text).toBeLessThanOrEqual(2);
        expect(advice(ended)).toHaveLength(1);
        expect(ended.code).toBe(75);
      });
    }

    test("leaves by itself: its exit code is theirs", async () => {
      const { code } = await ranks(3, ["long", path.join(folder, "left"), "20", "left"], { mpirun });
      expect(code).toBe(3);
    });
  });

  test("ranks that leave one after another, after the same exchanges, leave in silence", async () => {
    const { values, text, code } = await ranks(3, ["apart"], { mpirun });
    expect([values, text, code]).toEqual([[true, true, true], "", 0]);
  });

  test.skipIf(name !== mpis[0]!.name)(
    "where ranks differ, the checkpoint to go on from is one from before they may have",
    async () => {
      for (const [files, expected] of [
        [
          "several",
          "The last checkpoint from before that is of step 8, `a-8`. Start again from it, on any number of ranks.",
        ],
        ["one", "The last checkpoint, of step 16, `a`, is from after that: start again from one of step 10 or before, or from the beginning."], // biome-ignore format: one line each
      ] as const) {
        const { text, code } = await ranks(2, ["parted", files], { mpirun });
        expect(text).toContain("Rank 1 of 2 differs from the others in `w1` at step 20, and did not at step 10.");
        expect(text.match(/^The last checkpoint.*$/gm)).toEqual([expected]);
        expect(code).toBe(75);
      }
    },
  );

  test.skipIf(name !== mpis[0]!.name)("an error of all ranks is told once by mpirun alone too", async () => {
    const { text } = await ranks(2, ["wrong"], { mpirun, alone: true });
    expect(text.match(/`?lr`? /g), text).toHaveLength(1);
  });

  test.skipIf(name !== mpis[0]!.name)("an error with a code of its own is told alone, once", async () => {
    const { text, code } = await ranks(3, ["usage"], { mpirun });
    expect([text, code]).toEqual([expect.stringMatching(/^Rank \d of 3: Error: there is no such folder/), 2]);
    expect(text.match(/no such folder/g)).toHaveLength(1);
    expect(text).not.toMatch(/checkpoint/);
  });

  test.skipIf(name !== mpis[0]!.name)("the polled form of a world is refused by an optimizer, by name", async () => {
    const { text } = await ranks(2, ["polled"], { mpirun });
    expect(text).toContain("Give the world whose operations block: `world`, not `world.polled`.");
  });

  // Ranks compare these by the same code over every library; shared-work.test.ts has rules and options, without processes.
  test.skipIf(name !== mpis[0]!.name)(
    "ranks that differ in model, gradients or data are told so once, with 75",
    async () => {
      for (const [what, expected] of [
        ["different", "the parameters, rules or options are not those of the other ranks: rank 1 has"],
        ["missing", "the gradients are not those of the other ranks"],
        [
          "data",
          "the facts that ranks share are not those of the other ranks: rank 1 has images: fa1e, and rank 0 has images: f00d",
        ],
      ] as const) {
        const ended = await ranks(2, [what], { mpirun });
        expect(ended.text.match(/not those of the other ranks/g), ended.text).toHaveLength(1);
        expect(ended.text).toMatch(expected);
        expect(advice(ended)).toEqual([expect.stringContaining("No checkpoint of this run is known")]);
        expect(ended.code).toBe(75);
      }
    },
  );

  test.skipIf(name !== mpis[0]!.name)("a rank with another version of Descent is named", async () => {
    const program = await compiled(path.join(import.meta.dirname, "program.ts"));
    const other = otherVersion(program);
    const ended = await ranks(1, ["who", ":", "-n", "1", process.execPath, other, "who"], { mpirun });
    expect(ended.text).toContain("rank 1 has Descent: 9.9.9, and rank 0 has Descent: 0.0.0");
    expect(advice(ended)).toHaveLength(1);
    expect(ended.code).toBe(75);
  });

  test.skipIf(name !== mpis[0]!.name || !canMount())(
    "a full disk on one rank ends all, and leaves the checkpoint before as it was",
    async () => {
      const disk = path.join(folder, "disk");
      mkdirSync(disk, { recursive: true });
      spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", disk]);
      try {
        const file = path.join(disk, "checkpoint");
        await ranks(2, ["long", file, "5"], { mpirun });
        const before = readFileSync(file);
        fill(path.join(disk, "others"));
        const ended = await ranks(2, ["long", file, "20"], { mpirun });
        expect(ended.text).toMatch(/^Rank 0 of 2 stopped at step 10\. Error: ENOSPC/m);
        expect(advice(ended)).toEqual([expect.stringContaining("The last checkpoint is of step 5")]);
        expect(ended.code).toBe(75);
        expect(readFileSync(file).equals(before)).toBe(true);
        expect(readdirSync(disk).sort()).toEqual(["checkpoint", "others"]);
      } finally {
        spawnSync("umount", [disk]);
      }
    },
  );

  test("Ctrl-C lets all ranks finish their update and save", async () => {
    const file = path.join(folder, `${path.basename(path.dirname(path.dirname(mpirun)))}-signal`);
    const { values, text, code } = await ranks(2, ["long", file, "100000", "signal"], { mpirun, signal: "SIGINT" });
    expect(values, text).toHaveLength(2);
    const { step } = values[0] as { step: number };
    expect(step).toBeGreaterThanOrEqual(12);
    expect(values[1]).toEqual(values[0]);
    expect(code).toBe(0);
    if (!everywhere) return;
    const again = await ranks(2, ["long", file, String(step + 1)], { mpirun });
    expect(again.values[0], again.text).toMatchObject({ from: step, step: step + 1 });
  });

  test.skipIf(!otherMpi(mpirun))("the library of another MPI is an error, said once, with 75", async () => {
    const ended = await ranks(3, ["who"], { mpirun, env: { DESCENT_MPI: otherMpi(mpirun)! } });
    expect(ended.text.match(/they are of two different MPIs/g), ended.text).toHaveLength(1);
    expect(ended.values).toEqual([]);
    expect(ended.code).toBe(75);
  });
});

/** Writes a file until the disk is full. */
function fill(file: string): void {
  const open = openSync(file, "w");
  try {
    for (;;) writeSync(open, Buffer.alloc(1024));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
  } finally {
    closeSync(open);
  }
}

/** A copy of a compiled program that takes itself for another version. */
function otherVersion(program: string): string {
  const copy = path.join(path.dirname(path.dirname(program)), `.test-other-${process.pid}`);
  mkdirSync(copy, { recursive: true });
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  for (const name of readdirSync(path.dirname(program)))
    writeFileSync(
      path.join(copy, name),
      readFileSync(path.join(path.dirname(program), name), "utf8").replaceAll(
        /file:[^"]*\/packages\/mpi\/src\/version\.ts/g,
        `file://${copy}/x/version.ts`,
      ),
    );
  writeFileSync(path.join(copy, "package.json"), JSON.stringify({ version: "9.9.9", type: "module" }));
  return path.join(copy, path.basename(program));
}
