import { apply, constant, type Expr, topological } from "@descent/core/graph";

/** The terms that a formula adds up, each with the factors before the sum and its share of what does not depend on x and y. */
export function termsOf(f: Expr): readonly Expr[] {
  const terms: Expr[] = [];
  let beside: Expr = constant(0);
  const walk = (e: Expr, scaled: (term: Expr) => Expr): void => {
    const [a, b] = "args" in e ? e.args : [];
    if (e.op === "add") {
      walk(a!, scaled); // a sum has two
      walk(b!, scaled); // a sum has two
    } else if (e.op === "sub") {
      walk(a!, scaled); // a difference has two
      walk(b!, (term) => scaled(apply("neg", term))); // a difference has two
    } else if (e.op === "neg")
      walk(a!, (term) => scaled(apply("neg", term))); // it has one
    else if (e.op === "mul" && a!.op === "const")
      walk(b!, (term) => scaled(apply("mul", a!, term))); // a product has two
    else if (e.op === "mul" && b!.op === "const")
      walk(a!, (term) => scaled(apply("mul", term, b!))); // a product has two
    else if (e.op === "div" && b!.op === "const")
      walk(a!, (term) => scaled(apply("div", term, b!))); // a quotient has two
    else if (topological([e]).some(({ op }) => op === "var")) terms.push(scaled(e));
    else beside = apply("add", beside, scaled(e));
  };
  walk(f, (term) => term);
  if (terms.length < 2) return [f];
  const share = apply("div", beside, constant(terms.length));
  return terms.map((term) => apply("add", term, share));
}
