import { rule } from "@descent/core";
import { isRule } from "@descent/core/adapter";
import { describe } from "vitest";
import { familiesOf } from "../tools/families.ts";
import { packages, root } from "./workspace.ts";
import { type GoodCalls, wrongCalls } from "./wrong-calls.ts";

const plain = rule({
  id: "sgd",
  title: "SGD",
  paper: "",
  hyper: { lr: 0.1 },
  state: {},
  update: { p: "p - lr * g" },
});

/** Good arguments of a rule, of a combination of rules, or of a transform. */
function argumentsOf(value: unknown): unknown[] {
  if (isRule(value)) return [value.hyper];
  const parts: unknown = typeof value === "function" && "parts" in value ? value.parts : undefined;
  return Array.isArray(parts) ? [Object.fromEntries(parts.map((part) => [part, plain()])), {}] : [plain(), {}];
}

for (const { manifest, path } of packages.filter(({ folder }) => familiesOf(root).includes(folder))) {
  const module: Record<string, unknown> = await import(`${path}/src/index.ts`);
  const rules: GoodCalls = Object.fromEntries(
    Object.entries(module).map(([name, value]) => [name, { args: () => argumentsOf(value) }]),
  );
  describe(manifest.name, () => wrongCalls(module, rules));
}
