import { spawnSync } from "node:child_process";
import type { Cache } from "./cache.ts";

/**
 * Every operation is rounded as WebAssembly rounds it: products and sums are not contracted. A square root need not set errno,
 * and nothing traps, so that loops become vectors.
 */
const FLAGS = [
  "-O3", "-std=gnu11", "-shared", "-fPIC", "-pthread", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fno-strict-aliasing",
] as const; // biome-ignore format: one list

/** How compilers are told to use all of this processor, and the full width of its vectors; those that know less take the next. */
const PROCESSORS: readonly (readonly string[])[] = [
  ["-march=native", "-mprefer-vector-width=512"],
  ["-march=native"],
  ["-mcpu=native"],
];

/** A C compiler that works here. */
export interface Compiler {
  /** Its name and version, in one line. */
  readonly name: string;
  /** All that its results depend on besides what it compiles: its version, its options, and what this processor can do. */
  readonly facts: string;
  /** Compiles to a library. Returns why it could not, if so. */
  compile(source: string, file: string): string | undefined;
}

const run = (
  command: string,
  args: readonly string[],
  input = "",
): { readonly out: string } | { readonly why: string } => {
  const done = spawnSync(command, args, {
    input,
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, LC_ALL: "C" },
  });
  if (done.status === 0) return { out: done.stdout };
  const { code } = (done.error ?? {}) as { readonly code?: string };
  // A name without a slash is denied where a folder of PATH may not be searched, and found in no other.
  if (code === "ENOENT" || (code === "EACCES" && !command.includes("/"))) return { why: `there is no \`${command}\`` };
  const lines = done.stderr?.split("\n") ?? [];
  return {
    why: `\`${command}\` failed: ${lines.find((line) => line.includes("error")) ?? lines[0] ?? code ?? done.signal}`,
  };
};

/** The first of these commands that compiles for this processor; else the reasons why none does. */
export function findCompiler(commands: readonly string[]): Compiler | { readonly why: string } {
  const reasons: string[] = [];
  for (const command of commands) {
    const version = run(command, ["--version"]);
    if ("why" in version) {
      reasons.push(version.why);
      continue;
    }
    for (const processor of PROCESSORS) {
      const options = [...FLAGS, ...processor];
      // The macros that it defines name the compiler and all that the processor can do.
      const macros = run(command, [...options, "-dM", "-E", "-x", "c", "-"]);
      if ("why" in macros) {
        if (processor === PROCESSORS.at(-1)) reasons.push(macros.why);
        continue;
      }
      return {
        name: version.out.split("\n")[0]!.trim(),
        facts: [version.out, options.join(" "), macros.out].join("\n"),
        compile: (source, file) => {
          const done = run(command, [...options, "-x", "c", "-", "-o", file], source);
          return "why" in done ? done.why : undefined;
        },
      };
    }
  }
  return { why: reasons.join("; ") };
}

/** The library of some C, from the cache or compiled; or why there is none. */
export function libraryOf(
  source: string,
  compiler: Compiler,
  cache: Cache,
): { readonly file: string } | { readonly why: string } {
  cache.check();
  const whole = `${compiler.facts}\n${source}`;
  const known = cache.find(whole);
  if (known !== undefined) return { file: known };
  const file = cache.fresh();
  try {
    const why = compiler.compile(source, file);
    return why === undefined ? { file: cache.keep(whole, file) } : { why };
  } finally {
    cache.drop(file);
  }
}
