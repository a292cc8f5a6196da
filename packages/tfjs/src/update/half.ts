import { OptimizerError } from "@descent/core";
import type { Job } from "@descent/core/adapter";
import { env, type Tensor } from "@tensorflow/tfjs-core";

/** Below half of this, which is the least number above zero, a half float is zero. */
const LEAST = 2 ** -24;

/** Whether the backend keeps what it computes as half floats: webgl on devices that render nothing wider, such as many phones. */
export const halfPrecision = (backend: string): boolean =>
  backend === "webgl" && !env().getBool("WEBGL_RENDER_FLOAT32_ENABLED");

/** Throws if a number of a rule, such as the default ε of Adam, is zero as a half float: it would divide by zero. */
export function refuseVanishing(jobs: readonly Job<Tensor>[]): void {
  for (const { program, scalars } of jobs)
    for (const [i, e] of program.scalars.entries()) {
      const value = scalars[i]!; // one per expression
      if (value === 0 || Math.abs(value) >= LEAST) continue;
      const name = e.op === "var" ? `\`${String(e.value)}\` = ${value}` : `a number of the rule, ${value},`;
      throw new OptimizerError(
        `${program.title}: ${name} is zero in half precision, the only precision of this device's webgl. Make it 1e-4 or more, or leave \`fused\` on, which computes updates in float32.`,
      );
    }
}
