import { names } from "../errors.ts";
import { checkGraph, type Graph } from "../graph/graph.ts";
import { int } from "../graph/node.ts";
import { straightThrough } from "../graph/straight.ts";
import { placed, single, survey, unnamed } from "./survey.ts";

/** Sentences on how training a model may differ from training it in Python, each with the export that would not. */
export function notes(graph: Graph): string[] {
  checkGraph("The argument of notes()", graph);
  const { kinds, lost, made, naming, sources, frozen, merged, unread, shared, equal, blocked, smoothing } = graph.tags;
  const all: string[] = [];
  const present = (name: string): boolean => graph.initializers.has(name);
  const of = (what: string): string[] =>
    [...made].filter(([name, how]) => how === what && present(name)).map(([name]) => name);
  const normalized = of("normalized");
  if (normalized.length > 0)
    all.push(
      `Normalizations were folded into ${names(normalized)}${lost.length > 0 ? `, and with them ${names(lost, 4)} are gone` : ""}. ` +
        (frozen ? "They normalized by the batch, and now by running statistics, so that the loss differs. " : "") +
        "Export with optimize=False to train them.",
    );
  else if (lost.length > 0) all.push(`No tensor holds ${names(lost, 4)}. Export with optimize=False.`);
  const absent = merged.filter((name) => !present(name));
  if (absent.length > 0)
    all.push(
      `No tensor holds ${names(absent, 4)}: they are tied with others, equal layers that read the same values were merged into one, operators without effect, such as a factor of 1, left out, or what was computed from them, such as a kernel normalized by its weights' length, is stored as its result, which is not trained. Export with optimize=False to train those that are not tied.`,
    );
  const gone = unread.filter((name) => !merged.includes(name) && !present(name));
  // Normalizations that were folded are gone with their parameters.
  if (gone.length > 0 && normalized.length === 0)
    all.push(
      `No tensor holds ${names(gone, 4)}: the output does not depend on them, they are tied with others, or the exporter left out ` +
        "operators without effect, such as the sum with a table of zeros. If they were trained, export with optimize=False.",
    );
  if (shared.size > 0) {
    const [pairs, more] = told(shared, (one, other) => `\`${one}\` is given results of \`${other}\``);
    all.push(
      `Equal layers that read the same values were merged in part: ${pairs}${more}. The parameters of the second get the gradients of both there. Export with optimize=False to train both.`,
    );
  }
  if (equal.size > 0) {
    const [pairs, more] = told(equal, (one, other) => `\`${one}\` is \`${other}\``);
    all.push(
      `This model detaches values (detach()), and equal results were merged: ${pairs}${more}. Where one of two was computed from a detached value, gradients pass where they should end. Export with optimize=False.`,
    );
  }
  if (blocked.length > 0)
    all.push(
      `${names(blocked)} ${blocked.length > 1 ? "are" : "is"} read in a block such as torch.no_grad() or autocast(), and the file does not say which. If gradients end there, leave ${blocked.length > 1 ? "them" : "it"} out of \`trainable\`, and name what the block gives in \`stopGradient\`.`,
    );
  if (smoothing > 0)
    all.push(
      `PyTorch's exporter leaves out the label smoothing of a cross-entropy, ${smoothing}, so that the loss differs. Leave the loss out of ` +
        `the model, and use crossEntropy({ smoothing: ${smoothing} }).`,
    );
  const computed = of("computed");
  if (computed.length > 0) {
    const from = [...new Set(computed.flatMap((name) => sources.get(name) ?? []))];
    all.push(
      `The exporter computed ${names(computed, 4)} from ${names(from, 4)}, and wrote only the results${from.some(present) ? ": what passes through them is missing in gradients" : ""}. Export with optimize=False to train what they were computed from.`,
    );
  }
  const straight = kinds.size > 0 ? [] : straightThrough(graph).filter((name) => graph.stops.has(name));
  if (straight.length > 0)
    all.push(
      `${names(straight, 4)} ${straight.length > 1 ? "are" : "is"} taken for the detached part of straight-through estimates, x + (q − x).detach(): ` +
        "gradients pass to x alone. Export with dynamo=True, which records detach().",
    );
  if (kinds.size > 0 || naming !== "torch") return all;
  all.push(
    "This file does not say which tensors are parameters, where detach() or no_grad stop gradients, or which are frozen: PyTorch's older " +
      "exporter (dynamo=False) does not write it, and tools that optimize files drop it. These weights are found by their parts in operators " +
      "and their names. Export with dynamo=True and give the Trainer that file, or check the list.",
  );
  const folded = graph.nodes
    .filter((n) => /^Conv/.test(n.op) && /^onnx::/.test(n.inputs[1] ?? ""))
    .map((n) => n.inputs[1] ?? "");
  if (folded.length > 0)
    all.push(
      `${names(folded, 4)} are computed from a convolution and, as a rule, the normalization after it. To train both, export with ` +
        "training=torch.onnx.TrainingMode.PRESERVE and do_constant_folding=False.",
    );
  const surveyed = survey(graph);
  const guessed = surveyed.filter((w) => w.trained && w.because.endsWith(placed));
  if (guessed.length > 0)
    all.push(
      `${names(
        guessed.map((w) => w.name),
        4,
      )} ${guessed.length > 1 ? "are" : "is"} trained for ${guessed.length > 1 ? "their" : "its"} place in an operator alone: a buffer there looks the same. ` +
        "Leave buffers out with `trainable` or freeze(), or export with dynamo=True, which records what was a parameter.",
    );
  const numbers = surveyed.filter((w) => w.because === single && !w.name.startsWith("onnx::"));
  if (numbers.length > 0)
    all.push(
      `${names(
        numbers.map((w) => w.name),
        4,
      )} are single numbers, which may be parameters or not. Those named in \`trainable\` are trained.`,
    );
  const idle = surveyed.filter(
    (w) => !w.trained && w.name.startsWith("onnx::") && (w.because === unnamed || w.because === single),
  );
  if (idle.length > 0)
    all.push(
      `${names(
        idle.map((w) => w.name),
        4,
      )} were folded by the exporter, have no part of an operator that is trained, and may be computed from ` +
        "parameters. Export with do_constant_folding=False, or name them in `trainable`.",
    );
  const products = graph.nodes.flatMap((n) =>
    n.inputs.filter(
      (name) => /^onnx::/.test(name) && present(name) && n.op !== "Conv" && graph.literalValue(name) === undefined,
    ),
  );
  const recurrent = graph.nodes.some((n) => ["LSTM", "GRU", "RNN"].includes(n.op) && int(n, "hidden_size", 0) > 0);
  if (products.length > 0 && !recurrent)
    all.push(
      `${names(new Set(products), 4)} were folded by the exporter, which gave them names of its own; do_constant_folding=False keeps Python's.`,
    );
  return all;
}

/** The first of some pairs in words, and how many more there are. */
function told(all: ReadonlyMap<string, string>, word: (one: string, other: string) => string): [string, string] {
  const pairs = [...all].slice(0, 4).map(([one, other]) => word(one, other));
  return [pairs.join(", "), all.size > pairs.length ? ` and ${all.size - pairs.length} more` : ""];
}
