import { optimizer } from "@descent/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plainFile from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simdFile from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import type { Batch, Learner, Start } from "./learner.ts";
import { CLASSES, layers, parameters, SIDE, type Weights } from "./net.ts";

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** The net's logits, `[n, 10]`, for pictures `[n, 28, 28, 1]`. */
function forward(weights: Tensors, images: tf.Tensor4D): tf.Tensor2D {
  const of = <T extends tf.Tensor>(name: string): T => weights[name] as T; // the net's own shapes
  let x: tf.Tensor = images;
  for (const layer of layers)
    switch (layer.kind) {
      case "conv": {
        const kernel = of<tf.Tensor4D>(`${layer.name}/kernel`);
        x = tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, kernel, 1, "valid"), of(`${layer.name}/bias`)));
        break;
      }
      case "pool":
        x = tf.maxPool(x as tf.Tensor4D, layer.size, layer.size, "valid");
        break;
      case "flatten":
        x = tf.reshape(x, [images.shape[0], -1]);
        break;
      case "dense": {
        const sum = tf.add(
          tf.matMul(x as tf.Tensor2D, of<tf.Tensor2D>(`${layer.name}/kernel`)),
          of(`${layer.name}/bias`),
        );
        x = layer.relu ? tf.relu(sum) : sum;
      }
    }
  return x as tf.Tensor2D;
}

const pictures = (images: Float32Array): tf.Tensor4D =>
  tf.tensor4d(images, [images.length / (SIDE * SIDE), SIDE, SIDE, 1]);
const lossOf = (logits: tf.Tensor2D, labels: Uint8Array): tf.Scalar =>
  tf.losses.softmaxCrossEntropy(tf.oneHot(Int32Array.from(labels), CLASSES), logits) as tf.Scalar;

async function read(tensors: Tensors): Promise<Weights> {
  const entries = Object.entries(tensors).map(
    async ([name, tensor]) => [name, new Float32Array(await tensor.data())] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function taken(tensor: tf.Tensor): Promise<Float32Array> {
  const data = new Float32Array(await tensor.data());
  tensor.dispose();
  return data;
}

/** Starts a backend of tfjs. Throws if the browser does not have it. */
export async function starterOf(backend: "wasm" | "webgpu"): Promise<Start> {
  tf.enableProdMode();
  if (backend === "webgpu") {
    const { gpu } = navigator as { readonly gpu?: { requestAdapter(): Promise<object | null> } };
    if (!(await gpu?.requestAdapter()))
      throw new Error("This browser has no WebGPU adapter for a worker. Choose WebAssembly.");
    await import("@tensorflow/tfjs-backend-webgpu");
  } else {
    // Its threads would start from code that a page's policy may refuse, so they are off; the call wants a file for them all the same.
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    setWasmPaths({
      "tfjs-backend-wasm.wasm": plainFile,
      "tfjs-backend-wasm-simd.wasm": simdFile,
      "tfjs-backend-wasm-threaded-simd.wasm": simdFile,
    });
  }
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js could not start ${backend} in this browser.`);
  await tf.ready();
  return async (configured, weights): Promise<Learner> => {
    const variables: Readonly<Record<string, tf.Variable>> = Object.fromEntries(
      parameters.map(({ name, shape }) => [
        name,
        tf.tidy(() => tf.variable(tf.tensor(weights[name]!, [...shape]), true, name)), // one for each
      ]),
    );
    const list = Object.values(variables);
    const known = new Map(parameters.map((one) => [one.name, one]));
    const opt = optimizer(configured, { parameter: ({ name }) => known.get(name) });
    return {
      engine: `TensorFlow.js ${tf.version_core} on ${backend === "wasm" ? "WebAssembly" : "WebGPU"}`,
      async step({ images, labels }, look) {
        const x = pictures(images);
        const gradients = () => opt.computeGradients(() => lossOf(forward(variables, x), labels), list);
        const before = look ? await read(variables) : undefined;
        let { value, grads } = tf.tidy(gradients);
        const first = look ? await read(grads) : undefined;
        const [loss] = await taken(value);
        opt.applyGradients(grads);
        tf.dispose(grads);
        while (opt.midRound) {
          ({ value, grads } = tf.tidy(gradients));
          opt.applyGradients(grads);
          tf.dispose([value, grads]);
        }
        x.dispose();
        return {
          loss: loss!, // a scalar
          ...(before && first ? { look: { before, gradients: first, after: await read(variables) } } : {}),
        };
      },
      logits: (images) => taken(opt.withReadout(() => tf.tidy(() => forward(variables, pictures(images))))),
      async lossAt(other, { images, labels }: Batch) {
        const loss = tf.tidy(() => {
          const tensors = Object.fromEntries(
            parameters.map(({ name, shape }) => [name, tf.tensor(other[name]!, [...shape])]), // one for each
          );
          return lossOf(forward(tensors, pictures(images)), labels);
        });
        return (await taken(loss))[0]!; // a scalar
      },
      weights: () => read(variables),
      async dispose() {
        opt.dispose();
        tf.dispose(list);
      },
    };
  };
}
