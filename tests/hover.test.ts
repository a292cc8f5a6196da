import path from "node:path";
import { loadFamily } from "@descent/catalogue";
import { isRule } from "@descent/core/adapter";
import ts from "typescript-oldest";
import { expect, test } from "vitest";
import { sharedMeanings } from "../tools/catalogue.ts";
import { root } from "./workspace.ts";

/* What editors show at the calls of a small program, asked of the language service behind them. */

const equations = Array.from({ length: 12 }, (_, i) => `x${i}: "beta1 * g + (1 - beta1) * ${i} * p",`).join("\n    ");
const program = `import { adamw } from "@descent/adam";
import { rule } from "@descent/core";
adamw({ lr: 1e-3, weightDecay: 0.1 });
adamw({  });
export const long = rule({
  id: "long",
  title: "Long",
  paper: "",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  state: { m: 0, v: 0 },
  update: {
    ${equations}
    p: "p - lr * x11",
  },
});
`;
const file = path.join(root, "tests", "hovered.ts");
const source = (folder: string): string[] => [path.join(root, "packages", folder, "src/index.ts")];
const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  allowImportingTsExtensions: true,
  noEmit: true,
  types: [],
  paths: { "@descent/adam": source("adam"), "@descent/core": source("core") },
};
const read = (name: string): string | undefined => (name === file ? program : ts.sys.readFile(name));
const service = ts.createLanguageService({
  getScriptFileNames: () => [file],
  getScriptVersion: () => "1",
  getScriptSnapshot: (name) => {
    const text = read(name);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => root,
  getCompilationSettings: () => options,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: read,
  directoryExists: ts.sys.directoryExists,
  ...(ts.sys.realpath ? { realpath: ts.sys.realpath } : {}),
});
const text = (parts: ts.SymbolDisplayPart[] = []): string => ts.displayPartsToString(parts);

/** The signature or type, and everything below it, that is shown at a place of the program. */
function hover(at: string): { readonly type: string; readonly docs: string } {
  const info = service.getQuickInfoAtPosition(file, program.indexOf(at));
  const tags = info?.tags?.map((tag) => `@${tag.name} ${text(tag.text)}`) ?? [];
  return { type: text(info?.displayParts), docs: [text(info?.documentation), ...tags].join("\n") };
}

const meanings = sharedMeanings(root);
const { adamw } = await loadFamily("adam");
if (!isRule(adamw)) throw new Error("adamw is not a rule");
const defaults = Object.entries(adamw.hyper);

test("the program has no errors", () => {
  expect(service.getSemanticDiagnostics(file).map(({ messageText }) => messageText)).toEqual([]);
});

test("hovering `adamw(` shows the meaning and the default of every option", () => {
  const { type, docs } = hover("adamw({ lr");
  const running = docs.replaceAll(/\s+/g, " ");
  for (const [name, value] of defaults) {
    expect(type).toContain(`readonly ${name}: ${value};`);
    expect(running).toContain(`@property ${name} ${meanings.get(name)} (default ${value})`);
  }
  expect(type.split("\n").length).toBeLessThan(12);
});

test.each(["lr", "weightDecay"])("hovering `{ %s` shows its meaning and default", (name) => {
  const { type, docs } = hover(`${name}: `);
  expect(type).toBe(`(property) ${name}?: DefaultsTo<${adamw.hyper[name]}> | undefined`);
  expect(docs).toBe(meanings.get(name));
});

test("completing `adamw({ ` offers every option with its meaning and default", () => {
  const at = program.indexOf("adamw({  })") + "adamw({ ".length;
  for (const [name, value] of defaults) {
    const entry = service.getCompletionEntryDetails(file, at, name, {}, undefined, undefined, undefined);
    expect(text(entry?.displayParts)).toContain(`DefaultsTo<${value}>`);
    expect(text(entry?.documentation)).toBe(meanings.get(name));
  }
});

test("the help at `adamw(` names the options and their defaults", () => {
  const [item] = service.getSignatureHelpItems(file, program.indexOf("{  })"), undefined)?.items ?? [];
  for (const [name, value] of defaults)
    expect(text(item?.parameters[0]?.displayParts)).toContain(`readonly ${name}: ${value};`);
});

test("hovering `rule(` fits a screen, however many equations there are", () => {
  const { type } = hover("rule({\n");
  expect(type.split("\n").length).toBeLessThan(40);
  expect(type.length).toBeLessThan(1000);
});
