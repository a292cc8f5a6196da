import { type Body, type Code, codeOf, type I32, Import, Local, type Type, unsigned } from "./code.ts";

/* The binary format: https://webassembly.github.io/spec/core/binary */

const types: Readonly<Record<Type, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };
const FUNCTION = 0x60;
const END = 0x0b;
/** All that 32-bit addresses reach: a shared memory is declared with the most it may have. */
const MOST_PAGES = 65536;

/** A function of i32 numbers that returns one, or nothing. */
export interface Func {
  readonly name: string;
  /** In the order of a call's arguments. */
  readonly parameters: readonly Local[];
  readonly locals: readonly Local[];
  /** One type, or none. */
  readonly returns: readonly Type[];
  /** Its instructions, which leave what it returns on the stack. */
  readonly body: Code;
}

/** Makes a variable of the function. */
export type NewLocal = <T extends Type>(type: T) => Local<T>;

/**
 * A function: its exported name, the names of its parameters, and a body made with them and with locals as it wants them. It
 * returns the number that the body is, if it is one.
 */
export function func<const Name extends string>(
  name: string,
  parameters: readonly Name[],
  body: (parameters: { readonly [K in Name]: Local<"i32"> }, local: NewLocal) => Body | I32,
): Func {
  const named = parameters.map((p) => [p, new Local("i32")] as const);
  const locals: Local[] = [];
  const local: NewLocal = (type) => {
    const made = new Local(type);
    locals.push(made);
    return made;
  };
  const made = body(Object.fromEntries(named) as { readonly [K in Name]: Local<"i32"> }, local); // one of each name
  const returns = "type" in made && made.type !== "nothing" ? [made.type] : [];
  return { name, parameters: named.map(([, p]) => p), locals, returns, body: codeOf(made) };
}

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, body: readonly number[]): number[] => [id, ...unsigned(body.length), ...body];
const text = (s: string): number[] => vector([...s].map((c) => [c.charCodeAt(0)]));
const functionType = (takes: readonly Type[], gives: readonly Type[]): number[] => [
  FUNCTION,
  ...vector(takes.map((t) => [types[t]])),
  ...vector(gives.map((t) => [types[t]])),
];

/** A module that works in the memory `m.m`, imports functions from `m`, and exports functions by name. */
export function assemble(
  functions: readonly Func[],
  {
    imports = [],
    shared = false,
  }: {
    /** All that the functions call. */
    readonly imports?: readonly Import[];
    /** Whether threads share the memory: a module for one kind of memory does not run in the other. */
    readonly shared?: boolean;
  } = {},
): Uint8Array<ArrayBuffer> {
  const signatures: number[][] = [];
  const typeOf = (signature: number[]): number => {
    const known = signatures.findIndex((s) => s.join() === signature.join());
    return known >= 0 ? known : signatures.push(signature) - 1;
  };
  const called = imports.map(({ name, arity }) => {
    const type = typeOf(functionType(new Array<Type>(arity).fill("f64"), ["f64"]));
    return [...text("m"), ...text(name), 0, ...unsigned(type)];
  });
  const defined = functions.map(({ parameters, returns }) =>
    unsigned(
      typeOf(
        functionType(
          parameters.map((p) => p.type),
          returns,
        ),
      ),
    ),
  );
  const numbers = new Map<Local | Import, number>(imports.map((each, i) => [each, i]));
  const bodies = functions.map((each) => bodyOf(each, numbers));
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(signatures)),
    ...section(
      2,
      vector([...called, [...text("m"), ...text("m"), 2, ...(shared ? [3, 0, ...unsigned(MOST_PAGES)] : [0, 0])]]),
    ),
    ...section(3, vector(defined)),
    ...section(7, vector(functions.map(({ name }, i) => [...text(name), 0, ...unsigned(imports.length + i)]))),
    ...section(10, vector(bodies.map((body) => [...unsigned(body.length), ...body]))),
  ]);
}

/** A function's locals, type by type, and its code. */
function bodyOf({ parameters, locals, body }: Func, imports: ReadonlyMap<Local | Import, number>): number[] {
  const groups = (["i32", "f32", "f64", "v128"] as const)
    .map((type) => ({ type, members: locals.filter((l) => l.type === type) }))
    .filter(({ members }) => members.length > 0);
  const numbers = new Map(imports);
  for (const [i, local] of [...parameters, ...groups.flatMap(({ members }) => members)].entries())
    numbers.set(local, i);
  const out = vector(groups.map(({ type, members }) => [...unsigned(members.length), types[type]]));
  const put = (code: Code): void => {
    if (typeof code === "number") out.push(code);
    else if (code instanceof Local || code instanceof Import)
      out.push(...unsigned(numbers.get(code)!)); // of this function, and imported
    else for (const part of code) put(part);
  };
  put(body);
  out.push(END);
  return out;
}
