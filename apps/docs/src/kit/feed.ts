import { optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";

/** The steps that a rule takes when it is fed these gradients, one parameter each: `steps[k][t]` is what it subtracts from parameter k at update t. */
export function fed(rule: Configured, gradients: readonly (readonly number[])[]): number[][] {
  const w = new Float32Array(gradients.length);
  const opt = optimizer({ w }, rule);
  const steps: number[][] = gradients.map(() => []);
  for (let t = 0; t < gradients[0]!.length; t++) {
    const before = Float32Array.from(w);
    opt.update({ w: Float32Array.from(gradients, (list) => list[t]!) });
    for (const [k, list] of steps.entries()) list.push(before[k]! - w[k]!);
    w.fill(0); // so that float32 does not round small steps away beside a large place
  }
  opt.dispose();
  return steps;
}
