import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { choose } from "../bench/guard/baseline.ts";
import { insist, judge, type Repetition, type Round, verdict } from "../bench/guard/judge.ts";

const quiet = (of: number): readonly Round[] =>
  Array.from({ length: 10 }, (_, i) => ({ baseline: 1 + i / 100, current: of + i / 100, doubled: 2 * of + i / 100 }));

describe("a repetition of the guard", () => {
  test("is judged by the fastest steps", () => {
    expect(judge(quiet(1.1))).toEqual({ ratio: 1.1, control: 2, rounds: 10 });
  });

  test("is not misled by disturbed rounds, whichever contender was disturbed", () => {
    const busy: readonly Round[] = [
      { baseline: 1.2, current: 90, doubled: 5 },
      { baseline: 70, current: 2.3, doubled: 80 },
      { baseline: 50, current: 40, doubled: 90 },
    ];
    expect(judge([...busy, ...quiet(1.1)])).toMatchObject({ ratio: 1.1, control: 2 });
    expect(judge([...busy, ...quiet(2.2)])).toMatchObject({ ratio: 2.2, control: 2 });
  });

  test("ends with the first group of rounds in which the claim holds", async () => {
    const rounds = await insist(async () => ({ baseline: 1, current: 1, doubled: 2 }));
    expect(rounds).toEqual({ ratio: 1, control: 2, rounds: 8 });
  });

  test("runs more rounds while it does not hold, and gives up in the end", async () => {
    const lateQuiet = await insist(async (i) => ({ baseline: 1, current: i < 20 ? 3 : 1, doubled: 2 }));
    expect(lateQuiet).toEqual({ ratio: 1, control: 2, rounds: 24 });
    const slow = await insist(async () => ({ baseline: 1, current: 2, doubled: 4 }));
    expect(slow).toEqual({ ratio: 2, control: 2, rounds: 40 });
  });
});

describe("the guard's verdict", () => {
  const repetition = (ratio: number, control = 2): Repetition => ({ ratio, control, rounds: 40 });
  const slow = repetition(1.6);

  test("is that a claim holds by one good repetition", () => {
    expect(verdict([slow, slow, repetition(1.5)])).toBe("holds");
  });

  test("is that it fails only by three above the limit", () => {
    expect(verdict([])).toBe("undecided");
    expect(verdict([slow, slow])).toBe("undecided");
    expect(verdict([slow, slow, slow])).toBe("slower");
  });

  test("does not count a repetition that did not notice doubled work, for or against", () => {
    const blind = repetition(1.6, 1.2);
    expect(verdict([blind, blind, blind, slow, slow])).toBe("undecided");
    expect(verdict([blind, slow, slow, slow])).toBe("slower");
    expect(verdict([repetition(1, 1.2)])).toBe("undecided");
  });
});

describe.skipIf(spawnSync("git", ["--version"]).status !== 0)("the guard's baseline", () => {
  /** A repository with that many commits on main. */
  function repository(commits: number) {
    const root = mkdtempSync(path.join(tmpdir(), "descent-guard-"));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const settings = [
      "user.name=somebody",
      "user.email=somebody@example.org",
      "commit.gpgsign=false",
      "tag.gpgsign=false",
    ];
    const git = (...args: string[]): string =>
      execFileSync("git", [...settings.flatMap((one) => ["-c", one]), ...args], { cwd: root, encoding: "utf8" }).trim();
    const commit = (): string => {
      git("commit", "--quiet", "--allow-empty", "--message", "one more");
      return git("rev-parse", "HEAD");
    };
    git("init", "--quiet", "--initial-branch=main");
    for (let i = 0; i < commits; i++) commit();
    return { root, git, commit };
  }

  test("is the commit asked for", () => {
    expect(choose("v1", repository(1).root)).toMatchObject({ ref: "v1" });
  });

  test("is the last release, and on the commit of a release the one before", () => {
    const { root, git, commit } = repository(1);
    git("tag", "@descent/core@1.0.0");
    commit();
    expect(choose(undefined, root)).toMatchObject({ ref: "@descent/core@1.0.0" });
    git("tag", "@descent/core@1.1.0");
    expect(choose(undefined, root)).toMatchObject({ ref: "@descent/core@1.0.0" });
    commit();
    expect(choose(undefined, root)).toMatchObject({ ref: "@descent/core@1.1.0" });
  });

  test("is where a branch left main", () => {
    const { root, git, commit } = repository(2);
    const base = git("rev-parse", "HEAD");
    git("checkout", "--quiet", "-b", "idea");
    commit();
    commit();
    expect(choose(undefined, root)).toMatchObject({ ref: base, why: "where this branch left main" });
  });

  test("is the commit before on main, and the last one for a tree with changes", () => {
    const { root, git, commit } = repository(1);
    writeFileSync(path.join(root, "file"), "one");
    git("add", "file");
    commit();
    expect(choose(undefined, root)).toMatchObject({ ref: "HEAD^" });
    writeFileSync(path.join(root, "file"), "two");
    expect(choose(undefined, root)).toMatchObject({ ref: "HEAD" });
  });

  test("cannot be had in a shallow clone, nor outside git", () => {
    expect(() => choose(undefined, repository(1).root)).toThrow("no commit before HEAD");
    const root = mkdtempSync(path.join(tmpdir(), "descent-guard-"));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    vi.stubEnv("GIT_CEILING_DIRECTORIES", path.dirname(root)); // wherever temporary files lie
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => choose(undefined, root)).toThrow("not a git checkout");
  });
});
