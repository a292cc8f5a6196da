import { optimizer } from "@descent/tfjs";
import type * as tensorflow from "@tensorflow/tfjs";
import { side } from "../data/digits.ts";
import { checkStep, type Engine, type Learner, type Look, type StepNumbers } from "./engine.ts";
import type { Layer, Weights } from "./model.ts";

type Tf = typeof tensorflow;
type Variables = Readonly<Record<string, tensorflow.Variable>>;

/** The network's logits, `[n, 10]`, for images `[n, 28, 28, 1]`. */
function forward(
  tf: Tf,
  layers: readonly Layer[],
  variables: Variables,
  images: tensorflow.Tensor4D,
  kept?: tensorflow.Tensor2D,
): tensorflow.Tensor2D {
  const parameter = <T extends tensorflow.Tensor>(name: string): T => variables[name]! as tensorflow.Tensor as T; // the model's own shapes
  let x: tensorflow.Tensor = images;
  for (const layer of layers) {
    switch (layer.kind) {
      case "conv": {
        const kernel = parameter<tensorflow.Tensor4D>(`${layer.name}/kernel`);
        x = tf.relu(tf.add(tf.conv2d(x as tensorflow.Tensor4D, kernel, 1, "valid"), parameter(`${layer.name}/bias`)));
        break;
      }
      case "pool":
        x = tf.maxPool(x as tensorflow.Tensor4D, layer.size, layer.size, "valid");
        break;
      case "flatten":
        x = tf.reshape(x, [images.shape[0], -1]);
        break;
      case "dense": {
        const sum = tf.add(
          tf.matMul(x as tensorflow.Tensor2D, parameter<tensorflow.Tensor2D>(`${layer.name}/kernel`)),
          parameter(`${layer.name}/bias`),
        );
        x = layer.relu ? tf.relu(sum) : sum;
        if (layer.relu && kept !== undefined) x = tf.mul(x, kept);
        break;
      }
    }
  }
  return x as tensorflow.Tensor2D;
}

/** The version, including that of TensorFlow if its kernels do the computing. */
function versionOf(tf: Tf): string {
  const { binding } = tf.backend() as { readonly binding?: { readonly TF_Version?: string } }; // tfjs-node's has them
  const native = binding?.TF_Version;
  return native === undefined ? tf.version_core : `${tf.version_core} with TensorFlow ${native}`;
}

async function read(variables: Readonly<Record<string, tensorflow.Tensor>>): Promise<Weights> {
  const entries = Object.entries(variables).map(
    async ([name, variable]) => [name, new Float32Array(await variable.data())] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** On a queued backend only one update in this many is timed, because timing drains the queue. */
const timedEvery = 32;

/** Properties of a backend that has been started. */
interface Backend {
  /** Updates per read-back of their numbers. */
  readonly readEvery: number;
  /** Operators return before their work is done. */
  readonly queued: boolean;
}

/** The engine for a tfjs backend that has been started. */
export function tfjsEngine(tf: Tf, { readEvery, queued }: Backend): Engine {
  return {
    name: "tfjs",
    version: versionOf(tf),
    readEvery,
    async learner({ model, weights, optimizer: configured, state, dropout = false, mixed = false }): Promise<Learner> {
      const variables: Variables = Object.fromEntries(
        model.parameters.map(({ name, shape }) => [
          name,
          tf.tidy(() => tf.variable(tf.tensor(weights[name]!, [...shape]), true, name)),
        ]),
      );
      const list = Object.values(variables);
      const known = new Map(model.parameters.map((parameter) => [parameter.name, parameter]));
      const opt = optimizer(configured, {
        parameter: ({ name }) => known.get(name),
        nonFinite: "apply", // the loop sees it in the update's numbers, and says more
      });
      if (state !== undefined) opt.load(state);
      let numbers: tensorflow.Tensor1D[] = [];
      const norm = (tensors: readonly tensorflow.Tensor[]): tensorflow.Scalar =>
        tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor)))));

      const largest = list.reduce((a, b) => (b.size > a.size ? b : a));
      /** The time once all queued work is done. Sums a large tensor, because tfjs reads small ones without asking the GPU. */
      const done = async (): Promise<number> => {
        if (queued) {
          const sum = tf.tidy(() => tf.sum(largest));
          await sum.data();
          sum.dispose();
        }
        return performance.now();
      };
      let steps = 0;
      let seen: Look | undefined;
      /** Copies of the weights around an update, and of its gradients. */
      const lookAt = async (
        before: readonly tensorflow.Tensor[],
        grads: readonly tensorflow.NamedTensorMap[],
      ): Promise<Look> => {
        const named = (tensors: readonly tensorflow.Tensor[]) =>
          read(Object.fromEntries(list.map(({ name }, i) => [name, tensors[i]!]))); // one per variable
        const phases = await Promise.all(grads.map(read));
        return { before: await named(before), after: await read(variables), gradients: phases[0]!, phases };
      };

      const { classes } = model;
      return {
        model,
        async step(given, kept, look = false) {
          checkStep(given, kept, { dropout, mixed });
          const { images, labels, targets } = given;
          const batch = tf.tidy(() => ({
            ...(kept === undefined ? {} : { kept: tf.tensor2d(kept, [labels.length, kept.length / labels.length]) }),
            x: tf.tensor4d(images, [labels.length, side, side, 1]),
            wanted:
              targets === undefined
                ? (tf.oneHot(Int32Array.from(labels), classes) as tensorflow.Tensor2D)
                : tf.tensor2d(targets, [labels.length, classes]),
          }));
          const gradients = (seen: (logits: tensorflow.Tensor) => void) =>
            opt.computeGradients(() => {
              const logits = forward(tf, model.layers, variables, batch.x, batch.kept);
              seen(logits);
              return tf.losses.softmaxCrossEntropy(batch.wanted, logits) as tensorflow.Scalar;
            }, list);
          const found = tf.tidy(() => {
            let right: tensorflow.Tensor | undefined;
            const { value, grads } = gradients((logits) => {
              // Kept, because anything the closure does not return is disposed when the gradients are taken.
              const answers = tf.oneHot(tf.cast(tf.argMax(logits, 1), "int32"), classes);
              right = tf.keep(
                tf.mean(tf.sum(tf.mul(tf.cast(answers, "float32"), tf.cast(batch.wanted, "float32")), 1)),
              );
            });
            const before = list.map((variable) => tf.add(variable, 0)); // a copy: the update may be done in place
            return { value, right: right!, grads, before }; // the closure has run
          });
          const timed = !queued || steps++ % timedEvery === 1; // not the very first, which compiles kernels
          const begun = timed ? await done() : 0;
          opt.applyGradients(found.grads);
          const later: tensorflow.NamedTensorMap[] = [];
          while (opt.midRound) {
            const { value, grads } = tf.tidy(() => gradients(() => {}));
            opt.applyGradients(grads);
            value.dispose();
            later.push(grads);
          }
          const ended = timed ? await done() : 0;
          const waited = timed && queued ? (await done()) - ended : 0; // the cost of an idle wait
          const row = tf.tidy(() => {
            const { value, right, grads, before } = found;
            const moved = norm(list.map((variable, i) => tf.sub(variable, before[i]!)));
            return tf.stack([value, right, norm(Object.values(grads)), tf.div(moved, norm(before))]);
          });
          numbers.push(row as tensorflow.Tensor1D);
          seen = look ? await lookAt(found.before, [found.grads, ...later]) : undefined;
          tf.dispose([found, batch, later]);
          return timed ? Math.max(0, ended - begun - waited) / 1000 : undefined;
        },
        async read() {
          const rows = numbers;
          numbers = [];
          if (rows.length === 0) return [];
          const all = rows.length === 1 ? rows[0]! : tf.concat(rows);
          const data = await all.data();
          tf.dispose([all, ...rows]);
          return rows.map((_, i): StepNumbers => {
            const [loss, accuracy, gradNorm, updateRatio] = data.subarray(i * 4, i * 4 + 4) as Float32Array;
            return { loss: loss!, accuracy: accuracy!, gradNorm: gradNorm!, updateRatio: updateRatio! };
          });
        },
        async logits(images) {
          const out = opt.withReadout(() =>
            tf.tidy(() => {
              const x = tf.tensor4d(images, [images.length / (side * side), side, side, 1]);
              return forward(tf, model.layers, variables, x);
            }),
          );
          const data = await out.data();
          out.dispose();
          return data as Float32Array;
        },
        looked: () => seen,
        weights: () => read(variables),
        readout: () => opt.withReadout(() => read(variables)),
        state: () => opt.state(),
        dispose() {
          opt.dispose();
          tf.dispose([...list, ...numbers]);
        },
      };
    },
  };
}
