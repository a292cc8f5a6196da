// npm run bench: what a step costs. Contenders take turns and the best turn counts, so that a busy machine slows all alike.
import "../packages/arrays/test/speed.ts";
