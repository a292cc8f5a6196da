const { transformSync } = require("esbuild");

/** A loader of webpack that takes the types out of a file. */
module.exports = (source) => transformSync(source, { loader: "ts", target: "es2022" }).code;
