import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { build, repository } from "../processes.ts";

/** An earlier state of the repository, built beside this one. */
export interface Baseline {
  readonly root: string;
  /** Its name in the report: the commit, and why it was chosen. */
  readonly name: string;
}

const cache = path.join(repository, ".cache", "guard");

function run(file: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(file, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(stderr?.trim().split("\n").at(-1) || message);
  }
}

interface Choice {
  readonly ref: string;
  readonly why: string;
}

/** The commit to compare with: the one asked for, else the last release, else where this branch began, else the last commit. */
export function choose(against: string | undefined, root = repository): Choice {
  if (against !== undefined) return { ref: against, why: "as asked" };
  /** The output of git; undefined if it fails or prints nothing. */
  const git = (...args: string[]): string | undefined => {
    try {
      return run("git", args, root) || undefined;
    } catch {
      return undefined;
    }
  };
  if (git("rev-parse", "--git-dir") === undefined) throw new Error("this is not a git checkout");
  const edited = git("status", "--porcelain", "--untracked-files=no") !== undefined;
  const release = git("describe", "--tags", "--abbrev=0", "--match=@descent/*", edited ? "HEAD" : "HEAD^");
  if (release !== undefined) return { ref: release, why: "the last release" };
  if (edited) return { ref: "HEAD", why: "the commit under the changes of this tree" };
  const head = git("rev-parse", "HEAD");
  for (const trunk of ["origin/HEAD", "origin/main", "main"]) {
    const base = git("merge-base", "HEAD", trunk);
    if (base !== undefined && base !== head) return { ref: base, why: `where this branch left ${trunk}` };
  }
  if (git("rev-parse", "--verify", "--quiet", "HEAD^") === undefined)
    throw new Error("this clone has no commit before HEAD (a shallow one? `git fetch --unshallow`)");
  return { ref: "HEAD^", why: "the commit before HEAD" };
}

/** Checks the commit out, installs what its lockfile says and compiles its packages. Throws with the reason where that fails. */
export function baseline(against: string | undefined, say: (text: string) => void): Baseline {
  const { ref, why } = choose(against);
  const git = (...args: string[]): string => run("git", args, repository);
  const commit = git("rev-parse", "--verify", `${ref}^{commit}`);
  const name = `${git("log", "-1", "--format=%h %s", commit)} (${why})`;
  const root = path.join(cache, commit);
  const done = path.join(root, "node_modules", ".built");
  if (!existsSync(done)) {
    clean();
    say(`checking out ${commit.slice(0, 8)}`);
    git("worktree", "add", "--detach", "--force", root, commit);
    say("installing what it depends on");
    run(process.execPath, [path.join(root, "scripts", "pm.mjs")], root);
    say("compiling it");
    build(root);
    mkdirSync(done);
  }
  return { root, name };
}

/** Earlier baselines, and what an interrupted run left. */
function clean(): void {
  for (const folder of existsSync(cache) ? readdirSync(cache) : [])
    rmSync(path.join(cache, folder), { recursive: true, force: true });
  run("git", ["worktree", "prune"], repository);
}
