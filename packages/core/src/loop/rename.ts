import { among, isCallback, isRecord, list, OptimizerError, shown, suggestion } from "../errors.ts";
import { checkMeta, type StateDict, slotKey } from "../state.ts";

/** New names of parameters by their saved names, or a function that returns them. Others keep theirs. */
export type Rename = Readonly<Record<string, string>> | ((saved: string) => string);

/** The names of today by saved names. Throws for a saved name that is not there, and for two that become one. */
export function currentNames(saved: readonly string[], rename: Rename): ReadonlyMap<string, string> {
  if (!isCallback(rename) && !isRecord(rename))
    throw new OptimizerError(
      `\`load\`: rename must be names of today by saved names, or a function (saved) => name; got ${shown(rename)}.`,
    );
  if (!isCallback(rename))
    for (const name of Object.keys(rename))
      if (!saved.includes(name))
        throw new OptimizerError(
          `\`load\`: rename has \`${name}\`, which the state does not know; ${among(saved)}.${suggestion(name, saved)}`,
        );
  const table = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const name of saved) {
    const now: unknown = isCallback(rename) ? rename(name) : Object.hasOwn(rename, name) ? rename[name] : name;
    if (typeof now !== "string")
      throw new OptimizerError(`\`load\`: rename must give a name for \`${name}\`; got ${shown(now)}.`);
    const other = taken.get(now);
    if (other !== undefined)
      throw new OptimizerError(`\`load\`: rename gives ${list([other, name])} the same name, \`${now}\`.`);
    table.set(name, now);
    taken.set(now, name);
  }
  return table;
}

/** A state under the names of today. */
export function renamedState(state: StateDict, rename: Rename | undefined): StateDict {
  const meta = checkMeta(state.meta);
  if (rename === undefined) return { meta, tensors: state.tensors };
  const table = currentNames(Object.keys(meta.parameters), rename);
  const parameters = Object.entries(meta.parameters).map(([name, one]) => [table.get(name)!, one] as const); // all are there
  const tensors = Object.entries(state.tensors).map(([key, tensor]) => {
    const at = key.indexOf("/"); // slot names have none
    const now = table.get(key.slice(at + 1));
    return [at < 0 || now === undefined ? key : slotKey(key.slice(0, at), now), tensor] as const;
  });
  return { meta: { ...meta, parameters: Object.fromEntries(parameters) }, tensors: Object.fromEntries(tensors) };
}
