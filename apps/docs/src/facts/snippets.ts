import path from "node:path";
import ts from "typescript-5.9";
import { commentText } from "./comments.ts";
import { root } from "./root.ts";

/** The type and the comment of a name in a program, as an editor shows them at it. */
export interface Hover {
  readonly start: number;
  readonly length: number;
  readonly type: string;
  readonly comment: string;
}
/** A mistake that the compiler finds. */
export interface Mistake {
  readonly start: number;
  readonly length: number;
  readonly message: string;
}
/** The types and mistakes that the compiler finds in a program. */
export interface Snippet {
  readonly hovers: readonly Hover[];
  readonly mistakes: readonly Mistake[];
}

// Beside the app, whose node_modules hold every framework that an example may import.
const folder = path.join(root, "apps", "mnist", ".snippets");
const base = path.join(root, "tsconfig.test.json");
const { paths } = ts.readConfigFile(base, ts.sys.readFile).config.compilerOptions as {
  paths: Record<string, string[]>;
}; // tsc reads it too
const options: ts.CompilerOptions = {
  baseUrl: root,
  paths,
  strict: true,
  noImplicitAny: false, // examples are plain JavaScript as well
  module: ts.ModuleKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: ["node"],
  customConditions: ["@descent/source"],
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/** The longest type that is shown; the rest of a longer one says less than its comment. */
const LONGEST = 420;
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST).trimEnd()} …` : text);

/**
 * The types and mistakes of each program, in their order. All are one program for it, so that the types of a package are worked out once
 * and not once per block, as they would be by the library `twoslash`.
 */
export function snippetsOf(programs: readonly string[]): Snippet[] {
  const files = new Map(programs.map((text, i) => [path.join(folder, `${i}.ts`), text] as const));
  const read = (name: string): string | undefined => files.get(name) ?? ts.sys.readFile(name);
  const snapshots = new Map<string, ts.IScriptSnapshot>();
  const service = ts.createLanguageService({
    getScriptFileNames: () => [...files.keys()],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const known = snapshots.get(name);
      if (known) return known;
      const text = read(name);
      if (text === undefined) return undefined;
      const made = ts.ScriptSnapshot.fromString(text);
      snapshots.set(name, made);
      return made;
    },
    getCurrentDirectory: () => folder,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => files.has(name) || ts.sys.fileExists(name),
    readFile: read,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    readDirectory: ts.sys.readDirectory,
    ...(ts.sys.realpath ? { realpath: ts.sys.realpath } : {}),
  });
  const program = service.getProgram()!; // it has files
  return [...files.keys()].map((name) => {
    const source = program.getSourceFile(name)!; // one of its roots
    const mistakes = [...service.getSyntacticDiagnostics(name), ...service.getSemanticDiagnostics(name)].map(
      ({ start = 0, length = 0, messageText }): Mistake => ({
        start,
        length,
        message: ts.flattenDiagnosticMessageText(messageText, "\n"),
      }),
    );
    return { hovers: namesIn(source).flatMap((node) => hoverAt(service, name, node)), mistakes };
  });
}

/** Every name in a file, in order. */
function namesIn(source: ts.SourceFile): ts.Identifier[] {
  const found: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function hoverAt(service: ts.LanguageService, file: string, node: ts.Identifier): Hover[] {
  const start = node.getStart();
  const info = service.getQuickInfoAtPosition(file, start);
  if (!info) return [];
  const type = ts
    .displayPartsToString(info.displayParts)
    .replace(/^\(alias\) /, "")
    .replace(/\nimport \w+$/, "");
  const comment = commentText(info.documentation, info.tags).split("\n\n")[0]!; // a part at least
  return [{ start, length: node.getWidth(), type: cut(type), comment: cut(comment) }];
}
