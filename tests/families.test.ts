import { isRule } from "@descent/core";
import { describe } from "vitest";
import { familiesOf } from "../tools/families.ts";
import { packages, root } from "./workspace.ts";
import { type GoodCalls, wrongCalls } from "./wrong-calls.ts";

for (const { manifest, path } of packages.filter(({ folder }) => familiesOf(root).includes(folder))) {
  const module: Record<string, unknown> = await import(`${path}/src/index.ts`);
  const rules: GoodCalls = Object.fromEntries(
    Object.entries(module).flatMap(([name, rule]) => (isRule(rule) ? [[name, { args: () => [rule.hyper] }]] : [])),
  );
  describe(manifest.name, () => wrongCalls(module, rules));
}
