import { parseSync } from "vite";

/** The modules that a TypeScript file asks for, static and dynamic, types included; comments and strings are not asked. */
export function imports(file: string, source: string): string[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("type" in node && "source" in node && /Import|Export/.test(String(node.type))) {
      const { source } = node;
      if (typeof source === "object" && source !== null && "value" in source) found.push(String(source.value));
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(program);
  return found;
}
