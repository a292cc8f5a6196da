import type { Elem } from "@descent/onnx/proto";

/** One place where a layer is computed: a module that is called twice has two. */
export interface Site {
  /** The value that it reads; for an embedding the ids. */
  readonly input: string;
  /** The value that it gives, before a bias that is added by a node of its own. */
  readonly output: string;
  /** The value after the bias. */
  readonly biased: string;
  /** The type of its output. */
  readonly elem: Elem;
  /** The operator and attributes of a node that computes it again for another input. */
  readonly op: string;
  readonly attributes: Readonly<Record<string, number | readonly number[] | string>>;
}

/** Where the numbers of a layer's weight are. */
export interface StoredKernel {
  /** The tensor that stores them. */
  readonly stored: string;
  /** Whether it stores them as they are used, apart from an order of dimensions or a narrower float. */
  readonly plain: boolean;
  /** Whether it stores inputs before outputs: PyTorch has [out, in]. */
  readonly turned: boolean;
  /** Whether the numbers are integers of few bits. */
  readonly quantized: boolean;
  /** The value of the file that the layer reads as its weight, as floats; none where a fused operator reads the integers. */
  readonly value: string | undefined;
  /** Whether that value has inputs before outputs. */
  readonly valueTurned: boolean;
}

/** A layer of the model with a weight that can be adapted. */
export interface Layer {
  /** The module, as Python names it: "encoder.layer.0.attention.self.query". */
  readonly module: string;
  readonly kind: "linear" | "conv" | "embedding";
  /** Inputs; the rows of an embedding's table. */
  readonly in: number;
  readonly out: number;
  /** The sizes of a convolution's window. */
  readonly window: readonly number[];
  readonly groups: number;
  /** A factor that the operator applies to its product. */
  readonly factor: number;
  readonly kernel: StoredKernel;
  /** The tensor that stores its bias. */
  readonly bias: string | undefined;
  /** The row of an embedding that is not trained. */
  readonly padding: number | undefined;
  readonly sites: readonly Site[];
  /** Whether its result is one of the model's. */
  readonly last: boolean;
}
