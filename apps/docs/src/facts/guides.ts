import { inWordsFirst, mistakes } from "./counts.ts";
import { textOf } from "./packages.ts";

/** A guide: a page of the repository, or a part of one, under a name of its own. */
export interface Guide {
  readonly path: string;
  readonly title: string;
  readonly description: string;
  /** Its file, from the repository's root. */
  readonly file: string;
  /** The first and the last heading of the part that it shows; the whole file if left out. The last is not in it. */
  readonly part?: readonly [from: string, to: string];
}

const guide = (path: string, title: string, description: string, file: string, part?: Guide["part"]): Guide => ({
  path: `guides/${path}/`,
  title,
  description,
  file,
  ...(part === undefined ? {} : { part }),
});

/** The guides, in groups. */
export const guideGroups: readonly { readonly title: string; readonly guides: readonly Guide[] }[] = [
  {
    title: "Begin",
    guides: [
      guide(
        "arrays",
        "Your own arrays",
        "Optimizers on Float32Arrays, without a framework.",
        "packages/arrays/README.md",
      ),
      guide(
        "train-an-onnx-model",
        "Train your ONNX model",
        "Any ONNX file, trained on stock ONNX Runtime, in Node and in the browser.",
        "packages/onnxruntime/README.md",
      ),
      guide(
        "training-loop",
        "The training loop",
        "Epochs, validation, metrics, callbacks, and runs that resume exactly.",
        "packages/training/README.md",
      ),
      guide("recipes", "Recipes", "Small programs that run as they stand.", "packages/training/RECIPES.md"),
    ],
  },
  {
    title: "Come from elsewhere",
    guides: [
      guide(
        "from-pytorch",
        "From PyTorch",
        "A training in PyTorch and the same training here, line by line.",
        "packages/dialects/FROM_PYTORCH.md",
      ),
      guide(
        "from-optax",
        "From Optax",
        "Optax’s chains, schedules and labels, in paired lines.",
        "apps/docs/guides/from-optax.md",
      ),
      guide(
        "from-keras",
        "From Keras",
        "Keras’s optimizers and schedules, in paired lines.",
        "apps/docs/guides/from-keras.md",
      ),
      guide("from-tensorflow-js", "From TensorFlow.js", "Two lines change.", "apps/docs/guides/from-tensorflow-js.md"),
      guide(
        "one-name-several-formulas",
        "One name, several formulas",
        "Where libraries differ under one name, in numbers.",
        "packages/dialects/DIFFERENCES.md",
      ),
      guide(
        "dialects",
        "By other libraries’ names",
        "Optimizers as PyTorch, Optax, Keras and TensorFlow.js spell them, and rules as code for other libraries.",
        "packages/dialects/README.md",
      ),
    ],
  },
  {
    title: "While training",
    guides: [
      guide(
        "groups-and-freezing",
        "Groups and freezing",
        "Which rule each parameter gets, and which stand still.",
        "apps/docs/guides/groups-and-freezing.md",
      ),
      guide(
        "resume",
        "Stop and resume",
        "State in one file; training goes on bit for bit.",
        "apps/docs/guides/resume.md",
      ),
      guide(
        "diagnose",
        "Diagnose",
        `${inWordsFirst(mistakes)} mistakes, how soon each is named, and what to do.`,
        "packages/training/DIAGNOSTICS.md",
      ),
      guide(
        "lora",
        "LoRA in the browser",
        "Adapters for ONNX models: trained, merged, swapped, in PEFT’s files.",
        "packages/lora/README.md",
      ),
      guide(
        "many-machines",
        "Many machines",
        "Data-parallel training on the machine’s own MPI.",
        "packages/mpi/README.md",
      ),
    ],
  },
  {
    title: "Build",
    guides: [
      guide("write-a-rule", "Write a rule", "A new optimizer in ten minutes, and the notation.", "CONTRIBUTING.md", [
        "## Add an optimizer",
        "## Commands",
      ]),
      guide(
        "write-an-adapter",
        "Write an adapter",
        "Every rule in a framework of yours, in an afternoon.",
        "packages/core/ADAPTERS.md",
      ),
      guide(
        "conformance",
        "Test yours",
        "The tests that every rule and backend must pass.",
        "packages/conformance/README.md",
      ),
    ],
  },
];

export const guides: readonly Guide[] = guideGroups.flatMap((group) => group.guides);

/** The Markdown of a guide. */
export function markdownOf({ file, part }: Guide): string {
  const text = textOf(file);
  if (!part) return text;
  const [from, to] = [text.indexOf(part[0]), text.indexOf(part[1])];
  if (from < 0 || to < from) throw new Error(`${file} has no part from "${part[0]}" to "${part[1]}".`);
  return text.slice(from, to);
}
