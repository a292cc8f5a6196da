import { afterAll, beforeAll, describe, test } from "vitest";
import { tf, use } from "./backends.ts";
import { scenarios } from "./scenarios.ts";

describe.each(["cpu", "wasm"] as const)("on tfjs's %s backend", (backend) => {
  beforeAll(() => use(backend));
  afterAll(() => use("cpu"));
  test.each(Object.entries(scenarios()))("%s", (_, scenario) => scenario(tf));
});
