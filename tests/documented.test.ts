import { readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "vite";
import { expect, test } from "vitest";
import { packages } from "./workspace.ts";

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

interface Module {
  /** Names declared here, each with whether a doc comment stands in front of it. */
  readonly own: ReadonlyMap<string, boolean>;
  /** The methods of types declared here that no doc comment stands in front of, by type. */
  readonly bare: ReadonlyMap<string, readonly string[]>;
  /** Exported name → the module it comes from and its name there; `*` for everything. */
  readonly from: readonly { readonly name: string; readonly there: string; readonly file: string }[];
}

const modules = new Map<string, Module>();

function moduleOf(file: string): Module {
  let known = modules.get(file);
  if (!known) modules.set(file, (known = read(file)));
  return known;
}

const nameOf = (node: unknown): string => {
  const { name, value } = node as { name?: string; value?: string };
  return name ?? value ?? "";
};

function read(file: string): Module {
  const source = readFileSync(file, "utf8");
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const docs = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
  const documented = (start: number): boolean =>
    docs.some(({ end }) => end <= start && /^\s*(?:\/\/[^\n]*\n\s*)*$/.test(source.slice(end, start)));
  const own = new Map<string, boolean>();
  const bare = new Map<string, string[]>();
  const from: Module["from"][number][] = [];
  const imported = new Map<string, { there: string; file: string }>();
  const resolve = (specifier: unknown): string => path.join(path.dirname(file), nameOf(specifier));
  for (const node of program.body as unknown as readonly Node[]) {
    const {
      declaration,
      specifiers,
      source: other,
    } = node as Node & {
      declaration?: Node & { id?: Node; declarations?: { id: Node }[] };
      specifiers?: { local: Node; exported?: Node; imported?: Node }[];
      source?: Node;
    };
    if (node.type === "ImportDeclaration")
      for (const { local, imported: there } of specifiers ?? [])
        imported.set(nameOf(local), { there: nameOf(there ?? local), file: resolve(other) });
    else if (node.type === "ExportAllDeclaration") from.push({ name: "*", there: "*", file: resolve(other) });
    else if (node.type === "ExportNamedDeclaration") {
      const declared =
        declaration?.declarations?.map(({ id }) => nameOf(id)) ?? (declaration?.id ? [nameOf(declaration.id)] : []);
      // Of overloads the first is documented.
      for (const name of declared) own.set(name, (own.get(name) ?? false) || documented(node.start));
      if (declaration)
        bare.set(
          declared[0] ?? "",
          methodsOf(declaration)
            .filter((m) => !m.documented(documented))
            .map(({ name }) => name),
        );
      for (const { local, exported } of specifiers ?? []) {
        const origin = other ? { there: nameOf(local), file: resolve(other) } : imported.get(nameOf(local));
        if (origin) from.push({ name: nameOf(exported ?? local), ...origin });
      }
    }
  }
  return { own, bare, from };
}

/** The parts of other libraries' types that we use; those libraries explain their methods. */
const structural = new Set(
  "GpuBuffer GpuCommandEncoder GpuComputePass GpuDevice FileLike RuntimeSession RuntimeTensor ArraysOptimizer LayersCallbacks TensorMaker".split(
    " ",
  ),
);

/** The public methods of an interface or class. Of overloads the first is documented; what overrides another's is explained there. */
function methodsOf(
  declaration: Node,
): { readonly name: string; documented(test: (start: number) => boolean): boolean }[] {
  const {
    id,
    body,
    implements: contracts,
  } = declaration as {
    id?: Node;
    body?: { body?: readonly Node[] };
    implements?: readonly Node[];
  };
  // Editors show the comments of the interface that a class implements.
  if (structural.has(nameOf(id ?? {})) || (contracts ?? []).length > 0) return [];
  const methods = new Map<string, number[]>();
  for (const member of Array.isArray(body?.body) ? body.body : []) {
    const { key, override, accessibility, kind } = member as {
      key?: Node;
      override?: boolean;
      accessibility?: string;
      kind?: string;
    };
    const callable = ["TSMethodSignature", "MethodDefinition"].includes(member.type) && kind !== "constructor";
    if (!callable || override || accessibility === "private" || key?.type !== "Identifier") continue;
    methods.set(nameOf(key), [...(methods.get(nameOf(key)) ?? []), member.start]);
  }
  return [...methods].map(([name, starts]) => ({ name, documented: (test) => starts.some(test) }));
}

/** The exported names of a module, and methods of its types, that no doc comment explains. Another package's names are explained there. */
function missing(file: string, only?: string): string[] {
  const { own, from } = moduleOf(file);
  const here = [...own].filter(([name, documented]) => !documented && (only === undefined || only === name));
  const there = from
    .filter(({ name, file: target }) => target.endsWith(".ts") && (only === undefined || name === only || name === "*"))
    .flatMap(({ name, there, file: target }) => missing(target, name === "*" ? only : there));
  const methods = [...moduleOf(file).bare]
    .filter(([name]) => only === undefined || only === name)
    .flatMap(([name, all]) => all.map((method) => `${name}.${method}`));
  return [...[...here.map(([name]) => name), ...methods].map((name) => `${path.basename(file)}: ${name}`), ...there];
}

const doors = packages.flatMap(({ folder, path: home, manifest }) =>
  Object.entries(manifest.exports as Record<string, { "@descent/source"?: string }>).flatMap(
    ([door, { "@descent/source": source }]) =>
      source ? [[folder + door.slice(1), path.join(home, source)] as const] : [],
  ),
);

test.each(doors)("every public name and method of %s has a doc comment", (_, file) => {
  expect([...new Set(missing(file))]).toEqual([]);
});
