import {
  type Body,
  codeOf,
  type I32,
  type Int,
  type Local,
  type Statement,
  statement,
  type Type,
  type Value,
  value,
} from "./code.ts";
import { i32 } from "./instructions.ts";

const VOID = 0x40;
const BLOCK = [0x02, VOID];
const LOOP = [0x03, VOID];
const IF = [0x04, VOID];
const ELSE = 0x05;
const END = 0x0b;
/** To the end of the block around it, or to the beginning of the loop. */
const BREAK_IF = [0x0d, 0];

/** Adds to an address or a count. */
export const advance = (local: Local<"i32">, by: Int): Statement => local.set(i32.add(local, by));

/** Runs the body, and again as long as the condition is not zero after it. */
export const doWhile = (condition: I32, ...body: readonly Body[]): Statement =>
  statement(LOOP, codeOf(body), condition.code, BREAK_IF, END);

/** Runs the body as often as the local says, at least once; it is counted down to zero. */
export const repeat = (count: Local<"i32">, ...body: readonly Body[]): Statement =>
  doWhile(count.tee(i32.sub(count, 1)), ...body);

/** Runs the body where the condition is zero. */
export const unless = (condition: I32, ...body: readonly Body[]): Statement =>
  statement(BLOCK, condition.code, BREAK_IF, codeOf(body), END);

/** Runs the body as often as the local says, which may be zero. */
export const times = (count: Local<"i32">, ...body: readonly Body[]): Statement =>
  unless(i32.eqz(count), repeat(count, ...body));

/** Runs one body where the condition is not zero, else the other. */
export const when = (condition: I32, yes: Body, no: Body = []): Statement =>
  statement(condition.code, IF, codeOf(yes), "code" in no || no.length > 0 ? [ELSE, codeOf(no)] : [], END);

/** A value, computed once the statements have run. */
export const after = <T extends Type>(body: Body, last: Value<T>): Value<T> =>
  value(last.type, codeOf(body), last.code);
