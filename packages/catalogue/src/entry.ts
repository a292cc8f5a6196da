/** One option of a rule. */
export interface OptionEntry {
  readonly name: string;
  /** The value of an option that is left out. */
  readonly default: number;
  /** At least the first and less than the second; absent where any finite number will do. `null` is unbounded. */
  readonly range?: readonly [least: number, below: number | null];
  /** Its effect, as editors show it. */
  readonly meaning: string;
}

/** One slot of a rule's state. */
export interface SlotEntry {
  readonly name: string;
  /** One number per element, row, column or tensor, or one for the host; or the sides of a matrix of its own size. */
  readonly place:
    | "tensor"
    | "row"
    | "column"
    | "scalar"
    | "model"
    | "host"
    | readonly [rows: string | number, cols: string | number];
  /** A number, the name of the option it starts as, `p`, `eye` or `normal`. */
  readonly init: number | string;
}

/** Everything that is known of a rule without running it. */
export interface RuleEntry {
  /** Names the rule in saved state: kebab case. */
  readonly id: string;
  /** The export's name: camel case. */
  readonly name: string;
  /** The package that exports it is `@descent/<family>`. */
  readonly family: string;
  readonly title: string;
  readonly paper: string;
  /** The insight, in a sentence. */
  readonly sentence: string;
  /** The whole doc comment. */
  readonly comment: string;
  /** In the order they run, those of `before` first. */
  readonly equations: EquationList;
  /** Equations of the phases before `update`, by name; each phase takes a gradient of its own. */
  readonly phases?: Readonly<Record<string, EquationList>>;
  /** Its inputs besides gradients: by parameter, or one number for the model. */
  readonly inputs?: Readonly<Record<string, "tensor" | "model">>;
  /** The parameter to evaluate with, where that is not the one that is trained. */
  readonly readout?: string;
  /** The meaning of its rows and columns, where that matters. */
  readonly layout?: readonly ["out", "in"] | readonly ["in", "out"];
  /** How many blocks of rows it sees as tensors, or how large the blocks are that it sees as matrices: a number, or the name of an option. */
  readonly blocks?: { readonly rows: number | string } | { readonly size: number | string };
  /** `"matrix"` if it refuses vectors and scalars. */
  readonly needs?: "matrix";
  /** Its equations, to typeset: an `aligned` environment. */
  readonly latex: string;
  /** The same for browsers, which need nothing else to show it. */
  readonly mathml: string;
  /** In the order of its declaration. */
  readonly options: readonly OptionEntry[];
  /** Its state, slot by slot. */
  readonly slots: readonly SlotEntry[];
  /** State per element of a parameter, in bytes of float32, without matrices of their own sizes. */
  readonly bytes: number;
  /** Passes over memory per step. */
  readonly passes: number;
  /** Packages that run it. */
  readonly backends: readonly string[];
  /** The numbers that it is checked against, and how close it comes. */
  readonly golden: {
    readonly source: string;
    /** The largest displacement error over its settings and steps, on `@descent/arrays`. */
    readonly error: number;
  };
  /** The gradients that it does not survive in float32, near 1e30 or 1e-30, each in a sentence with the reason. */
  readonly extremes: readonly string[];
  /** One-token changes of the rule that its goldens cannot tell from it, each listed with a reason. */
  readonly mutants: number;
}

/** Equations in the order they run. */
export type EquationList = readonly (readonly [symbol: string, formula: string])[];

/** A transform that goes around any rule. */
export interface TransformEntry {
  /** Names what it brings in saved state: kebab case. */
  readonly id: string;
  /** The export's name: camel case; its options are set as `name.option`. */
  readonly name: string;
  /** The package that exports it is `@descent/<family>`. */
  readonly family: string;
  readonly title: string;
  /** Absent where it is common practice rather than a paper's. */
  readonly paper?: string;
  /** The insight, in a sentence. */
  readonly sentence: string;
  /** The whole doc comment. */
  readonly comment: string;
  /** The steps in which the rule runs, where that is not every one. */
  readonly when?: string;
  /** Equations before the rule's, after them, of phases before its update by name, and the parameter to evaluate with. */
  readonly before: EquationList;
  /** Equations after the rule's. */
  readonly after: EquationList;
  /** Equations of phases before the rule's update, by name. */
  readonly phases?: Readonly<Record<string, EquationList>>;
  /** The parameter to evaluate with. */
  readonly readout?: string;
  /** In the order of its declaration. */
  readonly options: readonly OptionEntry[];
  /** The state that it adds, slot by slot. */
  readonly slots: readonly SlotEntry[];
}

/** A method of `@descent/quasi-newton`, which evaluates as often as the data decide. */
export interface MethodEntry {
  /** Names the method in saved state: kebab case. */
  readonly id: string;
  /** The export's name: camel case. */
  readonly name: string;
  /** The package that exports it is `@descent/<family>`. */
  readonly family: string;
  readonly title: string;
  readonly paper: string;
  /** The insight, in a sentence. */
  readonly sentence: string;
  /** The whole doc comment. */
  readonly comment: string;
}

/** An optimizer of another library, which `@descent/dialects/<library>` has by its name there. */
export interface DialectEntry {
  /** As the library spells it. */
  readonly name: string;
  /** `"torch"`, `"optax"`, `"keras"` or `"tensorflow"`. */
  readonly library: string;
  /** The id of the rule that it is when nothing else is said; those with a `/` are of `@descent/dialects` itself. */
  readonly rule: string;
  /** The insight, in a sentence. */
  readonly sentence: string;
  /** The whole doc comment. */
  readonly comment: string;
  /** In the library's spelling; those without a `default` must be given. */
  readonly options: readonly {
    readonly name: string;
    readonly default?: number | boolean | string | null | readonly (number | null)[];
  }[];
  /** Options that the library has and that are refused. */
  readonly refuses: readonly string[];
}

/** A function beside rules, transforms and methods: a projection, a penalty, an augmentation, a line search, an accountant. */
export interface FunctionEntry {
  /** The export's name. */
  readonly name: string;
  /** The package that exports it is `@descent/<family>`. */
  readonly family: string;
  /** Its file in the package. */
  readonly source: string;
  /** The insight, in a sentence. */
  readonly sentence: string;
  /** The whole doc comment. */
  readonly comment: string;
  /** Where the numbers come from that it is checked against, if they are another library's. */
  readonly golden?: { readonly sources: readonly string[] };
}
