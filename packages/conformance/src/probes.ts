import type { Configured } from "@descent/core";
import { configured, type Equations, type Macros, type Slots } from "@descent/core/adapter";
import { apply, formula, type Macro } from "@descent/core/graph";

/** A rule of these equations, named so that failures are easy to tell from those of real rules. */
export const probe = (update: Equations, state: Slots = {}, macros: Macros = {}): Configured =>
  configured({ id: "probe", title: "Probe", paper: "", hyper: { lr: 0.1, c: 0.25 }, state, update, macros }, {});

/** Five steps of the quintic Newton–Schulz iteration towards the nearest orthogonal matrix, as Muon takes them. */
export const orthogonalize: Macro = ({ rows, cols }, given) => {
  const tall = rows > cols;
  let x = normalized(tall ? apply("transpose", given!) : given!); // called with one argument
  for (let step = 0; step < 5; step++) x = quintic(x);
  return tall ? apply("transpose", x) : x;
};
const normalized = formula({ y: "x / (norm(x) + 1e-7)" });
const quintic = formula({ A: "x @ x'", B: "-4.775 * A + 2.0315 * A @ A", y: "3.4445 * x + B @ x" });

/** State in every place a backend keeps, so that saving and freezing have something to lose. */
export const memory: Configured = probe(
  { h: "0.9 * h", m: "0.9 * m + g", s: "0.5 * s + norm(g)", p: "p - lr * h * m / (s + 1)" },
  { m: 0.5, s: { place: "scalar", init: 1 }, h: { place: "host", init: 1 } },
);

/** State of its own size, and state that starts as a matrix. */
export const sized: Configured = probe(
  {
    L: "0.9 * L + g @ g'",
    m: "0.9 * m + Q' @ g'",
    z: "z + c * (p - z)",
    e: "0.5 * e",
    p: "p - lr * (L @ g + m' @ Q' + e @ g + c * (p - z))",
  },
  {
    L: { place: ["rows", "rows"], init: "eye" },
    Q: { place: ["cols", 2], init: "normal" },
    m: { place: [2, "rows"], init: 0.5 },
    e: { place: ["rows", "rows"], init: "eye" },
    z: { init: "p" },
  },
);

/** A rule whose rows are outputs. */
export const laid: Configured = configured(
  {
    id: "probe",
    title: "Probe",
    paper: "",
    hyper: { lr: 0.1 },
    layout: ["out", "in"],
    state: { r: { place: "row", init: 0.5 }, k: { place: "column", init: 0 } },
    update: {
      r: "0.9 * r + rowMean(g^2)",
      k: "0.9 * k + columnSum(g * p)",
      p: "p - lr * (g / (sqrt(r) + 1) + k * p + (g @ p') @ p)",
    },
  },
  {},
);

/** State that all parameters share. */
export const shared: Configured = probe(
  {
    r: "0.9 * r + total(g * p)",
    m: "0.9 * m + d * g",
    d: "max(d, abs(r) / (1 + total(abs(m))))",
    p: "p - lr * (m + d * sign(p))",
  },
  { r: { place: "model", init: 0 }, d: { place: "model", init: 0.5 }, m: 0 },
);
