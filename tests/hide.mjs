// For `node --import`: packages named in HIDE, their subpaths and scopes cannot be found, as if they were not installed.
import Module, { register } from "node:module";

const hidden = (process.env.HIDE ?? "").split(",");
const resolve = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => {
  if (hidden.some((one) => name === one || name.startsWith(`${one}/`)))
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
  return resolve(name, ...rest);
};
const hook = `
const hidden = ${JSON.stringify(hidden)};
export async function resolve(name, context, next) {
  if (hidden.some((one) => name === one || name.startsWith(one + "/")))
    throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: "ERR_MODULE_NOT_FOUND" });
  return next(name, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
