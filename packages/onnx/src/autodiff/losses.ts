import { checkOptions, isRecord, numbers, oneOf, text, type Wanted, yesNo } from "../check.ts";
import { OnnxError } from "../errors.ts";
import type { Dim } from "../graph/dims.ts";
import type { Graph } from "../graph/graph.ts";
import type { TensorType } from "../graph/node.ts";
import { positive, range } from "./axes.ts";
import type { Builder } from "./builder.ts";

/** An input that a loss adds to the graph. */
export interface LabelInput {
  readonly name: string;
  /** Its element type and shape. */
  readonly type: TensorType;
  /** For class labels: the number of classes; labels are integers from 0 to one less. */
  readonly classes?: number;
  /** For class labels: the label that is ignored. */
  readonly ignoreIndex?: number;
  /** Whether labels are probabilities, from 0 to 1. */
  readonly probabilities?: boolean;
}

/** The value of a loss in a graph, and the inputs it added. */
export interface BuiltLoss {
  /** The name of a scalar. */
  readonly loss: string;
  /** The inputs that it added to the graph. */
  readonly labels: readonly LabelInput[];
}

/** The quantity to minimise. Its kind and options are plain data, from which `lossFrom` makes it again. */
export interface Loss {
  /** `"crossEntropy"`, say: the name of the function that made it. */
  readonly kind: string;
  /** The options that this function was given. */
  readonly options: object;
  /** Appends the loss of these outputs to a graph. */
  build(b: Builder, outputs: readonly string[]): BuiltLoss;
}

/** A loss of your own: appends nodes to the model's graph, takes the names of its outputs and returns the name of a scalar. */
export type LossFunction = (graph: Graph, outputs: readonly string[]) => string;

/** How the losses of a batch become one number. */
export type Reduction = "mean" | "sum";

interface Common {
  /** The name of the input that this loss adds for the labels. Default "labels". */
  readonly labels?: string;
  /** The output (or any other value) of the model to compare with the labels. Default: the first output. */
  readonly from?: string;
  readonly reduction?: Reduction;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends Common {
  /** The class dimension of the logits. Default −1, the last; images usually have it at 1. */
  readonly axis?: number;
  /** Labels are distributions over the classes, of the shape of the logits, rather than whole numbers. */
  readonly probabilities?: boolean;
  /** The share of each label that is spread evenly over all classes. Default 0. */
  readonly smoothing?: number;
  /** The weight of each class; a mean is weighted by them. */
  readonly classWeights?: readonly number[];
  /** Labels of this value are ignored. */
  readonly ignoreIndex?: number;
}

const common = { labels: text, from: text, reduction: oneOf("mean", "sum") } as const;
const whole: Wanted = { want: "a whole number", fits: Number.isSafeInteger };
const positiveNumber: Wanted = {
  want: "a number greater than 0",
  fits: (x) => typeof x === "number" && x > 0 && x < Number.POSITIVE_INFINITY,
};

/** Throws if a loss was passed without being called: it would be called with the graph, like a loss function of your own. */
function refuseGraph(loss: string, options: object): void {
  if (isRecord(options) && options.nodes !== undefined && options.initializers !== undefined)
    throw new OnnxError(`\`${loss}\` makes a loss, and was not called. Write ${loss}().`);
}

/**
 * −log softmax(logits) at the label, as `torch.nn.CrossEntropyLoss`. Logits of 16 bits are widened to float32 first, as autocast does.
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  refuseGraph("crossEntropy", options);
  checkOptions("crossEntropy", options, {
    ...common,
    axis: whole,
    probabilities: yesNo,
    smoothing: { want: "a number from 0 to 1", fits: (x) => typeof x === "number" && x >= 0 && x <= 1 },
    classWeights: numbers,
    ignoreIndex: whole,
  });
  const { probabilities = false, smoothing = 0, classWeights, ignoreIndex, reduction = "mean" } = options;
  if (probabilities && ignoreIndex !== undefined) {
    throw new OnnxError(
      "ignoreIndex is a label, and `probabilities` has no such labels. Give those rows zero weight instead.",
    );
  }
  return {
    kind: "crossEntropy",
    options,
    build(b, outputs) {
      const from = logitsOf(b, outputs, options.from);
      const shape = b.shape(from);
      if (shape.length === 0)
        throw new OnnxError(`\`${from}\` is a scalar, and cross-entropy needs a dimension of classes.`);
      const axis = positive(options.axis ?? -1, shape.length);
      const classes = shape[axis];
      if (classes === undefined)
        throw new OnnxError(`axis is ${options.axis}, and \`${from}\` has ${shape.length} dimensions.`);
      if (typeof classes !== "number") {
        throw new OnnxError(
          `The number of classes, dimension ${axis} of \`${from}\`, is "${classes}" and must be a number. Fix it with \`shapes\`.`,
        );
      }
      if (classWeights !== undefined && classWeights.length !== classes) {
        throw new OnnxError(`classWeights has ${classWeights.length} entries for ${classes} classes.`);
      }
      const weights = classWeights === undefined ? undefined : b.array(classWeights, b.elem(from));
      const others = shape.filter((_, i) => i !== axis);
      if (probabilities) {
        const label = { ...addInput(b, options.labels, { elem: b.elem(from), shape }), probabilities: true };
        let wanted = label.name;
        if (smoothing > 0) wanted = b.plus(b.scaled(wanted, 1 - smoothing), smoothing / classes);
        const log = b.op("LogSoftmax", [from], { axis });
        const along =
          weights === undefined
            ? undefined
            : b.reshape(
                weights,
                shape.map((_, i) => (i === axis ? classes : 1)),
              );
        const weighted = along === undefined ? wanted : b.mul(wanted, along);
        const each = b.neg(b.sum(b.mul(weighted, log), [axis]));
        return { loss: reduced(b, each, reduction), labels: [label] };
      }
      const label: LabelInput = {
        ...addInput(b, options.labels, { elem: b.webgpu ? "int32" : "int64", shape: others }),
        classes,
        ...(ignoreIndex === undefined ? {} : { ignoreIndex }),
      };
      // Classes second, as the operator has them.
      let logits = from;
      let labels = label.name;
      if (axis !== 1 || shape.length < 2) {
        const moved =
          axis === shape.length - 1
            ? from
            : b.transpose(from, [...range(shape.length).filter((i) => i !== axis), axis]);
        logits = b.op("Reshape", [moved, b.ints([-1, classes])]);
        labels = shape.length === 2 ? labels : b.op("Reshape", [labels, b.ints([-1])]);
      }
      const inputs = weights === undefined ? [logits, labels] : [logits, labels, weights];
      const attributes = { reduction, ...(ignoreIndex === undefined ? {} : { ignore_index: ignoreIndex }) };
      const [hard = "", log = ""] = b.ops("SoftmaxCrossEntropyLoss", inputs, attributes, smoothing > 0 ? 2 : 1);
      if (smoothing === 0) return { loss: hard, labels: [label] };
      // The part of the label that is spread over all classes.
      const all = range(b.rank(labels));
      const along =
        weights === undefined ? undefined : b.reshape(weights, [1, classes, ...range(b.rank(logits) - 2).map(() => 1)]);
      let each = b.neg(b.sum(along === undefined ? log : b.mul(log, along), [1]));
      let count: string | undefined;
      let safe = labels;
      if (ignoreIndex !== undefined) {
        const elem = b.elem(labels);
        const valid = b.op("Not", [b.op("Equal", [labels, b.graph.constant(ignoreIndex, elem, [])])]);
        safe = b.where(valid, labels, b.graph.constant(0, elem, []));
        count = b.cast(valid, b.elem(from));
        each = b.mul(each, count);
      }
      if (weights !== undefined) {
        const weight = b.op("Gather", [weights, safe]);
        count = count === undefined ? weight : b.mul(weight, count);
      }
      let soft = b.sum(each, all);
      if (reduction === "mean")
        soft = count === undefined ? b.per(soft, b.product(b.sizes(labels))) : b.div(soft, b.sum(count, all));
      return { loss: b.add(b.scaled(hard, 1 - smoothing), b.scaled(soft, smoothing / classes)), labels: [label] };
    },
  };
}

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyOptions extends Common {
  /** The weight of a positive label relative to a negative one. Default 1. */
  readonly positiveWeight?: number;
}

/** −z log σ(x) − (1 − z) log(1 − σ(x)) of logits x and labels z, as `torch.nn.BCEWithLogitsLoss`. */
export function binaryCrossEntropyWithLogits(options: BinaryCrossEntropyOptions = {}): Loss {
  refuseGraph("binaryCrossEntropyWithLogits", options);
  checkOptions("binaryCrossEntropyWithLogits", options, { ...common, positiveWeight: positiveNumber });
  const { positiveWeight = 1, reduction = "mean" } = options;
  return compared("binaryCrossEntropyWithLogits", options, { probabilities: true }, (b, x, z) => {
    // log(1 + e^−x) + (1 − z) x, which does not overflow: softplus(x) − z x.
    if (positiveWeight === 1) return reduced(b, b.sub(b.op("Softplus", [x]), b.mul(z, x)), reduction);
    const weight = b.plus(b.scaled(z, positiveWeight - 1), 1);
    const negative = b.mul(b.from(1, z), x);
    return reduced(b, b.add(negative, b.mul(weight, b.op("Softplus", [b.neg(x)]))), reduction);
  });
}

/** The mean of (x − z)². */
export function meanSquared(options: Common = {}): Loss {
  refuseGraph("meanSquared", options);
  checkOptions("meanSquared", options, common);
  return compared("meanSquared", options, {}, (b, x, z) => reduced(b, b.square(b.sub(x, z)), options.reduction));
}

/** The mean of |x − z|. */
export function meanAbsolute(options: Common = {}): Loss {
  refuseGraph("meanAbsolute", options);
  checkOptions("meanAbsolute", options, common);
  return compared("meanAbsolute", options, {}, (b, x, z) => reduced(b, b.op("Abs", [b.sub(x, z)]), options.reduction));
}

/** Options of `huber`. */
export interface HuberOptions extends Common {
  /** Up to this distance the loss is quadratic, beyond it linear. Default 1. */
  readonly delta?: number;
}

/** ½ e² of an error e up to delta, beyond it delta · (|e| − ½ delta), as `torch.nn.HuberLoss`. */
export function huber(options: HuberOptions = {}): Loss {
  refuseGraph("huber", options);
  checkOptions("huber", options, { ...common, delta: positiveNumber });
  const { delta = 1 } = options;
  return compared("huber", options, {}, (b, x, z) => {
    const error = b.op("Abs", [b.sub(x, z)]);
    const linear = b.scaled(b.plus(error, -delta / 2), delta);
    return reduced(b, b.where(b.less(error, delta), b.scaled(b.square(error), 0.5), linear), options.reduction);
  });
}

/** A loss that compares element by element with labels of the same shape. */
function compared(
  kind: string,
  options: Common,
  facts: Pick<LabelInput, "probabilities">,
  build: (b: Builder, x: string, z: string) => string,
): Loss {
  return {
    kind,
    options,
    build(b, outputs) {
      const x = logitsOf(b, outputs, options.from);
      const label = { ...addInput(b, options.labels, { elem: b.elem(x), shape: b.shape(x) }), ...facts };
      return { loss: build(b, x, label.name), labels: [label] };
    },
  };
}

/** The output that a loss reads, in float32 where it has 16 bits. */
function logitsOf(b: Builder, outputs: readonly string[], from: string | undefined): string {
  const name = from ?? outputs[0];
  if (name === undefined) throw new OnnxError("The model has no output to compute a loss from.");
  if (!b.graph.has(name)) {
    throw new OnnxError(
      `\`from\` is \`${name}\`, and the model has no such value. Its outputs are ${outputs.map((o) => `\`${o}\``).join(", ")}.`,
    );
  }
  // A sum over a batch needs more than 16 bits; PyTorch's autocast computes losses in float32 too.
  return /float16$/.test(b.elem(name)) ? b.cast(name, "float32") : name;
}

function addInput(
  b: Builder,
  name = "labels",
  type: { readonly elem: TensorType["elem"]; readonly shape: readonly Dim[] },
): LabelInput {
  if (b.graph.has(name)) {
    throw new OnnxError(
      `The labels would be an input \`${name}\`, and the model has a value of that name. Give another with \`labels\`.`,
    );
  }
  b.graph.input(name, type);
  return { name, type };
}

function reduced(b: Builder, each: string, reduction: Reduction = "mean"): string {
  const all = range(b.rank(each));
  return reduction === "mean" ? b.mean(each, all) : b.sum(each, all);
}
