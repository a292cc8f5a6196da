import { OptimizerError, type Parameter } from "@descent/core";
import { isRowGradient as hasRows, isFloat32Array, type RowGradient as Rows, shown } from "@descent/core/adapter";
import {
  concat,
  engine,
  ones,
  type Scalar,
  scalar,
  type Tensor,
  tidy,
  type Variable,
  zeros,
} from "@tensorflow/tfjs-core";

/** The gradient of some rows of a variable. A row may come several times: its gradients are added up. */
export interface RowGradient {
  /** Which rows, counted from 0: a list, or a tensor of integers. */
  readonly rows: ArrayLike<number> | Tensor;
  /** Their gradients, one row after the other. */
  readonly data: Float32Array | Tensor;
}

/** Whether it is a tensor, of whatever copy of tfjs. */
export const isTensor = (x: unknown): x is Tensor => typeof x === "object" && x !== null && "dataId" in x;

/** Whether a gradient is of some rows. */
export const isRowGradient = (g: unknown): g is RowGradient => !isTensor(g) && hasRows(g);

/** Whether a gradient is of some rows, and its numbers are the host's. */
export const isOnHost = (g: RowGradient | undefined): boolean =>
  g !== undefined && !isTensor(g.rows) && !isTensor(g.data);

/** A gradient as numbers: of some rows, or of all rows of a whole one. */
export function numbersOf({ name, shape }: Parameter, g: RowGradient | Tensor): Rows {
  if (isTensor(g)) {
    const rows = Array.from({ length: shape[0] ?? 0 }, (_, row) => row);
    return { rows, data: Float32Array.from(g.dataSync()) };
  }
  const { rows, data } = g;
  if (!isTensor(data) && !isFloat32Array(data))
    throw new OptimizerError(
      `The gradient of rows of \`${name}\` has data ${shown(data)}. Give a tensor or a Float32Array.`,
    );
  return {
    rows: isTensor(rows) ? rows.dataSync() : rows,
    data: isTensor(data) ? Float32Array.from(data.dataSync()) : data,
  };
}

/** A node of tfjs's tape that looked rows of a table up. */
interface Lookup {
  readonly rows: Int32Array;
  readonly output: Tensor;
}

/**
 * The loss and its gradients, those of `tables` by the rows that were looked up: the outputs of tf.gather stand for the tables, so
 * that nothing as large as a table is made. Throws if a table is read in any other way.
 */
export function gradientsByRows(
  f: () => Scalar,
  variables: readonly Variable[],
  tables: ReadonlySet<Variable>,
): { readonly value: Scalar; readonly grads: Readonly<Record<string, Tensor | RowGradient>> } {
  const whole = variables.filter((one) => !tables.has(one));
  const nothing = scalar(0); // tfjs asks for one at least
  const xs: Tensor[] = [nothing, ...whole];
  const lookups = new Map<Variable, Lookup[]>();
  const watched = (): Scalar => {
    const loss = f();
    for (const node of leadingTo(loss))
      for (const table of tables) {
        if (!Object.values(node.inputs).some((input) => input.id === table.id)) continue;
        const rows = rowsOf(node, table);
        const [output] = node.outputs as [Tensor]; // a kernel has one at least
        if (!rows)
          throw new OptimizerError(
            `\`${table.name}\` steps by rows, and \`${node.kernelName}\` reads it otherwise. Look rows up by tf.gather, or leave it out of \`rows\`.`,
          );
        const known = lookups.get(table);
        if (known) known.push({ rows, output });
        else lookups.set(table, [{ rows, output }]);
        xs.push(output); // tfjs reads the list after this
      }
    return loss;
  };
  try {
    const { value, grads } = engine().gradients(watched, xs, undefined, true);
    const found: Record<string, Tensor | RowGradient> = {};
    for (const [i, { name }] of whole.entries()) if (grads[i + 1]) found[name] = grads[i + 1]!; // after `nothing`
    const by = new Map(xs.map((x, i) => [x, grads[i]]));
    for (const [{ name }, all] of lookups) {
      const known = all.flatMap(({ rows, output }) => {
        const g = by.get(output);
        return g ? [{ rows, g }] : [];
      });
      if (known.length > 0) found[name] = joined(known);
    }
    if (Object.keys(found).length === 0)
      throw new OptimizerError(
        "The loss depends on none of the variables to train. Was it computed outside of the function?",
      );
    return { value, grads: found };
  } finally {
    nothing.dispose();
  }
}

/** The gradients of several lookups as one. */
function joined(all: readonly { readonly rows: Int32Array; readonly g: Tensor }[]): RowGradient {
  const rows = all.flatMap((one) => [...one.rows]);
  const parts = all.map(({ g }) => g.dataSync());
  const data = new Float32Array(parts.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  for (const { g } of all) g.dispose();
  return { rows, data };
}

type Node = ReturnType<typeof engine>["state"]["activeTape"][number];

/** The nodes of the tape that a value depends on: the tape has others, such as the copies that nodes keep of their inputs. */
function leadingTo(value: Tensor): readonly Node[] {
  const needed = new Set([value.id]);
  const found: Node[] = [];
  for (const node of [...engine().state.activeTape].reverse()) {
    if (!node.outputs.some(({ id }) => needed.has(id))) continue;
    for (const { id } of Object.values(node.inputs)) needed.add(id);
    found.push(node);
  }
  return found;
}

/** The rows that a node looks up in a table; undefined if it does something else with it. */
function rowsOf(node: Node, table: Variable): Int32Array | undefined {
  const { kernelName, inputs, outputs, saved } = node;
  const indices = saved?.[1]; // its gradient needs them
  if (kernelName !== "GatherV2" || inputs.x?.id !== table.id || inputs.indices?.id === table.id || !indices)
    return undefined;
  const [output] = outputs as [Tensor]; // it has one
  if (output.shape.join() !== [...indices.shape, ...table.shape.slice(1)].join()) return undefined;
  const rows = Int32Array.from(indices.dataSync());
  const square = output.shape.join() === [...table.shape.slice(0, 1), ...indices.shape, ...table.shape.slice(2)].join();
  return square && !byRow(node, output.shape, indices.shape, rows) ? undefined : rows;
}

/**
 * Whether a node looks rows up and not columns, where the shapes do not tell: the gradient of one part of its output is of the rows it
 * looked up, or of the row where that part lies.
 */
function byRow(node: Node, shape: readonly number[], indices: readonly number[], rows: Int32Array): boolean {
  const inside = rows.length / indices[0]!; // there are indices
  const at = rows.findIndex((row, i) => row !== Math.floor(i / inside));
  if (at < 0) return true; // both would give the same
  const part = Math.floor(at / inside);
  return tidy(() => {
    const [first = 0, ...rest] = shape;
    const one = [part, 1, first - part - 1].map((many, i) =>
      i === 1 ? ones([many, ...rest]) : zeros([many, ...rest]),
    );
    const dy = concat(one, 0);
    const dx = node.gradient!([dy]).x!(); // a lookup has one
    const width = dx.size / dx.shape[0]!;
    return dx.dataSync().some((v, i) => v !== 0 && Math.floor(i / width) === rows[at]);
  });
}
