import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as engine from "../src/engine.ts";

const shared = "is handed the jobs of core's loop, which has checked them";

wrongCalls(engine, {
  ArraysBackend: shared,
  Tensor: "holds an array that the adapter has made",
  allFinite: "is handed arrays that the adapter has checked",
  need: shared,
  Runner: shared,
  Means: "is handed a world that `worldOf` has checked",
  Ranks: "is handed a world that `worldOf` has checked",
  refusal: { args: () => [] },
  precisions: { args: () => [{ m: "float8" }] },
  refuseUnknownSlots: "is handed what `precisions` has checked",
  CodedSlots: "is handed what `precisions` has checked",
  coded: "is handed memory that the adapter has made",
  codedBytes: "is handed a codec that `precisions` has checked",
  decoded: "is handed what `coded` has made",
  encode: "is handed what `coded` has made",
  seedOf: "is handed names and a count of the loop's own",
});
