import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const source = (file: string): string => path.join(import.meta.dirname, "c", file);
const COMPILERS = [process.env.CC, "cc", "gcc", "clang"].filter((name) => name !== undefined && name !== "");

/** Vectorised, with every operation rounded. A square root need not set errno, and nothing traps. */
const FLAGS = ["-O3", "-std=gnu11", "-fno-math-errno", "-fno-trapping-math"];
const BASELINE = [...FLAGS, "-ffp-contract=off", "-DVARIANT=baseline"];
const NATIVE = [...FLAGS, "-march=native", "-DVARIANT=native"];
/** Compilers use half of AVX-512's width unless told otherwise; for other processors they do not know the option. */
const WIDE = [...NATIVE, "-mprefer-vector-width=512"];

/** The loops of `c/` as a program, or the reason it could not be built. */
export type Compiled = { readonly program: string; remove(): void } | { readonly why: string };

/** Compiles the C loops if there is a compiler. */
export function compile(): Compiled {
  let why = "no compiler was found";
  for (const compiler of COMPILERS) {
    const folder = mkdtempSync(path.join(tmpdir(), "descent-c-"));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    const run = (...args: string[]): string =>
      execFileSync(compiler!, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 }); // of the filtered ones
    try {
      const version = run("--version").split("\n")[0]?.replace(/["\\]/g, "").trim();
      const [baseline, native, program] = ["baseline.o", "native.o", "serve"].map((f) => path.join(folder, f)) as [
        string,
        string,
        string,
      ];
      run(...BASELINE, "-c", source("loops.c"), "-o", baseline);
      try {
        run(...WIDE, "-c", source("loops.c"), "-o", native);
      } catch {
        run(...NATIVE, "-c", source("loops.c"), "-o", native);
      }
      run(...FLAGS, `-DCOMPILER="${version}"`, source("serve.c"), baseline, native, "-o", program, "-lm", "-pthread");
      return { program, remove };
    } catch (error) {
      remove();
      const { code, stderr } = error as { code?: string; stderr?: string };
      if (code !== "ENOENT")
        why = `${compiler} failed: ${stderr?.split("\n").find((line) => line.includes("error")) ?? code}`;
    }
  }
  return { why: `${why}; set CC to a C compiler such as gcc or clang` };
}
