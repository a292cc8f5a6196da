import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as exported from "@descent/native";
import { wrongCalls } from "../../../tests/wrong-calls.ts";

const folder = path.join(mkdtempSync(path.join(tmpdir(), "descent-native-")), "cache");

wrongCalls(exported, {
  keepMemory: { args: () => [] },
  native: { args: () => [{ folder }] },
});
