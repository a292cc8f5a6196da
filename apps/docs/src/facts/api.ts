import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript-5.9";
import { commentText } from "./comments.ts";
import { root } from "./root.ts";

/** A public name of a package. */
export interface Export {
  readonly name: string;
  /** Its declaration without bodies, comments of members included. */
  readonly text: string;
  /** Its doc comment. */
  readonly comment: string;
  /** The names of its declaration that other packages or doors explain: the package and the place on its page. */
  readonly links: ReadonlyMap<string, Place>;
}
/** Where the reference has a public name. */
interface Place {
  readonly folder: string;
  readonly anchor: string;
}
/** The place on its package's page of a name that a door exports. */
export const anchorOf = (door: string, name: string): string => door.split("/").slice(2).concat(name).join(".");
/** A door of a package, such as `@descent/core/graph`, with the names that it exports. */
export interface Door {
  readonly name: string;
  readonly exports: readonly Export[];
}

/** The public names of packages, from their source. TypeDoc would need another TypeScript than the one that checks this repository. */
export function apiOf(folders: readonly string[]): ReadonlyMap<string, readonly Door[]> {
  const doors = folders.flatMap((folder) => {
    const home = path.join(root, "packages", folder);
    const manifest = path.join(home, "package.json");
    if (!existsSync(manifest)) return [];
    const { name, exports } = JSON.parse(readFileSync(manifest, "utf8")) as {
      name: string;
      exports: Record<string, { "@descent/source"?: string }>;
    }; // pnpm has read it
    return Object.entries(exports).flatMap(([door, { "@descent/source": source }]) =>
      source ? [{ folder, name: name + door.slice(1), file: path.join(home, source) }] : [],
    );
  });
  const program = ts.createProgram(
    doors.map(({ file }) => file),
    {
      strict: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
      types: [],
      customConditions: ["@descent/source"],
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    },
  );
  const checker = program.getTypeChecker();
  const read = doors.map(({ folder, name, file }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!); // a root of the program
    const exported = (module ? checker.getExportsOfModule(module) : []).map((symbol) => ({
      name: symbol.name,
      origin: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    }));
    return { folder, name, exported };
  });
  /** A type that several packages export is explained by the one that declares it. */
  const places = new Map<ts.Symbol, Place>();
  for (const { folder, name: door, exported } of read)
    for (const { name, origin } of exported) {
      const own = origin.declarations?.[0]
        ?.getSourceFile()
        .fileName.startsWith(path.join(root, "packages", folder, "/"));
      if (own || !places.has(origin)) places.set(origin, { folder, anchor: anchorOf(door, name) });
    }
  const found = new Map<string, Door[]>();
  for (const { folder, name, exported } of read) {
    const exports = exported.map(({ name, origin }): Export => {
      const declarations = origin.declarations ?? [];
      return {
        name,
        text: declarations.map((one) => declared(one, checker)).join("\n"),
        comment: commentText(origin.getDocumentationComment(checker), origin.getJsDocTags(checker)),
        links: new Map(
          declarations.flatMap((one) =>
            namedIn(one, checker).flatMap(([text, symbol]) => {
              const place = symbol === origin ? undefined : places.get(symbol);
              return place ? [[text, place] as const] : [];
            }),
          ),
        ),
      };
    });
    found.set(folder, [...(found.get(folder) ?? []), { name, exports }]);
  }
  return found;
}

/** The types that a declaration names, as it writes them. The type of a constant is one that the compiler found, so it is asked for its parts. */
function namedIn(node: ts.Declaration, checker: ts.TypeChecker): (readonly [string, ts.Symbol])[] {
  const found: (readonly [string, ts.Symbol])[] = [];
  const visit = (at: ts.Node): void => {
    const name = ts.isTypeReferenceNode(at)
      ? at.typeName
      : ts.isExpressionWithTypeArguments(at)
        ? at.expression
        : ts.isTypeQueryNode(at)
          ? at.exprName
          : undefined;
    const symbol = name && checker.getSymbolAtLocation(name);
    if (symbol)
      found.push([name.getText(), symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol]);
    if (!ts.isBlock(at)) ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}

function declared(node: ts.Declaration, checker: ts.TypeChecker): string {
  const source = node.getSourceFile();
  const until = (body: ts.Node | undefined): string =>
    source.text.slice(node.getStart(), body?.getStart() ?? node.end).trim();
  const text =
    ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)
      ? until(node.body)
      : ts.isClassDeclaration(node)
        ? classText(node)
        : ts.isVariableDeclaration(node)
          ? `const ${node.name.getText()}: ${checker.typeToString(checker.getTypeAtLocation(node), node)}`
          : node.getText();
  return text.replace(/^export (?:declare )?(?:async )?/, "").replace(/;$/, "");
}

/** A class without its private members and bodies. */
function classText(node: ts.ClassDeclaration): string {
  const source = node.getSourceFile();
  const hidden = (member: ts.ClassElement): boolean =>
    (member.name !== undefined && ts.isPrivateIdentifier(member.name)) ||
    (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0;
  const members = node.members
    .filter((member) => !hidden(member))
    .map((member) => {
      const body =
        ts.isMethodDeclaration(member) || ts.isConstructorDeclaration(member) || ts.isAccessor(member)
          ? member.body
          : undefined;
      const end =
        body?.getStart() ??
        (ts.isPropertyDeclaration(member) ? (member.initializer?.getFullStart() ?? member.end) : member.end);
      return `  ${source.text.slice(member.getStart(source, true), end).trim().replace(/\s*=$/, "").replace(/;$/, "")};`;
    });
  const heritage = (node.heritageClauses ?? []).map((clause) => ` ${clause.getText()}`).join("");
  return `class ${node.name?.text ?? ""}${heritage} {\n${members.join("\n")}\n}`;
}
