import type { Distribution } from "./draws.ts";
import type { facts } from "./expr.ts";
import type { FunctionName } from "./functions.ts";

/* The names that equations read, found by the compiler, so that a misspelt one is an error at its equation. */

type Delimiter =
  | " " | "\n" | "+" | "-" | "*" | "/" | "%" | "^" | "(" | ")" | "," | "?" | ":" | "<" | ">" | "=" | "&" | "|" | "!" | "@" | "'"; // biome-ignore format: one list
type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | ".";
type NameOf<W extends string> = W extends "" | `${Digit}${string}` ? never : W;
type Letters<
  S extends string,
  Word extends string = "",
  Out extends string = never,
> = S extends `${infer C}${infer Rest}`
  ? C extends Delimiter
    ? Letters<Rest, "", Out | NameOf<Word>>
    : Letters<Rest, `${Word}${C}`, Out>
  : Out | NameOf<Word>;
/** At spaces first: a compiler goes 1,000 deep, and equations are longer than that in letters, but not in words. */
type Names<S extends string, Out extends string = never> = S extends `${infer Word} ${infer Rest}`
  ? Names<Rest, Out | Letters<Word>>
  : Out | Letters<S>;

/** Names that every equation may read or call besides its rule's own. */
export type Builtin = "p" | "p0" | "g" | (typeof facts)[number] | FunctionName | Distribution;

/** The equations themselves where every name is known, and a sentence naming the unknown one where it is not. */
export type Checked<U extends Readonly<Record<string, string>>, Known extends string> = {
  readonly [K in keyof U]: Exclude<Names<U[K]>, Known | (keyof U & string)> extends infer Bad extends string
    ? [Bad] extends [never]
      ? U[K]
      : `unknown symbol '${Bad}'`
    : never;
};
