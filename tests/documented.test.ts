import path from "node:path";
import ts from "typescript-oldest";
import { expect, test } from "vitest";
import { packages, root } from "./workspace.ts";

/*
 * An editor shows a comment for every public name. Options are always explained: optional properties, and those of a type called
 * …Options. So are the other properties and methods of a type, unless they are
 * - another project's, which explains them: `structural` types, and the messages of onnx.proto;
 * - the tag of a variant (`kind: "loop"`);
 * - parts of a literal within another type (`drawn: { seed: number }`, a union), which the comment of its owner covers; if they are
 *   options, it names them;
 * - called after their own documented type (`kernels: readonly Kernel[]`);
 * - one of `words`, which mean the same in every type.
 */

/** The parts of other libraries' types that we use. */
const structural = new Set(
  "ArraysOptimizer FileLike FileUrl GpuBuffer GpuCommandEncoder GpuComputePass GpuDevice LayersCallbacks LayersModel Runtime RuntimeSession RuntimeTensor Signal TensorMaker".split(
    " ",
  ),
);
const isTheirs = (name: string): boolean => structural.has(name) || /Proto$/.test(name);

/** A tensor's or entry's name, what a person calls it, where it was published; the sides of a matrix; dimensions; elements. */
const words = new Set("name title paper rows cols shape dims data".split(" "));

const doors = packages.flatMap(({ folder, path: home, manifest }) =>
  Object.entries(manifest.exports as Record<string, { "@descent/source"?: string }>).flatMap(
    ([door, { "@descent/source": source }]) =>
      source ? [[folder + door.slice(1), path.join(home, source)] as const] : [],
  ),
);

const program = ts.createProgram(
  doors.map(([, file]) => file),
  {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
    customConditions: ["@descent/source"],
    allowImportingTsExtensions: true,
    noEmit: true,
  },
);
const checker = program.getTypeChecker();

const hasComment = (symbol: ts.Symbol | undefined): boolean =>
  symbol !== undefined && symbol.getDocumentationComment(checker).length > 0;

/** Where a name that is exported here, perhaps from another file, was declared. */
const origin = (symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

const isOurs = (node: ts.Node): boolean => /\/packages\/[^/]+\/src\//.test(node.getSourceFile().fileName);

type Member =
  | ts.PropertySignature
  | ts.PropertyDeclaration
  | ts.MethodSignature
  | ts.MethodDeclaration
  | ts.AccessorDeclaration;
const isMember = (node: ts.Node): node is Member =>
  ts.isPropertySignature(node) ||
  ts.isPropertyDeclaration(node) ||
  ts.isMethodSignature(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isAccessor(node);

const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword, ts.SyntaxKind.OverrideKeyword];
const isHidden = (node: ts.Node): boolean =>
  ts.isPrivateIdentifier((node as Member).name ?? node) ||
  (ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => hidden.includes(kind)));

/** The type that a property has, or has many of. */
function element(type: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (type === undefined) return undefined;
  if (ts.isTypeOperatorNode(type)) return element(type.type);
  if (ts.isArrayTypeNode(type)) return element(type.elementType);
  if (ts.isUnionTypeNode(type)) {
    const [one, ...more] = type.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
    return more.length === 0 ? element(one) : type;
  }
  return type;
}

function isCalledAfterItsType(name: string, declared: ts.TypeNode | undefined): boolean {
  const type = element(declared);
  if (type === undefined || !ts.isTypeReferenceNode(type)) return false;
  const of = type.typeName.getText();
  const symbol = checker.getSymbolAtLocation(type.typeName);
  const same = [of, `${of}s`].some((one) => one.toLowerCase() === name.toLowerCase());
  return same && symbol !== undefined && hasComment(origin(symbol));
}

/** The names that comments above a node explain: in backticks, or by a tag. */
function mentionedAt(node: ts.Node): ReadonlySet<string> {
  const text = ts
    .getJSDocCommentsAndTags(node)
    .map((comment) => comment.getText())
    .join(" ");
  const tags = [...text.matchAll(/@(?:property|param) (?:\w+\.)?(\w+)/g)].map(([, name = ""]) => name);
  return new Set([...tags, ...[...text.matchAll(/`[^`]+`/g)].flatMap(([code]) => code.match(/\w+/g) ?? [])]);
}

/** Members of a declaration that nothing explains, as paths: `Kernel.buffers.key`. `isOwn`: of the declaration itself. */
function* bare(node: ts.Node, at: string, mentioned: ReadonlySet<string>, isOwn: boolean): Generator<string> {
  if (ts.isBlock(node) || isHidden(node)) return;
  if (isMember(node)) {
    const name = node.name.getText();
    const type = "type" in node ? node.type : undefined;
    const isOption = (isOwn && /Options$/.test(at)) || ("questionToken" in node && node.questionToken !== undefined);
    const excused =
      !isOwn || words.has(name) || (type && ts.isLiteralTypeNode(type)) || isCalledAfterItsType(name, type);
    const explained = hasComment(checker.getSymbolAtLocation(node.name)) || (!isOwn && mentioned.has(name));
    if (!explained && (isOption || !excused)) yield `${at}.${name}`;
    const inner: readonly (ts.Node | undefined)[] = ts.isFunctionLike(node) ? [...node.parameters, type] : [type];
    for (const one of inner) if (one) yield* bare(one, `${at}.${name}`, mentionedAt(node), false);
  } else if (ts.isVariableDeclaration(node)) {
    const { type, initializer } = node;
    if (type) yield* bare(type, at, mentioned, false);
    else if (initializer && ts.isFunctionLike(initializer)) yield* bare(initializer, at, mentioned, false);
  } else if (!ts.isExpression(node) || ts.isExpressionWithTypeArguments(node) || ts.isFunctionLike(node)) {
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => void children.push(child));
    const isNested =
      ts.isFunctionLike(node) ||
      ts.isTypeReferenceNode(node) ||
      ts.isUnionTypeNode(node) ||
      ts.isIntersectionTypeNode(node);
    const names = ts.isConstructorDeclaration(node) ? mentionedAt(node) : mentioned;
    for (const child of children) yield* bare(child, at, names, isOwn && !isNested);
  }
}

/** The names of a door's export, and of its members, that nothing explains. Another package's names are explained there. */
function missing(exported: ts.Symbol): string[] {
  const symbol = origin(exported);
  if (symbol.flags & ts.SymbolFlags.ValueModule) return checker.getExportsOfModule(symbol).flatMap(missing);
  const declarations = (symbol.declarations ?? []).filter(isOurs);
  if (declarations.length === 0) return [];
  const found = hasComment(symbol) ? [] : [symbol.name];
  if (isTheirs(symbol.name)) return found;
  const members = declarations.flatMap((one) => [...bare(one, symbol.name, mentionedAt(one), true)]);
  return [...found, ...new Set(members)].map((name) => {
    const { fileName } = (declarations[0] as ts.Declaration).getSourceFile();
    return `${path.relative(root, fileName)}: ${name}`;
  });
}

test.each(doors)("every public name of %s, with its properties and methods, has a doc comment", (_, file) => {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  // A script, such as a worker's, exports nothing.
  expect(module ? checker.getExportsOfModule(module).flatMap(missing) : []).toEqual([]);
});
