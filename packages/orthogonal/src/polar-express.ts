import { formula } from "@descent/core/graph";
import { iteration, quintics } from "./iteration.ts";

/** Polynomials that are best one after the other: Amsel et al., 2025, with their safety of 1 %. */
export const polarExpress = iteration(
  formula({ y: "x / max(1.01 * norm(x), 1e-7)" }),
  quintics(
    [8.237312490495555, -23.157747414558198, 16.680568411445915],
    [4.082441999064835, -2.893047735332586, 0.5252849256975648],
    [3.9263479922546582, -2.8547468034765298, 0.5318022422894988],
    [3.2982187133085143, -2.424541981026706, 0.48632008358844075],
    [2.2970369434552573, -1.63662558125903, 0.4002628455953627],
  ),
);
